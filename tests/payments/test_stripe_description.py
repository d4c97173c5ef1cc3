"""What we send against Stripe's own description of its API, where a copy of it lies (STRIPE_OPENAPI_FILE)."""

import json
import os
from pathlib import Path
from uuid import uuid4

import pytest

from apps.common.money import Money
from apps.payments.gateways import wire
from apps.payments.gateways.port import CheckoutRequest, RecipientRequest

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "stripe" / "openapi-trimmed.json"
FILE = Path(os.environ.get("STRIPE_OPENAPI_FILE") or BESIDE)
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="no copy of Stripe's description on this machine")

CHECKOUT = CheckoutRequest(uuid4(), uuid4(), Money.of("5.00", "EUR"), "Logo", "g", "http://s", "http://c", "en")
RECIPIENT = RecipientRequest(uuid4(), uuid4(), "FR", "EUR", "Ada", "FR1420041010050500013M02606", "connect")


def unknown(properties: dict, sent: dict, path: str = "") -> list[str]:
    found = []
    for name, value in sent.items():
        here = properties.get(name)
        if here is None:
            found.append(f"{path}{name}")
            continue
        choices = [here, *here.get("anyOf", [])]
        inner = next((choice["properties"] for choice in choices if "properties" in choice), None)
        item = next((choice["items"] for choice in choices if "items" in choice), {})
        if isinstance(value, dict) and inner is not None:
            found += unknown(inner, value, f"{path}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict) and "properties" in item:
            found += unknown(item["properties"], value[0], f"{path}{name}[].")
    return found


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/v1/checkout/sessions", wire.checkout_parameters(CHECKOUT)),
        ("/v1/accounts", wire.recipient_parameters(RECIPIENT)),
        ("/v1/transfers", {"amount": 1, "currency": "usd", "destination": "a", "transfer_group": "g", "metadata": {}}),
        ("/v1/payouts", {"amount": 1, "currency": "usd", "metadata": {}}),
        ("/v1/refunds", {"payment_intent": "pi", "amount": 1, "metadata": {}}),
    ],
)
def test_every_parameter_that_we_send_is_known_to_stripe(path, sent):
    operation = json.loads(FILE.read_text())["paths"][path]["post"]
    body = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert unknown(body["properties"], sent) == []
