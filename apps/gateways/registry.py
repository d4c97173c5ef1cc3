"""The open gateways, by the settings. The Stripe client is imported only when it is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from django.conf import settings

from apps.gateways.errors import GatewayRefused
from apps.gateways.protocols.gateway import Gateway

Flow = TypeVar("Flow")

_registered: dict[str, Callable[[], Gateway]] = {}


def register(name: str, make: Callable[[], Gateway]) -> None:
    """Register a gateway whose data is stored by an app in a higher layer."""
    _registered[name] = make


def names() -> tuple[str, ...]:
    """The names of the open gateways, the default first."""
    return tuple(dict.fromkeys((settings.PAYMENT_GATEWAY, *settings.PAYMENT_GATEWAYS_ALSO)))


def default_gateway() -> Gateway:
    """The gateway for new charges and payouts."""
    return gateway(settings.PAYMENT_GATEWAY)


def gateway(name: str) -> Gateway:
    """
    The gateway of an existing charge or payout.

    :raises LookupError: if the name is unknown.
    """
    if name in _registered:
        return _registered[name]()
    if name == "wallet" and settings.WALLET_PROVIDER_URL:
        from apps.gateways.wallet.gateway import WalletGateway

        return WalletGateway(base_url=settings.WALLET_PROVIDER_URL, timeout=_timeout())
    return _connect(
        name,
        settings.PROCESSOR_URL,
        settings.WEBHOOK_SECRET,
        settings.WEBHOOK_THIN_SECRET,
        settings.STRIPE_API_KEY,
        settings.STRIPE_API_BASE,
        settings.STRIPE_FINANCIAL_ACCOUNT,
        _timeout(),
    )


def offers(name: str, flow: type[Flow]) -> bool:
    """Whether the gateway implements a protocol. `offers("bank", Onboarding)` is False."""
    return isinstance(gateway(name), flow)


def gateway_with(name: str, flow: type[Flow]) -> Flow:
    """
    The gateway, if it implements the protocol.

    :raises GatewayRefused: with the code `unsupported`, if it does not.
    """
    connected = gateway(name)
    if not isinstance(connected, flow):
        raise GatewayRefused("unsupported", f"{name} has no {flow.__name__}")
    return connected


def _timeout() -> tuple[float, float]:
    """Seconds: (to connect, to answer)."""
    return settings.GATEWAY_CONNECT_SECONDS, settings.GATEWAY_ANSWER_SECONDS


@cache
def _connect(
    name: str,
    processor_url: str,
    webhook_secret: str,
    thin_secret: str,
    api_key: str,
    api_base: str,
    financial_account: str,
    timeout: tuple[float, float],
) -> Gateway:
    if name == "sandbox":
        from apps.gateways.stripe.sandbox import SandboxGateway

        return SandboxGateway(
            base_url=processor_url, webhook_secret=webhook_secret, thin_secret=thin_secret, timeout=timeout
        )
    if name == "stripe":
        from apps.gateways.stripe.client import StripeGateway

        return StripeGateway(
            api_key=api_key,
            webhook_secret=webhook_secret,
            thin_secret=thin_secret,
            api_base=api_base,
            financial_account=financial_account,
            timeout=timeout,
        )
    raise LookupError(f"no payment gateway is called {name}")
