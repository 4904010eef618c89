from django.apps import AppConfig


class CouriersConfig(AppConfig):
    name = "apps.couriers"
    verbose_name = "Couriers"
