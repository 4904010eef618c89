"""The WSGI entry point that gunicorn serves, for every role with a surface."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coursier.settings")
application = get_wsgi_application()
