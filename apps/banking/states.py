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
        "export": when(BankOrderStatus.ORDERED, to=BankOrderStatus.EXPORTED, says="It stands in a pain.001 file."),
        "execute": when(
            BankOrderStatus.ORDERED, BankOrderStatus.EXPORTED, to=BankOrderStatus.EXECUTED,
            says="A statement shows it, or staff have seen it at the bank.",
        ),
        "reject": when(
            BankOrderStatus.ORDERED, BankOrderStatus.EXPORTED, BankOrderStatus.EXECUTED, to=BankOrderStatus.REJECTED,
            says="The bank did not carry it out, or the money came back.",
        ),
    },
    {
        BankOrderStatus.ORDERED: "Waits for the next file.",
        BankOrderStatus.EXPORTED: "Staff have taken the file to the bank.",
        BankOrderStatus.EXECUTED: "Left our account.",
        BankOrderStatus.REJECTED: "The money is on our account.",
    },
)  # fmt: skip
