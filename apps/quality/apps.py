from apps.common.apps import AreaConfig


class QualityConfig(AreaConfig):
    name = "apps.quality"
    default = True
