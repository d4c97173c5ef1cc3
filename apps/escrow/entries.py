"""The journal entries of escrowed money, as plain values. The table of entries is in docs/explanation/money.md."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from apps.common.money import Money
from apps.ledger import chart
from apps.ledger.chart import Account
from apps.ledger.entries import Entry, Line, credit, debit, event_key, without_zeros
from apps.pricing.rules import EarnedFee, Split


def _refs(escrow_id: UUID, reference_id: UUID, **more: object) -> dict[str, str]:
    return {
        "escrow": str(escrow_id),
        "milestone": str(reference_id),
        **{name: str(value) for name, value in more.items()},
    }


def funded(
    *,
    escrow_id: UUID,
    reference_id: UUID,
    charge_id: UUID,
    gateway: str,
    amount: Money,
    fee: Money,
    credit_used: Money,
) -> Entry:
    """
    The payment arrived: the amount is held and the employer's fee is deferred, not yet earned.

    The part paid from the payer's credit is already on the escrow's account (`credit_reserved`).
    """
    return Entry(
        "escrow.funded",
        event_key("escrow.funded", charge_id),
        without_zeros(
            debit(chart.clearing(gateway, amount.currency), amount + fee - credit_used),
            credit(chart.escrow_held(escrow_id, amount.currency), amount - credit_used),
            credit(chart.deferred_fee(escrow_id, amount.currency), fee),
        ),
        refs=_refs(escrow_id, reference_id, charge=charge_id),
    )


def funded_from_credit(*, escrow_id: UUID, reference_id: UUID, payer_id: UUID, amount: Money, fee: Money) -> Entry:
    """The whole payment comes from the payer's credit."""
    return Entry(
        "escrow.funded_from_credit",
        event_key("escrow.funded_from_credit", escrow_id),
        without_zeros(
            debit(chart.employer_credit(payer_id, amount.currency), amount + fee),
            credit(chart.escrow_held(escrow_id, amount.currency), amount),
            credit(chart.deferred_fee(escrow_id, amount.currency), fee),
        ),
        refs=_refs(escrow_id, reference_id),
    )


def credit_reserved(*, escrow_id: UUID, reference_id: UUID, payer_id: UUID, attempt_id: UUID, amount: Money) -> Entry:
    """Part of the payment comes from the payer's credit; it is reserved until the rest is paid."""
    return Entry(
        "escrow.credit_reserved",
        event_key("escrow.credit_reserved", attempt_id),
        [
            debit(chart.employer_credit(payer_id, amount.currency), amount),
            credit(chart.escrow_held(escrow_id, amount.currency), amount),
        ],
        refs=_refs(escrow_id, reference_id),
    )


def paid_in_vain(
    *, escrow_id: UUID, reference_id: UUID, charge_id: UUID, gateway: str, payer_id: UUID, amount: Money
) -> Entry:
    """A duplicate payment, or a payment after cancellation: it becomes the employer's credit."""
    return Entry(
        "escrow.paid_in_vain",
        event_key("escrow.paid_in_vain", charge_id),
        [
            debit(chart.clearing(gateway, amount.currency), amount),
            credit(chart.employer_credit(payer_id, amount.currency), amount),
        ],
        refs=_refs(escrow_id, reference_id, charge=charge_id),
    )


def released(
    *,
    escrow_id: UUID,
    reference_id: UUID,
    release_id: UUID,
    payee_id: UUID,
    split: Split,
    withholding_country: str,
    tax_country: str,
    fee: EarnedFee,
    fee_tax_country: str,
    is_automatic: bool,
) -> Entry:
    """
    The work is approved: the freelancer's net becomes payable, and the commission and the employer's fee are earned.

    Full, partial, manual and automatic releases make the same lines; automatic ones have another entry name.
    """
    currency = split.gross.currency
    return Entry(
        "escrow.auto_released" if is_automatic else "escrow.released",
        event_key("escrow.released", release_id),
        without_zeros(
            debit(chart.escrow_held(escrow_id, currency), split.gross),
            *_parts(split, payee_id, withholding_country),
            debit(chart.deferred_fee(escrow_id, currency), fee.amount),
            credit(chart.employer_fee(currency), fee.own),
            *_taxes((tax_country, split.tax), (fee_tax_country, fee.tax)),
        ),
        refs=_refs(escrow_id, reference_id, release=release_id),
    )


def _parts(split: Split, payee_id: UUID, withholding_country: str) -> list[Line]:
    """
    The credit lines of a released gross amount. Withholding makes a line only when there is some, because its account
    needs a country.
    """
    currency = split.gross.currency
    lines = [credit(chart.payable(payee_id, currency), split.net), credit(chart.commission(currency), split.commission)]
    if split.withheld:
        lines.append(credit(chart.tax_withheld(withholding_country, currency), split.withheld))
    return lines


def _taxes(*parts: tuple[str, Money]) -> list[Line]:
    """The tax contained in our own fees, one line per country that receives tax."""
    due: dict[str, Money] = {}
    for country, tax in parts:
        if tax:
            due[country] = due.get(country, Money.zero(tax.currency)) + tax
    return [credit(chart.tax_collected(country, tax.currency), tax) for country, tax in due.items()]


@dataclass(frozen=True, slots=True)
class Back:
    """Money returned to a payer: as a refund of the charge, and as credit for the part that cannot be refunded."""

    refund_id: UUID | None
    refunded: Money
    credited: Money

    def lines(self, payer_id: UUID) -> list[Line]:
        currency = self.refunded.currency
        lines = [credit(chart.employer_credit(payer_id, currency), self.credited)]
        if self.refund_id is not None:
            lines.append(credit(chart.transit_refund(self.refund_id, currency), self.refunded))
        return lines

    def refs(self) -> dict[str, UUID]:
        return {"refund": self.refund_id} if self.refund_id is not None else {}


def refund_reserved(
    *, escrow_id: UUID, reference_id: UUID, payer_id: UUID, step_id: UUID, amount: Money, fee: Money, back: Back
) -> Entry:
    """A refund is reserved, together with the proportional part of the employer's fee."""
    return Entry(
        "refund.reserved",
        event_key("refund.reserved", step_id),
        without_zeros(
            debit(chart.escrow_held(escrow_id, amount.currency), amount),
            debit(chart.deferred_fee(escrow_id, amount.currency), fee),
            *back.lines(payer_id),
        ),
        refs=_refs(escrow_id, reference_id, **back.refs()),
    )


# -- disputes


def frozen(*, escrow_id: UUID, reference_id: UUID, dispute_id: UUID, amount: Money) -> Entry:
    """A dispute opens: the remaining money moves to the dispute's own account, so that it cannot be released."""
    return Entry(
        "dispute.opened",
        event_key("dispute.opened", dispute_id),
        [
            debit(chart.escrow_held(escrow_id, amount.currency), amount),
            credit(chart.hold_dispute(dispute_id, amount.currency), amount),
        ],
        refs=_refs(escrow_id, reference_id, dispute=dispute_id),
    )


def unfrozen(*, escrow_id: UUID, reference_id: UUID, dispute_id: UUID, amount: Money) -> Entry:
    """The dispute is withdrawn: the money moves back to the escrow's account."""
    return Entry(
        "dispute.withdrawn",
        event_key("dispute.withdrawn", dispute_id),
        [
            debit(chart.hold_dispute(dispute_id, amount.currency), amount),
            credit(chart.escrow_held(escrow_id, amount.currency), amount),
        ],
        refs=_refs(escrow_id, reference_id, dispute=dispute_id),
    )


def dispute_split(
    *,
    escrow_id: UUID,
    reference_id: UUID,
    dispute_id: UUID,
    release_id: UUID | None,
    payer_id: UUID,
    payee_id: UUID,
    whole: Money,
    split: Split,
    withholding_country: str,
    tax_country: str,
    fee_earned: EarnedFee,
    fee_tax_country: str,
    fee_back: Money,
    back: Back,
) -> Entry:
    """
    A dispute ends with a split, both sides in one entry. Commission and taxes apply only to the freelancer's part.

    The employer's fee is earned on that part and refunded on the rest.
    """
    currency = whole.currency
    more: dict[str, object] = {"dispute": dispute_id, **back.refs()}
    if release_id is not None:
        more["release"] = release_id
    return Entry(
        "dispute.split",
        event_key("dispute.split", dispute_id),
        without_zeros(
            debit(chart.hold_dispute(dispute_id, currency), whole),
            *_parts(split, payee_id, withholding_country),
            debit(chart.deferred_fee(escrow_id, currency), fee_earned.amount + fee_back),
            credit(chart.employer_fee(currency), fee_earned.own),
            *_taxes((tax_country, split.tax), (fee_tax_country, fee_earned.tax)),
            *back.lines(payer_id),
        ),
        refs=_refs(escrow_id, reference_id, **more),
    )


# -- goodwill


def goodwill(
    *,
    escrow_id: UUID,
    reference_id: UUID,
    release_id: UUID,
    goodwill_id: UUID,
    receiver: Account,
    amount: Money,
    tax: Money,
    tax_country: str,
) -> Entry:
    """Part of our fee is refunded: from the commission, and from the tax it contained."""
    taken = [debit(chart.tax_collected(tax_country, amount.currency), tax)] if tax else []
    return Entry(
        "goodwill.given",
        event_key("goodwill.given", goodwill_id),
        without_zeros(debit(chart.commission(amount.currency), amount - tax), *taken, credit(receiver, amount)),
        refs=_refs(escrow_id, reference_id, release=release_id, goodwill=goodwill_id),
    )


# -- lost chargebacks


def loss_shares(
    *,
    escrow_id: UUID,
    payee_id: UUID,
    held: Money,
    fee: Money,
    payable: Money,
    owed: Money,
    reserve: Money,
    capital: Money,
) -> tuple[Line, ...]:
    """
    The debit lines of a lost chargeback. The credit line is the claim's; see `payments.entries.chargeback_absorbed`.
    """
    currency = held.currency
    return without_zeros(
        debit(chart.escrow_held(escrow_id, currency), held),
        debit(chart.deferred_fee(escrow_id, currency), fee),
        debit(chart.payable(payee_id, currency), payable),
        debit(chart.receivable_freelancer(payee_id, currency), owed),
        debit(chart.reserve_chargeback(currency), reserve),
        debit(chart.chargeback_expense(currency), capital),
    )


def recovered(
    *, escrow_id: UUID, reference_id: UUID, payee_id: UUID, recovery_id: UUID, from_balance: Money, owed: Money
) -> Entry:
    """Money is recovered from the payee after confirmed fraud. It goes back to the chargeback reserve."""
    currency = from_balance.currency
    return Entry(
        "recovery.confirmed",
        event_key("recovery.confirmed", recovery_id),
        without_zeros(
            debit(chart.payable(payee_id, currency), from_balance),
            debit(chart.receivable_freelancer(payee_id, currency), owed),
            credit(chart.reserve_chargeback(currency), from_balance + owed),
        ),
        refs=_refs(escrow_id, reference_id, recovery=recovery_id),
    )
