"""Doors to the platform: authentication for the REST API."""
