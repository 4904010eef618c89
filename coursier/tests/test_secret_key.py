"""The secret key of a laptop: made once, kept, private. Every other deployment is given one."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from coursier.roles import ROLES
from coursier.secret_key import embedded_secret_key


def test_the_key_is_made_once_and_kept(tmp_path):
    first = embedded_secret_key(var_dir=tmp_path / "var", role="all")
    assert embedded_secret_key(var_dir=tmp_path / "var", role="all") == first
    assert len(first) >= 50


def test_only_its_owner_may_read_the_key(tmp_path):
    embedded_secret_key(var_dir=tmp_path, role="all")
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_two_laptops_have_two_keys(tmp_path):
    keys = {embedded_secret_key(var_dir=tmp_path / name, role="all") for name in ("one", "other")}
    assert len(keys) == 2


def test_processes_that_start_together_share_one_key(tmp_path, monkeypatch):
    """The file appears whole, under the name of whoever linked it first."""
    pids = iter(range(10_000, 10_100))
    monkeypatch.setattr("coursier.secret_key.os.getpid", lambda: next(pids))
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: embedded_secret_key(var_dir=tmp_path, role="all"), range(8)))
    assert len(set(keys)) == 1


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"all"}))
def test_a_role_of_several_processes_makes_no_key_of_its_own(tmp_path, role):
    with pytest.raises(ValueError, match="COURSIER_SECRET_KEY"):
        embedded_secret_key(var_dir=tmp_path, role=role)
    assert not list(tmp_path.iterdir())
