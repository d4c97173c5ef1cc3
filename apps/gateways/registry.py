"""Which gateway is open, by the settings; the Stripe client is imported only when it is asked for."""

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
    """A gateway whose memory is kept by the area above is brought by it."""
    _registered[name] = make


def names() -> tuple[str, ...]:
    """Every gateway that is open here, the first choice first."""
    return tuple(dict.fromkeys((settings.PAYMENT_GATEWAY, *settings.PAYMENT_GATEWAYS_ALSO)))


def default_gateway() -> Gateway:
    """The gateway that new charges and payouts go through."""
    return gateway(settings.PAYMENT_GATEWAY)


def gateway(name: str) -> Gateway:
    """The gateway that an existing charge or payout went through. :raises LookupError: for an unknown name."""
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
    """Does a gateway do what a protocol describes? `offers("bank", Onboarding)` is False."""
    return isinstance(gateway(name), flow)


def gateway_with(name: str, flow: type[Flow]) -> Flow:
    """
    The gateway, for what only some do.

    :raises GatewayRefused: `unsupported`, where it does not do it.
    """
    connected = gateway(name)
    if not isinstance(connected, flow):
        raise GatewayRefused("unsupported", f"{name} has no {flow.__name__}")
    return connected


def _timeout() -> tuple[float, float]:
    """To connect, and to answer."""
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
