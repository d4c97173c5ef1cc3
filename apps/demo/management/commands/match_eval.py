from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.demo.tracks import files, rows
from ranking import linker
from ranking import tracks as ranking


class Command(BaseCommand):
    help = "Rank the freelancers of every track in a folder for its tasks, with the same code as the site."
    requires_system_checks = []  # it only reads files and the shipped taxonomy, so it can run before the setup

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--in", dest="source", type=Path, required=True, metavar="DIR", help="a folder of tracks")
        parser.add_argument(
            "--out", dest="runs", type=Path, required=True, metavar="RUNS", help="the folder to which runs are written"
        )
        parser.add_argument("--track", action="append", default=[], metavar="NAME", help="only this track (repeatable)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.is_quiet = options["verbosity"] == 0
        summary: dict[str, Any] = {}
        started = time.monotonic()
        try:
            folders = files.track_folders(options["source"])
            for folder in self._chosen(folders, options["track"]):
                summary[folder.name] = self._run(folder, options["runs"])
        except files.TrackUnreadable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{options['runs']} cannot be written: {error}") from error
        self.stdout.write(json.dumps({"tracks": summary, "seconds": round(time.monotonic() - started, 1)}))

    def _chosen(self, folders: list[Path], names: list[str]) -> list[Path]:
        missing = set(names) - {folder.name for folder in folders}
        if missing:
            raise CommandError(f"there is no track {', '.join(sorted(missing))}")
        return [folder for folder in folders if not names or folder.name in names]

    def _run(self, folder: Path, runs: Path) -> dict[str, Any]:
        started = time.monotonic()
        track = rows.read(folder)

        def report(step: str) -> None:
            if not self.is_quiet:
                self.stderr.write(f"{folder.name} {time.monotonic() - started:6.1f} s  {step}")

        report(f"has {len(track.people)} freelancers, {len(track.tasks)} tasks, {len(track.past)} past tasks")
        ranked = ranking.rank(track, linker.shipped(), report)
        files.write_run(runs, folder.name, ranked.rankings)
        result = {"how": ranked.how, "tasks": len(track.tasks), "freelancers": len(track.people)}
        if ranked.card:
            result["ranker"] = ranked.card["ranker"]["kind"]
        return result | {"seconds": round(time.monotonic() - started, 1)}
