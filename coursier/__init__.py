"""The project: settings, roles, URLs and the Celery application. No business rules live here."""
