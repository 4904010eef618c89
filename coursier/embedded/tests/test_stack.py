"""The supervisor itself, with small programs in place of the platform's."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from coursier.embedded.pace import Pace
from coursier.embedded.preflight import CannotStart
from coursier.embedded.programs import Program
from coursier.embedded.stack import Stack, StackPlan

pytestmark = pytest.mark.stack
# Writes its own process id and that of a child, both deaf to polite requests when told so.
FAMILY = """
import os, signal, subprocess, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as note:
    note.write(f"{os.getpid()} {child.pid}\\n")
if "deaf" not in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: (child.terminate(), sys.exit()))
while True:
    time.sleep(0.1)
"""


def wait_for(condition, *, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def families(note):
    return [[int(pid) for pid in line.split()] for line in note.read_text().splitlines()] if note.exists() else []


def stack_of(tmp_path, *words, stop_wait_s=2):
    note, script = tmp_path / "note", tmp_path / "family.py"
    script.write_text(FAMILY)
    program = Program("family", (sys.executable, str(script), str(note), *words), stop_wait_s=stop_wait_s)
    plan = StackPlan(var=tmp_path, pace=Pace.from_environment(), database_url="sqlite:///:memory:")
    return Stack(plan, programs=[program]), note


def test_leaving_the_block_leaves_nobody_behind(tmp_path):
    stack, note = stack_of(tmp_path)
    with stack:
        (family,) = wait_for(lambda: families(note))
    wait_for(lambda: not any(is_alive(pid) for pid in family))
    assert not stack.is_up()


def test_a_program_that_does_not_listen_is_killed_with_its_children(tmp_path):
    stack, note = stack_of(tmp_path, "deaf", stop_wait_s=1)
    with stack:
        (family,) = wait_for(lambda: families(note))
    wait_for(lambda: not any(is_alive(pid) for pid in family))


def test_a_killed_program_is_started_again(tmp_path):
    stack, note = stack_of(tmp_path)
    with stack:
        (first,) = wait_for(lambda: families(note))
        assert stack.kill("family")
        wait_for(lambda: len(families(note)) == 2)
        wait_for(lambda: not any(is_alive(pid) for pid in first))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a parent's death on Linux only")
def test_a_killed_supervisor_takes_its_programs_along(tmp_path):
    stack, note = stack_of(tmp_path)
    with stack:
        (family,) = wait_for(lambda: families(note))
        os.kill(stack.pid_of("supervisor"), signal.SIGKILL)
        wait_for(lambda: not any(is_alive(pid) for pid in family))
        with pytest.raises(CannotStart, match="supervisor ended"):
            stack.wait_for(lambda: False, seconds=5, what="a miracle")


def test_the_last_words_are_those_of_programs_that_do_not_run(tmp_path):
    program = Program("hasty", (sys.executable, "-c", "print('no bread today'); raise SystemExit(1)"))
    plan = StackPlan(var=tmp_path, pace=Pace.from_environment(), database_url="sqlite:///:memory:")
    with Stack(plan, programs=[program]) as stack:
        wait_for(lambda: "no bread today" in stack.last_words())


def test_what_does_not_come_in_time_is_named(tmp_path):
    stack, _ = stack_of(tmp_path)
    with stack, pytest.raises(CannotStart, match=r"No sign of an answer within 0\.2 s"):
        stack.wait_for(lambda: False, seconds=0.2, what="an answer")


def test_stopping_twice_is_stopping_once(tmp_path):
    stack, note = stack_of(tmp_path)
    stack.start()
    wait_for(lambda: families(note))
    stack.stop()
    stack.stop()
    assert stack.pid_of("family") is None
