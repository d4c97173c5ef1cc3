"""Imports the models so that Django registers them."""

from apps.treasury.models.reconciliation import BookLine, ProcessorLine, ReconciliationRun, SuspenseItem
from apps.treasury.models.treasury import InternalTransfer, TopUp, TreasuryOperation

__all__ = [
    "BookLine",
    "InternalTransfer",
    "ProcessorLine",
    "ReconciliationRun",
    "SuspenseItem",
    "TopUp",
    "TreasuryOperation",
]
