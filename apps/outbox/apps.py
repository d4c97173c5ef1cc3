from importlib import import_module

from apps.common.apps import AreaConfig


class OutboxConfig(AreaConfig):
    name = "apps.outbox"
    default = True

    def ready(self) -> None:
        super().ready()
        # Importing the jobs registers the function that wakes the worker after a commit.
        import_module("apps.outbox.jobs")
