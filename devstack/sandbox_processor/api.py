"""The processor's API: routes, idempotency keys, lists, expansion, and simulated failures."""

from __future__ import annotations

import builtins
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from devstack.sandbox_processor import accounts, charges, disputes, events, forms, outbound, payouts, topups
from devstack.sandbox_processor.accounts import PLATFORM
from devstack.sandbox_processor.refusals import Refusal, unknown
from devstack.sandbox_processor.store import Json, Store

KEY_SECONDS = 24 * 3600
_EXPANDABLE = {"payment_intent", "latest_charge", "balance_transaction", "charge", "destination"}


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    fields: dict[str, Any]
    account: str = ""
    key: str = ""
    base_url: str = ""


@dataclass
class Answer:
    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    """`keeps_exchanges`: store calls and answers, for tests that check them against the OpenAPI description."""

    def __init__(self, store: Store, *, payout_delay: float = 1.0, keeps_exchanges: bool = False) -> None:
        self.store, self.payout_delay, self.keeps_exchanges = store, payout_delay, keeps_exchanges

    def answer(self, call: Call) -> Answer:
        """Answer one call; the answer is stored under its idempotency key, if it has one."""
        self.store.run("INSERT INTO calls (method, path, key) VALUES (?, ?, ?)", call.method, call.path, call.key)
        try:
            with self.store.step():
                answer = self._stored_answer(call)
                if answer is None:
                    answer = Answer(200, self._expanded(self._dispatch(call), call.fields.get("expand", {})))
                    self._remember(call, answer)
        except Refusal as error:
            answer = Answer(error.status, error.body())
            # An error during execution, not a malformed request: the answer is stored under the key, as Stripe does.
            if error.is_kept:
                self._remember(call, answer)
        if self.keeps_exchanges:
            self.store.remember_exchange(
                call.method, call.path, call.account, call.key, json.dumps(call.fields), answer.status,
                json.dumps(answer.body),
            )  # fmt: skip
        return answer

    def forget_keys(self) -> int:
        """Delete the idempotency keys, as a processor does after a day."""
        return self.store.run("DELETE FROM known_keys")

    def _remember(self, call: Call, answer: Answer) -> None:
        if call.method == "POST" and call.key:
            self.store.run(
                "INSERT OR REPLACE INTO known_keys VALUES (?, ?, ?, ?, ?, ?)",
                call.account,
                call.key,
                _fingerprint(call),
                answer.status,
                json.dumps(answer.body),
                self.store.now(),
            )

    def _stored_answer(self, call: Call) -> Answer | None:
        if call.method != "POST" or not call.key:
            return None
        rows = self.store.rows(
            "SELECT * FROM known_keys WHERE account = ? AND key = ? AND created > ?",
            call.account,
            call.key,
            self.store.now() - KEY_SECONDS,
        )
        if not rows:
            return None
        if rows[0]["fingerprint"] != _fingerprint(call):
            raise Refusal(
                400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters."
            )
        return Answer(rows[0]["status"], json.loads(rows[0]["body"]), {"Idempotent-Replayed": "true"})

    def _dispatch(self, call: Call) -> Json:
        for method, pattern, route in _ROUTES:
            match = pattern.fullmatch(call.path)
            if match and method == call.method:
                return route(self, call, *match.groups())
        raise Refusal(404, "invalid_request_error", "", f"Unrecognized request URL ({call.method}: {call.path}).")

    # reads

    def retrieve(self, call: Call, collection: str, object_id: str) -> Json:
        kind = _COLLECTIONS[collection]
        if kind == "checkout.session":
            return charges.find_session(self.store, object_id)
        result = self.store.find(object_id, call.account)
        if result is None or result["object"] != kind:
            raise unknown(kind, object_id)
        return self._ripe(result)

    def list(self, call: Call, collection: str) -> Json:
        listed = self.store.listed(_COLLECTIONS[collection], call.account)
        page = self._page(call, [body for body in listed if _matches(body, call.fields)])
        expand = call.fields.get("expand", {})
        if "data.source" in (expand.values() if isinstance(expand, dict) else expand):
            for body in page["data"]:
                source = self.store.find(str(body.get("source") or ""), call.account)
                body["source"] = events.public(source) if source else body.get("source")
        return page

    def reversals(self, call: Call, transfer_id: str) -> Json:
        """The reversals of one transfer."""
        listed = self.store.listed("transfer_reversal", call.account)
        return self._page(call, [body for body in listed if body["transfer"] == transfer_id])

    def _page(self, call: Call, result: builtins.list[Json]) -> Json:
        after = call.fields.get("starting_after")
        if after:
            ids = [body["id"] for body in result]
            result = result[ids.index(after) + 1 :] if after in ids else []
        limit = accounts.limit_of(call.fields)
        return {
            "object": "list",
            "url": call.path,
            "has_more": len(result) > limit,
            "data": [events.public(self._ripe(body)) for body in result[:limit]],
        }

    def list_v2(self, call: Call, kind: str, account: str = PLATFORM) -> Json:
        """In v2, pages link to each other by complete URLs."""
        listed = [body for body in self.store.listed(kind, account) if _matches_v2(body, call.fields)]
        start, limit = int(call.fields.get("page") or 0), accounts.limit_of(call.fields)
        following = f"{call.path}?limit={limit}&page={start + limit}" if len(listed) > start + limit else None
        return {
            "data": [events.public(body) for body in listed[start : start + limit]],
            "next_page_url": following,
            "previous_page_url": None,
        }

    def balance(self, call: Call) -> Json:
        pending = self.store.pending(call.account)
        total = self.store.balances(call.account)
        spendable = {code: amount - pending.get(code, 0) for code, amount in total.items()}
        return {
            "object": "balance",
            "livemode": False,
            "available": [{"amount": amount, "currency": code} for code, amount in spendable.items()],
            "pending": [{"amount": pending.get(code, 0), "currency": code} for code in total],
        }

    def _ripe(self, body: Json) -> Json:
        if body["object"] == "balance_transaction":
            body["status"] = "available" if body["available_on"] <= self.store.now() else "pending"
        return body

    def _expanded(self, body: Json, expand: Mapping[str, str]) -> Json:
        body = events.public(body)
        for path in sorted(expand.values()):
            nodes: list[Any] = [body]
            for name in path.split("."):
                if name == "data":
                    nodes = [item for node in nodes for item in node.get("data", [])]
                    continue
                nodes = [self._child(node, name) for node in nodes if isinstance(node, dict)]
        return body

    def _child(self, node: Json, name: str) -> Any:
        if name in _EXPANDABLE and isinstance(node.get(name), str):
            node[name] = events.public(self._ripe(self.store.find(node[name]) or {"object": ""}))
        return node.get(name)


def _matches(body: Json, fields: Mapping[str, Any]) -> bool:
    names = ("transfer_group", "payment_intent", "source", "type", "destination", "charge")
    filters = {name: fields[name] for name in names if name in fields}
    created = fields.get("created") if isinstance(fields.get("created"), dict) else {}
    if body["created"] < int((created or {}).get("gte") or 0):
        return False
    if "lt" in (created or {}) and body["created"] >= int((created or {})["lt"]):
        return False
    types = fields.get("types")
    if isinstance(types, dict) and body.get("type") not in types.values():
        return False
    return all(body.get(name) == value for name, value in filters.items())


def _matches_v2(body: Json, fields: Mapping[str, Any]) -> bool:
    recipient = fields.get("recipient")
    since = (fields.get("created") or {}).get("gte", "") if isinstance(fields.get("created"), dict) else ""
    is_his = recipient is None or body.get("to", {}).get("recipient") == recipient
    return is_his and bool(body["created"] >= since.replace("+00:00", "Z"))


def _fingerprint(call: Call) -> str:
    text = json.dumps([call.method, call.path, call.fields], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


_COLLECTIONS = {
    "checkout/sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "accounts": "account",
    "transfers": "transfer",
    "payouts": "payout",
    "balance_transactions": "balance_transaction",
    "disputes": "dispute",
    "radar/early_fraud_warnings": "radar.early_fraud_warning",
    "events": "event",
    "topups": "topup",
}
Route = Callable[..., Json]


def _include(call: Call) -> set[str]:
    include = call.fields.get("include", {})
    return set(include.values() if isinstance(include, dict) else include)


_WRITES: dict[str, Route] = {
    "/v1/checkout/sessions": lambda api, call: charges.create_session(api.store, call.fields, call.base_url),
    "/v1/checkout/sessions/([^/]+)/expire": lambda api, call, item: charges.expire_session(
        api.store, charges.find_session(api.store, item)
    ),
    "/v1/refunds": lambda api, call: charges.create_refund(api.store, call.fields),
    "/v1/accounts": lambda api, call: accounts.create(api.store, call.fields),
    "/v1/accounts/([^/]+)": lambda api, call, item: accounts.update(api.store, item, call.fields),
    "/v1/transfers": lambda api, call: payouts.create_transfer(api.store, call.fields),
    "/v1/transfers/([^/]+)/reversals": lambda api, call, item: payouts.reverse_transfer(api.store, item, call.fields),
    "/v1/payouts": lambda api, call: payouts.create_payout(api.store, call.account, call.fields, api.payout_delay),
    "/v1/topups": lambda api, call: topups.create(api.store, call.fields),
    "/v1/disputes/([^/]+)": lambda api, call, item: disputes.submit(api.store, item, call.fields),
    "/v1/balance_settings": lambda api, call: accounts.set_balance_settings(api.store, call.account, call.fields),
    "/v2/core/accounts": lambda api, call: accounts.create_v2(api.store, call.fields),
    "/v2/core/account_links": lambda api, call: accounts.create_link(api.store, call.fields, call.base_url),
    "/v2/money_management/outbound_payments": lambda api, call: outbound.create(
        api.store, call.fields, api.payout_delay
    ),
}
_READS: dict[str, Route] = {
    "/v1/balance": Api.balance,
    "/v1/balance_settings": lambda api, call: accounts.balance_settings(accounts.find(api.store, call.account)),
    "/v2/core/accounts/([^/]+)": lambda api, call, item: accounts.retrieve_v2(api.store, item, _include(call)),
    "/v2/core/events": lambda api, call: api.list_v2(call, "v2.core.event"),
    "/v2/money_management/outbound_payments": lambda api, call: api.list_v2(call, outbound.KIND),
    "/v2/money_management/outbound_payments/([^/]+)": lambda api, call, item: (
        api.store.find(item) or _nothing(outbound.KIND, item)
    ),
    "/v2/money_management/payout_methods": lambda api, call: api.list_v2(
        call, "v2.money_management.payout_method", call.account
    ),
    "/v1/transfers/([^/]+)/reversals": Api.reversals,
    f"/v1/({'|'.join(_COLLECTIONS)})": Api.list,
    f"/v1/({'|'.join(_COLLECTIONS)})/([^/]+)": Api.retrieve,
}
_ROUTES = [("POST", re.compile(pattern), route) for pattern, route in _WRITES.items()] + [
    ("GET", re.compile(pattern), route) for pattern, route in _READS.items()
]


def _nothing(kind: str, object_id: str) -> Json:
    raise unknown(kind, object_id)


def read_call(method: str, path: str, query: str, body: bytes, headers: Mapping[str, str], base_url: str) -> Call:
    """A call from an HTTP request; `headers` by lowercase name."""
    if method != "POST":
        fields = forms.parse(query)
    elif path.startswith("/v2/"):
        fields = json.loads(body or b"{}")
    else:
        fields = forms.parse(body.decode())
    return Call(
        method=method,
        path=path.rstrip("/"),
        fields=fields,
        account=headers.get("stripe-account", "") or headers.get("stripe-context", "") or PLATFORM,
        key=headers.get("idempotency-key", "") if method == "POST" else "",
        base_url=base_url,
    )
