from apps.common.apps import AreaConfig


class BankingConfig(AreaConfig):
    name = "apps.banking"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.banking.gateway import BankGateway
        from apps.banking.operations.book import DatabaseBook
        from apps.gateways import registry

        registry.register("bank", lambda: BankGateway(DatabaseBook()))
