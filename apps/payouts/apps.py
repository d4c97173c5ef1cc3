from apps.common.apps import AreaConfig


class PayoutsConfig(AreaConfig):
    name = "apps.payouts"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.accounts.queries.related import RELATIONS
        from apps.ledger.queries.invariants import register_invariant
        from apps.payouts.queries import related, wallet

        if related.share_a_payout_account not in RELATIONS:
            RELATIONS.append(related.share_a_payout_account)
        register_invariant("I10_transit_accounts_left_by_finished_payouts_and_refunds", wallet.transit_left)
