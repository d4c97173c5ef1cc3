"""The processor's API: routes, keys, lists, expansion, and the failures it is told to play."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.payments.gateways.processor import charges, events, forms, payouts
from apps.payments.gateways.processor.charges import PLATFORM
from apps.payments.gateways.processor.forms import integer
from apps.payments.gateways.processor.refusals import Refusal, unknown
from apps.payments.gateways.processor.store import Json, Store

_EXPANDABLE = {"payment_intent", "latest_charge", "balance_transaction", "charge", "destination"}


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    fields: dict[str, Any]
    account: str = ""
    key: str = ""
    base_url: str = ""

    @property
    def parts(self) -> list[str]:
        return self.path.strip("/").split("/")


@dataclass
class Answer:
    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    def __init__(self, store: Store, *, payout_delay: float = 1.0) -> None:
        self.store, self.payout_delay = store, payout_delay

    def answer(self, call: Call) -> Answer:
        """One call, remembered under its key where it has one."""
        self.store.run("INSERT INTO calls (method, path, key) VALUES (?, ?, ?)", call.method, call.path, call.key)
        try:
            with self.store.step():
                known = self._known(call)
                if known is not None:
                    return known
                answer = Answer(200, self._expanded(self._dispatch(call), call.fields.get("expand", {})))
                if call.method == "POST" and call.key:
                    self.store.run(
                        "INSERT INTO keys VALUES (?, ?, ?, ?, ?)",
                        call.account,
                        call.key,
                        _fingerprint(call),
                        answer.status,
                        json.dumps(answer.body),
                    )
                return answer
        except Refusal as refusal:
            return Answer(refusal.status, refusal.body())

    def forget_keys(self) -> int:
        """What a processor does after a day."""
        return self.store.run("DELETE FROM keys")

    def _known(self, call: Call) -> Answer | None:
        if call.method != "POST" or not call.key:
            return None
        found = self.store.rows("SELECT * FROM keys WHERE account = ? AND key = ?", call.account, call.key)
        if not found:
            return None
        if found[0]["fingerprint"] != _fingerprint(call):
            raise Refusal(
                400, "idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters."
            )
        return Answer(found[0]["status"], json.loads(found[0]["body"]), {"Idempotent-Replayed": "true"})

    def _dispatch(self, call: Call) -> Json:
        route = _ROUTES.get((call.method, "/".join(call.parts[1:])))
        if route is not None:
            return route(self, call)
        *collection, object_id = call.parts[1:] or [""]
        if call.method == "GET" and "/".join(collection) in _COLLECTIONS:
            return self._retrieve(call, _COLLECTIONS["/".join(collection)], object_id)
        if call.method == "POST" and collection == ["accounts"]:
            return payouts.update_account(self.store, object_id, call.fields)
        if call.method == "POST" and call.parts[1:3] == ["checkout", "sessions"] and call.parts[-1] == "expire":
            return charges.expire_session(self.store, charges.find_session(self.store, call.parts[3]))
        raise Refusal(404, "invalid_request_error", "", f"Unrecognized request URL ({call.method}: {call.path}).")

    def _retrieve(self, call: Call, kind: str, object_id: str) -> Json:
        if kind == "checkout.session":
            return charges.find_session(self.store, object_id)
        found = self.store.find(object_id, call.account)
        if found is None or found["object"] != kind:
            raise unknown(kind, object_id)
        return found

    def _list(self, call: Call) -> Json:
        name = "/".join(call.parts[1:])
        found = [
            body
            for body in self.store.listed(_COLLECTIONS[name], call.account)
            if _matches(body, call.fields)
        ]  # fmt: skip
        after = call.fields.get("starting_after")
        if after:
            ids = [body["id"] for body in found]
            found = found[ids.index(after) + 1 :] if after in ids else []
        limit = min(integer(call.fields, "limit") or 10, 100)
        return {
            "object": "list",
            "url": call.path,
            "has_more": len(found) > limit,
            "data": [events.public(body) for body in found[:limit]],
        }

    def _balance(self, call: Call) -> Json:
        held = [{"amount": amount, "currency": code} for code, amount in self.store.balances(call.account).items()]
        return {"object": "balance", "livemode": False, "available": held, "pending": []}

    def _expanded(self, body: Json, expand: Mapping[str, str]) -> Json:
        body = events.public(body)
        for path in sorted(expand.values()):
            node: Any = body
            for name in path.split("."):
                if not isinstance(node, dict) or name not in _EXPANDABLE:
                    break
                if isinstance(node.get(name), str):
                    node[name] = events.public(self.store.find(node[name]) or {})
                node = node.get(name)
        return body


def _matches(body: Json, fields: Mapping[str, Any]) -> bool:
    wanted = {name: fields[name] for name in ("transfer_group", "payment_intent", "source", "type") if name in fields}
    since = fields.get("created", {}).get("gte") if isinstance(fields.get("created"), dict) else None
    if since is not None and body["created"] < int(since):
        return False
    return all(body.get(name) == value for name, value in wanted.items())


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
    "events": "event",
}
_ROUTES: dict[tuple[str, str], Callable[[Api, Call], Json]] = {
    ("POST", "checkout/sessions"): lambda api, call: charges.create_session(api.store, call.fields, call.base_url),
    ("POST", "refunds"): lambda api, call: charges.create_refund(api.store, call.fields),
    ("POST", "accounts"): lambda api, call: payouts.create_account(api.store, call.fields),
    ("POST", "transfers"): lambda api, call: payouts.create_transfer(api.store, call.fields),
    ("POST", "payouts"): lambda api, call: payouts.create_payout(
        api.store, call.account, call.fields, api.payout_delay
    ),
    ("GET", "balance"): Api._balance,
    **{("GET", name): Api._list for name in _COLLECTIONS},
}


def read_call(method: str, path: str, query: str, body: bytes, headers: Mapping[str, str], base_url: str) -> Call:
    """A call as it came over the wire; `headers` by lowercase name."""
    fields = forms.parse(body.decode()) if method == "POST" else forms.parse(query)
    return Call(
        method=method,
        path=path,
        fields=fields,
        account=headers.get("stripe-account", "") or PLATFORM,
        key=headers.get("idempotency-key", "") if method == "POST" else "",
        base_url=base_url,
    )
