"""Errors of payment gateways."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.errors import Unavailable


class PaymentUnavailable(Unavailable):
    code = "payment_unavailable"
    message = _("The payment processor does not answer just now. Nothing was charged: please try again in a minute.")


class GatewayUnavailable(Exception):
    """No reliable answer. The money may or may not have moved: look it up, never guess."""


class GatewayRefused(Exception):
    """A rejection: nothing moved. `code` is the processor's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class SignatureWrong(Exception):
    """The webhook was not sent by the processor, or its timestamp is too old or in the future."""
