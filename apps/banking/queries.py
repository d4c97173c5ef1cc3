"""The orders, files and statements of the bank gateway, for the staff page."""

from __future__ import annotations

from uuid import UUID

from apps.banking.models import BankFile, BankOrder, BankStatement
from apps.banking.states import BankOrderStatus
from apps.common.errors import NotFound


def bank_orders() -> list[BankOrder]:
    """The orders that have not ended, oldest first; at most 200."""
    unfinished = BankOrder.objects.filter(status__in=[BankOrderStatus.ORDERED, BankOrderStatus.EXPORTED])
    return list(unfinished.select_related("file").order_by("ordered_at")[:200])


def bank_files() -> list[BankFile]:
    return list(BankFile.objects.defer("body").select_related("made_by").order_by("-made_at")[:30])


def bank_file(file_id: UUID) -> BankFile:
    """
    The bank file.

    :raises NotFound: if it does not exist.
    """
    result = BankFile.objects.filter(id=file_id).first()
    if result is None:
        raise NotFound
    return result


def bank_statements() -> list[BankStatement]:
    return list(BankStatement.objects.prefetch_related("lines").order_by("-imported_at")[:30])
