from django.apps import AppConfig


class HubsConfig(AppConfig):
    name = "apps.hubs"
    verbose_name = "Hubs"

    def ready(self) -> None:
        from apps.hubs.selectors import stop_at
        from apps.orders.hub_stops import hubs_are_found_by

        hubs_are_found_by(stop_at)
