"""The drawn map under every live screen: the file that the city's set-up wrote, else the outlines of the zones."""

from pathlib import Path

import orjson
from django.conf import settings

from apps.zones.selectors import active_zones

MEDIA_TYPE = "application/geo+json"
FILE = "basemap.json"


def base_map() -> bytes:
    """GeoJSON: a FeatureCollection, whose features' `kind` says what they are (`apps/simulation/city/basemap.py`)."""
    path = Path(settings.VAR_DIR) / FILE
    if path.is_file():
        return path.read_bytes()
    outlines = [
        {
            "type": "Feature",
            "properties": {"kind": "outline", "name": zone.name},
            "geometry": {"type": "Polygon", "coordinates": [zone.ring]},
        }
        for zone in active_zones()
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": outlines})
