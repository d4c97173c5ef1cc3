from apps.common.apps import AreaConfig


class PaymentsConfig(AreaConfig):
    name = "apps.payments"
    default = True
