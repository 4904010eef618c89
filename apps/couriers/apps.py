from django.apps import AppConfig


class CouriersConfig(AppConfig):
    name = "apps.couriers"
    verbose_name = "Couriers"

    def ready(self) -> None:
        from apps.couriers.services.senders import check_way

        check_way()
