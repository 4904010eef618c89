"""The courier app's files, served under `/courier/`: read once, known by the hash of what is in them.

No build step: a browser loads the modules as they are. The service worker is told the names of all files and a version
made of their hashes, so that a release that changes any of them replaces what phones keep.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

import apps.core

SCOPE = "/courier/"
PAGE, SERVICE_WORKER = "index.html", "sw.js"
WORTH_PACKING = 1024  # bytes
_ALLOWED = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",  # the barcode reader of browsers that have none is WebAssembly
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
POLICY = "; ".join(f"{name} {sources}" for name, sources in _ALLOWED.items())
_SOURCES = Path(__file__).parent / "courier_app"
_MAP_LIBRARY = Path(apps.core.__file__).parent / "static/vendor/maplibre-gl"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
}
_FOR_READERS = {".md", ".txt", ".ts", ".json"}  # notes, licences and types: nothing that a phone needs


@dataclass(frozen=True, slots=True)
class ShellFile:
    """One file as it is answered; `packed` is it gzipped, where that is worth it."""

    body: bytes
    packed: bytes | None
    content_type: str
    etag: str


@require_safe
def courier_app(request: HttpRequest, name: str = PAGE) -> HttpResponse:
    """A file of the app. Kept by browsers, which ask each time whether it is still the same."""
    files = _read_shell() if settings.DEBUG else _shell()
    if name not in files:
        raise Http404
    return _answer(request, files[name], is_worker=name == SERVICE_WORKER)


def _answer(request: HttpRequest, file: ShellFile, *, is_worker: bool) -> HttpResponse:
    is_packed = file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(file.packed if is_packed and file.packed else file.body, content_type=file.content_type)
    response["ETag"] = file.etag
    response["Cache-Control"] = "no-cache"
    response["Content-Security-Policy"] = POLICY
    response["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
    if file.packed is not None:
        response["Vary"] = "Accept-Encoding"
    if is_packed:
        response["Content-Encoding"] = "gzip"
    if is_worker:
        response["Service-Worker-Allowed"] = SCOPE
    same = get_conditional_response(request, etag=file.etag, response=response)
    return same if isinstance(same, HttpResponse) else response


@cache
def _shell() -> Mapping[str, ShellFile]:
    return _read_shell()


def _read_shell() -> Mapping[str, ShellFile]:
    """Every file of the app by its name under `/courier/`."""
    bodies = {**_bodies_in(_SOURCES), **_bodies_in(_MAP_LIBRARY, under="vendor/maplibre-gl/")}
    bodies[SERVICE_WORKER] = _told(bodies)
    return {name: _file(name, body) for name, body in bodies.items()}


def _bodies_in(folder: Path, *, under: str = "") -> dict[str, bytes]:
    return {
        under + path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in _FOR_READERS
    }


def _told(bodies: Mapping[str, bytes]) -> bytes:
    """The service worker, told at its beginning which files there are, and their version."""
    every = hashlib.sha256()
    for name, body in sorted(bodies.items()):
        every.update(name.encode() + hashlib.sha256(body).digest())
    names = sorted(bodies.keys() - {SERVICE_WORKER, PAGE})
    told = orjson.dumps({"version": every.hexdigest()[:12], "files": names})
    return b"const SHELL = " + told + b";\n" + bodies[SERVICE_WORKER]


def _file(name: str, body: bytes) -> ShellFile:
    suffix = Path(name).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_packable = suffix not in {".png", ".webp", ".jpg"} and len(body) >= WORTH_PACKING
    return ShellFile(
        body=body,
        packed=gzip.compress(body, 6, mtime=0) if is_packable else None,
        content_type=kind,
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
    )
