"""Each role mounts its own surface and nothing else, and boots by itself."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.exceptions import Resolver404
from django.utils.regex_helper import normalize

from coursier.roles import ROLES, Surface, role_named
from coursier.urls import patterns_for

ROOT = Path(__file__).resolve().parents[1]
MOUNTED = {
    "web": {Surface.PORTAL},
    "api": {Surface.REST_API},
    "mobile": {Surface.MOBILE_API},
    "worker": set(),
    "beat": set(),
    "all": {Surface.PORTAL, Surface.REST_API, Surface.MOBILE_API},
}
SAMPLES = ("0190f5e4-0000-7000-8000-000000000000", "1", "x", "png")  # tried in turn until the URL resolves


def surface_of(path: str) -> Surface | None:
    """Whose a URL is, by its beginning. None: everybody's."""
    if path.startswith("/healthz/"):
        return None
    if path == "/courier" or path.startswith(("/mobile/v1/", "/courier/")):
        return Surface.MOBILE_API
    return Surface.REST_API if path.startswith("/v1/") else Surface.PORTAL


def urlconf_of(role: str) -> ModuleType:
    """A URLconf of that role, as its own process would have it."""
    module = ModuleType(f"urls_of_{role}")
    module.urlpatterns = patterns_for(role_named(role))
    return module


def all_paths() -> list[str]:
    """A URL for every pattern of the role that mounts everything."""
    resolver = get_resolver(urlconf_of("all"))
    return sorted({sample_path(regex, resolver) for regex in regexes(resolver.url_patterns, "")})


def regexes(patterns: list[URLPattern | URLResolver], before: str) -> list[str]:
    found = []
    for pattern in patterns:
        here = before + pattern.pattern.regex.pattern.removeprefix("^").replace(r"\Z", "").replace("$", "")
        found += regexes(pattern.url_patterns, here) if isinstance(pattern, URLResolver) else [here]
    return found


def sample_path(regex: str, resolver: URLResolver) -> str:
    template, names = normalize(regex)[0]
    for value in SAMPLES:
        path = "/" + template % dict.fromkeys(names, value)
        try:
            resolver.resolve(path)
        except Resolver404:
            continue
        return path
    pytest.fail(f"no sample fits /{regex}: add one to SAMPLES")


def is_routed(path: str, role: str) -> bool:
    try:
        get_resolver(urlconf_of(role)).resolve(path)
    except Resolver404:
        return False
    return True


def test_every_role_is_here():
    assert set(ROLES) == set(MOUNTED)


def test_every_surface_has_urls():
    assert {surface_of(path) for path in all_paths()} == {*Surface, None}


@pytest.mark.django_db
@pytest.mark.parametrize("role", MOUNTED)
def test_a_role_answers_its_own_urls_and_404_to_all_others(role, settings):
    settings.ROOT_URLCONF = urlconf_of(role)
    client = Client(raise_request_exception=False)
    own = {path for path in all_paths() if surface_of(path) in {*MOUNTED[role], None}}
    assert {path for path in all_paths() if is_routed(path, role)} == own
    foreign = {path: client.get(path).status_code for path in all_paths() if path not in own}
    assert set(foreign.values()) <= {404}, foreign
    failed = {path: answer.status_code for path in own if (answer := client.get(path)).status_code >= 500}
    assert not failed


@pytest.mark.django_db
@pytest.mark.parametrize("role", MOUNTED)
def test_every_role_answers_its_probes(role, settings):
    settings.ROOT_URLCONF = urlconf_of(role)
    assert [Client().get(path).status_code for path in ("/healthz/live", "/healthz/ready")] == [200, 200]


def test_the_checks_pass_for_every_role():
    running = {
        role: subprocess.Popen(
            [sys.executable, "manage.py", "check"],
            cwd=ROOT,
            env=os.environ | {"COURSIER_ROLE": role},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for role in ROLES
    }
    said = {role: process.communicate(timeout=120)[0] for role, process in running.items()}
    assert {role: said[role] for role, process in running.items() if process.returncode} == {}
    assert all("no issues" in text for text in said.values())
