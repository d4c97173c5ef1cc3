"""Why a framework agreement, or something done with it, is refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.common.errors import Conflict, Invalid


class TermMissing(Invalid):
    code = "framework_term_missing"
    message = _("Fill this in: the other side agrees to it.")


class TermTooLong(Invalid):
    code = "framework_term_too_long"
    message = _("This is longer than %(most)s characters.")


class NumberOutOfRange(Invalid):
    code = "framework_number_out_of_range"
    message = _("Enter a number from %(least)s to %(most)s.")


class ValidityNotPossible(Invalid):
    code = "framework_validity"
    field = "ends_on"
    message = _(
        "Choose a first day within the next year, and a last day that is in the future and at most three years after "
        "the first."
    )


class RatesMissing(Invalid):
    code = "framework_rates_missing"
    field = "rates"
    message = _("Add at least one rate: what is done, the unit and its price.")


class TooManyRates(Invalid):
    code = "framework_too_many_rates"
    field = "rates"
    message = _("A framework agreement has at most %(most)s rates.")


class RateNotReadable(Invalid):
    code = "framework_rate_not_readable"
    field = "rates"
    message = _("Check the description, the unit and the price of each rate.")


class CeilingNotPossible(Invalid):
    code = "framework_ceiling"
    field = "ceiling"
    message = _("Enter a ceiling above zero, or leave it empty.")


class AmountNotPayable(Invalid):
    """:param row: of an amount in the rates: which of them, from 0."""

    code = "framework_amount_not_payable"
    message = _("This amount cannot be paid to the last digit in %(currency)s. Nearest below: %(nearest)s.")

    def __init__(self, *, row: int | None = None, **params: Any) -> None:
        self.row = row
        super().__init__(**params)


class CurrencyNotSupported(Invalid):
    code = "framework_currency"
    field = "currency"
    message = _("Choose a currency from the list.")


class NothingChanged(Invalid):
    code = "framework_nothing_changed"
    message = _("These are the terms that the other side proposed. Change something, or accept them.")


class CannotBeProposed(Conflict):
    code = "framework_cannot_be_proposed"
    message = _("You cannot propose a framework agreement to this organization: it does not take proposals from you.")


class ProposalOpen(Conflict):
    code = "framework_proposal_open"
    message = _("There already is a proposal between you without an answer. Answer or withdraw it first.")


class AnswerTooLate(Conflict):
    code = "framework_answer_too_late"
    message = _("The time to accept this proposal is over. Agree on a new one.")


class VersionOutdated(Conflict):
    code = "framework_version_outdated"
    message = _("There is a newer version of these terms. Read it, then answer.")


class ReasonMissing(Invalid):
    code = "framework_reason_missing"
    field = "reason"
    message = _("Say why: the other side reads it.")


class NoticeGiven(Conflict):
    code = "framework_notice_given"
    message = _("Notice was given already: this framework agreement ends on its own.")


class NotInForce(Conflict):
    code = "framework_not_in_force"
    message = _("Offers under these terms are possible only while the framework agreement is in force.")
