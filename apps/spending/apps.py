from apps.common.apps import AreaConfig


class SpendingConfig(AreaConfig):
    name = "apps.spending"
    default = True
