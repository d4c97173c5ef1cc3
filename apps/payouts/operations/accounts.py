"""Set the account a freelancer is paid to. The processor stores the number; we store its last four digits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.operations import access_log
from apps.accounts.queries import members, organizations
from apps.common import fmt, limits
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Invalid
from apps.common.operations import move
from apps.compliance import queries as compliance
from apps.compliance.models import Rail
from apps.gateways import registry
from apps.gateways.errors import GatewayRefused, GatewayUnavailable, PaymentUnavailable
from apps.gateways.protocols.onboarding import AccountRequest, Onboarding, RecipientState, RecipientStatus
from apps.gateways.protocols.payouts import Recipient, RecipientRequest
from apps.gateways.protocols.transfers import RecipientBalances
from apps.outbox import bus
from apps.payouts import events, policies
from apps.payouts.models import PayoutAccount
from apps.payouts.queries import related
from apps.payouts.states import PAYOUT_ACCOUNT, PayoutAccountStatus

CHANGED_ACCOUNT_WAIT = timedelta(hours=48)
"""Long enough for the owner of a stolen login to read the mail about the new account."""


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
    Set the bank account or wallet that an organization is paid to. The number goes to the processor and is not stored
    here; if we pay through our own bank, it is stored for that purpose.

    Not atomic as a whole: the account is recorded, the gateway is called outside any transaction, then the account
    becomes active.

    :param gateway: the processor, or one of `queries.payout_methods_for`.

    :raises NotAllowed: unless the actor may withdraw for the organization.
    :raises GatewayNotOffered: if the gateway does not pay in this country and currency.
    :raises NumberWrong: if the number is not a valid IBAN.
    :raises AccountNotReached: if our bank cannot pay to the account's country in this currency.
    :raises PayoutCountryUnsupported: if no rail reaches the country in that currency.
    :raises BankAccountRefused: if the processor rejects the account; the previous active account stays active.
    :raises PaymentUnavailable: if the processor does not answer; entering the account again is safe.
    """
    policies.check_can_change_account(actor, organization_id)
    limits.spend("change_money_settings", actor.user_id, now=now)
    if not registry.offers(gateway, RecipientBalances):
        country = organizations.organization(organization_id).country
        policies.check_is_paid_by(gateway, account_number, country=country, currency=currency, on=now.date())
    account = _write_down(
        organization_id=organization_id,
        currency=currency,
        holder_name=holder_name,
        is_automatic=is_automatic,
        gateway=gateway,
        actor=actor,
        now=now,
        account_number=account_number,
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
        recipient = registry.gateway(gateway).open_recipient(request)
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    except GatewayRefused as error:
        _refused(account_id=account.id, code=error.code, now=now)
        raise BankAccountRefused(reason=error.message) from error
    return _activate(account_id=account.id, recipient=recipient, actor=actor, now=now)


def _remote_account(organization_id: UUID, gateway: str, country: str) -> str:
    """
    The organization's account at the processor. It is kept when the bank behind it changes, because money returned by a
    bank is on it.
    """
    payout_accounts = PayoutAccount.objects.filter(organization_id=organization_id, gateway=gateway, country=country)
    latest = payout_accounts.exclude(remote_account_id="").order_by("-created_at").first()
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
    account_number: str = "",
) -> PayoutAccount:
    policies.check_can_change_account(actor, organization_id)
    country = organizations.organization(organization_id).country
    # The rail is chosen here, once, from the dated table; a payout never chooses again.
    route = compliance.corridor(payer_country=country, payee_country=country, on=now.date())
    reachable = compliance.payout_currencies(country) if route.rail != Rail.UNSUPPORTED else []
    if currency not in reachable:
        raise policies.PayoutCountryUnsupported(
            country=fmt.Country(country), currency=currency, choices=reachable, field="currency"
        )
    return PayoutAccount.objects.create(
        organization_id=organization_id,
        country=country,
        currency=currency,
        holder_name=holder_name,
        rail=route.rail,
        gateway=gateway,
        is_automatic=is_automatic,
        automatic_agreed_at=now if is_automatic else None,
        automatic_agreed_by_id=actor.user_id if is_automatic else None,
        set_by_id=actor.user_id,
        number_digest=related.number_digest(account_number),
    )


@transaction.atomic
def _activate(*, account_id: UUID, recipient: Recipient, actor: Actor, now: datetime) -> PayoutAccount:
    account = PayoutAccount.objects.select_for_update().get(id=account_id)
    earlier = PayoutAccount.objects.select_for_update().filter(organization_id=account.organization_id)
    was_paid_elsewhere = Q(status=PayoutAccountStatus.ACTIVE) | (Q(status=PayoutAccountStatus.REPLACED) & ~Q(last4=""))
    if earlier.filter(was_paid_elsewhere).exists():
        account.payable_from = now + CHANGED_ACCOUNT_WAIT
    for older in earlier.filter(status=PayoutAccountStatus.ACTIVE):
        move(older, PAYOUT_ACCOUNT, "replace", actor=actor, now=now)
    account.remote_payout_method_id = recipient.payout_method_id or account.remote_payout_method_id
    account.save(update_fields=["remote_payout_method_id", "payable_from"])
    changes = {
        "remote_account_id": recipient.account_id,
        "last4": recipient.last4,
        "bank_name": recipient.bank_name[:80],
    }
    move(account, PAYOUT_ACCOUNT, "activate", actor=actor, now=now, changes=changes)
    details = {"account": str(account.id), "last4": account.last4, "by": account.gateway}
    access_log.record_access(
        "payouts.account_changed", actor=actor, organization_id=account.organization_id, details=details, now=now
    )
    bus.publish(events.PayoutAccountChanged(account.organization_id, account.last4), now=now)
    return account


@transaction.atomic
def _refused(*, account_id: UUID, code: str, now: datetime) -> None:
    account = PayoutAccount.objects.select_for_update().get(id=account_id)
    move(account, PAYOUT_ACCOUNT, "refuse", actor=SYSTEM, now=now, changes={"refusal_code": code[:60]})


def start_onboarding(
    *,
    organization_id: UUID,
    currency: str,
    holder_name: str,
    is_automatic: bool,
    gateway: str,
    actor: Actor,
    now: datetime,
) -> PayoutAccount:
    """
    Open an account at the processor. The processor's own pages ask for the bank and the identity; see
    `onboarding_page`.

    Not atomic as a whole: the account is recorded, the processor is called outside any transaction, then the status
    changes.

    :raises NotAllowed: unless the actor may withdraw for the organization.
    :raises PayoutCountryUnsupported: if no rail reaches the country in that currency.
    :raises BankAccountRefused, PaymentUnavailable: from the processor; the previous active account stays active.
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
    request = AccountRequest(
        key=account.open_key,
        organization_id=organization_id,
        country=account.country,
        currency=account.currency,
        holder_name=account.holder_name,
        email=_email(organization_id),
        rail=account.rail,
    )
    try:
        remote_id = _remote_recipient(account) or registry.gateway_with(gateway, Onboarding).open_account(request)
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    except GatewayRefused as error:
        _refused(account_id=account.id, code=error.code, now=now)
        raise BankAccountRefused(reason=error.message) from error
    return _onboarding(account_id=account.id, remote_id=remote_id, actor=actor, now=now)


def _email(organization_id: UUID) -> str:
    return next((user.email for user in members.users_to_notify(organization_id, "withdraw")), "")


def _remote_recipient(account: PayoutAccount) -> str:
    """The organization's existing account at the processor on the same rail, or "": money may be on it."""
    accounts = PayoutAccount.objects.filter(
        organization_id=account.organization_id, gateway=account.gateway, country=account.country, rail=account.rail
    ).exclude(remote_account_id="")
    if account.rail == Rail.GLOBAL_PAYOUTS:
        accounts = accounts.exclude(remote_payout_method_id="")
    latest = accounts.order_by("-created_at").first()
    return latest.remote_account_id if latest else ""


@transaction.atomic
def _onboarding(*, account_id: UUID, remote_id: str, actor: Actor, now: datetime) -> PayoutAccount:
    account = PayoutAccount.objects.select_for_update().get(id=account_id)
    for older in PayoutAccount.objects.select_for_update().filter(
        organization_id=account.organization_id, status=PayoutAccountStatus.ONBOARDING
    ):
        move(older, PAYOUT_ACCOUNT, "replace", actor=actor, now=now)
    return move(account, PAYOUT_ACCOUNT, "onboard", actor=actor, now=now, changes={"remote_account_id": remote_id})


def onboarding_page(*, account_id: UUID, return_url: str, refresh_url: str, actor: Actor) -> str:
    """
    A new URL of the processor's onboarding page, valid for a few minutes and for one visit. Calls the processor outside
    any transaction.

    :raises NotAllowed: unless the actor may withdraw for the organization.
    :raises BankAccountRefused: if the processor rejects the request.
    :raises PaymentUnavailable: if the processor does not answer.
    """
    account = PayoutAccount.objects.get(id=account_id)
    policies.check_can_change_account(actor, account.organization_id)
    try:
        page = registry.gateway_with(account.gateway, Onboarding).onboarding_page(
            account.remote_account_id, return_url=return_url, refresh_url=refresh_url
        )
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    except GatewayRefused as error:
        raise BankAccountRefused(reason=error.message) from error
    return page.url


def refresh_onboarding(*, account_id: UUID, actor: Actor = SYSTEM, now: datetime) -> PayoutAccount:
    """
    Read the account's status from the processor, outside any transaction. If it is ready, it becomes the active
    account.

    :raises PaymentUnavailable: if the processor does not answer.
    """
    account = PayoutAccount.objects.get(id=account_id)
    if account.status != PayoutAccountStatus.ONBOARDING:
        return account
    gateway = registry.gateway_with(account.gateway, Onboarding)
    try:
        status = gateway.recipient_status(account.remote_account_id, rail=account.rail)
        if status.state == RecipientState.READY and account.rail != Rail.GLOBAL_PAYOUTS:
            registry.gateway_with(account.gateway, RecipientBalances).set_manual_payouts(account.remote_account_id)
    except GatewayUnavailable as error:
        raise PaymentUnavailable from error
    if status.state != RecipientState.READY:
        return account
    return _ready(account_id=account.id, status=status, actor=actor, now=now)


@transaction.atomic
def _ready(*, account_id: UUID, status: RecipientStatus, actor: Actor, now: datetime) -> PayoutAccount:
    account = PayoutAccount.objects.select_for_update().get(id=account_id)
    if account.status != PayoutAccountStatus.ONBOARDING:
        return account  # the page and a webhook ran at the same time
    account.remote_payout_method_id = status.payout_method_id
    account.save(update_fields=["remote_payout_method_id"])
    recipient = Recipient(account.remote_account_id, status.last4, status.bank_name)
    return _activate(account_id=account.id, recipient=recipient, actor=actor, now=now)


def refresh_onboarding_of(*, gateway: str, remote_account_id: str, now: datetime) -> bool:
    """
    Refresh the onboarding of an account named by a webhook. Returns False if no account here is being onboarded with
    it.
    """
    waiting = PayoutAccount.objects.filter(
        gateway=gateway, remote_account_id=remote_account_id, status=PayoutAccountStatus.ONBOARDING
    )
    ids = list(waiting.values_list("id", flat=True))
    for account_id in ids:
        refresh_onboarding(account_id=account_id, now=now)
    return bool(ids)


@transaction.atomic
def set_automatic(*, organization_id: UUID, is_automatic: bool, actor: Actor, now: datetime) -> PayoutAccount:
    """
    Turn automatic payout on or off. Automatic payouts use the current exchange rate.

    :raises PayoutAccountMissing: if there is no active account.
    """
    policies.check_can_set_automatic(actor, organization_id)
    account = policies.check_is_ready(
        PayoutAccount.objects.select_for_update()
        .filter(organization_id=organization_id, status=PayoutAccountStatus.ACTIVE)
        .first()
    )
    account.is_automatic = is_automatic
    account.automatic_agreed_at = now if is_automatic else None
    account.automatic_agreed_by_id = actor.user_id if is_automatic else None
    account.save(update_fields=["is_automatic", "automatic_agreed_at", "automatic_agreed_by_id"])
    details = {"is_automatic": is_automatic}
    access_log.record_access(
        "payouts.automatic_changed", actor=actor, organization_id=organization_id, details=details, now=now
    )
    return account
