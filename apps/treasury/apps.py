from apps.common.apps import AreaConfig


class TreasuryConfig(AreaConfig):
    name = "apps.treasury"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.gateways.operations import dispatch
        from apps.ledger.queries.invariants import register_invariant
        from apps.payouts.queries import liquidity
        from apps.treasury.operations import comparison
        from apps.treasury.queries import internal_transfers, reconciliation

        dispatch.register_check(comparison.are_current)
        liquidity.register_commitment(internal_transfers.agreed_minor)
        register_invariant("I11_suspense_older_than_a_day", reconciliation.suspense_older_than_a_day)
        register_invariant(
            "I11_suspense_that_is_not_the_sum_of_its_items", reconciliation.suspense_that_is_not_its_items
        )
        register_invariant("I10_cash_in_transit_that_is_not_its_transfers", internal_transfers.cash_left_in_transit)
