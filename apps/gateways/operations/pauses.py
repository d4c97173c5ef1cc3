"""
Pause and resume everything that sends money out. The pause is checked where a row is claimed or a bank order is
created.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid
from apps.gateways import events, policies
from apps.gateways.models import PaymentPause, UnbookedObject
from apps.gateways.models.pauses import PauseKind, UnbookedStatus
from apps.gateways.queries import pauses
from apps.outbox import bus


class PauseReasonMissing(Invalid):
    code = "reason_missing"
    field = "reason"
    message = _("Write why, for those who read it later.")


class ComparisonMissing(Conflict):
    code = "comparison_missing"
    message = _(
        "Payments cannot be resumed yet: the books have not been compared with the payment processors since they were "
        "paused. Run “manage.py after_restore” first."
    )


class UnbookedObjectsOpen(Conflict):
    code = "unbooked_objects_open"
    message = _(
        "Payments cannot be resumed yet: %(count)s movements of money at the payment processors are neither in the "
        "books nor frozen. Resolve each of them first."
    )


@transaction.atomic
def pause(
    *, reason: str, now: datetime, actor: Actor, kind: PauseKind = PauseKind.MANUAL, origin: str = ""
) -> PaymentPause:
    """
    Pause everything that sends money out: payouts, refunds, reversals, top-ups and bank files. Calls already in
    progress are finished. If a pause is open, it is returned; a pause that requires a comparison with the processors
    makes the open one require it too.

    :raises OnlyStaff: unless the actor is permitted staff or the system.
    :raises PauseReasonMissing: if the reason is empty.
    """
    policies.check_can_pause(actor)
    if not reason.strip():
        raise PauseReasonMissing
    existing = pauses.open_pause_for_update()
    if existing is not None:
        if kind != PauseKind.MANUAL:
            existing.kind, existing.checked_at = kind, None
            existing.reason = f"{existing.reason}\n{reason.strip()}"[-1000:]
            existing.save(update_fields=["kind", "checked_at", "reason"])
        return existing
    payment_pause = PaymentPause.objects.create(
        kind=kind, reason=reason.strip()[:1000], started_at=now, started_by_id=actor.user_id, origin=origin
    )
    _publish(payment_pause, "pause", actor.user_id, payment_pause.reason, now)
    return payment_pause


@transaction.atomic
def resume(*, reason: str, now: datetime, actor: Actor) -> PaymentPause | None:
    """
    Resume payments. None if they are not paused.

    :raises OnlyStaff, PauseReasonMissing: like `pause`.
    :raises ComparisonMissing: after a restore, until `after_restore` has compared everything.
    :raises UnbookedObjectsOpen: while there are unbooked objects that freezing an organization's withdrawals does not
        cover.
    """
    policies.check_can_pause(actor)
    if not reason.strip():
        raise PauseReasonMissing
    existing = pauses.open_pause_for_update()
    if existing is None:
        return None
    if existing.needs_check:
        raise ComparisonMissing
    blocking = pauses.unbooked_objects_that_block().count()
    if blocking:
        raise UnbookedObjectsOpen(count=blocking)
    existing.ended_at, existing.ended_by_id, existing.end_reason = now, actor.user_id, reason.strip()[:1000]
    existing.save(update_fields=["ended_at", "ended_by", "end_reason"])
    _publish(existing, "resume", actor.user_id, existing.end_reason, now)
    return existing


@transaction.atomic
def resolve_unbooked(*, object_id: UUID, reason: str, now: datetime, actor: Actor) -> UnbookedObject:
    """
    Mark a frozen movement as resolved by staff; the organization may withdraw again.

    :raises OnlyStaff, PauseReasonMissing: like `pause`.
    """
    policies.check_can_pause(actor)
    if not reason.strip():
        raise PauseReasonMissing
    unbooked_object = UnbookedObject.objects.select_for_update(of=("self",)).get(id=object_id)
    if unbooked_object.status == UnbookedStatus.FROZEN:
        unbooked_object.status, unbooked_object.resolution = UnbookedStatus.RESOLVED, reason.strip()[:1000]
        unbooked_object.resolved_at, unbooked_object.resolved_by_id = now, actor.user_id
        unbooked_object.save(update_fields=["status", "resolution", "resolved_at", "resolved_by"])
        if actor.user_id is not None:
            event = events.PaymentsPausedOrResumed(
                unbooked_object.id, "resolve_unbooked", actor.user_id, unbooked_object.resolution
            )
            bus.publish(event, now=now)
    return unbooked_object


def _publish(row: PaymentPause, what: str, user_id: UUID | None, reason: str, now: datetime) -> None:
    bus.publish(events.PaymentsPausedOrResumed(row.id, what, user_id, reason), now=now)
