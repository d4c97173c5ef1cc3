"""
All events of money in any order, against a small model: with webhooks doubled, shuffled and lost, replies lost, clocks
jumping, and crashes in the middle of a transaction. After each step every invariant of the books is counted.

`MONEY_SEEDS` and `MONEY_EXAMPLES` raise the number of seeds and of runs for each; the seeds make a failure repeatable.
"""

from __future__ import annotations

import json
import os
import random
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.common.actors import SYSTEM
from apps.common.errors import DomainError
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.escrow.operations import freezes, funding, releases
from apps.escrow.queries import claims, escrows
from apps.escrow.states import ReleaseKind
from apps.gateways import registry
from apps.gateways.models import WebhookEvent
from apps.gateways.operations import webhooks
from apps.ledger import chart
from apps.ledger import operations as ledger
from apps.ledger.queries import books, invariants
from apps.outbox import bus
from apps.payments.models import Charge, Chargeback, Refund
from apps.payments.operations import chargebacks
from apps.payments.operations import charges as charge_operations
from apps.payouts.models import Payout
from apps.payouts.operations import accounts, payouts
from devstack.sandbox_processor import charges, disputes, events
from devstack.sandbox_processor import payouts as bank
from devstack.sandbox_processor.refusals import Refusal
from devstack.sandbox_processor.server import Processor
from tests.conftest import NOON
from tests.make import Make, dispatch

from .market import Market, Piece

CURRENCIES = ["EUR", "JPY", "USD"]
CARDS = ["4242424242424242", "4242424242424242", "4000000000000002", "4000000000005126"]
FAULTS = [("POST /v1/transfers", "lost_reply"), ("POST /v1/payouts", "lost_reply"), ("POST /v1/refunds", "lost_reply"),
          ("POST /v1/payouts", "500"), ("POST /v1/transfers", "lost_request"), ("POST /v1/refunds", "500")]  # fmt: skip
SEEDS = range(int(os.environ.get("MONEY_SEEDS", "4")))
EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "6"))
STEPS = int(os.environ.get("MONEY_STEPS", "40"))
ANY_AGE = timedelta(days=-400)
"""Rows are made by the wall clock, and the market's clock is another."""
shares = st.sampled_from([1, 7, 25, 50, 99, 100])


class Crash(Exception):
    """The process dies before the commit."""


class MoneyMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True  # as the block around a test: a durable commit inside it is one
        self.atomic.__enter__()
        self.now = NOON
        self.processor = Processor(secret=django_settings.WEBHOOK_SECRET, payout_delay=10**9).start()
        django_settings.PROCESSOR_URL = self.processor.url
        self.store = self.processor.store
        self.market, self.seen = Market(), 0
        self.make = Make(NOON)

    @initialize()
    def people(self) -> None:
        self.employers = [self.make.employer(currency="EUR") for _ in range(2)]
        self.freelancers = [self.make.freelancer(country="DE", currency="EUR") for _ in range(2)]
        for freelancer in self.freelancers:
            accounts.set_payout_account(
                organization_id=freelancer.id, currency="EUR", holder_name="X", account_number="0001234567",
                is_automatic=False, gateway="sandbox", actor=SYSTEM, now=self.now,
            )  # fmt: skip
        for payer, payee, currency, amount in ((0, 0, "EUR", 90_001), (1, 1, "JPY", 33_333), (0, 1, "USD", 250_007)):
            self._fund(payer, payee, currency, amount, CARDS[0], is_notified=True)

    def teardown(self) -> None:
        try:
            self.settle_everything()
        finally:
            self.processor.stop()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # -- money comes in

    @rule(payer=st.integers(0, 1), payee=st.integers(0, 1), currency=st.sampled_from(CURRENCIES),
          amount=st.integers(2_000, 500_000), card=st.sampled_from(CARDS), credit=st.booleans(), is_notified=st.booleans())  # fmt: skip
    def fund(
        self, payer: int, payee: int, currency: str, amount: int, card: str, credit: bool, is_notified: bool
    ) -> None:
        self._fund(payer, payee, currency, amount, card, credit=credit, is_notified=is_notified)

    def _fund(
        self, payer: int, payee: int, currency: str, amount: int, card: str, *, is_notified: bool, credit: bool = False
    ) -> None:
        """Somebody asks for money to be held and pays; a webhook says so, or we look it up later."""
        escrow = funding.open_escrow(
            payer_id=self.employers[payer].id, payee_id=self.freelancers[payee].id, reference_id=uuid4(), memo="Work",
            amount=Money(amount, currency), actor=SYSTEM, now=self.now,
        )  # fmt: skip
        piece = Piece(amount, currency, escrow.payer_id, escrow.payee_id, escrow.commission_bps, escrow.withholding_bps)
        self.market.pieces[escrow.id] = piece
        if credit and not funding.use_credit(escrow_id=escrow.id, actor=SYSTEM, now=self.now).to_charge:
            piece.state = "held"
            return
        charge = funding.start_funding(
            escrow_id=escrow.id, actor=SYSTEM, now=self.now, return_url="https://x.example", language="en"
        )
        with self.store.step():
            charges.pay(self.store, charges.find_session(self.store, charge.remote_session_id), card)
        if is_notified:
            charge_operations.refresh_charge(charge_id=charge.id, now=self.now)
            self.spread()

    @rule(order=st.randoms(use_true_random=False), copies=st.integers(1, 3), lost=st.integers(0, 3))
    def hear(self, order: random.Random, copies: int, lost: int) -> None:
        """What the processor has to tell, doubled and shuffled; some of it never arrives, some of it is old."""
        listed = self.store.listed("event", "")[::-1]
        fresh, old = listed[self.seen :], listed[: self.seen]
        if fresh and lost == 0:
            fresh = fresh[1:]  # lost: what it told of is found by looking
        self.seen = len(listed)
        heard = (fresh + old[-2:]) * copies
        order.shuffle(heard)
        gateway, moment = registry.gateway("sandbox"), time.time()
        for event in heard:
            body = json.dumps(events.public(event)).encode()
            signed = events.signature(body, django_settings.WEBHOOK_SECRET, int(moment))
            webhook = gateway.read_webhook(body, signed, now=_moment(moment))
            webhooks.record_webhook(processor="sandbox", webhook=webhook, now=self.now)
        webhooks.handle_due(clock=lambda: self.now)
        self.spread()

    @rule()
    def look(self) -> None:
        """What no webhook has ended is looked up."""
        dispatch.refresh_stale(older_than=ANY_AGE, clock=lambda: self.now)
        self.spread()

    def spread(self) -> None:
        """Facts reach their subscribers; the model learns what the processor has said."""
        while bus.deliver_pending(now=self.now):
            pass
        for escrow in Escrow.objects.filter(id__in=self.market.pieces):
            piece = self.market.pieces[escrow.id]
            if piece.state == "asked" and escrow.status == "funded":
                piece.state = "held"
            piece.is_claimed = claims.open_claims(escrow.id).exists()
        for lost in Chargeback.objects.filter(status="lost", id__in=self._unseen_losses()):
            self._learn_loss(lost)

    def _unseen_losses(self) -> list[Any]:
        seen: set[Any] = self.__dict__.setdefault("seen_losses", set())
        unseen_losses = [
            item for item in Chargeback.objects.filter(status="lost").values_list("id", flat=True) if item not in seen
        ]
        seen.update(unseen_losses)
        return unseen_losses

    def _learn_loss(self, lost: Chargeback) -> None:
        """Who bears a lost chargeback is tested on its own; here the model takes the figures and goes on."""
        escrow = Escrow.objects.get(id=Charge.objects.get(id=lost.charge_id).reference_id)
        piece = self.market.pieces[escrow.id]
        piece.returned = escrow.refunded_minor
        if piece.state == "frozen":
            piece.state = "held"
        key = (piece.payee, piece.currency)
        left = books.balance(chart.payable(*key)).amount_minor
        assert left <= self.market.payable[key]
        self.market.payable[key] = left

    # -- held money moves

    def _some(self, pick: int, *states: str) -> tuple[Any, Piece] | None:
        result = [(id_, piece) for id_, piece in self.market.pieces.items() if piece.state in states and piece.held]
        return result[pick % len(result)] if result else None

    @rule(pick=st.integers(0, 9), share=shares, is_auto=st.booleans())
    def release(self, pick: int, share: int, is_auto: bool) -> None:
        if (some := self._some(pick, "held", "frozen")) is None:
            return
        escrow_id, piece = some
        part = max(1, piece.held * share // 100)
        kind = ReleaseKind.AUTO if is_auto else ReleaseKind.MANUAL
        if self._goes(lambda: releases.release(
            escrow_id=escrow_id, amount=Money(part, piece.currency), actor=SYSTEM, now=self.now, kind=kind
        ), expected=self.market.may_move(piece, part)):  # fmt: skip
            self.market.release(piece, part)

    @rule(pick=st.integers(0, 9), share=shares)
    def refund(self, pick: int, share: int) -> None:
        if (some := self._some(pick, "held", "frozen")) is None:
            return
        escrow_id, piece = some
        part = max(1, piece.held * share // 100)
        if self._goes(lambda: releases.refund(
            escrow_id=escrow_id, amount=Money(part, piece.currency), actor=SYSTEM, now=self.now
        ), expected=self.market.may_move(piece, part)):  # fmt: skip
            self.market.give_back(piece, part)

    @rule(pick=st.integers(0, 9))
    def more_than_is_held(self, pick: int) -> None:
        if (some := self._some(pick, "held")) is not None:
            escrow_id, piece = some
            too_much = Money(piece.held + 1, piece.currency)
            assert not self._goes(
                lambda: releases.release(escrow_id=escrow_id, amount=too_much, actor=SYSTEM, now=self.now),
                expected=False,
            )

    @rule(pick=st.integers(0, 9))
    def dispute(self, pick: int) -> None:
        if (some := self._some(pick, "held")) is not None:
            escrow_id, piece = some
            if self._goes(
                lambda: freezes.freeze(escrow_id=escrow_id, dispute_id=uuid7(), actor=SYSTEM, now=self.now),
                expected=None if piece.is_claimed else True,
            ):
                piece.state = "frozen"

    @rule(pick=st.integers(0, 9), share=st.sampled_from([0, 1, 40, 60, 100]), is_withdrawn=st.booleans())
    def end_dispute(self, pick: int, share: int, is_withdrawn: bool) -> None:
        if (some := self._some(pick, "frozen")) is None:
            return
        escrow_id, piece = some
        if is_withdrawn:
            if self._goes(lambda: freezes.unfreeze(escrow_id=escrow_id, actor=SYSTEM, now=self.now), expected=None):
                piece.state = "held"
            return
        whole = piece.held
        part = whole * share // 100
        if self._goes(lambda: freezes.split(
            escrow_id=escrow_id, freelancer_part=Money(part, piece.currency), actor=SYSTEM, now=self.now
        ), expected=None if piece.is_claimed else True):  # fmt: skip
            piece.state = "held"
            self.market.release(piece, part) if part else None
            self.market.give_back(piece, whole - part)

    # -- money goes out

    @rule(payee=st.integers(0, 1), currency=st.sampled_from(CURRENCIES), share=shares)
    def withdraw(self, payee: int, currency: str, share: int) -> None:
        organization = self.freelancers[payee]
        key = (organization.id, currency)
        part = self.market.payable[key] * share // 100
        goes = self._goes(lambda: payouts.request_payout(
            organization_id=organization.id, currency=currency, amount=Money(part, currency), actor=SYSTEM, now=self.now
        ), expected=None if part else False)  # fmt: skip
        if goes:
            self.market.payable[key] -= goes.quote.amount_from_minor

    @rule(payee=st.integers(0, 1), currency=st.sampled_from(CURRENCIES), wait=st.booleans())
    def a_quote_is_used_once_and_in_time(self, payee: int, currency: str, wait: bool) -> None:
        organization = self.freelancers[payee]
        quote = self._goes(lambda: payouts.quote_payout(
            organization_id=organization.id, currency=currency, amount=None, actor=SYSTEM, now=self.now
        ), expected=None)  # fmt: skip
        if not quote:
            return
        if wait:
            self.now += timedelta(hours=1)
        if self._goes(lambda: payouts.accept_quote(quote_id=quote.id, actor=SYSTEM, now=self.now), expected=not wait):
            self.market.payable[organization.id, currency] -= quote.amount_from_minor
        assert not self._goes(
            lambda: payouts.accept_quote(quote_id=quote.id, actor=SYSTEM, now=self.now), expected=False
        )

    @rule(fault=st.sampled_from([None, None, *FAULTS]))
    def settle(self, fault: tuple[str, str] | None) -> None:
        if fault:
            self.store.run("INSERT INTO faults (path, kind, times) VALUES (?, ?, 1)", *fault)
        before = self._unpaid()
        dispatch.send_due(clock=lambda: self.now)
        self._learn_returns(before)

    @rule(pick=st.integers(0, 9), fails=st.booleans())
    def the_bank_answers(self, pick: int, fails: bool) -> None:
        """Also once more after it had said yes: a payout may come back."""
        sent = list(Payout.objects.filter(status__in=["submitted", "paid"]).order_by("id"))
        if not sent:
            return
        payout = sent[pick % len(sent)]
        if payout.status == "paid" and not fails:
            return
        before = self._unpaid()
        with self.store.step():
            bank.finish(self.store, payout.remote_payout_id, fail=fails)
        payouts.refresh_payout(payout_id=payout.id, clock=lambda: self.now)
        self._learn_returns(before)

    def _unpaid(self) -> dict[Any, str]:
        return dict(Payout.objects.values_list("id", "status"))

    def _learn_returns(self, before: dict[Any, str]) -> None:
        """What failed is payable again: in the currency that is there now."""
        for payout in Payout.objects.filter(status__in=["failed", "returned"]).select_related("quote"):
            if before.get(payout.id) not in ("failed", "returned"):
                is_home = not payout.remote_transfer_id  # nothing left the platform: the exchange is undone with it
                minor, currency = (
                    (payout.quote.amount_from_minor, payout.quote.currency_from)
                    if is_home else (payout.amount_minor, payout.currency)
                )  # fmt: skip
                self.market.payable[payout.organization_id, currency] += minor

    # -- banks of payers

    @rule(pick=st.integers(0, 9))
    def chargeback(self, pick: int) -> None:
        paid = list(Charge.objects.filter(status="succeeded").exclude(chargebacks__isnull=False).order_by("id"))
        if paid:
            charge = paid[pick % len(paid)]
            try:
                with self.store.step():
                    opened = disputes.open_dispute(self.store, charge.remote_payment_id)
            except Refusal:
                return  # all of it went back already
            chargebacks.refresh_chargeback(gateway="sandbox", remote_id=opened["id"], now=self.now)
            self.spread()

    @rule(pick=st.integers(0, 9), status=st.sampled_from(["won", "lost"]))
    def the_card_network_decides(self, pick: int, status: str) -> None:
        waiting = list(Chargeback.objects.exclude(status__in=["won", "lost"]).order_by("id"))
        if waiting:
            item = waiting[pick % len(waiting)]
            with self.store.step():
                disputes.close(self.store, item.remote_id, status)
            chargebacks.refresh_chargeback(gateway="sandbox", remote_id=item.remote_id, now=self.now)
            self.spread()

    # -- the world

    @rule(hours=st.sampled_from([1, 25, 24 * 8, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.store.turn("clock_ahead", self.store.knob("clock_ahead") + 3600 * hours)  # keys are forgotten there
        for escrow_id in escrows.hold_ended(self.now):
            piece = self.market.pieces[escrow_id]
            held, was = piece.held, piece.state
            if self._goes(lambda id_=escrow_id: releases.end_hold(escrow_id=id_, now=self.now), expected=None):
                escrow = Escrow.objects.get(id=escrow_id)
                assert escrow.remaining.amount_minor in (0, held)
                if not escrow.remaining:
                    self.market.give_back(piece, held)
                    piece.state = "held" if was == "frozen" else was

    @precondition(lambda self: bool(self.market.pieces))
    @rule(pick=st.integers(0, 9))
    def crash(self, pick: int) -> None:
        """Before the commit: as if it had never been."""
        some = self._some(pick, "held")
        if some is None:
            return
        with pytest.raises((Crash, DomainError)), transaction.atomic():
            releases.release(escrow_id=some[0], amount=None, actor=SYSTEM, now=self.now)
            raise Crash

    @rule()
    def seal(self) -> None:
        ledger.seal_chain(now=self.now)

    def _goes(self, step: Any, *, expected: bool | None) -> Any:
        """Try it; a refusal leaves everything as it was. `expected` None: either is right."""
        try:
            with transaction.atomic():
                done = step()
        except DomainError:
            if expected is True:
                raise
            return None
        assert expected is not False, "this should have been refused"
        return done or True

    # -- what is always true

    @invariant()
    def the_books_are_sound(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert not [finding for finding in invariants.check_all() if finding.breaches]

    @invariant()
    def the_books_agree_with_the_model(self) -> None:
        balances = {(code, money.currency): money.amount_minor for code, money in books.owed()}
        for escrow_id, piece in self.market.pieces.items():
            held = balances.get((chart.escrow_held(escrow_id, piece.currency).code, piece.currency), 0)
            assert held == (piece.held if piece.state == "held" else 0), (piece, held)
        for (payee, currency), minor in self.market.payable.items():
            assert balances.get((chart.payable(payee, currency).code, currency), 0) == minor, (payee, currency)

    def settle_everything(self) -> None:
        """At the end nothing is on its way, and the processor has what the books say it has."""
        if not hasattr(self, "employers"):
            return
        self.store.run("DELETE FROM faults")
        for _ in range(3):
            self.now += timedelta(hours=2)
            dispatch.refresh_stale(older_than=ANY_AGE, clock=lambda: self.now)
            self.spread()
            dispatch.send_due(clock=lambda: self.now)
        held = registry.gateway("sandbox").balance()
        booked = books.balances_by_currency(chart.clearing("sandbox", "EUR").code)
        for currency in CURRENCIES:
            nothing = Money.zero(currency)
            assert held.get(currency, nothing) == booked.get(currency, nothing), currency
        assert not WebhookEvent.objects.filter(status="failed").exists()
        assert not Refund.objects.filter(status="sending").exists()
        transfers = self.store.rows("SELECT count(*) AS n FROM objects WHERE kind = 'transfer'")[0]["n"]
        assert transfers == Payout.objects.exclude(remote_transfer_id="").count(), (
            "something was sent twice, or in vain"
        )


def _moment(seconds: float) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, tz=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("number", SEEDS)
def test_money_survives_anything_in_any_order(number: int, settings: Any) -> None:
    steps = hypothesis_settings(EXAMPLES, STEPS)
    run_state_machine_as_test(seed(number)(type(f"Run{number}", (MoneyMachine,), {})), settings=steps)


def hypothesis_settings(examples: int, steps: int) -> Any:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
