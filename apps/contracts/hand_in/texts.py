"""The findings of hand-in checks as sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.lists import format_list
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.common import fmt
from apps.contracts.hand_in import checks, requirements
from apps.contracts.hand_in.checks import FAIL, PASS


@dataclass(frozen=True, slots=True)
class FindingText:
    """:param values: (name of a file or link, what it has); the name may be empty."""

    result: str
    label: str
    values: tuple[tuple[str, str], ...]

    @property
    def is_met(self) -> bool:
        return self.result == PASS

    @property
    def is_unmet(self) -> bool:
        return self.result == FAIL


def finding_text(finding: Mapping[str, Any]) -> FindingText:
    """:param finding: a `checks.Finding` as it is kept with the delivery."""
    kind, result, values = finding["kind"], finding["result"], finding["values"]
    if kind in _GENERAL_VALUES:
        if kind == checks.LINK:
            values = [value for value in values if value[1] == FAIL]
        shown = tuple((str(name), _GENERAL_VALUES[kind](value)) for name, value in values)
        return FindingText(result, _general_label(kind, result), shown)
    requirement = finding["requirement"]
    shown = tuple((str(name), _value(kind, value)) for name, value in values)
    return FindingText(result, _label(kind, requirement), shown)


def _general_label(kind: str, result: str) -> str:
    labels = {
        (checks.LINK, PASS): _("The links have public addresses."),
        (checks.LINK, FAIL): _("A link leads to an address that others cannot open."),
        (checks.READABLE, PASS): _("No file is damaged or locked."),
        (checks.READABLE, FAIL): _("A file is damaged or locked, so that it cannot be opened."),
        (checks.DUPLICATE, PASS): _("All files are new."),
        (checks.DUPLICATE, FAIL): _("All files are the same as in an earlier version."),
    }
    return labels.get((kind, result), _("Some files were handed in before, or twice."))


_GENERAL_VALUES: dict[str, Callable[[Any], str]] = {
    checks.LINK: lambda value: "",
    checks.READABLE: lambda value: _("locked with a password") if value == "locked" else _("damaged"),
    checks.DUPLICATE: lambda value: (
        _("same as in version %(n)s") % {"n": fmt.number(value)} if value else _("twice in this version")
    ),
}


def _label(kind: str, requirement: Mapping[str, Any]) -> str:
    names = requirement.get("names", [])
    if kind == requirements.TYPE:
        is_any = requirement.get("is_any")
        types = format_list([name.upper() for name in names], "or" if is_any else "standard", locale=fmt.locale())
        return _("File type: %(types)s") % {"types": types}
    if kind in (requirements.LANGUAGE, requirements.SPELLING):
        title = _("Language: %(name)s") if kind == requirements.LANGUAGE else _("Spelling: %(name)s")
        return title % {"name": fmt.language_name(names[0])}
    titles = {
        requirements.SIZE: _("Size: %(amount)s"),
        requirements.WIDTH: _("Width: %(amount)s"),
        requirements.HEIGHT: _("Height: %(amount)s"),
        requirements.PAGES: _("Pages: %(amount)s"),
        requirements.WORDS: _("Words: %(amount)s"),
        requirements.FILES: _("Files: %(amount)s"),
    }
    return titles[kind] % {"amount": _amount(kind, requirement)}


def _amount(kind: str, requirement: Mapping[str, Any]) -> str:
    low, high = (
        None if bound is None else _number(kind, bound, requirement.get("unit", ""))
        for bound in (requirement["low"], requirement["high"])
    )
    if low is None:
        return _("at most %(n)s") % {"n": high}
    if high is None:
        return _("at least %(n)s") % {"n": low}
    if requirement.get("is_rough"):
        return _("about %(n)s") % {"n": low}
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def _number(kind: str, bound: int, unit: str) -> str:
    if kind == requirements.SIZE:
        return f"{fmt.number(Decimal(bound) / 10)} {unit.upper()}"
    pixels = " px" if kind in (requirements.WIDTH, requirements.HEIGHT) else ""
    return f"{fmt.number(bound)}{pixels}"


def _value(kind: str, value: Any) -> str:
    if value is None or value == "":
        return _("not known")
    if kind == requirements.SIZE:
        return filesizeformat(value)
    if kind == requirements.TYPE:
        return str(value).upper()
    if kind in (requirements.LANGUAGE, requirements.SPELLING):
        return fmt.language_name(str(value))
    return _number(kind, int(value), "")


def facts_text(facts: Mapping[str, Any]) -> Sequence[str]:
    """What was measured in a file, for a line below its name."""
    rows = []
    if "width" in facts:
        rows.append(f"{facts['width']} × {facts['height']} px")
    if "pages" in facts:
        rows.append(_("Pages: %(amount)s") % {"amount": fmt.number(facts["pages"])})
    if "words" in facts:
        rows.append(_("Words: %(amount)s") % {"amount": fmt.number(facts["words"])})
    if "words" in facts or "language" in facts:
        language = facts.get("spelling") or facts.get("language")
        name = fmt.language_name(language) if language else _("not known")
        rows.append(_("Language: %(name)s") % {"name": name})
    if "entries_total" in facts:
        rows.append(_("Files: %(amount)s") % {"amount": fmt.number(facts["entries_total"])})
    return rows
