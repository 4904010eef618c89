import pytest

from apps.mobile.tests.phones import Phone


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
