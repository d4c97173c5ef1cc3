"""Weekly figures of exposure and relevance, and the results of an experiment's arms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q

from apps.accounts.models import Membership, Organization
from apps.accounts.states import Role
from apps.common.errors import NotFound
from apps.matching.models import (
    PEOPLE_LISTS,
    EventKind,
    Experiment,
    FairnessReport,
    ListSide,
    MatchEvent,
    MatchImpression,
    MatchResult,
)
from apps.matching.queries.impressions import ATTRIBUTED
from ranking import experiments, fairness
from ranking.reranking import TEN

GROUPINGS = ("region", "language", "newcomer")

# --- weekly figures ---------------------------------------------------------------------------------------------------


def measured_week(week: date) -> dict[str, Any] | None:
    """
    Return the figures of the seven days from this Monday (UTC); None if no list of people was shown.

    Relevance is the score of every stored candidate of the tasks whose lists were seen, shown or not.
    """
    begin = datetime.combine(week, time(), tzinfo=UTC)
    shown = MatchImpression.objects.filter(
        list_kind__in=PEOPLE_LISTS, shown_at__gte=begin, shown_at__lt=begin + timedelta(days=7)
    )
    rows = list(shown.order_by("id").values_list("list_id", "task_id", "organization_id", "position", "is_newcomer"))
    if not rows:
        return None
    lists = {task: set[UUID]() for _list, task, *_rest in rows}
    for list_id, task, *_rest in rows:
        lists[task].add(list_id)
    pairs, newcomers = _pairs(rows, lists)
    people = sorted({pair.person for pair in pairs})
    figures: dict[str, Any] = {
        "lists": sum(len(some) for some in lists.values()),
        "tasks": len(lists),
        "people_min": fairness.PEOPLE_MIN,
        "enough": len(people) >= fairness.PEOPLE_MIN,
    }
    if not figures["enough"]:
        return figures
    seen: dict[int, float] = dict.fromkeys(people, 0.0)
    for row in pairs:
        seen[row.person] += row.attention
    first = [is_new for *_rest, position, is_new in rows if position <= TEN]
    figures |= {
        "people": len(people),
        "gini": round(fairness.gini(list(seen.values())), 4),
        "lorenz": fairness.lorenz(list(seen.values())),
        "first_ten": len(first),
        "newcomers_in_first_ten": sum(first),
        "newcomer_share": round(sum(first) / len(first), 4) if first else None,
        "newcomer_share_interval": [round(item, 4) for item in experiments.wilson(sum(first), len(first))],
        "groups": _groups(pairs, newcomers, seed=week.toordinal()),
    }
    return figures


def _pairs(
    rows: list[tuple[UUID, UUID, UUID, int, bool]], lists: dict[UUID, set[UUID]]
) -> tuple[list[fairness.Pair], dict[UUID, bool]]:
    """Return the stored candidates of those tasks, plus people who were shown but are no longer stored."""
    attention: dict[tuple[UUID, UUID], float] = defaultdict(float)
    first: dict[tuple[UUID, UUID], int] = defaultdict(int)
    newcomers: dict[UUID, bool] = {}
    for _list, task, person, position, is_new in rows:
        attention[task, person] += fairness.attention(position)
        first[task, person] += position <= TEN
        newcomers[person] = is_new
    scores: dict[tuple[UUID, UUID], float] = {}
    kept = MatchResult.objects.filter(task_id__in=list(lists)).order_by("id")
    for task, person, score, is_new in kept.values_list("task_id", "organization_id", "score", "is_newcomer"):
        scores[task, person] = score
        newcomers.setdefault(person, is_new)
    both = sorted(set(attention) | set(scores))
    return [
        fairness.Pair(
            task=task.int, person=person.int, attention=attention[task, person],
            relevance=scores.get((task, person), 0.0) * len(lists[task]), first=first[task, person],
            lists=len(lists[task]),
        )
        for task, person in both
    ], newcomers  # fmt: skip


def _groups(pairs: list[fairness.Pair], newcomers: dict[UUID, bool], *, seed: int) -> dict[str, Any]:
    people = [UUID(int=item) for item in sorted({pair.person for pair in pairs})]
    countries = dict(Organization.objects.filter(id__in=people).values_list("id", "country"))
    owners = Membership.objects.filter(organization_id__in=people, role=Role.OWNER).order_by("-created_at")
    # the first owner's language overwrites the others
    languages = dict(owners.values_list("organization_id", "user__language"))
    group_of = {
        "region": {person.int: fairness.region(countries.get(person, "")) for person in people},
        "language": {person.int: languages.get(person, "other") for person in people},
        "newcomer": {person.int: "newcomer" if newcomers.get(person) else "known" for person in people},
    }
    return {name: fairness.by_group(pairs, group_of[name], seed=seed) for name in GROUPINGS}


def latest_report() -> FairnessReport | None:
    return FairnessReport.objects.order_by("-week").first()


def report_of(week: date) -> FairnessReport:
    """:raises NotFound: if there is no report of that week."""
    fairness_report = FairnessReport.objects.filter(week=week).first()
    if fairness_report is None:
        raise NotFound
    return fairness_report


def reports(limit: int) -> list[FairnessReport]:
    return list(FairnessReport.objects.order_by("-week")[:limit])


HEAD = (
    "week", "grouping", "group", "people", "exposure", "relevance", "ratio", "ratio_low", "ratio_high", "impact",
    "impact_low", "impact_high", "verdict",
)  # fmt: skip


def report_rows(report: FairnessReport) -> Iterator[tuple[object, ...]]:
    """Yield the report as a table: the header, one line with the totals, one line per group."""
    figures = report.figures
    yield HEAD
    for name in ("lists", "tasks", "people", "gini", "newcomer_share"):
        yield (report.week.isoformat(), "all", name, figures.get(name))
    for grouping in GROUPINGS:
        for item in figures.get("groups", {}).get(grouping, []):
            yield (
                report.week.isoformat(), grouping, item["group"], item["people"], item["exposure"], item["relevance"],
                item["ratio"], *item["ratio_interval"], item["impact"], *item["impact_interval"], item["verdict"],
            )  # fmt: skip


# --- experiments ----------------------------------------------------------------------------------------------------

COUNTED = (EventKind.OPEN, EventKind.INVITE, EventKind.BID, EventKind.AWARD)


@dataclass(frozen=True)
class Outcome:
    """
    The number of lists with at least one such outcome; `difference` is to the first arm's share, with a 95 % interval.
    """

    kind: EventKind
    lists: int
    share: float
    interval: tuple[float, float]
    difference: tuple[float, float] | None = None


@dataclass(frozen=True)
class Guardrail:
    code: str
    value: float | None
    limit: float
    is_breached: bool


@dataclass(frozen=True)
class ArmResult:
    name: str
    lists: int
    readers: int
    outcomes: list[Outcome] = field(default_factory=list)
    guardrails: list[Guardrail] = field(default_factory=list)


def experiments_newest_first() -> list[Experiment]:
    return list(Experiment.objects.select_related("started_by").order_by("-starts_at"))


def arm_results(experiment: Experiment) -> list[ArmResult]:
    """
    Return the outcomes of each arm's lists within thirty days after they were seen.

    A guardrail is breached by the figure alone, without its interval. Outcomes of lists of the same reader depend on
    each
    other, so the intervals are somewhat too narrow.
    """
    rows = MatchImpression.objects.filter(experiment=experiment)
    counts = {
        arm: (lists, readers)
        for arm, lists, readers in rows.values_list("arm").annotate(
            lists=Count("list_id", distinct=True), readers=Count("reader", distinct=True)
        )
    }
    came = {kind: _lists_followed_by(rows, kind) for kind in COUNTED}
    names = [str(arm["name"]) for arm in experiment.arms]
    base = names[0]
    result = []
    for name in names:
        lists, readers = counts.get(name, (0, 0))
        outcomes = []
        for kind in COUNTED:
            times, others, of = came[kind].get(name, 0), came[kind].get(base, 0), counts.get(base, (0, 0))[0]
            outcomes.append(
                Outcome(
                    kind, times, times / lists if lists else 0.0, experiments.wilson(times, lists),
                    None if name == base else experiments.newcombe(times, lists, others, of),
                )
            )  # fmt: skip
        result.append(ArmResult(name, lists, readers, outcomes, list(_guardrails(experiment, name))))
    return result


def _lists_followed_by(rows: Any, kind: EventKind) -> dict[str, int]:
    after = MatchEvent.objects.filter(
        task=OuterRef("task"), organization=OuterRef("organization"), kind=kind,
        happened_at__gte=OuterRef("shown_at"), happened_at__lt=OuterRef("shown_at") + ATTRIBUTED,
    )  # fmt: skip
    return dict(rows.filter(Exists(after)).values_list("arm").annotate(lists=Count("list_id", distinct=True)))


def _guardrails(experiment: Experiment, arm: str) -> Iterable[Guardrail]:
    rows = MatchImpression.objects.filter(experiment=experiment, arm=arm)
    limits = experiment.guardrails
    if "newcomer_share_min" in limits and experiment.side == ListSide.PEOPLE:
        first = rows.filter(position__lte=TEN).aggregate(all=Count("id"), new=Count("id", filter=Q(is_newcomer=True)))
        share = first["new"] / first["all"] if first["all"] else None
        limit = float(limits["newcomer_share_min"])
        yield Guardrail("newcomer_share_min", share, limit, share is not None and share < limit)
    if "gini_max" in limits:
        other = "organization_id" if experiment.side == ListSide.PEOPLE else "task_id"
        seen: dict[UUID, float] = defaultdict(float)
        for item, position in rows.values_list(F(other), "position"):
            seen[item] += fairness.attention(position)
        value = fairness.gini(list(seen.values())) if seen else None
        limit = float(limits["gini_max"])
        yield Guardrail("gini_max", value, limit, value is not None and value > limit)
