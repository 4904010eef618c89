"""The secret key of a laptop: made once, kept in the data folder, readable by its owner only."""

import os
import secrets
from pathlib import Path


def embedded_secret_key(*, var_dir: Path, role: str) -> str:
    """The key of the embedded default. Any other role must be given one: several processes must share it."""
    if role != "all":
        raise ValueError(f"COURSIER_SECRET_KEY (or COURSIER_SECRET_KEY_FILE) must be set for the role {role!r}")
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        fresh = var_dir / f"secret_key.{os.getpid()}"
        fresh.write_text(secrets.token_urlsafe(64))
        fresh.chmod(0o600)
        try:
            os.link(fresh, path)  # atomic: of two processes that start together, the first one's key stays
        except FileExistsError:
            return path.read_text()
        finally:
            fresh.unlink()
    return path.read_text()
