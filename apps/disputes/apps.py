from apps.common.apps import AreaConfig


class DisputesConfig(AreaConfig):
    name = "apps.disputes"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.disputes import queries
        from apps.ledger.queries.invariants import register_invariant

        register_invariant("I10_holds_left_by_finished_disputes", queries.finished_but_holding)
