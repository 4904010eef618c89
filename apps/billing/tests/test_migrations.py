"""What a migration does to rows from before it, on the store itself."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import IntegrityError

from apps.billing.models import Charge, Handover
from apps.billing.services import settle_order
from apps.billing.tests.carrying import carried
from apps.core.ids import new_id
from tests.cast import assemble_cast

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, NOW = "0001_charges_and_statements", "0003_one_charge_per_orderer"


@pytest.fixture
def migrated():
    """Go to a migration of billing, and in the end to the last one again, whatever happened."""

    def to(name):
        executor = MigrationExecutor(connection)
        executor.migrate([("billing", name)])

    yield to
    to(NOW)


def test_charges_and_handovers_from_before_learn_who_owes_them_and_stay_one_each(migrated):
    cast = assemble_cast()
    legs = [carried(cast, cast.bo) for _ in range(2)]
    for leg in legs:
        settle_order(order_id=leg.order_id)
    before = {row.pk: (row.leg_id, row.gross_cents, row.statement_id) for row in Charge.objects.all()}
    migrated(BEFORE)
    migrated(NOW)
    assert {row.pk: (row.leg_id, row.gross_cents, row.statement_id) for row in Charge.objects.all()} == before
    assert set(Charge.objects.values_list("orderer_id", flat=True)) == {cast.bakery.pk}
    assert set(Handover.objects.values_list("leg_id", "orderer_id")) == {(leg.pk, cast.bakery.pk) for leg in legs}
    for table in (Charge, Handover):
        again = table.objects.first()
        again.pk = new_id()
        with pytest.raises(IntegrityError):
            again.save(force_insert=True)
