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
PATTERNS = ("*.py", "*.sql", "*.yaml", "*.gz", "*.npz")


class Preparation:
    """
    :param file: where it is noted.
    :param cluster: a file of the database's cluster: another cluster has nothing yet.
    :param processor_state: the payment processor's own database, which must still be there.
    """

    def __init__(self, file: Path, cluster: Path, processor_state: Path) -> None:
        self.file, self.cluster, self.processor_state = file, cluster, processor_state

    def is_done(self) -> bool:
        return self.file.exists() and self.processor_state.exists() and self.file.read_text() == self._fingerprint()

    def mark_done(self) -> None:
        self.file.write_text(self._fingerprint())

    def _fingerprint(self) -> str:
        """Of the paths, sizes and times of change of all that the preparation reads, and of the cluster."""
        digest = hashlib.sha256()
        for path in [*sorted(_program_files()), self.cluster]:
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
        digest.update(f"{self.cluster.stat().st_ino}".encode())
        return digest.hexdigest()


def _program_files() -> Iterator[Path]:
    yield REPO / "requirements" / "demo.txt"
    for folder in PROGRAM_FOLDERS:
        for pattern in PATTERNS:
            yield from (REPO / folder).rglob(pattern)
