"""Django reads the models here."""

from apps.treasury.models.reconciliation import BookLine, ProcessorLine, ReconciliationRun, SuspenseItem
from apps.treasury.models.treasury import CashMove, TopUp, TreasuryAct

__all__ = [
    "BookLine",
    "CashMove",
    "ProcessorLine",
    "ReconciliationRun",
    "SuspenseItem",
    "TopUp",
    "TreasuryAct",
]
