"""What a migration does to rows from before it."""

from importlib import import_module

import pytest
from django.apps import apps

from apps.core.ids import public_id
from apps.orders.models import Parcel
from apps.orders.services import NewParcel, cancel_order
from tests.cast import placed

pytestmark = pytest.mark.django_db
through_hubs = import_module("apps.orders.migrations.0008_through_hubs")


def test_parcels_from_before_get_what_scans_need(cast, hand_clock, monkeypatch):
    monkeypatch.setattr(through_hubs, "BATCH", 2)
    parcels = (NewParcel(weight_g=1, barcode="A"), NewParcel(weight_g=1))
    ended, _ = placed(cast, parcels=parcels)
    cancel_order(order_id=ended.pk, reason="over")
    older, newer = placed(cast, parcels=parcels)[0], placed(cast, parcels=(NewParcel(weight_g=1, barcode="B"),))[0]
    Parcel.objects.update(organisation_id=None, is_live=False)
    Parcel.objects.filter(order=newer).update(barcode="A")  # two live ones of one barcode were allowed
    Parcel.objects.filter(barcode__startswith="par_").update(barcode="")
    through_hubs.complete_parcels(apps, None)
    assert set(Parcel.objects.values_list("organisation_id", flat=True)) == {cast.bakery.pk}
    assert {(p.order_id, p.barcode): p.is_live for p in Parcel.objects.filter(barcode="A")} == {
        (ended.pk, "A"): False,
        (older.pk, "A"): False,
        (newer.pk, "A"): True,
    }
    nameless = Parcel.objects.exclude(barcode="A")
    assert {p.barcode == public_id("par", p.pk) for p in nameless} == {True}
    assert {p.order_id: p.is_live for p in nameless} == {ended.pk: False, older.pk: True}
