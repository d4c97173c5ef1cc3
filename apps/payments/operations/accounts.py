"""Where a freelancer is paid: the processor keeps the number, we keep its last four digits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts import queries as people
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Invalid
from apps.common.operations import move
from apps.compliance import queries as compliance
from apps.outbox import bus
from apps.payments import events, policies
from apps.payments.gateways.doors import door
from apps.payments.gateways.port import GatewayRefused, GatewayUnavailable, Recipient, RecipientRequest
from apps.payments.models import PayoutAccount
from apps.payments.operations.charges import PaymentUnavailable
from apps.payments.states import PAYOUT_ACCOUNT, PayoutAccountStatus


class BankAccountRefused(Invalid):
    code = "bank_account_refused"
    message = _("The payment processor does not accept this bank account. Check the number. Reason: %(reason)s")
    field = "account_number"


def set_payout_account(
    *,
    organization_id: UUID,
    currency: str,
    holder_name: str,
    account_number: str,
    is_automatic: bool,
    gateway: str,
    actor: Actor,
    now: datetime,
) -> PayoutAccount:
    """
    Let an organization be paid to a bank account. The number goes to the processor and is not stored here.

    Not atomic as a whole: written down, asked outside any transaction, then switched.

    :raises NotAllowed: unless the actor may withdraw for the organization.
    :raises PayoutCountryUnsupported: if no rail reaches the country in that currency.
    :raises BankAccountRefused: for a definite no; the account that was active stays so.
    :raises PaymentUnavailable: without an answer; entering it again is safe.
    """
    account = _write_down(
        organization_id=organization_id,
        currency=currency,
        holder_name=holder_name,
        is_automatic=is_automatic,
        gateway=gateway,
        actor=actor,
        now=now,
    )
    request = RecipientRequest(
        key=account.open_key,
        organization_id=organization_id,
        country=account.country,
        currency=account.currency,
        holder_name=account.holder_name,
        account_number="".join(account_number.split()),
        rail=account.rail,
        account_id=_remote_account(organization_id, gateway, account.country),
    )
    try:
        recipient = door(gateway).open_recipient(request)
    except GatewayUnavailable as silence:
        raise PaymentUnavailable from silence
    except GatewayRefused as refusal:
        _refused(account_id=account.id, code=refusal.code, now=now)
        raise BankAccountRefused(reason=refusal.message) from refusal
    return _activate(account_id=account.id, recipient=recipient, actor=actor, now=now)


def _remote_account(organization_id: UUID, gateway: str, country: str) -> str:
    """
    The organization's account at the processor, kept when the bank behind it changes: money that came back from
    a bank lies there.
    """
    known = PayoutAccount.objects.filter(organization_id=organization_id, gateway=gateway, country=country)
    latest = known.exclude(remote_account_id="").order_by("-created_at").first()
    return latest.remote_account_id if latest else ""


@transaction.atomic
def _write_down(
    *,
    organization_id: UUID,
    currency: str,
    holder_name: str,
    is_automatic: bool,
    gateway: str,
    actor: Actor,
    now: datetime,
) -> PayoutAccount:
    policies.check_can_withdraw(actor, organization_id)
    country = people.organization(organization_id).country
    reachable = compliance.payout_currencies(country)
    if currency not in reachable:
        raise policies.PayoutCountryUnsupported(
            country=country, currency=currency, choices=", ".join(reachable) or "-", field="currency"
        )
    rail = compliance.corridor(payer_country=country, payee_country=country, on=now.date()).rail
    return PayoutAccount.objects.create(
        organization_id=organization_id,
        country=country,
        currency=currency,
        holder_name=holder_name,
        rail=rail,
        gateway=gateway,
        is_automatic=is_automatic,
        automatic_agreed_at=now if is_automatic else None,
        automatic_agreed_by_id=actor.user_id if is_automatic else None,
    )


@transaction.atomic
def _activate(*, account_id: UUID, recipient: Recipient, actor: Actor, now: datetime) -> PayoutAccount:
    account = PayoutAccount.objects.select_for_update().get(id=account_id)
    for older in PayoutAccount.objects.select_for_update().filter(
        organization_id=account.organization_id, status=PayoutAccountStatus.ACTIVE
    ):
        move(older, PAYOUT_ACCOUNT, "replace", actor=actor, now=now)
    changes = {
        "remote_account_id": recipient.account_id,
        "last4": recipient.last4,
        "bank_name": recipient.bank_name[:80],
    }
    move(account, PAYOUT_ACCOUNT, "activate", actor=actor, now=now, changes=changes)
    bus.publish(events.PayoutAccountChanged(account.organization_id, account.last4), now=now)
    return account


@transaction.atomic
def _refused(*, account_id: UUID, code: str, now: datetime) -> None:
    account = PayoutAccount.objects.select_for_update().get(id=account_id)
    move(account, PAYOUT_ACCOUNT, "refuse", actor=SYSTEM, now=now, changes={"refusal_code": code[:60]})


@transaction.atomic
def set_automatic(*, organization_id: UUID, is_automatic: bool, actor: Actor, now: datetime) -> PayoutAccount:
    """
    Agree to, or stop, balances being paid out by themselves at the rate of the moment.

    :raises PayoutAccountMissing: without an active account.
    """
    policies.check_can_withdraw(actor, organization_id)
    account = policies.check_is_ready(
        PayoutAccount.objects.select_for_update()
        .filter(organization_id=organization_id, status=PayoutAccountStatus.ACTIVE)
        .first()
    )
    account.is_automatic = is_automatic
    account.automatic_agreed_at = now if is_automatic else None
    account.automatic_agreed_by_id = actor.user_id if is_automatic else None
    account.save(update_fields=["is_automatic", "automatic_agreed_at", "automatic_agreed_by_id"])
    return account
