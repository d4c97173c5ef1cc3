"""Webhooks about payouts and payout accounts."""

from __future__ import annotations

from apps.common.clock import Clock
from apps.common.ids import uuid_or_none
from apps.gateways import registry
from apps.gateways import webhook_handlers as webhooks
from apps.gateways.protocols.webhooks import WebhookKind, Webhooks
from apps.payouts.models import Payout
from apps.payouts.operations import accounts, payouts


@webhooks.handles(WebhookKind.PAYOUT)
def payout_changed(gateway: str, reference: str, clock: Clock) -> bool:
    payout_id = uuid_or_none(reference)
    return payout_id is not None and payouts.refresh_payout(payout_id=payout_id, clock=clock)


@webhooks.handles(WebhookKind.OUTBOUND)
def outbound_payment_changed(gateway: str, reference: str, clock: Clock) -> bool:
    """
    The event contains only the gateway's payment id: find our payout by it, or fetch the payment from the gateway.
    """
    rows = Payout.objects.filter(gateway=gateway, remote_payout_id=reference)
    payout_id = rows.values_list("id", flat=True).first()
    if payout_id is None:
        return payout_changed(gateway, registry.gateway_with(gateway, Webhooks).payout_of_outbound(reference), clock)
    return payouts.refresh_payout(payout_id=payout_id, clock=clock)


@webhooks.handles(WebhookKind.ACCOUNT)
def payout_account_changed(gateway: str, reference: str, clock: Clock) -> bool:
    return accounts.refresh_onboarding_of(gateway=gateway, remote_account_id=reference, now=clock())
