"""The arithmetic of a change request, without a database."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.common.fingerprints import fingerprint
from apps.contracts import errors, terms
from apps.contracts.states import CHANGEABLE, HOLDS_MONEY, MilestoneStatus

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
CRITERIA = ("All pages", "The glossary")


def step(status="planned", amount=500_00, title="Draft", **fields):
    values = {"days": 5, "due_at": NOW + timedelta(days=5), "currency": "EUR"} | fields
    return terms.Step(uuid4(), title, amount, status=status, **values)


def wanted(item: terms.Step, **fields):
    return replace(terms.Wanted(item.id, item.title, item.amount_minor), **fields)


def draft(*steps, criteria=CRITERIA, revisions=2):
    return terms.Draft(tuple(steps), tuple(criteria), revisions)


def difference(current, wish, **fields):
    options = {"now": NOW, "new_id": uuid4} | fields
    return terms.difference(current, CRITERIA, 2, wish, **options)


def test_terms_as_they_are_change_nothing():
    current = [step(), step("funded"), step("approved")]
    with pytest.raises(errors.NothingChanged):
        difference(current, draft(*(wanted(item) for item in current)))
    with pytest.raises(errors.NothingChanged):  # ended ones need not be named
        difference(current, draft(*(wanted(item) for item in current[:2])))


def test_a_higher_price_of_funded_work_becomes_a_milestone_of_its_own():
    current = [step("funded", 500_00), step("planned", 400_00, "Final")]
    change = difference(current, draft(wanted(current[0], amount_minor=650_00), wanted(current[1])))

    [extra] = change.steps
    assert (extra.kind, extra.extra_for, extra.after("amount_minor")) == (terms.ADDED, current[0].id, 150_00)
    assert change.order == (current[0].id, extra.id, current[1].id)
    assert change.delta_minor == 150_00
    assert not change.returns_money


def test_a_lower_price_of_funded_work_returns_money_and_one_of_planned_work_does_not():
    held, planned = step("delivered"), step("planned")
    change = difference([held, planned], draft(wanted(held, amount_minor=300_00), wanted(planned, amount_minor=100_00)))
    assert [item.returns_money for item in change.steps] == [True, False]
    assert change.delta_minor == -600_00


def test_a_price_is_not_lower_than_what_was_released():
    held = step("funded", 500_00, released_minor=200_00)
    with pytest.raises(errors.BelowReleased):
        difference([held], draft(wanted(held, amount_minor=199_99)))
    assert difference([held], draft(wanted(held, amount_minor=200_00))).delta_minor == -300_00


def test_dropping_partly_released_work_keeps_what_was_released():
    held, other = step("funded", 500_00, released_minor=200_00), step("planned")
    [item] = difference([held, other], draft(wanted(other))).steps
    assert (item.kind, item.values["amount_minor"]) == (terms.CHANGED, (500_00, 200_00))


@pytest.mark.parametrize("status", sorted(set(MilestoneStatus) - set(CHANGEABLE)))
def test_what_has_ended_or_is_disputed_stays(status):
    fixed, other = step(status), step("planned")
    with pytest.raises(errors.MilestoneFixed):
        difference([fixed, other], draft(wanted(fixed, title="Another"), wanted(other)))
    change = difference([fixed, other], draft(wanted(other, days=9)))
    assert [item.id for item in change.steps] == [other.id]


def test_a_price_does_not_change_while_a_payment_is_open():
    paying, other = step("awaiting_payment"), step("planned")
    with pytest.raises(errors.PaymentStarted):
        difference([paying, other], draft(wanted(paying, amount_minor=1_00), wanted(other)))
    with pytest.raises(errors.PaymentStarted):
        difference([paying, other], draft(wanted(other)))
    assert difference([paying, other], draft(wanted(paying, days=9), wanted(other))).steps


def test_a_date_lies_in_the_future():
    held = step("funded")
    with pytest.raises(errors.DateInThePast):
        difference([held], draft(wanted(held, due_at=NOW)))
    change = difference([held], draft(wanted(held, due_at=LATER)))
    assert change.is_date_only
    assert change.steps[0].values == {"due_at": (held.due_at, LATER)}


def test_strangers_and_doubles_are_refused():
    current = step()
    for wish in (draft(wanted(step())), draft(wanted(current), wanted(current))):
        with pytest.raises(errors.MilestoneUnknown):
            difference([current], wish)


def test_a_contract_keeps_a_milestone_and_a_criterion():
    current = step()
    with pytest.raises(errors.NoMilestoneLeft):
        difference([current], draft())
    with pytest.raises(errors.CriteriaMissing):
        difference([current], draft(wanted(current), criteria=("  ",)))


def test_limits_of_size():
    current = step()
    many = [terms.Wanted(None, "More", 1_00, 1) for _number in range(terms.STEPS_MAX)]
    with pytest.raises(errors.TooManyMilestones):
        difference([current], draft(wanted(current), *many))
    with pytest.raises(errors.TooManyCriteria):
        difference([current], draft(wanted(current), criteria=[str(number) for number in range(21)]))
    for bad in ({"title": " "}, {"title": "x" * 141}, {"amount_minor": 0}, {"days": 731}):
        with pytest.raises(errors.TermNotReadable):
            difference([current], draft(wanted(current, **bad)))
    with pytest.raises(errors.TermNotReadable):
        difference([current], draft(wanted(current), revisions=21))


def test_what_changed_in_between_is_refused():
    planned, other = step(), step("funded")
    change = difference([planned, other], draft(wanted(planned, amount_minor=600_00), wanted(other)))
    terms.check_still_fits(change, [planned, replace(other, status="delivered")])  # not what it is about
    for now_is in ({"status": "funded"}, {"status": "cancelled"}, {"amount_minor": 1}):
        with pytest.raises(errors.ChangeOutdated):
            terms.check_still_fits(change, [replace(planned, **now_is), other])
    with pytest.raises(errors.PaymentStarted):
        terms.check_still_fits(change, [replace(planned, status="awaiting_payment"), other])


STATUSES = st.sampled_from([*CHANGEABLE, "approved", "disputed"])
STEPS = st.lists(
    st.builds(
        lambda status, amount, released, days: step(
            status, amount, released_minor=min(released, amount) if status in HOLDS_MONEY else 0, days=days
        ),
        STATUSES, st.integers(1, 10**9), st.integers(0, 10**9), st.integers(1, 30),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@st.composite
def drafts(picked, current):
    """Any wish about these milestones: some dropped, some changed, some new, in any order."""
    steps = []
    for item in current:
        if item.status not in CHANGEABLE or picked(st.booleans()):
            continue
        floor = max(1, item.released_minor)
        amount = item.amount_minor if item.status == "awaiting_payment" else picked(st.integers(floor, 2 * 10**9))
        due_at = LATER if item.money == terms.HELD and picked(st.booleans()) else None
        steps.append(terms.Wanted(item.id, picked(st.sampled_from(["A", item.title])), amount, 0, due_at))
    steps += [terms.Wanted(None, "New", picked(st.integers(1, 10**9)), 3) for _n in range(picked(st.integers(0, 2)))]
    return draft(*picked(st.permutations(steps)), revisions=picked(st.integers(0, 4)))


@settings(deadline=None)
@given(current=STEPS, data=st.data())
def test_whatever_is_proposed_the_new_terms_add_up_and_their_hash_recomputes(current, data):
    wish = data.draw(drafts(current))
    try:
        change = difference(current, wish)
    except (errors.NothingChanged, errors.NoMilestoneLeft, errors.PaymentStarted):
        return
    stored = json.loads(json.dumps(terms.to_json(change)))
    assert terms.from_json(stored) == change
    terms.check_still_fits(change, current)

    before = {"amount_minor": sum(item.amount_minor for item in current), "exchange_minor": 7, "milestones": []}
    after = terms.terms_after(
        before, change, current, number=2, previous_sha256="0" * 64, criteria=CRITERIA, revisions=2, reason="Because"
    )
    assert after["amount_minor"] == before["amount_minor"] + change.delta_minor
    assert sum(row["amount_minor"] for row in after["milestones"]) == after["amount_minor"]
    assert after["amount_minor"] >= sum(item.released_minor for item in current)
    assert fingerprint(json.loads(json.dumps(after))) == fingerprint(after)

    ids = [UUID(row["id"]) for row in after["milestones"]]
    assert len(set(ids)) == len(ids)
    fixed = [item for item in current if item.status not in CHANGEABLE]
    kept = {row["id"]: row for row in after["milestones"]}
    assert all(kept[str(item.id)]["amount_minor"] == item.amount_minor for item in fixed)
    named = [item.id for item in wish.steps if item.id is not None]
    assert [milestone_id for milestone_id in ids if milestone_id in named] == named or not change.order
    for item in current:
        if item.money == terms.HELD and str(item.id) in kept:  # held money never grows by a change alone
            assert item.released_minor <= kept[str(item.id)]["amount_minor"] <= item.amount_minor
