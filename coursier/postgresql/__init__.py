"""Django's PostgreSQL, but for how a kept connection is checked before it is used again: see `base`."""
