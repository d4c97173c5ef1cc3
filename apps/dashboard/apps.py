from apps.common.apps import AreaConfig


class DashboardConfig(AreaConfig):
    name = "apps.dashboard"
    default = True
