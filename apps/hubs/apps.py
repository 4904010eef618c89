from django.apps import AppConfig


class HubsConfig(AppConfig):
    name = "apps.hubs"
    verbose_name = "Hubs"
