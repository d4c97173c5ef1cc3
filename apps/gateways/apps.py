from apps.common.apps import AreaConfig


class GatewaysConfig(AreaConfig):
    name = "apps.gateways"
    default = True

    def ready(self) -> None:
        super().ready()
        from apps.gateways.queries import webhooks
        from apps.ledger.queries.invariants import register_invariant
        from apps.outbox import bus

        register_invariant("I12_webhooks_that_failed", webhooks.webhooks_failed)
        register_invariant("I12_domain_events_that_were_not_handled", bus.failed_count)
