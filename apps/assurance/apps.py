from apps.common.apps import AreaConfig


class AssuranceConfig(AreaConfig):
    name = "apps.assurance"
    default = True
