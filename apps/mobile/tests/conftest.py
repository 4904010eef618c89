import pytest

from apps.mobile.tests.phones import Phone


@pytest.fixture
def messages(settings, tmp_path):
    """The folder where sign-in codes arrive, as on a phone."""
    settings.SIGN_IN_CODE_SENDER = "folder"
    settings.VAR_DIR = tmp_path
    return tmp_path / "sign_in_codes"


@pytest.fixture
def bos_phone(cast, messages):
    """Bo, signed in."""
    return Phone.signed_in(cast.bo.phone, messages)


@pytest.fixture
def cys_phone(cast, messages):
    """Cy, signed in."""
    return Phone.signed_in(cast.cy.phone, messages)
