# Who owes is part of what makes a charge and a handover one: what is there is owed by the order's own organisation.

import django.db.models.deletion
from django.db import migrations, models

BATCH = 500


def name_the_orderers(apps, schema_editor):
    """Of charges that of their statements, of handovers that of their legs."""
    Charge, Handover = apps.get_model("billing", "Charge"), apps.get_model("billing", "Handover")
    Leg, Statement = apps.get_model("orders", "Leg"), apps.get_model("billing", "Statement")
    _name(Charge, "statement_id", Statement, "orderer_id")
    _name(Handover, "leg_id", Leg, "organisation_id")


def _name(table, key, source, owner):
    while batch := list(table.objects.filter(orderer_id__isnull=True).order_by("id")[:BATCH]):
        keys = {getattr(row, key) for row in batch}
        owners = dict(source.objects.filter(pk__in=keys).values_list("pk", owner))
        for row in batch:
            row.orderer_id = owners[getattr(row, key)]
        table.objects.bulk_update(batch, ["orderer_id"])


ORDERER = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "accounts.organisation"}


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0001_charges_and_statements'),
        ('orders', '0011_legs_handed_on'),
    ]

    operations = [
        migrations.AddField('charge', 'orderer', models.ForeignKey(null=True, **ORDERER)),
        migrations.AddField('handover', 'orderer', models.ForeignKey(null=True, **ORDERER)),
        migrations.RunPython(name_the_orderers, migrations.RunPython.noop),
    ]
