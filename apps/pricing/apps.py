from apps.common.apps import AreaConfig


class PricingConfig(AreaConfig):
    name = "apps.pricing"
    default = True
