"""What ends a benchmark."""


class BenchFailed(Exception):
    """The benchmark cannot run as asked, or its own check disagrees with it; the message is one line."""
