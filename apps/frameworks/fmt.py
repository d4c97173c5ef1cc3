"""The terms of a framework agreement in words, in the active language: for its page and its document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common import fmt
from apps.common.money import Money
from apps.common.typesetting import is_right_to_left
from apps.frameworks.states import Unit
from apps.frameworks.terms import CLAUSES, Draft, differences


@dataclass(frozen=True, slots=True)
class Fact:
    """:param is_ltr: whether the value is read from left to right in every language."""

    name: str
    label: str
    text: str
    is_ltr: bool = False


@dataclass(frozen=True, slots=True)
class PricedRate:
    description: str
    unit: str
    price: Money


@dataclass(frozen=True, slots=True)
class Difference:
    """A term before and after, as text; of the rates, those that were removed and added."""

    label: str
    before: str
    after: str
    removed: Sequence[PricedRate] = ()
    added: Sequence[PricedRate] = ()


def facts(draft: Draft) -> list[Fact]:
    """The terms that fit in a line."""
    ceiling = draft.ceiling
    return [
        Fact("starts_on", _("First day"), fmt.day(draft.starts_on)),
        Fact("ends_on", _("Last day"), fmt.day(draft.ends_on)),
        Fact("currency", _("Currency"), f"{draft.currency} – {fmt.currency_name(draft.currency)}"),
        Fact("revisions", _("Revisions included per milestone"), fmt.number(draft.revisions)),
        Fact("review_days", _("Review window"), _business_days(draft.review_days)),
        Fact("notice_days", _("Notice period"), _days(draft.notice_days)),
        Fact("ceiling_minor", _("Ceiling"), fmt.money(ceiling) if ceiling else _("No ceiling"), bool(ceiling)),
    ]


def rates(draft: Draft) -> list[PricedRate]:
    return [
        PricedRate(rate.description, str(Unit(rate.unit).label), Money(rate.price_minor, draft.currency))
        for rate in draft.rates
    ]


def clauses(draft: Draft) -> list[Fact]:
    """The clauses that have a text."""
    labels = clause_labels()
    return [Fact(name, labels[name], getattr(draft, name)) for name in CLAUSES if getattr(draft, name)]


def clause_labels() -> dict[str, str]:
    return {
        "confidentiality": _("Confidentiality"),
        "rights": _("Rights to the work"),
        "other": _("Other agreements"),
    }


def compared(before: Draft, after: Draft) -> list[Difference]:
    """What differs between two versions, in the order of the page."""
    names = set(differences(before, after))
    result = [Difference(_("Title"), before.title, after.title)] if "title" in names else []
    for earlier, later in zip(facts(before), facts(after), strict=True):
        if earlier.name in names:
            result.append(Difference(earlier.label, earlier.text, later.text))
    if {"rates", "currency"} & names:
        first, second = rates(before), rates(after)
        removed = [rate for rate in first if rate not in second]
        added = [rate for rate in second if rate not in first]
        result.append(Difference(_("Rates"), "", "", removed, added))
    for name, label in clause_labels().items():
        if name in names:
            result.append(Difference(label, getattr(before, name), getattr(after, name)))
    return result


def _business_days(days: int) -> str:
    text = ngettext("%(n)s business day of the employer", "%(n)s business days of the employer", days)
    return text % {"n": fmt.number(days)}


def _days(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": fmt.number(days)}


# -- the document


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    legal_name: str
    country: str


@dataclass(frozen=True, slots=True)
class AcceptedBy:
    """Who accepted for a side, and when; None if the side has not accepted."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FrameworkContents:
    """Everything that the document shows."""

    number: str
    status: str
    draft: Draft
    version: int
    sha256: str
    employer: Party
    freelancer: Party
    by_employer: AcceptedBy | None
    by_freelancer: AcceptedBy | None
    notice_ends_on: date | None
    made_at: datetime


def sheet(contents: FrameworkContents) -> dict[str, Any]:
    """Return every string the document shows."""
    draft = contents.draft
    state = [(_("State"), contents.status, False)]
    if contents.notice_ends_on is not None:
        state.append((_("Ends on, after notice"), fmt.day(contents.notice_ends_on), False))
    return {
        "kind": _("Framework agreement"),
        "title": draft.title,
        "number": contents.number,
        "words_rtl": is_right_to_left(draft.source_language),
        "parties": [_party(_("Employer"), contents.employer), _party(_("Freelancer"), contents.freelancer)],
        "facts": [*state, *((fact.label, fact.text, fact.is_ltr) for fact in facts(draft))],
        "rates": {
            "title": _("Rates"),
            "head": [_("Description of the rate"), _("Unit"), _("Price")],
            "rows": [[rate.description, rate.unit, fmt.money(rate.price)] for rate in rates(draft)],
        },
        "texts": [{"title": clause.label, "paragraphs": clause.text.split("\n\n")} for clause in clauses(draft)],
        "version": {
            "title": _("Version %(number)s") % {"number": fmt.number(contents.version)},
            "lines": _acceptances(contents),
            "sha256": f"SHA-256 {contents.sha256}",
        },
        "note": _("Made on %(moment)s. The words in %(language)s are binding.")
        % {"moment": fmt.date_time(contents.made_at), "language": fmt.language_name(draft.source_language)},
    }


def _party(role: str, party: Party) -> dict[str, Any]:
    rows = [fmt.country_name(party.country)]
    if party.name != party.legal_name:
        rows.insert(0, party.name)
    return {"role": role, "name": party.legal_name, "rows": rows}


def _acceptances(contents: FrameworkContents) -> list[str]:
    lines = []
    for accepted, says, says_not in (
        (contents.by_employer, _("Employer: accepted on %(moment)s"), _("Employer: not accepted yet")),
        (contents.by_freelancer, _("Freelancer: accepted on %(moment)s"), _("Freelancer: not accepted yet")),
    ):
        if accepted is None:
            lines.append(says_not)
        else:
            lines.append(f"{says % {'moment': fmt.date_time(accepted.at)}} · {accepted.person}")
    return lines
