"""
The chart of accounts: which accounts exist, on which side they increase, and which may never become negative.

An account is identified by its code and its currency; the first entry that uses it opens it. Debits are positive,
credits negative. A *guarded* account belongs to one object (an escrow, a payout) and can never be overdrawn. The
balances of system accounts (revenue, tax, clearing) are sums of their postings, so that no hot row slows down every
entry.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    ASSET = "asset", _("Asset")
    """What the platform owns: cash at the processor and at the bank, claims."""
    LIABILITY = "liability", _("Liability")
    """What the platform owes: money held for a milestone, a freelancer's balance, tax to remit."""
    REVENUE = "revenue", _("Revenue")
    """What the platform has earned."""
    EXPENSE = "expense", _("Expense")
    """What the platform has spent."""
    TRADING = "trading", _("Trading")
    """The account between the two currencies of a conversion."""
    EQUITY = "equity", _("Equity")
    """The operator's own capital."""


DEBIT: Final = 1
CREDIT: Final = -1

SIDES: Final[dict[str, int]] = {
    AccountKind.ASSET: DEBIT,
    AccountKind.EXPENSE: DEBIT,
    AccountKind.TRADING: DEBIT,
    AccountKind.LIABILITY: CREDIT,
    AccountKind.REVENUE: CREDIT,
    AccountKind.EQUITY: CREDIT,
}


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the chart in one currency. Equal accounts are the same account."""

    code: str
    currency: str
    kind: AccountKind
    is_guarded: bool = False

    @property
    def side(self) -> int:
        """+1 if a debit increases the account, -1 if a credit does."""
        return SIDES[self.kind]


def _asset(code: str, currency: str) -> Account:
    return Account(code, currency, AccountKind.ASSET)


def _owed(code: str, currency: str) -> Account:
    return Account(code, currency, AccountKind.LIABILITY, is_guarded=True)


def _system_liability(code: str, currency: str) -> Account:
    return Account(code, currency, AccountKind.LIABILITY)


# assets


def clearing(processor: str, currency: str) -> Account:
    """The platform's balance at a payment processor, pending and available together."""
    return _asset(f"clearing:{processor}", currency)


def clearing_connected(organization_id: UUID, currency: str) -> Account:
    """A freelancer's balance at the processor: transferred, but not yet at the bank."""
    return Account(f"clearing:connected:{organization_id}", currency, AccountKind.ASSET, is_guarded=True)


def clearing_transit(transfer_id: UUID, currency: str) -> Account:
    """The platform's own cash in transit between two of its balances."""
    return Account(f"clearing:transit:{transfer_id}", currency, AccountKind.ASSET, is_guarded=True)


def bank(currency: str) -> Account:
    return _asset("bank", currency)


def suspense(currency: str) -> Account:
    """
    Differences between the processor and the books that nothing explains. A balance older than a day needs an alert.
    """
    return _asset("suspense", currency)


def receivable_freelancer(organization_id: UUID, currency: str) -> Account:
    """Money that a freelancer owes back."""
    return _asset(f"receivable:freelancer:{organization_id}", currency)


def receivable_chargeback(dispute_id: UUID, currency: str) -> Account:
    """An amount taken back through the card network: never more than was taken."""
    return Account(f"receivable:chargeback:{dispute_id}", currency, AccountKind.ASSET, is_guarded=True)


# liabilities: one guarded account per object


def escrow_held(escrow_id: UUID, currency: str) -> Account:
    """Money funded for one milestone and not yet approved."""
    return _owed(f"escrow:{escrow_id}", currency)


def deferred_fee(escrow_id: UUID, currency: str) -> Account:
    """The employer's fee of one escrow, received but not yet earned."""
    return _owed(f"deferred_fee:{escrow_id}", currency)


PAYABLE_PREFIX = "payable:"


def payable(organization_id: UUID, currency: str) -> Account:
    """A freelancer organization's balance: approved, and available to withdraw."""
    return _owed(f"{PAYABLE_PREFIX}{organization_id}", currency)


def transit_payout(payout_id: UUID, currency: str) -> Account:
    """Reserved for one payout; must end at zero."""
    return _owed(f"transit:payout:{payout_id}", currency)


def transit_refund(refund_id: UUID, currency: str) -> Account:
    """Reserved for one refund; must end at zero."""
    return _owed(f"transit:refund:{refund_id}", currency)


def employer_credit(organization_id: UUID, currency: str) -> Account:
    """An employer's credit."""
    return _owed(f"credit:employer:{organization_id}", currency)


def hold_dispute(dispute_id: UUID, currency: str) -> Account:
    """Frozen by a dispute: it cannot be released from this account."""
    return _owed(f"hold:dispute:{dispute_id}", currency)


def tax_withheld(country: str, currency: str) -> Account:
    """Tax withheld from freelancers, to be remitted to a country's tax office."""
    return _system_liability(f"tax_withheld:{country}", currency)


def tax_collected(country: str, currency: str) -> Account:
    """Tax on our own fees, to be remitted to a country's tax office."""
    return _system_liability(f"tax_collected:{country}", currency)


def reserve_chargeback(currency: str) -> Account:
    """Reserved from revenue, for chargebacks."""
    return _system_liability("reserve:chargeback", currency)


def operator_equity(currency: str) -> Account:
    """The operator's own capital: it pays the processor's fees before any revenue is earned."""
    return Account("equity:operator", currency, AccountKind.EQUITY)


# revenue and expenses


def _revenue(code: str, currency: str) -> Account:
    return Account(code, currency, AccountKind.REVENUE)


def commission(currency: str) -> Account:
    return _revenue("revenue:commission", currency)


def employer_fee(currency: str) -> Account:
    return _revenue("revenue:employer_fee", currency)


def fx_margin(currency: str) -> Account:
    return _revenue("revenue:fx_margin", currency)


def processor_expense(currency: str) -> Account:
    return Account("expense:processor", currency, AccountKind.EXPENSE)


def chargeback_expense(currency: str) -> Account:
    """Fees of chargebacks, additions to the reserve, and the losses beyond it."""
    return Account("expense:chargeback", currency, AccountKind.EXPENSE)


def fx_gain_loss(currency: str) -> Account:
    return Account("fx:gain_loss", currency, AccountKind.EXPENSE)


def fx_position(currency: str) -> Account:
    """The account between the currencies of every conversion, one per currency."""
    return Account("fx:position", currency, AccountKind.TRADING)
