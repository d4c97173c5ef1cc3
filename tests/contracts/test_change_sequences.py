"""Whatever is proposed, funded, delivered and approved in whatever order: sums, books and hashes agree."""

import random
from datetime import timedelta

import pytest

from apps.common.errors import DomainError
from apps.contracts import terms
from apps.contracts.models import Contract
from apps.contracts.operations import changes, milestones
from apps.contracts.queries import changes as queries
from apps.contracts.states import HOLDS_MONEY
from tests.contracts.changing import check_books, propose, two_steps


def wish(dice, contract, now):
    draft = changes.draft_in_force(contract)
    steps = []
    for step in draft.steps:
        kind = dice.choice(["keep", "keep", "price", "title", "drop", "split"])
        amount = max(1_00, dice.randrange(1_00, 900_00) // 100 * 100)
        if kind == "drop":
            continue
        if kind == "price":
            step = terms.Wanted(step.id, step.title, amount)
        elif kind == "title":
            step = terms.Wanted(step.id, f"{step.title[:20]}!", step.amount_minor, due_at=now + timedelta(days=40))
        elif kind == "split" and step.amount_minor > 2_00:
            steps.append(terms.Wanted(None, "A part", step.amount_minor // 2, 2))
            step = terms.Wanted(step.id, step.title, step.amount_minor - step.amount_minor // 2)
        steps.append(step)
    dice.shuffle(steps)
    return terms.Draft(tuple(steps), draft.criteria[: dice.choice([1, 2])], dice.choice([1, 2, 3]))


def act(dice, make, contract):
    """One step of somebody; a refusal is an answer too."""
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    sides = {contract.employer_id: employer, contract.freelancer_id: freelancer}
    opened = queries.open_change(contract.id)
    verb = dice.choice(["change", "change", "answer", "answer", "fund", "deliver", "approve"])
    rows = list(queries.milestones_in_force(contract))
    if verb == "change" and opened is None:
        propose(make, contract, draft=wish(dice, contract, make.now), actor=dice.choice([employer, freelancer]))
    elif verb == "answer" and opened is not None:
        other = next(side for organization_id, side in sides.items() if organization_id != opened.proposed_by_id)
        dice.choice([changes.accept_change, changes.accept_change, changes.decline_change])(
            change_id=opened.id, actor=other, now=make.now
        )
    elif verb == "fund":
        make.fund(dice.choice([row for row in rows if row.status == "planned"]))
    elif verb == "deliver":
        make.deliver(dice.choice([row for row in rows if row.status in HOLDS_MONEY]))
    elif verb == "approve":
        row = dice.choice([row for row in rows if row.status in HOLDS_MONEY])
        part = dice.choice([None, row.amount.share_bps(2500)])
        milestones.approve_milestone(milestone_id=row.id, amount=part, actor=employer, now=make.now)


@pytest.mark.parametrize("seed", range(6))
def test_sums_books_and_hashes_agree_after_every_step(make, seed):
    dice = random.Random(seed)
    contract, done = two_steps(make), 0
    for _step in range(24):
        try:
            act(dice, make, contract)
            done += 1
        except (DomainError, IndexError):  # refused, or nothing to choose from
            pass
        check_books(contract)
        contract = Contract.objects.get(id=contract.id)
    assert done >= 8
