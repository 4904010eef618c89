"""Settings, read from the environment and from nowhere else.

Every variable is listed in docs/settings.md. A value that cannot be read stops the boot with one line that names it.
Secrets may come from files: NAME_FILE holds the path, as Kubernetes mounts them.
"""

import logging
from pathlib import Path
from typing import Any

from environs import Env, FileAwareEnv, validate

from coursier.accepted import hosts_or_networks, moment, one_of_or_function, url_of
from coursier.databases import database_settings, is_mongodb
from coursier.email import email_settings
from coursier.roles import role_named
from coursier.secret_key import embedded_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env: Env = FileAwareEnv()

ROLE: str = role_named(env.str("COURSIER_ROLE", "all")).name
DEBUG: bool = env.bool("COURSIER_DEBUG", False)
VAR_DIR = Path(env.str("COURSIER_VAR_DIR", str(BASE_DIR / "var")))
SECRET_KEY: str = env.str("COURSIER_SECRET_KEY", "") or embedded_secret_key(var_dir=VAR_DIR, role=ROLE)
SECRET_KEY_FALLBACKS: list[str] = env.list("COURSIER_SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS: list[str] = env.list("COURSIER_ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("COURSIER_TRUSTED_ORIGINS", [])

# --- stores ---------------------------------------------------------------------------------------------------------
DATABASE_URL: str = env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'coursier.sqlite3'}")
DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(DATABASE_URL)}
REDIS_URL: str = env.str("REDIS_URL", "redis://127.0.0.1:6379/0", validate=url_of("redis", "rediss", "unix"))
ON_MONGODB: bool = is_mongodb(DATABASE_URL)

# --- the one clock (apps.core.clock): how fast it runs, and the moment it starts from --------------------------------
CLOCK_SPEED: float = env.float("COURSIER_CLOCK_SPEED", 1.0, validate=validate.Range(min=0.001))
CLOCK_ORIGIN: str = env.str("COURSIER_CLOCK_ORIGIN", "", validate=moment)
CLOCK_STARTED_AT: str = env.str("COURSIER_CLOCK_STARTED_AT", "", validate=moment)
if CLOCK_ORIGIN and not CLOCK_STARTED_AT:
    raise ValueError("COURSIER_CLOCK_STARTED_AT must be set with COURSIER_CLOCK_ORIGIN: all processes share it")

# --- dispatch ---------------------------------------------------------------------------------------------------------
# Per organisation on /v1, and per phone on /mobile/v1 and web process; 0: no limit.
RATE_LIMIT_PER_S: float = env.float("COURSIER_RATE_LIMIT_PER_S", 20.0, validate=validate.Range(min=0))
PHONE_RATE_LIMIT_PER_S: float = env.float("COURSIER_PHONE_RATE_LIMIT_PER_S", 10.0, validate=validate.Range(min=0))
OFFER_SECONDS: int = env.int("COURSIER_OFFER_SECONDS", 30, validate=validate.Range(min=1))
FLEET_OFFER_SECONDS: int = env.int("COURSIER_FLEET_OFFER_SECONDS", 120, validate=validate.Range(min=1))
# On top of the platform's own rates, where no tariff was agreed; 2000 is 20 %.
TAX_BASIS_POINTS: int = env.int("COURSIER_TAX_BASIS_POINTS", 0, validate=validate.Range(min=0, max=10_000))
# How couriers' one-time codes are sent: to the log, into files, where robots and tests read them, by e-mail, or by a
# function of one's own, named as `package.module.function`.
SIGN_IN_CODE_SENDER: str = env.str(
    "COURSIER_SIGN_IN_CODE_SENDER", "console", validate=one_of_or_function("console", "folder", "email")
)
BOARD_STREAMS: int = env.int("COURSIER_BOARD_STREAMS", 8)  # live boards per web process; each holds a thread
COURIER_STREAMS: int = env.int("COURSIER_COURIER_STREAMS", 8)  # of couriers' phones, likewise
# As gunicorn.conf.py has it; streams of all kinds leave four of them free.
WEB_THREADS: int = env.int("COURSIER_WEB_THREADS", 4 if ROLE == "api" else 16, validate=validate.Range(min=1))
MAP_TILES_URL: str = env.str("COURSIER_MAP_TILES_URL", "", validate=url_of("https", "http"))

# Riding times by road (apps.dispatch.travel): an OSRM server, and its profile by kind of vehicle; none: straight lines.
OSRM_URL: str = env.str("COURSIER_OSRM_URL", "", validate=url_of("http", "https"))
OSRM_PROFILES: dict[str, str] = env.dict(
    "COURSIER_OSRM_PROFILES", {"bike": "bike", "cargo_bike": "bike", "scooter": "car", "van": "car"}
)
OSRM_MAX_LOCATIONS: int = env.int("COURSIER_OSRM_MAX_LOCATIONS", 100, validate=validate.Range(min=2, max=1000))

# --- webhooks: hosts and networks that are sent to beside public addresses, for development and tests -----------------
WEBHOOK_ALLOWED_ADDRESSES: list[str] = env.list("COURSIER_WEBHOOK_ALLOWED_ADDRESSES", [], validate=hosts_or_networks)

# --- e-mail: the server that it is handed to, and from whom it is; no server: nothing is sent -------------------------
EMAIL_URL: str = env.str("EMAIL_URL", "")
_MAIL = email_settings(EMAIL_URL)
EMAIL_BACKEND: str = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_HOST"], _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"], _MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL["EMAIL_USE_TLS"], _MAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT: int = _MAIL["EMAIL_TIMEOUT"]
DEFAULT_FROM_EMAIL: str = env.str("COURSIER_EMAIL_FROM", "coursier@localhost")
if SIGN_IN_CODE_SENDER == "email" and not EMAIL_URL:
    raise ValueError("EMAIL_URL must be set with COURSIER_SIGN_IN_CODE_SENDER=email: codes go there")

# --- Django -----------------------------------------------------------------------------------------------------------
_CONTRIB = (
    [
        "coursier.mongodb.apps.MongoAdminConfig",
        "coursier.mongodb.apps.MongoAuthConfig",
        "coursier.mongodb.apps.MongoContentTypesConfig",
    ]
    if ON_MONGODB
    else ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"]
)
INSTALLED_APPS = [
    *_CONTRIB,
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.core",
    "apps.accounts",
    "apps.zones",
    "apps.webhooks",
    "apps.networks",
    "apps.orders",
    "apps.couriers",
    "apps.dispatch",
    "apps.hubs",
    "apps.billing",
    "apps.dashboard",
    "apps.mobile",
    "apps.simulation",
]
MIGRATION_MODULES = (
    {app: f"coursier.mongodb.migrations.{app}" for app in ("admin", "auth", "contenttypes")} if ON_MONGODB else {}
)
DEFAULT_AUTO_FIELD = (
    "django_mongodb_backend.fields.ObjectIdAutoField" if ON_MONGODB else "django.db.models.BigAutoField"
)
MIDDLEWARE = [
    "apps.core.api.request_id.RequestIdMiddleware",
    "apps.dashboard.security.ScreenPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "coursier.urls"
WSGI_APPLICATION = "coursier.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "sign-in"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
APPEND_SLASH = False
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True  # no collectstatic step on a laptop; the image runs it
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
MEDIA_ROOT = VAR_DIR / "media"  # proofs, through Django's default storage; served by views that ask who wants them

# --- security: strict unless the embedded default says that there is no TLS in front ---------------------------------
BEHIND_TLS: bool = env.bool("COURSIER_BEHIND_TLS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
# In front of every process, each adding to X-Forwarded-For: whose address counts where limits count by address.
PROXIES: int = env.int("COURSIER_PROXIES", 0, validate=validate.Range(min=0, max=10))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Django REST framework: deny by default ---------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["apps.core.api.permissions.DenyAll"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.rendering.OrjsonRenderer"],
    "EXCEPTION_HANDLER": "apps.core.api.errors.handle_exception",
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.schema.OperationSchema",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Coursier",
    "DESCRIPTION": "Urban deliveries: quotes and orders, own and connected fleets, hubs, webhooks.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_URLCONF": "coursier.rest_api",
    "SERVE_PERMISSIONS": ["apps.core.api.permissions.AllowAnyone"],
    "SERVE_AUTHENTICATION": [],
    "SERVERS": [{"url": "/v1"}],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": ["apps.core.api.schema.finish"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.log_level("COURSIER_LOG_LEVEL", logging.INFO)},
    "loggers": {
        name: {"level": "WARNING"}  # a line for each message or request, which says nothing when all is well
        for name in ("httpx", "httpcore", "celery.beat", "celery.worker.strategy", "celery.app.trace")
    },
}
