"""Writes of hubs: one file per use case."""

from apps.hubs.services.missing import flag_missing_parcels
from apps.hubs.services.operating import HubChanges, NewHub, change_hub, open_hub
from apps.hubs.services.scanning import NewScan, scan_batch

__all__ = [
    "HubChanges",
    "NewHub",
    "NewScan",
    "change_hub",
    "flag_missing_parcels",
    "open_hub",
    "scan_batch",
]
