"""
Whether the demo's own database is prepared: by what it was made from, so that a second start asks nothing again.

Tables and data depend on the programs, the data files and the installed packages; a change of any of them prepares
again, which adds what is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from devstack.services import REPO

PROGRAM_FOLDERS = ("apps", "ranking", "marketplace", "devstack")
FILE = ("*.py", "*.sql", "*.yaml", "*.gz", "*.npz")


class Preparation:
    """Noted in `file`; `processor_state`, the payment processor's own database, must still be there."""

    def __init__(self, file: Path, processor_state: Path) -> None:
        self.file, self.processor_state = file, processor_state

    def is_done(self) -> bool:
        return self.file.exists() and self.processor_state.exists() and self.file.read_text() == fingerprint()

    def mark_done(self) -> None:
        self.file.write_text(fingerprint())


def fingerprint() -> str:
    """Of the paths, sizes and times of change of all that the preparation reads."""
    digest = hashlib.sha256()
    for path in sorted(_files()):
        status = path.stat()
        digest.update(f"{path.relative_to(REPO)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    yield REPO / "requirements" / "demo.txt"
    for folder in PROGRAM_FOLDERS:
        for pattern in FILE:
            yield from (REPO / folder).rglob(pattern)
