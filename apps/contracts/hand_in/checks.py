"""
Whether what is handed in is what the acceptance criteria ask for, as far as a program can tell. Pure.

Checks inform; they never refuse a delivery. A file that could not be measured, an archive and a link may hold what a
criterion asks for, so they make "not met" to "not known".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from apps.contracts.hand_in import requirements
from apps.contracts.hand_in.requirements import Requirement

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
LINK, DUPLICATE, READABLE = "link", "duplicate", "readable"
VALUES_MAX = 10


@dataclass(frozen=True, slots=True)
class HandedFile:
    """:param facts: what was measured when the file was stored, `StoredFile.facts`."""

    name: str
    content_type: str
    size: int
    sha256: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        extension = self.name.rpartition(".")[2].lower()
        return "jpg" if extension == "jpeg" else extension

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def types_inside(self) -> set[str]:
        """The types of the files in an archive, by their names."""
        names = (str(name).rpartition(".")[2].lower() for name, _size in self.facts.get("entries", []))
        return {"jpg" if name == "jpeg" else name for name in names}


@dataclass(frozen=True, slots=True)
class Finding:
    """
    The result of one check.

    :param criterion_id: empty for checks that every delivery gets.
    :param requirement: what the criterion asks for, `Requirement` as plain values.
    :param values: [name, value] of files or links, at most VALUES_MAX.
    """

    kind: str
    result: str
    criterion_id: str = ""
    requirement: dict[str, Any] = field(default_factory=dict)
    values: list[list[Any]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def findings(
    criteria: Sequence[tuple[str, str]],
    files: Sequence[HandedFile],
    links: Sequence[str],
    earlier: Mapping[str, int],
) -> list[Finding]:
    """
    Check a delivery.

    :param criteria: (id, text) of the contract's acceptance criteria.
    :param earlier: the SHA-256 of files of earlier versions, each with its newest version.
    """
    result = [
        _judge(requirement, criterion_id, files, bool(links))
        for criterion_id, text in criteria
        for requirement in requirements.requirements(text)
    ]
    if links:
        result.append(_links(links))
    if files:
        result.append(_readable(files))
        if earlier or len({file.sha256 for file in files}) < len(files):
            result.append(_duplicates(files, links, earlier))
    return result


# -- one criterion


def _judge(requirement: Requirement, criterion_id: str, files: Sequence[HandedFile], has_links: bool) -> Finding:
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(requirement).items()}
    result, values = _JUDGES[requirement.kind](requirement, files)
    is_elsewhere = has_links or any(file.type == "zip" for file in files)
    if result == FAIL and is_elsewhere and _could_be_elsewhere(requirement):
        result = UNKNOWN
    if requirement.is_rough:
        result = UNKNOWN
    return Finding(requirement.kind, result, criterion_id, plain, values[:VALUES_MAX])


def _could_be_elsewhere(requirement: Requirement) -> bool:
    """A file that is too large stays too large, whatever else is handed in."""
    return not (requirement.kind == requirements.SIZE and requirement.low is None)


def _subject(requirement: Requirement, files: Sequence[HandedFile]) -> list[HandedFile]:
    return [file for file in files if not requirement.of_types or file.type in requirement.of_types]


def _types(requirement: Requirement, files: Sequence[HandedFile]) -> tuple[str, list[list[Any]]]:
    there = {file.type for file in files}.union(*(file.types_inside for file in files))
    has = [name in there for name in requirement.names]
    is_met = any(has) if requirement.is_any else all(has)
    return PASS if is_met else FAIL, [[file.name, file.type] for file in files]


def _number_of_files(requirement: Requirement, files: Sequence[HandedFile]) -> tuple[str, list[list[Any]]]:
    return PASS if _fits(requirement, len(files)) else FAIL, [["", len(files)]]


def _fits(requirement: Requirement, value: int) -> bool:
    above = requirement.low is None or value >= requirement.low
    return above and (requirement.high is None or value <= requirement.high)


def _sizes(requirement: Requirement, files: Sequence[HandedFile]) -> tuple[str, list[list[Any]]]:
    subject = _subject(requirement, files)
    results = [_size(requirement, file.size) for file in subject]
    return _all_of(results), [[file.name, file.size] for file in subject]


def _size(requirement: Requirement, size: int) -> str:
    """8 MB are 8,000,000 bytes to some and 8,388,608 to others; between the two nothing is said."""
    decimal, binary = requirements.UNIT_BYTES[requirement.unit]
    results = set()
    for unit in (decimal, binary):
        above = requirement.low is None or size * 10 >= requirement.low * unit
        results.add(above and (requirement.high is None or size * 10 <= requirement.high * unit))
    return UNKNOWN if len(results) == 2 else PASS if results == {True} else FAIL


def _all_of(results: Sequence[str]) -> str:
    """Each file has to meet it: one that does not is enough."""
    if not results:
        return UNKNOWN
    return FAIL if FAIL in results else UNKNOWN if UNKNOWN in results else PASS


def _most_of(results: Sequence[str]) -> str:
    """Met if all files meet it, not met if none does; some of each is for a person to judge."""
    return results[0] if results and len(set(results)) == 1 else UNKNOWN


def _dimension(fact: str) -> Callable[[Requirement, Sequence[HandedFile]], tuple[str, list[list[Any]]]]:
    def judge(requirement: Requirement, files: Sequence[HandedFile]) -> tuple[str, list[list[Any]]]:
        subject = [file for file in _subject(requirement, files) if file.is_picture]
        return _by_value(requirement, subject, fact)

    return judge


def _by_value(requirement: Requirement, subject: Sequence[HandedFile], fact: str) -> tuple[str, list[list[Any]]]:
    values = [file.facts.get(fact) for file in subject]
    results = [UNKNOWN if value is None else PASS if _fits(requirement, value) else FAIL for value in values]
    return _most_of(results), [[file.name, value] for file, value in zip(subject, values, strict=True)]


def _counted(fact: str) -> Callable[[Requirement, Sequence[HandedFile]], tuple[str, list[list[Any]]]]:
    """Pages and words: of each file, or of all together."""

    def judge(requirement: Requirement, files: Sequence[HandedFile]) -> tuple[str, list[list[Any]]]:
        subject = [file for file in _subject(requirement, files) if _has(file, fact)]
        result, values = _by_value(requirement, subject, fact)
        numbers = [value for _name, value in values if value is not None]
        if result == PASS or len(numbers) < len(values) or not values:
            return result, values
        total = sum(numbers)
        if _fits(requirement, total):
            return PASS, values
        return (result if requirement.low is None or total >= requirement.low else FAIL), values

    return judge


def _has(file: HandedFile, fact: str) -> bool:
    """Whether the file is of a kind that has pages or words at all."""
    if fact == "pages":
        return fact in file.facts or file.type in ("pdf", "docx", "odt", "odp", "pptx")
    return fact in file.facts or file.type in ("pdf", "docx", "odt", "txt", "md")


def _named(fact: str) -> Callable[[Requirement, Sequence[HandedFile]], tuple[str, list[list[Any]]]]:
    """Language and spelling."""

    def judge(requirement: Requirement, files: Sequence[HandedFile]) -> tuple[str, list[list[Any]]]:
        subject = [file for file in _subject(requirement, files) if _has(file, "words")]
        values = [file.facts.get(fact) for file in subject]
        results = [UNKNOWN if not value else PASS if value in requirement.names else FAIL for value in values]
        return _most_of(results), [[file.name, value] for file, value in zip(subject, values, strict=True)]

    return judge


_JUDGES: dict[str, Callable[[Requirement, Sequence[HandedFile]], tuple[str, list[list[Any]]]]] = {
    requirements.TYPE: _types,
    requirements.FILES: _number_of_files,
    requirements.SIZE: _sizes,
    requirements.WIDTH: _dimension("width"),
    requirements.HEIGHT: _dimension("height"),
    requirements.PAGES: _counted("pages"),
    requirements.WORDS: _counted("words"),
    requirements.LANGUAGE: _named("language"),
    requirements.SPELLING: _named("spelling"),
}


# -- what every delivery is checked for


def _links(links: Sequence[str]) -> Finding:
    results = [PASS if is_public_address(link) else FAIL for link in links]
    values = [[link, result] for link, result in zip(links, results, strict=True)]
    return Finding(LINK, _all_of(results), values=values[:VALUES_MAX])


# Names that the domain system never answers for the public (RFC 2606, 6761, 6762, 8375).
_NOT_PUBLIC = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "test", "invalid", "arpa", "onion")


def is_public_address(link: str) -> bool:
    """Whether the address is one that everybody could open, by its form. Nothing is requested from it."""
    try:
        parts = urlsplit(link)
        host, _port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not host or any(map(str.isspace, link)):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    labels = host.split(".")
    if len(labels) < 2 or labels[-1] in _NOT_PUBLIC or not any(map(str.isalpha, labels[-1])) or len(host) > 253:
        return False
    return all(_is_label(label) for label in labels)


def _is_label(label: str) -> bool:
    is_edge = label.startswith("-") or label.endswith("-")
    return 0 < len(label) <= 63 and not is_edge and all(sign.isalnum() or sign in "-_" for sign in label)


def _readable(files: Sequence[HandedFile]) -> Finding:
    problems = [[file.name, file.facts["problem"]] for file in files if file.facts.get("problem")]
    return Finding(READABLE, FAIL if problems else PASS, values=problems[:VALUES_MAX])


def _duplicates(files: Sequence[HandedFile], links: Sequence[str], earlier: Mapping[str, int]) -> Finding:
    """Files that an earlier version had already, or that are handed in twice; 0 means this version."""
    seen: set[str] = set()
    same: list[list[Any]] = []
    for file in files:
        if file.sha256 in earlier:
            same.append([file.name, earlier[file.sha256]])
        elif file.sha256 in seen:
            same.append([file.name, 0])
        seen.add(file.sha256)
    is_all_old = all(file.sha256 in earlier for file in files) and not links
    return Finding(DUPLICATE, FAIL if is_all_old else UNKNOWN if same else PASS, values=same[:VALUES_MAX])
