"""Staff operations that span all apps."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.policies import check_staff_may
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict
from apps.common.ids import uuids
from apps.common.models import SkippedRow
from apps.dashboard.queries.failures import FailureKind
from apps.gateways.operations import webhooks
from apps.moderation import operations as moderation
from apps.notifications import operations as notifications
from apps.outbox import bus


class NothingToRetry(Conflict):
    code = "nothing_to_retry"
    message = _("This has not failed, or it was started again already.")


@transaction.atomic
def run_again(*, kind: str, row_id: str, actor: Actor, now: datetime) -> None:
    """
    Retry something that had failed for good, starting again at the first attempt; logged as a staff action.

    :raises StaffOnly: unless the actor is staff. :raises NothingToRetry: if it has not failed.
    """
    check_staff_may(actor, Act.RUN_AGAIN)
    if not _retry(kind, row_id, now):
        raise NothingToRetry
    moderation.record(actor=actor, action=f"run_again.{kind}", subject_type=kind, subject_id=row_id, now=now)


def _retry(kind: str, row_id: str, now: datetime) -> bool:
    if kind == FailureKind.DELIVERY:
        is_number = row_id.isascii() and row_id.isdigit() and len(row_id) < 19
        return is_number and bus.retry([int(row_id)], now=now) == 1
    ids = uuids([row_id])
    if kind == FailureKind.WEBHOOK:
        return webhooks.retry_webhooks(ids, now=now) == 1
    if kind == FailureKind.EMAIL:
        return notifications.retry_emails(ids, now=now) == 1
    return SkippedRow.objects.filter(id__in=ids).update(retry_at=now) == 1
