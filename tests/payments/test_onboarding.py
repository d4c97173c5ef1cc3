"""Onboarding by the processor's own pages, the two rails, payouts abroad, and what heals lost webhooks."""

import json
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.common.errors import NotAllowed
from apps.common.money import Money
from apps.gateways import errors, jobs, registry, webhook_handlers
from apps.gateways.models import WebhookEvent
from apps.gateways.operations import webhooks
from apps.ledger import chart
from apps.ledger.queries import books, invariants
from apps.payments.models import Charge
from apps.payouts import policies
from apps.payouts.models import Payout, PayoutAccount
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import payouts
from apps.payouts.queries import accounts as account_queries
from apps.payouts.queries import wallet
from devstack.sandbox_processor import accounts, charges, events, outbound
from tests.conftest import NOON
from tests.make import dispatch

pytestmark = pytest.mark.django_db
THIN_URL = "/webhooks/sandbox/thin/"


def broken() -> dict[str, int]:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches}


def start(make, organization, currency: str = "", **options) -> PayoutAccount:
    assert make.processor
    return account_operations.start_onboarding(
        organization_id=organization.id, currency=currency or organization.currency, holder_name="Ada Obi",
        is_automatic=False, gateway="sandbox", now=NOON,
        **({"actor": make.actor(organization)} | options),
    )  # fmt: skip


def fill_in(make, account: PayoutAccount, number: str = "000123456789") -> None:
    """What the recipient does on the processor's page."""
    account_operations.onboarding_page(
        account_id=account.id, return_url="http://a/", refresh_url="http://b/", actor=make.actor(account.organization)
    )
    store = make.processor.store
    with store.step():
        link = next(
            item for item in store.listed("v2.core.account_link", "") if item["account"] == account.remote_account_id
        )
        accounts.onboard(store, link, number)


def onboarded(make, organization, currency: str = "", number: str = "000123456789") -> PayoutAccount:
    account = start(make, organization, currency)
    fill_in(make, account, number)
    return account_operations.refresh_onboarding(account_id=account.id, now=NOON)


# -- onboarding


@pytest.mark.parametrize(("country", "currency", "rail"), [("FR", "EUR", "connect"), ("NG", "USD", "global_payouts")])
def test_the_country_table_chooses_the_rail_and_the_processors_page_the_bank(make, country, currency, rail):
    organization = make.freelancer(country=country, currency=currency)
    account = start(make, organization)
    assert (account.status, account.rail) == ("onboarding", rail)
    assert account_operations.refresh_onboarding(account_id=account.id, now=NOON).status == "onboarding"
    assert account_queries.payout_account_of(organization.id) is None

    fill_in(make, account)
    ready = account_operations.refresh_onboarding(account_id=account.id, now=NOON)

    assert (ready.status, ready.last4) == ("active", "6789")
    assert bool(ready.remote_payout_method_id) == (rail == "global_payouts")
    assert account_operations.refresh_onboarding(account_id=account.id, now=NOON).status == "active"


def test_payouts_of_a_connected_account_are_ours_to_make(make):
    account = onboarded(make, make.freelancer(country="FR", currency="EUR"))
    assert make.processor.store.find(account.remote_account_id)["_interval"] == "manual"


def test_a_country_without_a_rail_is_refused(make):
    with pytest.raises(policies.PayoutCountryUnsupported):
        start(make, make.freelancer(country="AQ", currency="USD"))


def test_only_those_who_may_withdraw_onboard(make):
    ada = make.freelancer()
    with pytest.raises(NotAllowed):
        start(make, ada, actor=make.actor(ada, "viewer"))
    account = start(make, ada)
    with pytest.raises(NotAllowed):
        account_operations.onboarding_page(
            account_id=account.id, return_url="http://a/", refresh_url="http://b/", actor=make.actor(ada, "viewer")
        )


def test_whom_the_processor_does_not_verify_keeps_the_old_account(make):
    ada = make.freelancer(country="FR", currency="EUR")
    old = onboarded(make, ada)
    waiting = start(make, ada)
    assert waiting.remote_account_id == old.remote_account_id  # money may be there
    make.processor.store.save(make.processor.store.find(old.remote_account_id) | {"payouts_enabled": False})

    account_operations.refresh_onboarding(account_id=waiting.id, now=NOON)

    assert account_queries.payout_account_of(ada.id) == old


def test_starting_again_takes_the_place_of_what_was_not_completed(make):
    ada = make.freelancer()
    first, second = start(make, ada), start(make, ada)
    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "onboarding")
    assert account_queries.onboarding_account_of(ada.id) == second


def test_a_rejection_and_no_answer_promise_nothing(make):
    ada = make.freelancer()
    store = make.processor.store
    for kind, error in (
        ("refuse", account_operations.BankAccountRefused),
        ("500", errors.PaymentUnavailable),
    ):
        store.run("INSERT INTO faults (path, kind, times) VALUES ('POST /v2/core/accounts', ?, 1)", kind)
        with pytest.raises(error):
            start(make, ada)
    assert set(PayoutAccount.objects.filter(organization=ada).values_list("status", flat=True)) == {
        "refused",
        "pending",
    }


# -- thin events


def thin(make, number: int = 0) -> bytes:
    return json.dumps(events.public(make.processor.store.listed("v2.core.event", "")[number])).encode()


def post(body: bytes, secret: str = "whsec_sandbox_thin"):
    signed = events.signature(body, secret, int(time.time()))
    return Client().post(THIN_URL, body, content_type="application/json", headers={"Stripe-Signature": signed})


def test_a_thin_event_is_recorded_and_its_object_fetched(make):
    account = start(make, make.freelancer())
    fill_in(make, account)

    answers = {post(thin(make)).status_code for _ in range(3)}
    webhooks.handle_due()

    account.refresh_from_db()
    assert answers == {200}
    assert account.status == "active"
    assert WebhookEvent.objects.get().status == "handled"


def test_each_address_has_its_own_secret_and_without_one_it_is_not_there(make, settings):
    start(make, make.freelancer())
    fill_in(make, PayoutAccount.objects.get())
    body = thin(make)
    assert post(body, "whsec_sandbox").status_code == 400
    assert post(b'{"id": "evt_1", "object": "event"}').status_code == 400
    assert post(b"[]").status_code == 400
    settings.WEBHOOK_THIN_SECRET = ""
    assert post(body, "").status_code == 404


def test_a_thin_event_about_somebody_else_is_ignored(make):
    assert make.processor
    body = {
        "id": "evt_other", "object": "v2.core.event", "type": "v2.core.account.updated",
        "related_object": {"id": "acct_other", "type": "v2.core.account", "url": "/x"},
    }  # fmt: skip
    assert post(json.dumps(body).encode()).status_code == 200
    webhooks.handle_due()
    assert WebhookEvent.objects.get().status == "ignored"


# -- payouts abroad


@pytest.fixture
def abroad(make) -> Payout:
    """450 euros of a freelancer in Nigeria, asked for in dollars."""
    ada = make.freelancer("Ada")
    onboarded(make, ada)
    make.balance(ada, Money.of("450.00", "EUR"))
    return payouts.request_payout(organization_id=ada.id, currency="EUR", amount=None, actor=make.actor(ada), now=NOON)


def settle(payout: Payout, minutes: int = 0) -> Payout:
    dispatch.send_due(clock=lambda: NOON + timedelta(minutes=minutes))
    payout.refresh_from_db()
    return payout


def ends(make, payout: Payout, *statuses: str) -> Payout:
    for status in statuses:
        outbound.end(make.processor.store, payout.remote_payout_id, status)
        webhook_handlers.refresh(
            kind="outbound", reference=payout.remote_payout_id, processor="sandbox", clock=lambda: NOON
        )
    payout.refresh_from_db()
    return payout


def outbounds(make, payout: Payout) -> list[dict]:
    every = make.processor.store.listed(outbound.KIND, "")
    return [item for item in every if item["metadata"].get("payout") == str(payout.id)]


def test_one_call_pays_cross_border_and_the_postings_are_those_of_the_other_rail(make, abroad):
    payout = settle(abroad)
    assert (payout.status, payout.remote_transfer_id, payout.source_currency) == (
        "submitted", payout.remote_payout_id, "EUR",
    )  # fmt: skip
    assert books.balance(chart.clearing_connected(payout.organization_id, "USD")) == payout.amount

    assert ends(make, payout, "posted").status == "paid"

    assert not books.balance(chart.clearing_connected(payout.organization_id, "USD"))
    assert len(outbounds(make, payout)) == 1
    assert broken() == {}


@pytest.mark.parametrize(
    ("statuses", "status"),
    [(("failed",), "failed"), (("canceled",), "failed"), (("posted", "returned"), "returned")],
)
def test_what_comes_back_across_borders_is_as_if_it_had_never_left(make, abroad, statuses, status):
    before = books.balance(chart.fx_position("EUR")) + Money.of("450.00", "EUR")
    payout = ends(make, settle(abroad), *statuses)

    assert payout.status == status
    assert wallet.available(payout.organization_id, "EUR") == Money.of("450.00", "EUR")
    assert not books.balance(chart.clearing_connected(payout.organization_id, "USD"))
    assert books.balance(chart.fx_position("EUR")) == before
    assert broken() == {}

    again = payouts.request_payout(
        organization_id=payout.organization_id, currency="EUR", amount=None,
        actor=make.actor(payout.organization), now=NOON,
    )  # fmt: skip
    assert ends(make, settle(again), "posted").status == "paid"


@pytest.mark.parametrize("kind", ["lost_reply", "lost_request", "500"])
def test_no_answer_cross_border_is_looked_up_before_it_is_sent_again(make, abroad, kind):
    store = make.processor.store
    path = "POST /v2/money_management/outbound_payments"
    store.run("INSERT INTO faults (path, kind, times) VALUES (?, ?, 1)", path, kind)
    assert settle(abroad).status == "sending"
    make.processor.api.forget_keys()

    payout = settle(abroad, minutes=1)

    assert payout.status == "submitted"
    assert len(outbounds(make, payout)) == 1
    assert broken() == {}


def test_money_that_is_pending_at_the_processor_makes_a_payout_wait_under_a_new_key(make, abroad):
    store = make.processor.store
    first_key = abroad.transfer_key
    held = {code: store.available("", code) for code in store.balances("")}
    for code, amount in held.items():
        store.run(
            "INSERT INTO pending VALUES (?, '', ?, ?, ?)",
            f"txn_all_{code}_{abroad.id}",
            code,
            amount,
            store.now() + 3600,
        )

    assert settle(abroad).status == "sending"
    abroad.refresh_from_db()
    assert abroad.transfer_key != first_key
    store.run("DELETE FROM pending WHERE line_id LIKE 'txn_all_%'")

    payout = settle(abroad, minutes=1)

    assert payout.status == "submitted"
    assert [attempt.outcome for attempt in payout.attempts.order_by("nth")] == ["refused", "taken"]
    keys = {
        row["key"] for row in store.rows("SELECT key FROM calls WHERE path LIKE '%outbound_payments' AND key != ''")
    }
    assert {str(first_key), str(payout.transfer_key)} <= keys


def test_the_key_on_the_wire_is_the_rows(make, abroad):
    payout = settle(abroad)
    calls = make.processor.store.rows("SELECT key FROM calls WHERE path LIKE '%outbound_payments' AND method = 'POST'")
    assert str(payout.transfer_key) in {row["key"] for row in calls}


def test_a_thin_event_that_outran_our_own_answer_finds_its_payout(make, abroad):
    store = make.processor.store
    path = "POST /v2/money_management/outbound_payments"
    store.run("INSERT INTO faults (path, kind, times) VALUES (?, 'lost_reply', 1)", path)
    settle(abroad)
    remote_id = outbounds(make, abroad)[0]["id"]
    outbound.end(store, remote_id, "posted")

    assert webhook_handlers.refresh(kind="outbound", reference=remote_id, processor="sandbox", clock=lambda: NOON)

    assert settle(abroad, minutes=1).status == "paid"


# -- what heals losses


def test_the_poll_brings_what_no_webhook_brought_and_nothing_twice(make):
    escrow = make.escrow(status="funding")
    charge = Charge.objects.get(reference_id=escrow.id)
    store = make.processor.store
    with store.step():
        charges.pay(store, charges.find_session(store, charge.remote_session_id), "4242424242424242")

    poll_events = webhooks.poll_events(processor="sandbox")
    again = webhooks.poll_events(processor="sandbox")
    webhooks.handle_due(limit=1000)

    charge.refresh_from_db()
    assert poll_events >= 2 and again == 0
    assert charge.status == "succeeded"


def test_a_long_no_answer_is_asked_about_from_the_last_thing_heard(make, monkeypatch):
    query = []

    assert make.processor
    gateway = type(registry.gateway("sandbox"))
    monkeypatch.setattr(gateway, "events_since", lambda self, since: query.append(since) or iter(()))
    now = timezone.now()
    webhooks.poll_events(processor="sandbox", clock=lambda: now)
    for hours in (0, 30):
        WebhookEvent.objects.all().delete()
        WebhookEvent.objects.create(
            processor="sandbox", external_id=f"evt_{hours}", type="x", kind="other", payload={},
            received_at=now - timedelta(hours=hours), next_attempt_at=now,
        )  # fmt: skip
        webhooks.poll_events(processor="sandbox", clock=lambda: now)

    assert [now - since for since in query] == [timedelta(days=30), timedelta(hours=3), timedelta(hours=31)]


def test_the_hourly_job_survives_a_processor_that_is_away(make, settings):
    settings.PROCESSOR_URL = "http://127.0.0.1:9"
    assert jobs.poll_events() == 0


def test_a_job_ends_before_its_lease_and_the_lease_before_the_broker_gives_the_message_again(settings):
    from apps.gateways.operations.dispatch import LEASE

    broker = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert settings.CELERY_TASK_TIME_LIMIT < LEASE.total_seconds() < broker["visibility_timeout"]
    assert (settings.CELERY_TASK_ACKS_LATE, settings.CELERY_TASK_REJECT_ON_WORKER_LOST) == (True, True)
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT >= 30
    assert (broker["unacked_restore_interval"], broker["unacked_restore_throttle"]) == (10, 1)
