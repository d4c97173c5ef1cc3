from apps.common.apps import AreaConfig


class DemoConfig(AreaConfig):
    """Demo data, the journey and synthetic data: installed unless in production."""

    name = "apps.demo"
    default = True
