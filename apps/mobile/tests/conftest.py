from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from apps.mobile.tests.phones import Phone
from tests.browser import CHROMIUM_FLAGS, find_chromium, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def messages(settings, tmp_path):
    """The folder where sign-in codes arrive, as on a phone."""
    settings.SIGN_IN_CODE_SENDER = "folder"
    settings.VAR_DIR = tmp_path
    return tmp_path / "sign_in_codes"


@pytest.fixture
def storage(settings, tmp_path):
    """The folder where proofs are stored."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def no_phone_limit(settings):
    """Phones ask as often as a test makes them: hundreds of times within a second."""
    settings.PHONE_RATE_LIMIT_PER_S = 0


@pytest.fixture
def bos_phone(cast, messages):
    """Bo, signed in."""
    return Phone.signed_in(cast.bo.phone, messages)


@pytest.fixture
def cys_phone(cast, messages):
    """Cy, signed in."""
    return Phone.signed_in(cast.cy.phone, messages)


@pytest.fixture
def dee(cast):
    """Dee's system."""
    from apps.orders.tests.asking import Merchant

    return Merchant(cast.dee_key)


@pytest.fixture
def bo_has(cast):
    """Gives Bo a new leg of the bakery's, at whose ends something must be shown."""
    from apps.mobile.tests.giving import given_to

    return lambda **asked: given_to(cast.bo, cast, **asked)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Runs a piece of JavaScript beside the app's modules, `use("outbox")` being one of them."""
    from playwright.sync_api import sync_playwright

    with (
        served(role="mobile", database_url=f"sqlite:///{tmp_path_factory.mktemp('none') / 'none'}") as site,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as profile,
    ):
        window = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_chromium(), args=CHROMIUM_FLAGS, service_workers="block"
        )
        page = window.pages[0]
        page.goto(f"{site}/courier/manifest.webmanifest")  # the app's origin, but not the app: nothing runs by itself

        def run(script: str, given: Any = None) -> Any:
            return page.evaluate(
                "async ([script, given]) => {"
                "const use = (name) => import(new URL(`/courier/js/${name}.js`, location.origin).href);"
                "const body = Object.getPrototypeOf(async function () {}).constructor;"
                "return new body('use', 'given', script)(use, given); }",
                [script, given],
            )

        yield run
        window.close()
