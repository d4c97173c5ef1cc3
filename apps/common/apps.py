from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class AreaConfig(AppConfig):
    """The base of every app's config: registers its subscribers and webhook handlers when Django is ready."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("events", "subscribers", "webhooks"):
            if find_spec(f"{self.name}.{module}"):
                import_module(f"{self.name}.{module}")


class CommonConfig(AreaConfig):
    name = "apps.common"
    default = True

    def ready(self) -> None:
        super().ready()
        for model in apps.get_models():
            if "verbose_name_plural" not in model._meta.original_attrs and model.__module__.startswith("apps."):
                model._meta.verbose_name_plural = plural(str(model._meta.verbose_name))


def plural(noun: str) -> str:
    """An English plural for the Django admin, which by default only adds an "s"."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
