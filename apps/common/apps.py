from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class AreaConfig(AppConfig):
    """An area of the product: its subscribers listen as soon as Django is ready."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for room in ("events", "subscribers"):
            if find_spec(f"{self.name}.{room}"):
                import_module(f"{self.name}.{room}")


class CommonConfig(AreaConfig):
    name = "apps.common"
    default = True
