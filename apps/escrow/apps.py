from apps.common.apps import AreaConfig


class EscrowConfig(AreaConfig):
    name = "apps.escrow"
    default = True
