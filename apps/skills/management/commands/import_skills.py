from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.skills import operations
from apps.skills.models import Skill, SkillLabel, SkillRelation


class Command(BaseCommand):
    help = "Load the skills: our freelance core and ESCO. Can be repeated; an interrupted run continues."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--core-only", action="store_true", help="load only categories and the freelance core")
        parser.add_argument("--esco-csv", type=Path, metavar="DIR", help="also read ESCO's own CSV download")
        parser.add_argument("--again", action="store_true", help="write all rows again, even unchanged ones")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        self.verbosity = options["verbosity"]
        now, again = timezone.now(), options["again"]
        operations.import_core(now=now, report=self.report, again=again)
        if not options["core_only"]:
            operations.import_esco(now=now, report=self.report, again=again)
        if options["esco_csv"]:
            try:
                operations.import_official(folder=options["esco_csv"], now=now, report=self.report, again=again)
            except FileNotFoundError as error:
                raise CommandError(str(error)) from error
        if self.verbosity:
            counts = {
                "skills": Skill.objects.count(), "labels": SkillLabel.objects.count(),
                "relations": SkillRelation.objects.count(), "seconds": round(time.monotonic() - started, 1),
            }  # fmt: skip
            self.stdout.write(json.dumps(counts))

    def report(self, source: str, rows_done: int) -> None:
        if self.verbosity:
            self.stdout.write(f"{source}: {rows_done:,} rows")
