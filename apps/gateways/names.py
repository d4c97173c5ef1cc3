from django.db import models
from django.utils.translation import gettext_lazy as _


class GatewayName(models.TextChoices):
    """The gateways, with the names shown to payers."""

    SANDBOX = "sandbox", _("Card")
    STRIPE = "stripe", _("Card and other methods of the payment processor")
    BANK = "bank", _("Bank transfer")
    WALLET = "wallet", _("Wallet")
