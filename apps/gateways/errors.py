"""What can go wrong at a payment gateway."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.errors import Unavailable


class PaymentUnavailable(Unavailable):
    code = "payment_unavailable"
    message = _("The payment processor does not answer just now. Nothing was charged: please try again in a minute.")


class GatewayUnavailable(Exception):
    """No answer, or none that can be relied on. The money may or may not have moved: look it up, never guess."""


class GatewayRefused(Exception):
    """A rejection: nothing moved. `code` is the processor's own word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class SignatureWrong(Exception):
    """The webhook was not sent by the processor, or too long ago, or from the future."""
