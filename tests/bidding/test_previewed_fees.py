"""What the bid's preview says is taken, is what the release takes: for strangers and for those who stay together."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.bidding import queries
from apps.bidding.rules import MilestoneDraft
from apps.common.actors import SYSTEM
from apps.common.money import Money
from apps.contracts.operations import milestones
from apps.escrow.models import Escrow, Release
from apps.escrow.operations import releases
from apps.ledger.queries import invariants
from apps.pricing import rules
from apps.pricing.models import CommissionTax, FeeSchedule, PaidWork
from apps.pricing.queries import fees, previews
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
ODD = Money.of("333.35", "EUR")


def preview(task, bidder, amount=ODD, **options):
    return queries.preview(task, bidder, amount, NOON, **options).received


def test_the_first_the_tenth_and_the_eleventh_contract_are_charged_as_previewed(make):
    employer, bidder = make.employer(), make.freelancer(country="FR", currency="EUR")
    shares = {}
    for nth in range(1, 12):
        task = make.task(employer=employer)
        shown = preview(task, bidder)
        bid = make.bid(task=task, bidder=bidder, amount=ODD)
        milestone = make.milestone(bid=bid, status="approved")
        charged = Release.objects.get(escrow_id=milestone.escrow_id)
        assert (shown.gross, shown.fee, shown.withheld, shown.net) == (
            charged.gross, charged.fee, charged.withheld, charged.net,
        )  # fmt: skip
        assert shown.relationship.paid_before == nth - 1
        shares[nth] = shown.relationship.commission_bps

    assert (shares[1], shares[10], shares[11]) == (1000, 1000, 800)
    assert preview(make.task(), bidder).relationship.commission_bps == 1000  # another employer
    assert {item.invariant: item.breaches for item in invariants.check_all() if item.breaches} == {}


def test_milestones_are_rounded_one_by_one_as_they_will_be_paid(make):
    task, bidder = make.task(), make.freelancer(country="FR", currency="EUR")
    typed = (3335, 3335, 26665)
    drafts = tuple(MilestoneDraft(f"Part {minor}", minor, 3) for minor in typed)
    contract = make.contract(bid=make.bid(task=task, bidder=bidder, amount=ODD, milestones=drafts))
    shown = preview(task, bidder, milestones=typed)

    for milestone in contract.milestones.order_by("position"):
        funded = make.fund(milestone)
        make.deliver(funded)
        milestones.approve_milestone(
            milestone_id=funded.id, amount=None, actor=make.actor(task.employer), now=NOON
        )  # fmt: skip

    taken = Money.total((release.fee for release in Release.objects.all()), "EUR")
    assert shown.fee == taken == Money.of("33.34", "EUR")  # 3.34 (half to even) twice, and 26.66
    assert preview(task, bidder).fee == Money.of("33.34", "EUR")
    assert preview(task, bidder, milestones=(1, 2)) == preview(task, bidder)  # what does not sum is no split


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minor=st.lists(st.integers(1, 10**7), min_size=1, max_size=5),
    paid_before=st.integers(0, 25),
    tax_bps=st.sampled_from([0, 700, 2000]),
    steps=st.lists(st.floats(0.01, 0.99), max_size=3),
)
def test_however_often_they_worked_together_and_in_however_many_steps(db, minor, paid_before, tax_bps, steps):
    CommissionTax.objects.update_or_create(
        platform_country="DE", payee_country="AT", effective_from=date(2020, 1, 1),
        defaults={"rate_bps": tax_bps, "jurisdiction": "AT", "source": "test"},
    )  # fmt: skip
    on, parts = NOON.date(), [Money(item, "EUR") for item in minor]
    shown = previews.receive_preview(
        Money.total(parts, "EUR"), "DE", "AT", "EUR", on, paid_before=paid_before, parts=parts
    )

    agreed = fees.terms("DE", "AT", on, paid_before=paid_before)  # what an escrow stores
    net = sum(_released_in_steps(part, agreed, steps) for part in parts)

    assert shown.net.amount_minor == net
    assert shown.gross == shown.net + shown.fee + shown.withheld
    assert shown.relationship.commission_bps == agreed.commission_bps


def _released_in_steps(part: Money, agreed: rules.Terms, steps: list[float]) -> int:
    nothing = Money.zero(part.currency)
    released = commission = tax = withheld = net = nothing
    for share in [*steps, 1.0]:
        left = part - released
        step = Money(int(left.amount_minor * share), "EUR") if share < 1 else left
        if not step:
            continue
        result = rules.split(
            step, agreed, released=released, commission_taken=commission, tax_taken=tax, withheld_taken=withheld
        )
        released, net = released + step, net + result.net
        commission, tax, withheld = commission + result.commission, tax + result.tax, withheld + result.withheld
    return net.amount_minor


def test_the_page_and_the_api_name_the_commission_of_a_relationship(make):
    make.now = timezone.now()
    employer, bidder = make.employer(), make.freelancer(country="FR", currency="EUR")
    FeeSchedule.objects.create(
        payer_country="*", payee_country="*", contract_type="milestones", paid_before_min=1, commission_bps=900,
        employer_fee_bps=500, fx_margin_bps=50, effective_from="2026-01-01",
    )  # fmt: skip
    client, task = Client(), make.task(employer=employer)
    client.force_login(bidder.memberships.get().user)
    address, query = f"/en/tasks/{task.id}/bid/preview/", {"amount": "333.35", "currency": "EUR"}
    api = {"task_id": str(task.id), "amount_minor": 33335, "currency": "EUR"}

    first = client.get(address, query).content.decode()
    assert "Commission 10%. Pieces of work that this employer has paid you for: 0; from 1 on" in first
    make.escrow(status="released", payer=employer, payee=bidder)
    second = client.get(address, query).content.decode()
    assert "paid you for: 1; from 10 on, the commission is 8%." in second
    for _ in range(9):
        make.escrow(status="released", payer=employer, payee=bidder)
    tenth = client.get(address, query).content.decode()
    assert "Commission 8%, as from 10 pieces of work on." in tenth
    PaidWork.objects.exclude(work_id=PaidWork.objects.earliest("created_at").work_id).delete()
    body = client.get("/api/v1/bids/preview/", api).json()
    assert body["commission"]["amount_minor"] + body["tax"]["amount_minor"] == 3000
    assert body["relationship"] == {
        "paid_before": 1, "commission_bps": 900, "paid_before_min": 1, "next_paid_before": 10,
        "next_commission_bps": 800,
    }  # fmt: skip
    split = client.get("/api/v1/bids/preview/", api | {"milestone_minor": [3335, 30000]}).json()
    assert split["net"]["amount_minor"] == 30335


def test_work_that_was_never_paid_for_does_not_count_and_a_part_does(make):
    payer, payee = make.employer(), make.freelancer()
    make.escrow(status="refunded", payer=payer, payee=payee)
    assert fees.paid_between(payer.id, payee.id) == 0

    escrow = make.escrow(status="funded", payer=payer, payee=payee)
    releases.release(escrow_id=escrow.id, amount=Money.of("1.00", "EUR"), actor=SYSTEM, now=NOON)
    assert fees.paid_between(payer.id, payee.id) == 0  # not over yet
    releases.refund(escrow_id=escrow.id, amount=None, actor=SYSTEM, now=NOON)
    assert fees.paid_between(payer.id, payee.id) == 1
    assert fees.paid_between(payee.id, payer.id) == 0
    PaidWork.objects.all().delete()
    assert {item.invariant for item in invariants.check_all() if item.breaches} == {
        "F1_paid_work_that_fees_do_not_count"
    }
    assert Escrow.objects.get(id=escrow.id).status == "released"
