"""Queue `maintenance`: the robots that carry the orders of test keys."""

from apps.simulation.sandbox.playing import play_due_steps
from workers.reliably import reliable_task


@reliable_task("maintenance.play_sandbox")
def play_sandbox() -> None:
    """Let the robots do what is due."""
    play_due_steps()
