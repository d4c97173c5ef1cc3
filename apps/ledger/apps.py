from apps.common.apps import AreaConfig


class LedgerConfig(AreaConfig):
    name = "apps.ledger"
    default = True
