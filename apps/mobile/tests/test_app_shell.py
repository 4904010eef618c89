"""The courier app as files: what is served, under which headers, and that nothing is missing."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from apps.mobile import app_shell

SOURCES = Path(app_shell.__file__).parent / "courier_app"
IMPORT = re.compile(r"""(?:from|import\()\s*["'](\.[^"']+)["']""")
NAMED = re.compile(r"""(?:src|href)="([^"#]+)"|"src": "([^"]+)\"""")
WORD = re.compile(r"^  \"([^\"]+)\": \"", re.MULTILINE)
SAID = re.compile(r"""\bsay\("([^"]+)\"""")


def told(client: Client) -> dict:
    """What the service worker is told at its first line."""
    return json.loads(
        client.get("/courier/sw.js").content.split(b"\n")[0].removeprefix(b"const SHELL = ").removesuffix(b";")
    )


def test_the_page_may_load_only_its_own_files_and_holds_no_script_of_its_own(client):
    page = client.get("/courier/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    text = page.content.decode()
    assert "style=" not in text
    assert "<style" not in text
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert not re.search(r"\son\w+=", text)


def test_the_address_without_a_slash_leads_to_the_app(client):
    assert client.get("/courier")["Location"] == "/courier/"


def test_the_service_worker_is_asked_for_anew_and_may_keep_all_of_the_app(client):
    worker = client.get("/courier/sw.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Service-Worker-Allowed"] == "/courier/"
    assert worker.headers["Content-Type"].startswith("text/javascript")


def test_every_file_that_the_service_worker_is_told_is_served(client):
    names = told(client)["files"]
    assert {"js/app.js", "css/base.css", "manifest.webmanifest", "vendor/maplibre-gl/maplibre-gl-csp.js"} <= {*names}
    assert {name: client.get(f"/courier/{name}").status_code for name in names} == dict.fromkeys(names, 200)


def test_nothing_is_served_but_the_app(client):
    for name in ("nothing.js", "../app_shell.py", "types.d.ts", "vendor/barcode-detector/README.md", "js"):
        assert client.get(f"/courier/{name}").status_code == 404, name
    assert client.post("/courier/").status_code == 405


def test_every_file_that_another_one_names_is_there(client):
    names = {"", *told(client)["files"]}
    missing = []
    for path in [SOURCES / "index.html", SOURCES / "manifest.webmanifest", *SOURCES.glob("js/**/*.js")]:
        found = (
            IMPORT.findall(path.read_text())
            if path.suffix == ".js"
            else ["".join(pair) for pair in NAMED.findall(path.read_text())]
        )
        for name in found:
            if "types.js" not in name:  # types only: nothing is loaded
                target = (path.parent / name).resolve().relative_to(SOURCES.resolve()).as_posix()
                missing += [] if target in names else [(path.name, name)]
    assert missing == []


def test_a_change_of_any_file_makes_another_version(client, monkeypatch, tmp_path):
    before = told(client)["version"]
    changed = {**app_shell._bodies_in(SOURCES), "css/base.css": b"body { color: red }"}
    monkeypatch.setattr(app_shell, "_bodies_in", lambda folder, **_: changed if folder == SOURCES else {})
    app_shell._shell.cache_clear()
    try:
        assert told(client)["version"] != before
    finally:
        app_shell._shell.cache_clear()


def test_a_browser_that_has_a_file_is_not_sent_it_again(client):
    first = client.get("/courier/js/app.js")
    again = client.get("/courier/js/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_files_are_packed_for_browsers_that_unpack(client):
    plain = client.get("/courier/vendor/maplibre-gl/maplibre-gl-csp.js")
    packed = client.get("/courier/vendor/maplibre-gl/maplibre-gl-csp.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3


def test_the_manifest_makes_it_installable(client):
    manifest = json.loads(client.get("/courier/manifest.webmanifest").content)
    assert manifest["display"] == "standalone"
    assert manifest["start_url"] == manifest["scope"] == "./"
    for drawn in manifest["icons"]:
        answer = client.get(f"/courier/{drawn['src']}")
        assert answer.headers["Content-Type"] == drawn["type"]
        if drawn["type"] == "image/png":
            width, height = (int.from_bytes(answer.content[at : at + 4], "big") for at in (16, 20))
            assert f"{width}x{height}" == drawn["sizes"]
    assert {drawn["sizes"] for drawn in manifest["icons"] if drawn.get("purpose") == "maskable"} == {
        "192x192",
        "512x512",
    }


def test_french_and_english_say_the_same_things():
    english, french = ((SOURCES / f"js/words/{name}.js").read_text() for name in ("en", "fr"))
    assert WORD.findall(english) == WORD.findall(french)
    assert len(set(WORD.findall(english))) == len(WORD.findall(english)) > 200
    places = [
        [re.findall(r"\{\w+\}", line) for line in text.splitlines() if WORD.match(line)] for text in (english, french)
    ]
    assert [sorted(one) for one in places[0]] == [sorted(other) for other in places[1]]


def test_every_word_that_is_said_exists():
    known = set(WORD.findall((SOURCES / "js/words/en.js").read_text()))
    said = {word for path in SOURCES.glob("js/**/*.js") for word in SAID.findall(path.read_text())}
    assert said - known == set()


def test_the_barcode_reader_is_the_pinned_one():
    """The version that it asks for names the bytes of its WebAssembly."""
    folder = SOURCES / "vendor/barcode-detector"
    wasm = hashlib.sha256((folder / "zxing_reader.wasm").read_bytes()).hexdigest()
    assert wasm in (folder / "zxing-exported.js").read_text()
    assert "barcode-detector 3.2.2" in (folder / "README.md").read_text()


@pytest.mark.django_db
def test_the_drawn_map_is_for_signed_in_phones_which_keep_it(cast, bos_phone, messages):
    from apps.mobile.tests.phones import get

    assert get("base_map").status_code == 401
    first = get("base_map", token=bos_phone.token)
    assert first.json()["features"][0]["properties"]["kind"] == "outline"
    kept = Client().get(
        "/mobile/v1/base_map",
        headers={"Authorization": f"Bearer {bos_phone.token}", "If-None-Match": first.headers["ETag"]},
    )
    assert kept.status_code == 304
    (messages.parent / "basemap.json").write_text('{"type": "FeatureCollection", "features": []}')
    assert get("base_map", token=bos_phone.token).json()["features"] == []
