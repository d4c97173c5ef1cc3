"""Export transfers as files for the bank, and end orders by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from defusedxml import ElementTree
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from sepaxml import SepaTransfer
from stdnum import iban as ibans

from apps.banking.formats import sepa
from apps.banking.models import BankFile, BankOrder
from apps.banking.operations.statements import refresh_document
from apps.banking.states import BANK_ORDER, BankOrderStatus
from apps.common.actors import SYSTEM, Actor
from apps.common.errors import Conflict
from apps.common.ids import document_number, uuid7
from apps.common.operations import move
from apps.gateways import policies

FILE_ORDERS_MAX = 1000


class NothingToExport(Conflict):
    code = "nothing_to_export"
    message = _("No transfer waits for a file.")


def export_orders(*, actor: Actor, now: datetime) -> BankFile:
    """
    Create one pain.001 file of all waiting orders. An order is in one file only. Orders with an invalid account number
    are rejected first, so that they do not block the others.

    :raises OnlyStaff: unless the actor is staff.
    :raises PaymentsPaused: while payments are paused.
    :raises NothingToExport: if no order waits.
    """
    policies.check_is_staff(actor)
    policies.check_is_not_paused()
    for document_id in _reject_unsendable(now):
        refresh_document(document_id, now)
    return _export(actor, now)


@transaction.atomic
def _reject_unsendable(now: datetime) -> list[UUID]:
    waiting = BankOrder.objects.select_for_update(skip_locked=True).filter(status=BankOrderStatus.ORDERED)
    unsendable = [order for order in waiting.order_by("ordered_at")[:FILE_ORDERS_MAX] if not ibans.is_valid(order.iban)]
    changes = {"ended_at": now, "failure_code": "account_number_invalid"}
    for order in unsendable:
        move(order, BANK_ORDER, "reject", actor=SYSTEM, now=now, changes=changes)
    return [order.document_id for order in unsendable]


@transaction.atomic
def _export(actor: Actor, now: datetime) -> BankFile:
    waiting = BankOrder.objects.select_for_update(skip_locked=True).filter(status=BankOrderStatus.ORDERED)
    orders = list(waiting.order_by("ordered_at")[:FILE_ORDERS_MAX])
    if not orders:
        raise NothingToExport
    file_id = uuid7()
    body = _pain(orders, now)
    bank_file = BankFile.objects.create(
        id=file_id,
        number=document_number("BF", file_id),
        body=body,
        payment_id=_payment_id(body),
        made_by_id=actor.person_id,
        made_at=now,
    )
    for order in orders:
        move(order, BANK_ORDER, "export", actor=actor, now=now, changes={"file": bank_file})
    return bank_file


def _payment_id(body: str) -> str:
    result = next((node for node in ElementTree.fromstring(body).iter() if node.tag.endswith("}PmtInfId")), None)
    return (result.text or "")[:35] if result is not None else ""


def _pain(orders: list[BankOrder], now: datetime) -> str:
    # Booked one by one, so that statements list each order. Statements of banks that book them together anyway are
    # supported too.
    config = {"name": sepa.name(settings.BANK_HOLDER), "IBAN": ibans.compact(settings.BANK_IBAN), "batch": False,
              "currency": "EUR"}  # fmt: skip
    transfer = SepaTransfer(config, schema="pain.001.001.09", clean=True)
    for order in orders:
        transfer.add_payment(
            {
                "name": sepa.name(order.holder_name),
                "IBAN": ibans.compact(order.iban),
                "amount": order.amount_minor,
                "execution_date": now.date() + timedelta(days=1),
                "description": sepa.text(f"{settings.SITE_NAME} {order.type} {order.end_to_end_id}")[:140],
                "endtoend_id": order.end_to_end_id,
            }
        )
    written: bytes = transfer.export(validate=True)
    return written.decode()


def end_order(*, order_id: UUID, is_executed: bool, actor: Actor, now: datetime) -> BankOrder:
    """
    Staff record the outcome of an order they have seen at the bank; the next statement may show it too.

    :raises OnlyStaff: unless the actor is staff.
    :raises IllegalTransition: if the outcome is not possible in the order's status.
    """
    policies.check_is_staff(actor)
    with transaction.atomic():
        order = BankOrder.objects.select_for_update().get(id=order_id)
        verb = "execute" if is_executed else "reject"
        move(order, BANK_ORDER, verb, actor=actor, now=now, changes={"ended_at": now})
    refresh_document(order.document_id, now)
    return order
