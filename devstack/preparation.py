"""
Whether the demo's own database is already prepared, so that a second start skips the preparation.

Tables and data depend on the program, the data files and the installed packages. If any of them changes, the
preparation runs again and adds what is missing.
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
    :param file: stores the fingerprint of the last preparation.
    :param cluster: a file of the database cluster: a new cluster is not prepared.
    :param processor_state: the payment processor's own database, which must exist too.
    """

    def __init__(self, file: Path, cluster: Path, processor_state: Path) -> None:
        self.file, self.cluster, self.processor_state = file, cluster, processor_state

    def is_done(self) -> bool:
        return self.file.exists() and self.processor_state.exists() and self.file.read_text() == self._fingerprint()

    def mark_done(self) -> None:
        self.file.write_text(self._fingerprint())

    def _fingerprint(self) -> str:
        """
        A hash of the paths, sizes and modification times of all files that the preparation reads, and of the cluster.
        """
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
