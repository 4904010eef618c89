from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class ZonesConfig(AppConfig):
    name = "apps.zones"
    verbose_name = "Zones"

    def ready(self) -> None:
        """A zone that is changed here counts at once; elsewhere a second later."""
        for signal in (post_save, post_delete):
            signal.connect(_forget_zones, sender=self.get_model("Zone"))


def _forget_zones(**_: Any) -> None:
    from apps.zones.selectors import known_zones  # late: models are not there yet when apps are read

    known_zones.forget()
