"""Prices as answers show them."""

from rest_framework import serializers

from apps.core.api.serializers import OutputSerializer


class PriceLineOut(OutputSerializer):
    """One line of a price, in cents of its currency; with what it was counted by, where it was counted."""

    code = serializers.CharField(help_text="`base`, `distance`, `weight`, `zone`, `peak`, `tax`; more may come.")
    label = serializers.CharField()  # type: ignore[assignment] # the API's word, and the serializer's
    amount = serializers.IntegerField()
    quantity = serializers.FloatField(required=False)
    unit = serializers.CharField(required=False)
    unit_price = serializers.IntegerField(required=False)
