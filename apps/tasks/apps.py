from apps.common.apps import AreaConfig


class TasksConfig(AreaConfig):
    name = "apps.tasks"
    default = True
