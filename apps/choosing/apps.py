from apps.common.apps import AreaConfig


class ChoosingConfig(AreaConfig):
    name = "apps.choosing"
    default = True
