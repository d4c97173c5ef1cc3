from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import translation

from apps.common import caches, replica, tokens
from apps.skills.models import Category, CategoryLabel, Skill, SkillLabel, SkillRelation
from apps.skills.rules import CATEGORY, SKILL, Lexicon, Name, SearchTerms, concept
from apps.skills.states import CORE, RelationKind, SkillKind

LIKE_SIBLINGS = 300  # thousandths: similarity of two skills under one parent
LIKE_PARENT = 500
SIBLINGS_MAX = 60  # children of a parent with more of them are not similar enough


@dataclass(frozen=True)
class FoundSkill:
    """:param label: in the reader's language. :param matched: the label that the text matched, in any language."""

    id: UUID
    label: str
    kind: str
    matched: str
    matched_language: str


@dataclass(frozen=True)
class CategoryView:
    id: UUID
    slug: str
    name: str
    description: str
    icon: str
    requirements: list[str]
    criteria: list[str]
    milestones: list[str]


_FIND = """
WITH hits AS (
    SELECT l.skill_id, l.text, l.language, l.is_preferred, s.kind, {step} AS step,
           word_similarity(%(norm)s, l.norm) + similarity(%(norm)s, l.norm) AS likeness
    FROM skills_skilllabel l JOIN skills_skill s ON s.id = l.skill_id
    WHERE s.is_active AND s.kind = ANY(%(kinds)s) AND {condition}
), best AS (
    SELECT DISTINCT ON (skill_id) * FROM hits
    ORDER BY skill_id, step, (language = %(language)s) DESC, is_preferred DESC, likeness DESC, text
)
SELECT skill_id, kind, text, language FROM best
ORDER BY step, (kind = 'core') DESC, CASE WHEN step = 3 THEN -likeness END, is_preferred DESC, likeness DESC,
         length(text), text, skill_id
LIMIT %(limit)s
"""
_BY_LETTERS = _FIND.format(
    step="CASE WHEN l.norm = %(norm)s THEN 0 WHEN l.norm LIKE %(prefix)s THEN 1 ELSE 2 END",
    condition="(l.norm LIKE %(prefix)s OR l.norm LIKE %(inside)s)",
)
_BY_LIKENESS = _FIND.format(step="3", condition="(%(norm)s <%% l.norm OR l.norm %% %(norm)s)")
PICKED_KINDS = (SkillKind.CORE, SkillKind.SKILL, SkillKind.KNOWLEDGE)


def find_skills(text: str, language: str, limit: int = 10, *, kinds: Iterable[str] = PICKED_KINDS) -> list[FoundSkill]:
    """
    Return skills with a matching label in any language: first equal labels, then labels that start with the text, then
    labels that contain it, then similar spellings. Within each step the platform's own skills come before ESCO's.

    :param language: the reader's language, for the label shown.
    """
    norm = " ".join(tokens.fold(text).split())[:100]
    if not norm:
        return []
    escaped = norm.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    # A single letter is the start of thousands of words and a part of nearly all.
    spaced = norm.isascii() or norm[0] < "\u0e00"
    inside = f"% {escaped}%" if spaced else f"%{escaped}%"
    values: dict[str, str | int | list[str]] = {
        "norm": norm, "prefix": f"{escaped}%", "inside": inside if len(norm) > 1 else f"{escaped}%",
        "language": language, "limit": limit * 2, "kinds": list(kinds),
    }  # fmt: skip
    rows: dict[UUID, tuple[str, str, str]] = {}
    with connection.cursor() as cursor:
        for statement in (_BY_LETTERS, _BY_LIKENESS):
            if len(rows) >= limit or (statement is _BY_LIKENESS and len(norm) < 4):
                break
            cursor.execute(statement, values)
            for skill_id, kind, matched, matched_language in cursor.fetchall():
                rows.setdefault(skill_id, (kind, matched, matched_language))
    names = labels(rows, language)
    result: dict[str, FoundSkill] = {}  # a core skill hides the ESCO skill with the same name
    for skill_id, (kind, matched, matched_language) in rows.items():
        label = names.get(skill_id, matched)
        result.setdefault(label.casefold(), FoundSkill(skill_id, label, kind, matched, matched_language))
    return list(result.values())[:limit]


def labels(skill_ids: Iterable[UUID], language: str) -> dict[UUID, str]:
    """Return the preferred label of each skill in the reader's language, else in English, else in any."""
    ids = list(skill_ids)
    texts = _labels.get_many(
        [(skill_id, language) for skill_id in ids],
        lambda missing: {
            (skill_id, language): text
            for skill_id, text in _stored_labels([skill_id for skill_id, _language in missing], language).items()
        },
    )
    return {skill_id: texts[skill_id, language] for skill_id in ids if (skill_id, language) in texts}


def _memory_seconds() -> int:
    return settings.REFERENCE_MEMORY_SECONDS


_labels: caches.ProcessMemory[tuple[UUID, str], str] = caches.ProcessMemory(_memory_seconds)
_categories: caches.ProcessMemory[str, list[CategoryView]] = caches.ProcessMemory(_memory_seconds)


def _stored_labels(ids: list[UUID], language: str) -> dict[UUID, str]:
    chain = fallback_chain(language)
    result: dict[UUID, tuple[int, str]] = {}
    rows = SkillLabel.objects.filter(skill_id__in=ids, is_preferred=True)
    for skill_id, own, text in rows.order_by("language").values_list("skill_id", "language", "text"):
        rank = chain.index(own) if own in chain else len(chain)
        if skill_id not in result or rank < result[skill_id][0]:
            result[skill_id] = (rank, text)
    return {skill_id: result[skill_id][1] for skill_id in ids if skill_id in result}


def label(skill_id: UUID, language: str) -> str:
    return labels([skill_id], language).get(skill_id, "")


# --- words in any language --------------------------------------------------------------------------------------------


def search_terms(text: str) -> SearchTerms:
    """Return what the words of a search mean. Sends no statement while this process keeps the names."""
    return lexicon().search_terms(text)


RARE_MAX = 1000
"""If no more rows match, only these are read; else the newest ones, until a page is full."""
NOTHING = Q(pk__in=[])


def matching(text: str, conditions: Sequence[Sequence[str]], *, function: str) -> Q:
    """
    Return the condition for rows with a search column that match all words of a text; if none has them all, any of
    those that name skills or kinds of work, else any word. Of each of the `conditions` one token has to be there.

    :param function: in the database, returns the ids of the rows that match, at most so many.
    """
    terms = search_terms(text) if text.strip() else None
    if (terms is not None and terms.is_empty) or not all(conditions):
        return NOTHING
    if terms is None and not conditions:
        return Q()
    query = tokens.query_text([*(terms.all_of if terms else []), *conditions])
    matches = _match_count(function, query)
    if not matches and terms and len(terms.all_of) > 1:
        either = tokens.query_text(terms.any_of, any_of=True)
        query = f"({either})" + (f" & {tokens.query_text(conditions)}" if conditions else "")
        matches = _match_count(function, query)
    if not matches:
        return NOTHING
    if matches > RARE_MAX:
        return Q(search_vector=tokens.ready_query(query))
    return Q(id__in=RawSQL(f"SELECT {function}(%s::tsquery, %s)", [query, RARE_MAX]))  # noqa: S611 - a name of our own


def _match_count(function: str, query: str) -> int:
    """Return how many rows match, at most `RARE_MAX` + 1. That a query matches many is kept for a minute."""
    count = 0

    def compute(_keys: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
        nonlocal count
        with replica.reading_connection().cursor() as cursor:
            sql = f"SELECT count(*) FROM {function}(%s::tsquery, %s)"  # noqa: S608 - a name of our own
            cursor.execute(sql, [query, RARE_MAX + 1])
            count = cursor.fetchone()[0]
        return {(function, query): count} if count > RARE_MAX else {}

    return _common.get_many([(function, query)], compute).get((function, query), count)


_common: caches.ProcessMemory[tuple[str, str], int] = caches.ProcessMemory(
    lambda: settings.LIST_MEMORY_SECONDS, most=2_000
)


def tokens_of(skill_ids: Iterable[UUID], category_id: UUID | None = None, title: str = "") -> list[str]:
    """
    Return the search tokens of a text's skills and kind of work, and of those that its title names. Names from other
    sources than the core (ESCO) are not in the lexicon, and are found by their words.
    """
    ids = list(skill_ids)
    result = [concept(SKILL, skill_id) for skill_id in ids]
    result += [concept(CATEGORY, category_id)] if category_id else []
    result += sorted(lexicon().named_in(title) - set(result)) if title else []
    others = SkillLabel.objects.filter(skill_id__in=ids).exclude(source=CORE)
    for language, text in others.order_by("id").values_list("language", "text"):
        result += tokens.index_tokens(text, language)
    return result


def lexicon() -> Lexicon:
    """
    Return the names of the core skills and of the categories in all languages, as of up to `REFERENCE_MEMORY_SECONDS`
    ago. Building takes most of a second, and is repeated only after a change of the names.
    """
    return _lexicons.get(_lexicon_version.get("", _names_version), lambda: Lexicon(_names()))


_lexicon_version: caches.ProcessMemory[str, tuple[object, ...]] = caches.ProcessMemory(
    lambda: settings.REFERENCE_MEMORY_SECONDS
)
_lexicons: caches.ProcessMemory[tuple[object, ...], Lexicon] = caches.ProcessMemory(lambda: LEXICON_SECONDS, most=1)
LEXICON_SECONDS = 86_400


def _names_version() -> tuple[object, ...]:
    """What changes with the names: labels are replaced, never edited, except in a category's own columns."""
    labels = SkillLabel.objects.filter(source=CORE, skill__is_active=True)
    names = [tuple(view.name for view in categories(language)) for language, _ in settings.LANGUAGES]
    return (*labels.aggregate(last=Max("id"), count=Count("id")).values(), *names)


def _names() -> list[Name]:
    labels = SkillLabel.objects.filter(source=CORE, skill__is_active=True)
    result = [
        Name(concept(SKILL, skill_id), language, text)
        for skill_id, language, text in labels.values_list("skill_id", "language", "text")
    ]
    result += [
        Name(concept(CATEGORY, category_id), language, text)
        for category_id, language, text in CategoryLabel.objects.filter(category__is_active=True).values_list(
            "category_id", "language", "text"
        )
    ]
    for language, _ in settings.LANGUAGES:
        result += [Name(concept(CATEGORY, view.id), language, view.name) for view in categories(language)]
    return result


def fallback_chain(language: str) -> list[str]:
    """`pt-br` -> `pt-br`, `pt`, `en`."""
    return list(dict.fromkeys([language, language.split("-")[0], "en"]))


def active_skills(skill_ids: Iterable[UUID]) -> QuerySet[Skill]:
    return Skill.objects.filter(id__in=list(skill_ids), is_active=True).exclude(kind=SkillKind.GROUP)


def categories(language: str | None = None) -> list[CategoryView]:
    """Return all categories of work in their order, with their texts in the reader's language."""
    language = language or translation.get_language() or settings.LANGUAGE_CODE
    return _categories.get(language, lambda: _stored_categories(language))


def _stored_categories(language: str) -> list[CategoryView]:
    with translation.override(language):
        return [_category_view(category) for category in Category.objects.filter(is_active=True).order_by("position")]


def category(slug: str, language: str | None = None) -> CategoryView | None:
    return next((category_row for category_row in categories(language) if category_row.slug == slug), None)


def _category_view(category: Category) -> CategoryView:
    return CategoryView(
        id=category.id,
        slug=category.slug,
        name=category.name,
        description=category.description,
        icon=category.icon,
        requirements=(category.requirements_template or "").splitlines(),
        criteria=(category.criteria_template or "").splitlines(),
        milestones=(category.milestones_template or "").splitlines(),
    )


def related_skills(skill_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, int]]:
    """
    Return related skills per skill, with their similarity in thousandths: its relations (both directions), its parent,
    its
    children, and its siblings unless there are too many.
    """
    ids = set(skill_ids)
    result: dict[UUID, dict[UUID, int]] = {skill_id: {} for skill_id in ids}
    if not ids:
        return result

    def add(skill_id: UUID, other: UUID, weight: int) -> None:
        if other != skill_id:
            result[skill_id][other] = max(weight, result[skill_id].get(other, 0))

    relations = SkillRelation.objects.filter(Q(a__in=ids) | Q(b__in=ids)).exclude(kind=RelationKind.BROADER)
    for a, b, weight in relations.values_list("a_id", "b_id", "weight"):
        if a in ids:
            add(a, b, weight)
        if b in ids:
            add(b, a, weight)
    parents = dict(Skill.objects.filter(id__in=ids, parent__isnull=False).values_list("id", "parent_id"))
    around = Skill.objects.filter(Q(parent__in=set(parents.values())) | Q(parent__in=ids)).exclude(kind=SkillKind.GROUP)
    children: dict[UUID, list[UUID]] = {}
    for child, parent in around.values_list("id", "parent_id"):
        if parent is not None:
            children.setdefault(parent, []).append(child)
    groups = set(Skill.objects.filter(id__in=parents.values(), kind=SkillKind.GROUP).values_list("id", flat=True))
    for skill_id in ids:
        for child in children.get(skill_id, []):
            add(skill_id, child, LIKE_PARENT)
        above = parents.get(skill_id)
        if above is None:
            continue
        if above not in groups:
            add(skill_id, above, LIKE_PARENT)
        if len(children.get(above, [])) <= SIBLINGS_MAX:
            for sibling in children[above]:
                add(skill_id, sibling, LIKE_SIBLINGS)
    return result
