"""What may be asked about zones."""

from apps.core.api.fields import CoordinateText
from apps.core.api.serializers import StrictSerializer


class PlaceQuery(StrictSerializer):
    """A place, in a query string."""

    lat = CoordinateText(limit=90)
    lon = CoordinateText(limit=180)
