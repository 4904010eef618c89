"""Migrations of Django's own apps on MongoDB, made by `makemigrations admin auth contenttypes`."""
