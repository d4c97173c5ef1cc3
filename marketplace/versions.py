"""The version, from pyproject.toml; shown on /version, in readyz, in logs and in the image's label."""

from __future__ import annotations

import tomllib
from pathlib import Path


def version_of(pyproject: Path) -> str:
    try:
        return str(tomllib.loads(pyproject.read_text())["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
