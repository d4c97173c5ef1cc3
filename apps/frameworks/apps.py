from apps.common.apps import AreaConfig


class FrameworksConfig(AreaConfig):
    name = "apps.frameworks"
    default = True
