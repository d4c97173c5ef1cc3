from apps.common.apps import AreaConfig


class PaymentsConfig(AreaConfig):
    name = "apps.payments"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.ledger.queries.invariants import register_invariant
        from apps.payments.queries import chargebacks

        register_invariant("I10_claims_left_by_finished_chargebacks", chargebacks.chargeback_claims_left)
