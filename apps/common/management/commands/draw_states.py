"""Write docs/reference/states/*.md from the state machines."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.common.states import Machine


def machines() -> dict[str, Machine]:
    """The state machines of all apps, by name."""
    for area in settings.AREAS:
        if find_spec(f"apps.{area}.states"):
            import_module(f"apps.{area}.states")
    return dict(sorted(Machine.registry.items()))


class Command(BaseCommand):
    help = "Write docs/reference/states/*.md from the state machines."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs" / "reference" / "states"
        folder.mkdir(parents=True, exist_ok=True)
        for name, machine in machines().items():
            (folder / f"{name}.md").write_text(machine.markdown())
        self.stdout.write(f"{len(machines())} pages in docs/reference/states")
