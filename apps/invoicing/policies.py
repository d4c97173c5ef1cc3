"""Permissions of documents and billing details."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts import policies as accounts
from apps.accounts.rules import Act
from apps.common.actors import Actor
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.money import Money
from apps.invoicing.models import Document
from apps.invoicing.queries import documents
from apps.invoicing.states import INVOICES


class TextOutdated(Conflict):
    code = "self_billing_text_outdated"
    message = _("The text of the agreement has changed. Read it again before you agree.")


class NotAnInvoice(Conflict):
    code = "not_an_invoice"
    message = _("Only an invoice can be credited.")


class MoreThanInvoiced(Invalid):
    code = "more_than_invoiced"
    message = _("Of this invoice, %(left)s are left to be credited.")


def check_can_see_documents(actor: Actor, organization_id: UUID) -> None:
    """:raises NotFound: if the actor may not see the organization's money."""
    if not documents.sees_documents_of(actor, organization_id):
        raise NotFound


def check_can_change_details(actor: Actor, organization_id: UUID) -> None:
    """:raises NotYours, RoleMissing: unless the actor may move the organization's money."""
    accounts.check_may(actor, Act.CHANGE_BILLING_DETAILS, organization_id)


def can_change_details(actor: Actor, organization_id: UUID) -> bool:
    return accounts.may(actor, Act.CHANGE_BILLING_DETAILS, organization_id)


def check_can_credit(document: Document, amount: Money, left: Money) -> None:
    """
    :raises NotAnInvoice: if the document is not an invoice.
    :raises MoreThanInvoiced: if the amount is zero or more than what is left of the invoice.
    """
    if document.kind not in INVOICES:
        raise NotAnInvoice
    if not Money.zero(amount.currency) < amount <= left:
        raise MoreThanInvoiced(left=left, field="amount")
