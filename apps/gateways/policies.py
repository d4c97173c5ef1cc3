"""Who may pause payments and run the treasury, and when money may go out."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts import policies as accounts
from apps.accounts.policies import StaffOnly
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict
from apps.gateways.queries import pauses

OnlyStaff = StaffOnly


def check_is_staff(actor: Actor) -> None:
    """:raises OnlyStaff: unless the actor is staff who may run the treasury."""
    accounts.check_staff_may(actor, Act.RUN_TREASURY)


class PaymentsPaused(Conflict):
    code = "payments_paused"
    message = _("Payments are paused, so nothing can be sent now. Resume them on the treasury page first.")


class WithdrawalsFrozen(Conflict):
    code = "withdrawals_frozen"
    message = _(
        "Your withdrawals wait while we compare one of them with the payment processor. Nothing is lost. Our staff "
        "know of it and finish it as soon as they can."
    )


def check_can_pause(actor: Actor) -> None:
    """:raises OnlyStaff: unless the actor is permitted staff or the system."""
    if not actor.is_system:
        accounts.check_staff_may(actor, Act.PAUSE_PAYMENTS)


def check_is_not_paused() -> None:
    """:raises PaymentsPaused: while payments are paused."""
    if pauses.is_paused():
        raise PaymentsPaused


def check_is_not_frozen(organization_id: UUID) -> None:
    """:raises WithdrawalsFrozen: while a movement of the organization's money waits for comparison with the books."""
    if pauses.is_frozen(organization_id):
        raise WithdrawalsFrozen
