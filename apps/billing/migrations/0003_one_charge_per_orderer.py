# Apart from the rows' own change: PostgreSQL alters no table with changes that wait for their checks.

import django.db.models.deletion
from django.db import migrations, models

ORDERER = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "accounts.organisation"}


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0002_charges_of_what_was_handed_on'),
    ]

    operations = [
        migrations.AlterField('charge', 'orderer', models.ForeignKey(**ORDERER)),
        migrations.AlterField('handover', 'orderer', models.ForeignKey(**ORDERER)),
        migrations.AlterField(
            'handover',
            'leg',
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.leg'),
        ),
        migrations.RemoveConstraint('charge', 'one_charge_per_leg_and_kind'),
        migrations.AddConstraint(
            'charge',
            models.UniqueConstraint(
                fields=('leg', 'kind', 'orderer'), name='one_charge_per_leg_kind_and_orderer'
            ),
        ),
        migrations.AddConstraint(
            'handover',
            models.UniqueConstraint(fields=('leg', 'orderer'), name='one_handover_per_leg_and_orderer'),
        ),
    ]
