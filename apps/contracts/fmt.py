"""The texts of a contract as a document, in the active language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.common import fmt
from apps.common.money import Money
from apps.common.typesetting import is_right_to_left


@dataclass(frozen=True, slots=True)
class PartyOfContract:
    """:param legal_name: as in the person's or company's papers; the shown name, if none was given."""

    name: str
    legal_name: str
    country: str


@dataclass(frozen=True, slots=True)
class AcceptedVersion:
    """Terms that both sides accepted; `sha256` is their fingerprint. The people are empty if they are not recorded."""

    number: int
    sha256: str
    employer_person: str
    employer_at: datetime
    freelancer_person: str
    freelancer_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A file, or a link (without size and fingerprint)."""

    name: str
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class DeliveredVersion:
    milestone: str
    number: int
    at: datetime
    files: tuple[DeliveredFile, ...]


@dataclass(frozen=True, slots=True)
class ContractContents:
    """Everything that the document shows; `terms` are those in force."""

    number: str
    title: str
    status: str
    language: str
    employer: PartyOfContract
    freelancer: PartyOfContract
    amount: Money
    employer_fee: Money | None
    """Only for the employer's copy."""
    review_days: int
    revisions: int
    terms: dict[str, Any]
    versions: Sequence[AcceptedVersion]
    deliveries: Sequence[DeliveredVersion]
    made_at: datetime


def sheet(contents: ContractContents) -> dict[str, Any]:
    """Return every string the document shows. Computes no amounts but the employer's total."""
    return {
        "kind": _("Contract"),
        "title": contents.title,
        "number": contents.number,
        "words_rtl": is_right_to_left(contents.language),
        "parties": [_party(_("Employer"), contents.employer), _party(_("Freelancer"), contents.freelancer)],
        "facts": _facts(contents),
        "milestones": {
            "title": _("Milestones"),
            "head": ["", _("Milestone"), _("Amount"), _("Due")],
            "rows": _milestones(contents),
        },
        "texts": _texts(contents.terms),
        "criteria": {"title": _("Acceptance criteria"), "rows": list(contents.terms.get("criteria", []))},
        "versions": {"title": _("Versions and acceptances"), "rows": [_version(row) for row in contents.versions]},
        "deliveries": {"title": _("Deliveries"), "rows": [_delivery(row) for row in contents.deliveries]},
        "note": _("Made on %(moment)s. The words in %(language)s are binding.")
        % {"moment": fmt.date_time(contents.made_at), "language": fmt.language_name(contents.language)},
    }


def _party(role: str, party: PartyOfContract) -> dict[str, Any]:
    rows = [fmt.country_name(party.country)]
    if party.name != party.legal_name:
        rows.insert(0, party.name)
    return {"role": role, "name": party.legal_name, "rows": rows}


def _facts(contents: ContractContents) -> list[tuple[str, str, bool]]:
    """Label and value; the third says whether the value is always read left to right."""
    rows = [
        (_("State"), contents.status, False),
        (_("Binding language"), fmt.language_name(contents.language), False),
        (_("Amount"), fmt.money(contents.amount), True),
    ]
    if contents.employer_fee is not None:
        rows.append((_("Our service fee"), fmt.money(contents.employer_fee), True))
        rows.append((_("You pay in all"), fmt.money(contents.amount + contents.employer_fee), True))
    days = ngettext("%(n)s business day of the employer", "%(n)s business days of the employer", contents.review_days)
    rows.append((_("Review window"), days % {"n": fmt.number(contents.review_days)}, False))
    rows.append((_("Revisions included per milestone"), fmt.number(contents.revisions), False))
    if framework := contents.terms.get("framework"):
        version = _("Version %(number)s") % {"number": fmt.number(framework["version"])}
        rows.append((_("Framework agreement"), f"{framework['title']} · {version}", False))
        rows.append((_("Its fingerprint (SHA-256)"), framework["sha256"], True))
    return rows


def _milestones(contents: ContractContents) -> list[list[str]]:
    rows = []
    for number, step in enumerate(contents.terms["milestones"], start=1):
        amount = Money(int(step["amount_minor"]), contents.amount.currency)
        rows.append([str(number), str(step["title"]), fmt.money(amount), _due(step)])
    return rows


def _due(step: dict[str, Any]) -> str:
    if step.get("due_at"):
        return fmt.date_time(datetime.fromisoformat(step["due_at"]))
    days = int(step.get("days") or 0)
    text = ngettext("%(n)s day after funding", "%(n)s days after funding", days)
    return text % {"n": fmt.number(days)}


def _texts(terms: dict[str, Any]) -> list[dict[str, Any]]:
    parts = (
        (_("Goal"), terms.get("goal")),
        (_("Background"), terms.get("background")),
        (_("Requirements"), terms.get("requirements")),
        (_("Terms of payment"), terms.get("payment_terms")),
        (_("Additions"), "\n\n".join(terms.get("addenda", []))),
        (_("The bid"), terms.get("cover_note")),
    )
    return [{"title": title, "paragraphs": str(text).split("\n\n")} for title, text in parts if text]


def _version(row: AcceptedVersion) -> dict[str, Any]:
    employer = _("Employer: accepted on %(moment)s") % {"moment": fmt.date_time(row.employer_at)}
    lines = [f"{employer} · {row.employer_person}" if row.employer_person else employer]
    if row.freelancer_at is None:
        lines.append(_("Freelancer: not accepted yet"))
    else:
        freelancer = _("Freelancer: accepted on %(moment)s") % {"moment": fmt.date_time(row.freelancer_at)}
        lines.append(f"{freelancer} · {row.freelancer_person}" if row.freelancer_person else freelancer)
    title = _("Version %(number)s") % {"number": fmt.number(row.number)}
    return {"title": title, "lines": lines, "sha256": f"SHA-256 {row.sha256}"}


def _delivery(row: DeliveredVersion) -> dict[str, Any]:
    title = _("%(milestone)s, version %(number)s, %(moment)s") % {
        "milestone": row.milestone,
        "number": fmt.number(row.number),
        "moment": fmt.date_time(row.at),
    }
    files = [
        {"name": file.name, "size": filesizeformat(file.size) if file.size else "", "sha256": file.sha256}
        for file in row.files
    ]
    return {"title": title, "files": files}
