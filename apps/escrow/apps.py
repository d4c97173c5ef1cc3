from apps.common.apps import AreaConfig


class EscrowConfig(AreaConfig):
    name = "apps.escrow"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.escrow.queries import invariants
        from apps.ledger.queries.invariants import register_invariant

        register_invariant("I10_accounts_left_by_finished_escrows", invariants.finished_but_holding)
        register_invariant("F1_paid_work_that_fees_do_not_count", invariants.paid_otherwise_than_announced)
        register_invariant("I10_escrows_that_differ_from_the_books", invariants.holding_otherwise_than_booked)
