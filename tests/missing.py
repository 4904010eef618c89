"""Parts that some tests need and that are not everywhere: a browser, Node.js and its packages."""

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """A part that this test needs is not installed: the test is skipped, but in CI it has failed."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
