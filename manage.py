#!/usr/bin/env python
"""Django's command line for Coursier."""

import os
import sys


def main() -> None:
    """Run a command. A setting that cannot be read stops it with one line, before anything starts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coursier.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    try:
        settings.ROLE  # noqa: B018 - reads them all
    except (ValueError, OSError) as error:
        sys.exit(f"coursier: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
