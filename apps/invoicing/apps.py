from apps.common.apps import AreaConfig


class InvoicingConfig(AreaConfig):
    name = "apps.invoicing"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.invoicing.queries import documents
        from apps.ledger.queries.invariants import register_invariant

        register_invariant("D1_numbers_missing_from_a_series", documents.numbers_missing)
