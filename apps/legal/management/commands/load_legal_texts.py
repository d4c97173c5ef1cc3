"""Publish legal texts from Markdown files."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.common.actors import SYSTEM
from apps.legal import operations
from apps.legal.models import LegalKind
from apps.legal.operations import TextUnchanged, Wording


class Command(BaseCommand):
    help = (
        "Publish legal texts from a folder: terms.en.md, terms.ar.md, privacy.en.md, imprint.en.md, contact.en.md. The "
        "first line is the title (# ...). What has not changed is left alone, so it can be repeated."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--effective", help="ISO 8601; the earliest moment by default")

    def handle(self, *args: Any, **options: Any) -> None:
        effective_at = datetime.fromisoformat(options["effective"]) if options["effective"] else None
        for kind in LegalKind:
            wordings = {
                code: _read(path)
                for code, _name in settings.LANGUAGES
                if (path := options["folder"] / f"{kind}.{code}.md").exists()
            }
            if not wordings:
                continue
            try:
                version = operations.publish(
                    kind=kind, wordings=wordings, effective_at=effective_at, actor=SYSTEM, now=timezone.now()
                )
            except TextUnchanged:
                self.stdout.write(f"{kind}: unchanged")
            else:
                self.stdout.write(f"{kind}: version {version.number} from {version.effective_at.isoformat()}")


def _read(path: Path) -> Wording:
    first, _newline, body = path.read_text(encoding="utf-8").strip().partition("\n")
    if not first.startswith("# ") or not body.strip():
        raise CommandError(f"{path}: the first line is the title (# ...), and a text follows.")
    return Wording(first.removeprefix("# ").strip(), body.strip())
