"""The states of a bank order."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.states import Machine, when


class BankOrderStatus(models.TextChoices):
    ORDERED = "ordered", _("To be sent to the bank")
    EXPORTED = "exported", _("In a file for the bank")
    EXECUTED = "executed", _("Executed")
    REJECTED = "rejected", _("Rejected by the bank")


BANK_ORDER = Machine(
    "bank_order",
    BankOrderStatus,
    BankOrderStatus.ORDERED,
    {
        "export": when(BankOrderStatus.ORDERED, to=BankOrderStatus.EXPORTED, says="It is written to a pain.001 file."),
        "execute": when(
            BankOrderStatus.ORDERED, BankOrderStatus.EXPORTED, to=BankOrderStatus.EXECUTED,
            says="A bank statement shows it, or staff have seen it at the bank.",
        ),
        "reject": when(
            BankOrderStatus.ORDERED, BankOrderStatus.EXPORTED, BankOrderStatus.EXECUTED, to=BankOrderStatus.REJECTED,
            says="The bank did not execute it, or the money was returned.",
        ),
    },
    {
        BankOrderStatus.ORDERED: "Waiting for the next file.",
        BankOrderStatus.EXPORTED: "It is in a file that staff exported for the bank.",
        BankOrderStatus.EXECUTED: "The money has left our account.",
        BankOrderStatus.REJECTED: "Not executed or returned: the money is on our account.",
    },
)  # fmt: skip
