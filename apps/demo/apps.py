from apps.common.apps import AreaConfig


class DemoConfig(AreaConfig):
    """Demo data, the example journey, synthetic data and the component page; installed except in production."""

    name = "apps.demo"
    default = True
