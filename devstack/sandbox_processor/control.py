"""
Control endpoints for tests: simulate failures, advance the clock, finish payouts, dispute payments, read the state.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from devstack.sandbox_processor import accounts, charges, disputes, events, outbound, pages, payouts, topups
from devstack.sandbox_processor.api import Answer, Api
from devstack.sandbox_processor.refusals import Refusal
from devstack.sandbox_processor.store import Json

KNOBS = {"available_delay", "webhook_copies", "webhook_shuffle", "webhooks_lost"}


def play(api: Api, path: str, body: bytes) -> Answer:
    """`POST /control/<endpoint>[/<object>]` with a JSON body; `GET /control/state` returns the state."""
    loads = json.loads(body or b"{}")
    desk, _, object_id = path.partition("/")
    try:
        with api.store.step():
            return Answer(200, events.public(_DESKS[desk](api, object_id, loads)))
    except KeyError as missing:
        return Answer(404, {"error": f"no such desk or field: {missing}"})
    except Refusal as error:
        return Answer(error.status, error.body())


def _faults(api: Api, _: str, body: Json) -> Json:
    api.store.run("INSERT INTO faults (path, kind, times) VALUES (?, ?, ?)", body["path"], body["kind"], body["times"])
    return {}


def _clock(api: Api, _: str, body: Json) -> Json:
    """Advance the clock for keys, sessions, links and pending money; never backwards."""
    ahead = api.store.knob("clock_ahead") + max(float(body["advance_seconds"]), 0.0)
    api.store.turn("clock_ahead", ahead)
    return {"ahead_seconds": ahead}


def _knobs(api: Api, _: str, body: Json) -> Json:
    for name in body.keys() & KNOBS:
        api.store.turn(name, float(body[name]))
    return {name: api.store.knob(name) for name in sorted(KNOBS)}


def _pay(api: Api, session_id: str, body: Json) -> Json:
    session = charges.find_session(api.store, session_id)
    return charges.pay(api.store, session, body.get("card", pages.TEST_CARD).replace(" ", ""))


def _end_payout(api: Api, payout_id: str, body: Json) -> Json:
    """Finish a payout, or an outbound payment with its `status`."""
    if payout_id.startswith("obp_"):
        return outbound.end(api.store, payout_id, body.get("status", "posted"))
    return payouts.finish(api.store, payout_id, fail=bool(body.get("fail", False)))


def _dispute(api: Api, object_id: str, body: Json) -> Json:
    """For a payment (`pi_…`), open a dispute; for a dispute (`du_…`), close it with `status`."""
    if object_id.startswith("du_"):
        return disputes.close(api.store, object_id, body["status"])
    return disputes.open_dispute(
        api.store, object_id, amount=body.get("amount"), reason=body.get("reason", "fraudulent")
    )


def _onboard(api: Api, account_id: str, body: Json) -> Json:
    """Submit the hosted onboarding page of a recipient, with the newest link to it."""
    links = [link for link in api.store.listed("v2.core.account_link", "") if link["account"] == account_id]
    return accounts.onboard(api.store, links[0], body.get("account_number", pages.TEST_ACCOUNT))


def _state(api: Api, _: str, body: Json) -> Json:
    store = api.store
    kinds = store.rows("SELECT kind, count(*) AS n FROM objects GROUP BY kind")
    calls = store.rows("SELECT method, path, key FROM calls ORDER BY id DESC LIMIT 500")
    return {
        "counts": {row["kind"]: row["n"] for row in kinds},
        "calls": [dict(row) for row in calls],
        "platform": store.balances(accounts.PLATFORM),
        "pending": store.pending(accounts.PLATFORM),
        "undelivered": store.rows("SELECT count(*) AS n FROM deliveries WHERE done = 0")[0]["n"],
    }


_DESKS: dict[str, Callable[[Api, str, Any], Json]] = {
    "faults": _faults,
    "clock": _clock,
    "knobs": _knobs,
    "forget_keys": lambda api, _, item: {"forgotten": api.forget_keys()},
    "pay": _pay,
    "payouts": _end_payout,
    "disputes": _dispute,
    "fraud_warnings": lambda api, payment_id, item: disputes.warn(api.store, payment_id),
    "onboard": _onboard,
    "fees": lambda api, _, item: topups.take_fee(
        api.store, int(item["amount"]), item["currency"], item.get("type", "stripe_fee")
    ),
    "state": _state,
}
