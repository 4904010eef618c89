"""`EMAIL_URL`: the server that e-mail is handed to."""

import pytest

from coursier.email import email_settings


def read(url):
    found = email_settings(url)
    return tuple(
        found[f"EMAIL_{name}"] for name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    )


@pytest.mark.parametrize(
    ("url", "settings"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "", "", True, False)),
        (
            "smtp://bo%40example.org:p%3Aw@mail.example.org:2525",
            ("mail.example.org", 2525, "bo@example.org", "p:w", True, False),
        ),
        ("smtps://mail.example.org", ("mail.example.org", 465, "", "", False, True)),
        ("smtp+plain://127.0.0.1", ("127.0.0.1", 25, "", "", False, False)),
    ],
)
def test_a_url_names_the_server_who_signs_in_and_how_it_is_encrypted(url, settings):
    assert read(url) == settings
    assert email_settings(url)["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert email_settings(url)["EMAIL_TIMEOUT"] == 5


def test_without_a_url_nothing_is_sent():
    assert email_settings("")["EMAIL_BACKEND"].endswith("dummy.EmailBackend")


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail", "smtp://", "smtp://:secret@", "smtp://secret@mail:port"]
)
def test_what_cannot_be_read_is_refused_and_not_repeated(url):
    with pytest.raises(ValueError, match="EMAIL_URL") as refusal:
        email_settings(url)
    assert "secret" not in str(refusal.value)
