from apps.common.apps import AreaConfig


class ContractsConfig(AreaConfig):
    name = "apps.contracts"
    default = True
