"""Celery: one thin file per queue, the beat schedule, and which event leads to which tasks."""
