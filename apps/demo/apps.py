from apps.common.apps import AreaConfig


class DemoConfig(AreaConfig):
    """Demo data, the journey, synthetic data and the page of components: installed unless in production."""

    name = "apps.demo"
    default = True
