"""An answer is written whole, in the transaction of its work: none is ever without a status, and none has a lease."""

from django.db import migrations, models


def forget_the_unfinished(apps, schema_editor):
    """Rows of requests that were at work, or died: a repetition does the work."""
    apps.get_model("core", "IdempotentAnswer").objects.filter(status=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(forget_the_unfinished, migrations.RunPython.noop),
        migrations.RemoveField("idempotentanswer", "leased_until"),
        migrations.AlterField(
            "idempotentanswer", "status", models.PositiveSmallIntegerField(default=201), preserve_default=False
        ),
    ]
