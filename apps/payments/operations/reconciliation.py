"""The processor's word against the books."""

from __future__ import annotations

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger import queries as ledger
from apps.payments.gateways.doors import door
from apps.payments.gateways.port import GatewayUnavailable


def balance_at_processor(*, gateway: str) -> dict[str, Money] | None:
    """The platform's balance by currency, in the processor's own word; None when it does not answer."""
    try:
        return door(gateway).balance()
    except GatewayUnavailable:
        return None


def compare_balances(*, gateway: str) -> dict[str, tuple[Money, Money]]:
    """
    Currencies in which the processor's balance and the clearing account differ: (processor, books).

    Payments of the last minutes may stand in one and not yet in the other; a difference that stays is an alarm.

    :raises GatewayUnavailable: without an answer.
    """
    held = door(gateway).balance()
    booked = ledger.balances_by_currency(chart.clearing(gateway, "EUR").code)
    pairs = {
        currency: (held.get(currency, Money.zero(currency)), booked.get(currency, Money.zero(currency)))
        for currency in sorted(held.keys() | booked.keys())
    }
    return {currency: pair for currency, pair in pairs.items() if pair[0] != pair[1]}
