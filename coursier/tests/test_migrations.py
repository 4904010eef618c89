"""One set of migrations builds every database, and says all that the models say, Django's own apps included."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db


def test_every_model_is_in_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_model_has_its_table():
    wanted = {model._meta.db_table for model in apps.get_models()}
    assert wanted <= set(connection.introspection.table_names())


def test_every_model_of_ours_is_keyed_by_the_column_that_mongodb_joins_by():
    ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    assert ours
    assert {model._meta.pk.column for model in ours} == {"_id"}
