"""`manage.py replay_log`: the event log of orders, oldest first, one JSON object a line, on standard output."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.core.models import Event
from apps.simulation.replay.checking import EventRecord
from apps.simulation.replay.log_file import as_line


class Command(BaseCommand):
    help = "Write the events of all orders as lines of JSON. `manage.py replay` reads a day back with it."

    def handle(self, *_: Any, **_options: Any) -> None:
        events = Event.objects.filter(order_id__isnull=False).order_by("id")
        for event in events.iterator(chunk_size=2000):
            record = EventRecord(event.name, str(event.order_id), event.occurred_at, event.payload, event.actor)
            self.stdout.write(as_line(record).decode())
