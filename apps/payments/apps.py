from apps.common.apps import AreaConfig


class PaymentsConfig(AreaConfig):
    name = "apps.payments"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.accounts.queries import RELATIONS
        from apps.ledger.queries.invariants import register_invariant
        from apps.outbox import bus
        from apps.payments.gateways import doors
        from apps.payments.gateways.bank import BankGateway
        from apps.payments.operations.bank import DatabaseBook
        from apps.payments.queries import cash, reconciliation, related, wallet

        if related.share_a_payout_account not in RELATIONS:
            RELATIONS.append(related.share_a_payout_account)
        doors.register("bank", lambda: BankGateway(DatabaseBook()))
        register_invariant("I10_transit_accounts_left_by_finished_payouts_and_refunds", wallet.transit_left)
        register_invariant("I11_suspense_older_than_a_day", reconciliation.suspense_older_than_a_day)
        register_invariant(
            "I11_suspense_that_is_not_the_sum_of_its_items", reconciliation.suspense_that_is_not_its_items
        )
        register_invariant("I12_webhooks_that_failed", reconciliation.webhooks_failed)
        register_invariant("I12_domain_events_that_were_not_handled", bus.failed_count)
        register_invariant("I10_cash_between_doors_that_is_not_its_moves", cash.cash_left_in_transit)
        register_invariant("I10_claims_left_by_finished_chargebacks", wallet.chargeback_claims_left)
