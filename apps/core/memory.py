"""What a process has loaded when it begins to work stays for good: garbage collection need not look at it."""

import gc


def keep_out_of_collection() -> None:
    """Leave all that is loaded by now out of garbage collection, and look through the rest less often.

    Its memory stays shared with the processes that are forked from this one. The engine's compiler leaves 200,000
    objects: looking at them all, now and then, took longer than a plan (100 ms). And a list of fifty orders makes a
    thousand objects, at which Python would look through them twice.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
