"""A payment that the buyer's bank takes back: what it costs, whom it stops, who bears it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.common.errors import Conflict
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.escrow import policies as escrow_policies
from apps.escrow import rules
from apps.escrow.models import BankClaim
from apps.escrow.operations import claims, freezes, releases
from apps.escrow.queries.claims import open_claims
from apps.escrow.states import ClaimKind
from apps.gateways import errors, webhook_handlers
from apps.gateways import policies as gateway_policies
from apps.gateways.protocols.disputes import DisputeReport, DisputeState
from apps.gateways.protocols.statements import BalanceLine
from apps.ledger import chart
from apps.ledger import operations as ledger_operations
from apps.ledger.queries import books, invariants
from apps.outbox.models import Event
from apps.payments import policies
from apps.payments.models import Charge, Chargeback
from apps.payments.operations import chargebacks
from apps.payments.operations.chargebacks import chargeback_answered
from apps.payouts.operations import payouts
from apps.payouts.queries import wallet
from apps.treasury import entries
from apps.treasury.queries import holdings
from devstack.sandbox_processor import disputes
from tests.conftest import NOON
from tests.make import dispatch
from tests.make.bank import Bank

pytestmark = pytest.mark.django_db


def EUR(text: str) -> Money:
    return Money.of(text, "EUR")


def broken() -> dict[str, int]:
    return {finding.invariant: finding.breaches for finding in invariants.check_all() if finding.breaches}


def charge_of(escrow) -> Charge:
    return Charge.objects.get(id=escrow.funding_charge_id)


@pytest.fixture
def bank(make, outbox_drain):
    """The buyer's bank and the processor between it and us."""
    return Bank(make)


def test_an_opened_chargeback_is_a_claim_and_a_fee(make, bank):
    escrow = make.escrow(status="funded")
    before = books.balance(chart.clearing("sandbox", "EUR"))
    total = escrow.total
    spent = books.balance(chart.chargeback_expense("EUR"))

    chargeback = bank.disputes(escrow)

    assert (chargeback.status, chargeback.amount, chargeback.fee) == ("opened", total, EUR("15.00"))
    assert books.balance(chart.receivable_chargeback(chargeback.id, "EUR")) == total
    assert books.balance(chart.chargeback_expense("EUR")) - spent == EUR("15.00")
    assert before - books.balance(chart.clearing("sandbox", "EUR")) == total + EUR("15.00")
    assert chargeback.evidence_due_at is not None
    assert broken() == {}


@pytest.mark.parametrize(
    ("amount", "fee"),
    [(Money.of("52500", "JPY"), Money(15, "JPY")), (Money.of("52.500", "KWD"), Money.of("15.000", "KWD"))],
)
def test_yen_and_dinars_are_taken_and_lost_to_the_last_unit(make, bank, amount, fee):
    escrow = make.escrow(status="funded", amount=amount)
    chargeback = bank.disputes(escrow)
    assert (chargeback.amount, chargeback.fee) == (escrow.total, fee)

    bank.decides(chargeback, "lost")

    escrow.refresh_from_db()
    assert escrow.status == "refunded"
    assert not books.balance(chart.receivable_chargeback(chargeback.id, amount.currency))
    assert broken() == {}


def test_nothing_leaves_while_the_claim_is_open_and_everything_after_it_is_won(make, bank):
    escrow = make.escrow(status="funded")
    payer, payee = make.actor(escrow.payer), make.actor(escrow.payee)
    chargeback = bank.disputes(escrow)
    with pytest.raises(escrow_policies.ClaimedByBank, match="answers the bank"):
        releases.release(escrow_id=escrow.id, amount=None, actor=payer, now=NOON)
    with pytest.raises(escrow_policies.ClaimedByBank):
        releases.refund(escrow_id=escrow.id, amount=None, actor=payee, now=NOON)

    won = bank.decides(chargeback, "won")
    releases.release(escrow_id=escrow.id, amount=None, actor=payer, now=NOON)

    assert won.status == "won" and won.closed_at == NOON
    assert not books.balance(chart.receivable_chargeback(chargeback.id, "EUR"))
    assert wallet.available(escrow.payee_id, "EUR") > EUR("0")
    assert broken() == {}


@pytest.mark.parametrize("word", ["won", "lost"])
def test_the_end_of_one_chargeback_leaves_another_open_and_ends_the_warning(make, bank, word):
    escrow = make.escrow(status="funded")
    chargeback = bank.disputes(escrow, amount=1_000)
    bank.warns(escrow)
    claims.open_claim(escrow_id=escrow.id, kind=ClaimKind.CHARGEBACK, source_key="another", now=NOON)
    ended = Event.objects.filter(name="escrow.claim_ended")

    bank.decides(chargeback, word)

    assert [claim.source_key for claim in open_claims(escrow.id)] == ["another"]
    assert not ended.exists()
    with pytest.raises(escrow_policies.ClaimedByBank):
        releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)
    claims.end_claim(escrow_id=escrow.id, source_key="another", now=NOON)
    assert not open_claims(escrow.id).exists()
    assert ended.count() == 1
    assert broken() == {}


def test_a_warning_stops_the_release_and_lets_the_refund_go(make, bank):
    escrow = make.escrow(status="funded")
    bank.warns(escrow)
    with pytest.raises(escrow_policies.ClaimedByBank):
        releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)

    releases.refund(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payee), now=NOON)

    assert broken() == {}


def test_staff_dismiss_a_warning(make, bank, client):
    escrow = make.escrow(status="funded")
    bank.warns(escrow)
    claim = BankClaim.objects.get(escrow=escrow)

    with pytest.raises(escrow_policies.StaffOnly):
        claims.dismiss_warning(claim_id=claim.id, actor=make.actor(escrow.payer), now=NOON)
    client.force_login(make.staff())
    assert "Dismiss the warning" in client.get(reverse("payments:chargebacks")).content.decode()

    client.post(reverse("escrow:dismiss_warning", args=[claim.id]))

    releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)


def test_the_laws_limit_does_not_send_back_what_the_bank_has_taken(make, bank):
    escrow = make.escrow(status="funded")
    bank.disputes(escrow)
    late = NOON + timedelta(days=400)
    releases.end_hold(escrow_id=escrow.id, now=late)
    escrow.refresh_from_db()
    assert escrow.status == "funded"


def test_lost_before_the_release_the_held_money_and_its_fee_bear_it(make, bank):
    escrow = make.escrow(status="funded")
    chargeback = bank.decides(bank.disputes(escrow), "lost")

    escrow.refresh_from_db()
    assert (escrow.status, chargeback.status, chargeback.absorbed_at) == ("refunded", "lost", NOON)
    assert not books.balance(chart.escrow_held(escrow.id, "EUR"))
    assert not books.balance(chart.deferred_fee(escrow.id, "EUR"))
    assert broken() == {}


@pytest.mark.parametrize(("in_reserve", "from_capital"), [("600.00", "0.00"), ("500.00", "25.00"), ("0.00", "525.00")])
def test_lost_after_the_release_the_reserve_bears_it_and_then_our_capital(make, bank, in_reserve, from_capital):
    escrow = make.escrow(status="released")
    net = wallet.available(escrow.payee_id, "EUR")
    fill_reserve(EUR(in_reserve))

    chargeback = bank.decides(bank.disputes(escrow), "lost")

    assert wallet.available(escrow.payee_id, "EUR") == net
    assert books.balance(chart.reserve_chargeback("EUR")) == max(EUR(in_reserve) - chargeback.amount, EUR("0"))
    spent = EUR(in_reserve) + chargeback.fee + EUR(from_capital)
    assert books.balance(chart.chargeback_expense("EUR")) == spent
    assert not books.balance(chart.receivable_freelancer(escrow.payee_id, "EUR"))
    [figures] = holdings.reserve_figures(NOON + timedelta(days=1))
    assert figures.claims + figures.from_capital == chargeback.amount
    assert figures.from_capital == EUR(from_capital)
    assert broken() == {}


def fill_reserve(amount):
    if amount:
        ledger_operations.record(entries.reserve_provisioned(operation_id=uuid7(), amount=amount), now=NOON)


@pytest.mark.parametrize("is_owed_back", [True, False])
def test_what_was_withdrawn_is_owed_back_only_where_the_terms_say_so(make, bank, settings, is_owed_back):
    settings.CHARGEBACK_IS_OWED_BACK = is_owed_back
    berta = make.freelancer("Berta", country="FR", currency="EUR")
    make.payout_account(berta)
    escrow = make.escrow(status="released", payee=berta)
    net = wallet.available(berta.id, "EUR")
    payouts.request_payout(
        organization_id=berta.id, currency="EUR", amount=net - EUR("50.00"), actor=make.actor(berta), now=NOON
    )

    chargeback = bank.decides(bank.disputes(escrow), "lost")

    owed = books.balance(chart.receivable_freelancer(berta.id, "EUR"))
    assert owed == (net - EUR("50.00") if is_owed_back else EUR("0"))
    assert wallet.available(berta.id, "EUR") == (EUR("0") if is_owed_back else EUR("50.00"))
    assert chargeback.absorbed_at is not None
    assert broken() == {}


@given(
    st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(-(10**9), 10**9),
    st.integers(0, 100),
)  # fmt: skip
def test_no_chargeback_lowers_what_any_escrow_brought(amount, payable, received, reserve, held_share):
    held = EUR("0") + Money(amount * held_share // 100, "EUR")
    shares = rules.shares_of_loss(
        Money(amount, "EUR"), held=held, fee=EUR("0"), payable=Money(payable, "EUR"),
        received=Money(min(received, amount), "EUR"), reserve=Money(reserve, "EUR"), is_owed_back=False,
    )  # fmt: skip
    assert not shares.payable
    assert not shares.owed
    assert shares.held + shares.fee + shares.reserve + shares.capital == Money(amount, "EUR")
    assert EUR("0") <= shares.reserve <= max(Money(reserve, "EUR"), EUR("0"))
    assert shares.capital >= EUR("0")


def test_other_works_balance_is_not_touched(make, bank):
    berta = make.freelancer("Berta", country="FR", currency="EUR")
    escrow = make.escrow(status="released", payee=berta)
    make.escrow(status="released", payee=berta, amount=EUR("900.00"))
    both = wallet.available(berta.id, "EUR")

    bank.decides(bank.disputes(escrow), "lost")

    assert wallet.available(berta.id, "EUR") == both


def test_a_part_is_taken_of_the_work_and_of_its_fee_and_the_rest_goes_on(make, bank):
    escrow = make.escrow(status="funded")
    chargeback = bank.decides(bank.disputes(escrow, amount=10501), "lost")

    escrow.refresh_from_db()
    assert escrow.status == "partially_released"
    assert chargeback.amount == EUR("105.01")
    releases.release(escrow_id=escrow.id, amount=None, actor=make.actor(escrow.payer), now=NOON)
    assert broken() == {}


def test_lost_under_a_dispute_of_the_parties_the_frozen_money_bears_it(make, bank):
    from uuid import uuid4

    escrow = make.escrow(status="funded")
    freezes.freeze(escrow_id=escrow.id, dispute_id=uuid4(), actor=make.actor(escrow.payer), now=NOON)

    bank.decides(bank.disputes(escrow), "lost")

    escrow.refresh_from_db()
    assert escrow.status == "refunded"
    assert broken() == {}


@pytest.mark.parametrize("word", ["appeal_needs_response", "prevented", "something_new"])
def test_an_unknown_word_leaves_the_claim_open(make, bank, word):
    escrow = make.escrow(status="funded")
    chargeback = bank.decides(bank.disputes(escrow), word)
    assert chargeback.status == "opened"
    assert BankClaim.objects.get(escrow=escrow).ended_at is None


def test_won_is_heard_before_opened_and_ends_the_same(make, outbox_drain):
    escrow = make.escrow(status="funded")
    store = make.processor.store
    dispute = disputes.open_dispute(store, charge_of(escrow).remote_payment_id)
    disputes.close(store, dispute["id"], "won")

    webhook_handlers.refresh(kind="dispute", reference=dispute["id"], processor="sandbox", clock=lambda: NOON)
    outbox_drain()

    assert not escrow.claims.filter(ended_at=None).exists()
    assert broken() == {}


def test_a_dispute_about_an_unknown_payment_is_kept_and_tried_again(make):
    line = BalanceLine("txn_x", "adjustment", -EUR("1.00"), EUR("0"), "", NOON)
    report = DisputeReport("du_x", "pi_nobody", DisputeState.OPEN, EUR("1.00"), "fraudulent", None, (line,))
    with pytest.raises(chargebacks.PaymentUnknown):
        chargeback_answered(gateway="sandbox", report=report, now=NOON)
    assert not Chargeback.objects.exists()


def test_only_lost_ones_are_borne_and_once(make, bank):
    escrow = make.escrow(status="funded")
    chargeback = bank.disputes(escrow)
    with pytest.raises(policies.NotLost):
        chargebacks.absorb_chargeback(chargeback_id=chargeback.id, shares=[], now=NOON)
    bank.decides(chargeback, "lost")
    assert chargebacks.absorb_chargeback(chargeback_id=chargeback.id, shares=[], now=NOON) is False


class TestEvidence:
    def submit(self, make, chargeback, text="Delivered, approved.", **options):
        return chargebacks.submit_evidence(
            chargeback_id=chargeback.id, text=text, product="Logo", customer_name="Berta", now=NOON,
            **({"actor": make.staff_actor()} | options),
        )  # fmt: skip

    def test_it_is_handed_in_by_staff_once(self, make, bank):
        chargeback = bank.disputes(make.escrow(status="funded"))
        with pytest.raises(gateway_policies.OnlyStaff):
            self.submit(make, chargeback, actor=make.actor(chargeback.charge.payer))
        with pytest.raises(policies.EvidenceEmpty):
            self.submit(make, chargeback, text=" ")

        handed_in = self.submit(make, chargeback)

        assert handed_in.status == "submitted"
        stored = make.processor.store.find(chargeback.remote_id)["evidence"]
        assert stored["uncategorized_text"] == "Delivered, approved."
        with pytest.raises(policies.EvidenceTooLate):
            self.submit(make, chargeback)

    def test_a_lost_reply_is_safe_to_repeat_and_the_key_on_the_wire_is_the_rows(self, make, bank):
        chargeback = bank.disputes(make.escrow(status="funded"))
        store = make.processor.store
        path = f"/v1/disputes/{chargeback.remote_id}"
        store.run("INSERT INTO faults (path, kind, times) VALUES (?, 'lost_reply', 1)", f"POST {path}")
        with pytest.raises(errors.PaymentUnavailable):
            self.submit(make, chargeback)

        again = self.submit(make, chargeback)

        keys = [row["key"] for row in store.rows("SELECT key FROM calls WHERE path = ? AND method = 'POST'", path)]
        assert keys == [str(again.evidence_key)] * 2
        assert again.status == "submitted"

    def test_an_open_one_is_looked_up_when_no_webhook_comes(self, make, bank):
        chargeback = bank.disputes(make.escrow(status="funded"))
        disputes.close(make.processor.store, chargeback.remote_id, "won")

        dispatch.refresh_stale(older_than=timedelta(minutes=10), clock=lambda: NOON + timedelta(hours=1))

        chargeback.refresh_from_db()
        assert chargeback.status == "won"


def test_the_reasons_are_sentences():
    for reason in (gateway_policies.OnlyStaff, policies.EvidenceTooLate, escrow_policies.ClaimedByBank):
        assert issubclass(reason, Conflict) or reason.status == 403
        assert str(reason()).endswith(".")
