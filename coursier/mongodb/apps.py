"""Django's apps with tables of their own, with the keys that MongoDB gives out: there are no sequences of integers."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class MongoAdminConfig(AdminConfig):
    """The admin and its log of changes."""

    default_auto_field = OBJECT_ID


class MongoAuthConfig(AuthConfig):
    """Groups and permissions; the users are `accounts.User`."""

    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    """The names of all models."""

    default_auto_field = OBJECT_ID
