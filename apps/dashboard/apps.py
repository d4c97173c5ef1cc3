from apps.common.apps import AreaConfig


class DashboardConfig(AreaConfig):
    name = "apps.dashboard"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.dashboard.management import deploy_checks

        deploy_checks.connect()
