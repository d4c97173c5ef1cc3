"""Staff refund part of our own fee, with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.common.actors import Actor
from apps.common.money import Money
from apps.escrow import entries, events, policies
from apps.escrow.models import Goodwill
from apps.escrow.queries import releases
from apps.escrow.states import GoodwillTo
from apps.ledger import chart
from apps.ledger import operations as ledger
from apps.outbox import bus
from apps.pricing import rules as pricing_rules


@transaction.atomic
def give_goodwill(
    *, goodwill_id: UUID, release_id: UUID, to: str, amount: Money, reason: str, actor: Actor, now: datetime
) -> Goodwill:
    """
    Refund part of the commission of one release, with the tax it contained: to the employer's credit or to the
    freelancer's balance.

    :param goodwill_id: created by the confirmed form; the same id again changes nothing.

    :raises StaffOnly: unless the actor may give goodwill.
    :raises ReasonMissing: if the reason is empty.
    :raises OwnCase: for staff who are, or recently were, members of one of the two sides.
    :raises NothingHeld: if all of the fee is already refunded.
    :raises AmountNotHeld: if the release earned less than that, or it was already refunded.
    """
    release = releases.release_for_update(release_id)
    policies.check_can_give_goodwill(actor, reason)
    if (goodwill := Goodwill.objects.filter(id=goodwill_id).first()) is not None:
        return goodwill
    left, tax_left = releases.goodwill_left(release)
    policies.check_amount(amount, left)
    escrow = release.escrow
    policies.check_is_not_own_case(actor, escrow)
    tax = tax_left if amount == left else min(pricing_rules.contained_tax(amount, escrow.tax_bps), tax_left)
    row = Goodwill.objects.create(
        id=goodwill_id,
        release=release,
        to=to,
        currency=release.currency,
        amount_minor=amount.amount_minor,
        tax_minor=tax.amount_minor,
        reason=reason.strip(),
        given_by_id=actor.person_id,
        given_at=now,
    )
    is_employer = to == GoodwillTo.EMPLOYER
    organization_id = escrow.payer_id if is_employer else escrow.payee_id
    account = chart.employer_credit if is_employer else chart.payable
    entry = entries.goodwill(
        escrow_id=escrow.id,
        reference_id=escrow.reference_id,
        release_id=release.id,
        goodwill_id=row.id,
        receiver=account(organization_id, release.currency),
        amount=amount,
        tax=tax,
        tax_country=escrow.tax_country,
    )
    ledger.record(entry, now=now)
    event = events.GoodwillGiven(
        goodwill_id=row.id,
        release_id=release.id,
        organization_id=organization_id,
        amount_minor=amount.amount_minor,
        currency=release.currency,
        user_id=actor.person_id,
        reason=row.reason,
    )
    bus.publish(event, now=now)
    return row
