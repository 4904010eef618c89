"""A value that cannot be read stops the boot with one line that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRONG = [
    ("COURSIER_ROLE", "nurse"),
    ("COURSIER_DEBUG", "maybe"),
    ("COURSIER_BEHIND_TLS", "perhaps"),
    ("COURSIER_LOG_LEVEL", "LOUD"),
    ("COURSIER_CLOCK_SPEED", "fast"),
    ("COURSIER_CLOCK_SPEED", "0"),
    ("COURSIER_CLOCK_ORIGIN", "yesterday"),
    ("COURSIER_CLOCK_ORIGIN", "2026-06-10T06:00:00"),
    ("COURSIER_CLOCK_STARTED_AT", "now"),
    ("COURSIER_OFFER_SECONDS", "soon"),
    ("COURSIER_OFFER_SECONDS", "0"),
    ("COURSIER_FLEET_OFFER_SECONDS", "0"),
    ("COURSIER_TAX_BASIS_POINTS", "10001"),
    ("COURSIER_RATE_LIMIT_PER_S", "-1"),
    ("COURSIER_PHONE_RATE_LIMIT_PER_S", "-1"),
    ("COURSIER_SIGN_IN_CODE_SENDER", "pigeon"),
    ("COURSIER_SIGN_IN_CODE_SENDER", "pigeon-post.send"),
    ("EMAIL_URL", "http://mail.example.org"),
    ("COURSIER_MAP_TILES_URL", "javascript:alert(1)"),
    ("COURSIER_SECRET_KEY_FILE", "/no/such/file"),
    ("REDIS_URL", "http://127.0.0.1"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "oracle://db/coursier"),
    ("DATABASE_URL", "postgresql://db:port/coursier"),
    ("DATABASE_URL", "mongodb://"),
    ("DATABASE_URL", "mongodb://db:1:2/coursier"),
]


def settings_read_with(folder: Path, **changes: str) -> subprocess.Popen:
    """A process that reads the settings, with these variables and no others of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COURSIER_", "DATABASE_URL"))}
    environment = clean | {"COURSIER_VAR_DIR": str(folder), "COURSIER_SECRET_KEY": "k" * 60} | changes
    command = [sys.executable, "manage.py", "version"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Exit code and stderr for every wrong value, asked two at a time: a process takes half a second."""
    folder, found = tmp_path_factory.mktemp("var"), {}
    for first in range(0, len(WRONG), 2):
        pair = [(row, settings_read_with(folder, **{row[0]: row[1]})) for row in WRONG[first : first + 2]]
        for row, process in pair:
            _, errors = process.communicate(timeout=60)
            found[row] = (process.returncode, errors)
    return found


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_stops_the_boot_with_one_line_that_names_it(answers, name, value):
    code, errors = answers[name, value]
    assert code == 1
    assert len(errors.splitlines()) == 1
    assert errors.startswith("coursier: ")
    assert name in errors


def refusal(folder, **changes):
    _, errors = settings_read_with(folder, **changes).communicate(timeout=60)
    return errors


def test_without_anything_set_the_settings_are_read(tmp_path):
    process = settings_read_with(tmp_path)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert out.strip()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    errors = refusal(tmp_path / "file" / "var")
    assert len(errors.splitlines()) == 1
    assert str(tmp_path / "file" / "var") in errors


def test_a_moved_clock_needs_both_of_its_variables(tmp_path):
    errors = refusal(tmp_path, COURSIER_CLOCK_ORIGIN="2026-06-10T06:00:00+02:00")
    assert "COURSIER_CLOCK_STARTED_AT" in errors
    assert len(errors.splitlines()) == 1


def test_a_role_of_several_processes_must_be_given_a_secret_key(tmp_path):
    errors = refusal(tmp_path, COURSIER_ROLE="web", COURSIER_SECRET_KEY="")
    assert "COURSIER_SECRET_KEY" in errors
    assert len(errors.splitlines()) == 1


def test_codes_by_email_need_a_server(tmp_path):
    errors = refusal(tmp_path, COURSIER_SIGN_IN_CODE_SENDER="email")
    assert errors.startswith("coursier: EMAIL_URL")
    assert len(errors.splitlines()) == 1
    assert not refusal(tmp_path, COURSIER_SIGN_IN_CODE_SENDER="email", EMAIL_URL="smtp://mail.example.org")


def test_a_password_in_a_wrong_url_is_not_told(tmp_path):
    for name, url in {
        "EMAIL_URL": "smtp://a:hunter2@mail:port",
        "REDIS_URL": "http://:hunter2@redis",
        "DATABASE_URL": "postgresql://a:hunter2@db:port/coursier",
    }.items():
        assert "hunter2" not in refusal(tmp_path, **{name: url})
    assert "hunter2" not in refusal(tmp_path, DATABASE_URL="mongodb://a:hunter2@db:1:2/coursier")
