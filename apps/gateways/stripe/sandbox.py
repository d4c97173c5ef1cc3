"""
The sandbox processor is Stripe at another address: the same client, with the payment page in the buyer's language.
"""

from __future__ import annotations

from collections.abc import Sequence

from apps.gateways.stripe import retry
from apps.gateways.stripe.client import StripeGateway

API_KEY = "sk_test_sandbox"
FINANCIAL_ACCOUNT = "fa_sandbox"
"""The sandbox pays cross-border payouts from the platform's own balance."""


class SandboxGateway(StripeGateway):
    name = "sandbox"
    bank_account_rails = frozenset({"connect", "global_payouts", "sandbox", ""})

    def __init__(
        self,
        *,
        base_url: str,
        webhook_secret: str,
        thin_secret: str = "",
        timeout: tuple[float, float] = (3, 15),
        pauses: Sequence[float] = retry.PAUSES,
    ) -> None:
        super().__init__(
            api_key=API_KEY,
            webhook_secret=webhook_secret,
            api_base=base_url.rstrip("/"),
            thin_secret=thin_secret,
            financial_account=FINANCIAL_ACCOUNT,
            retries=0,
            timeout=timeout,
            pauses=pauses,
        )

    def page_language(self, language: str) -> str:
        return language
