"""`manage.py write_api_files`: what is made from the description of the REST API, or whether it is as it should be."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from apps.core.description.postman import postman_collection
from apps.core.description.python_client import python_operations
from apps.core.description.source import description


def api_files() -> dict[Path, str]:
    """The text of every file, by its path within the project."""
    of = description()
    return {
        Path("docs/api/openapi.json"): _json(of),
        Path("docs/api/postman_collection.json"): _json(postman_collection(of)),
        Path("coursier_client/operations.py"): python_operations(of),
    }


class Command(BaseCommand):
    """Writes the files; with `--check` only says which are not as they should be."""

    help = "Write the description of the REST API, its Postman collection and the operations of the Python client."

    def add_arguments(self, parser: CommandParser) -> None:
        """The one choice."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is out of date")

    def handle(self, *_: Any, check: bool, **__: Any) -> None:
        """Write, or check."""
        stale = [path for path, text in api_files().items() if _read(path) != text]
        if check and stale:
            raise CommandError(f"Out of date, run manage.py write_api_files: {', '.join(map(str, stale))}")
        for path, text in api_files().items() if not check else ():
            (settings.BASE_DIR / path).parent.mkdir(parents=True, exist_ok=True)
            (settings.BASE_DIR / path).write_text(text, encoding="utf-8")
        self.stdout.write("As they should be." if not stale else f"Written: {', '.join(map(str, stale))}")


def _read(path: Path) -> str:
    full: Path = settings.BASE_DIR / path
    return full.read_text(encoding="utf-8") if full.is_file() else ""


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
