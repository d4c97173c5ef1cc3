from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.demo import synthetic
from apps.demo.guard import refuse_where_others_are


class Command(BaseCommand):
    help = "Create synthetic tasks and freelancers for benchmarks. Except ids and times, a --seed gives the same rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tasks", type=int, default=100_000)
        parser.add_argument("--freelancers", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_others_are()
        started = time.monotonic()
        try:
            generator = synthetic.Generator(options["seed"])
        except synthetic.SkillsMissing as error:
            raise CommandError("There are no skills yet: run import_skills first.") from error
        generator.add_freelancers(options["freelancers"])
        generator.add_tasks(options["tasks"])
        synthetic.analyze()
        self.stdout.write(
            json.dumps(
                {
                    "freelancers": options["freelancers"],
                    "tasks": options["tasks"],
                    "seconds": round(time.monotonic() - started, 1),
                }
            )
        )
