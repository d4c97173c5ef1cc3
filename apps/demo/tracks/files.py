"""Reads folders of tracks (people, tasks, past work); used only by `match_eval`."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RUN_SUFFIX = ".jsonl"


class TrackUnreadable(Exception):
    """The message names the wrong file and the place in it."""


def track_folders(folder: Path) -> list[Path]:
    """
    Return the folders inside `folder` that hold a track, by name.

    :raises TrackUnreadable: if it is not a folder, or holds no track.
    """
    if not folder.is_dir():
        raise TrackUnreadable(f"{folder} is not a folder")
    folders = sorted(item for item in folder.iterdir() if item.is_dir() and _file(item, "tasks") is not None)
    if not folders:
        raise TrackUnreadable(f"{folder} holds no folder with a tasks.jsonl.gz")
    return folders


def rows(folder: Path, name: str, *, is_required: bool = True) -> list[dict[str, Any]]:
    """
    Return the objects of `name`.jsonl.gz (or .jsonl) of a track, each with a unique text `id`.

    :raises TrackUnreadable: if a required file is missing, is not gzip, or a line is not such an object.
    """
    path = _file(folder, name)
    if path is None:
        if is_required:
            raise TrackUnreadable(f"{folder.name}: {name}.jsonl.gz is missing")
        return []
    objects = list(_objects(path))
    ids = {row["id"] for row in objects}
    if len(ids) < len(objects):
        raise TrackUnreadable(f"{folder.name}/{path.name}: an id occurs twice")
    if is_required and not objects:
        raise TrackUnreadable(f"{folder.name}/{path.name} is empty")
    return objects


def meta(folder: Path) -> dict[str, Any]:
    """
    Return the content of meta.json; empty if there is none.

    :raises TrackUnreadable: if it is not a JSON object.
    """
    path = folder / "meta.json"
    if not path.exists():
        return {}
    try:
        loads = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrackUnreadable(f"{folder.name}/meta.json cannot be read: {error}") from error
    if not isinstance(loads, dict):
        raise TrackUnreadable(f"{folder.name}/meta.json is not an object")
    return loads


def write_run(folder: Path, name: str, rankings: list[tuple[str, list[str]]]) -> Path:
    """Write one line per task; the file is written completely or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / (name + RUN_SUFFIX), folder / (name + RUN_SUFFIX + ".part")
    with part.open("w", encoding="utf-8") as lines:
        for task, ranking in rankings:
            lines.write(json.dumps({"task": task, "ranking": ranking}, ensure_ascii=False) + "\n")
    return part.replace(path)


def _file(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / f"{name}.jsonl.gz", folder / f"{name}.jsonl") if path.exists()), None)


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    where = f"{path.parent.name}/{path.name}"
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
                    raise TrackUnreadable(f"{where}, line {number}: not an object with an id")
                yield row | {"id": str(row["id"])}
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise TrackUnreadable(f"{where} cannot be read: {error}") from error
    except ValueError as error:
        raise TrackUnreadable(f"{where}, line {number}: {error}") from error
