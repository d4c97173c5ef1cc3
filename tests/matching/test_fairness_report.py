"""The weekly report: figures that are right, groups that are large enough, pages that tell on nobody."""

import csv
import io
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.operations import profiles
from apps.matching.models import FairnessReport, ListKind, MatchImpression
from apps.matching.operations import exposure, impressions, matches
from apps.matching.queries import recommendations
from apps.skills.models import Skill
from ranking import fairness
from ranking.fairness import Pair, by_group, gini, lorenz, region
from tests.conftest import NOON

WEEK = date(2026, 10, 26)  # the Monday of NOON's week
AFTER = NOON + timedelta(days=7)


# --- the arithmetic


def test_gini_of_known_cases():
    assert gini([]) == gini([0, 0]) == 0
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75)
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25)


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=50).filter(lambda some: sum(some) > 1e-3))
def test_gini_is_the_area_that_the_lorenz_curve_leaves(values):
    points = lorenz(values, steps=len(values))
    area = np.trapezoid(points, np.linspace(0, 1, len(points)))
    assert gini(values) == pytest.approx(1 - 2 * area, abs=2e-3)
    assert points == sorted(points)
    assert points[0] == 0
    assert points[-1] == 1


def pairs(tasks: int, shown: dict[str, float], people: int = 12) -> tuple[list[Pair], dict[int, str]]:
    """In every task everybody is equally relevant; of each group this part stands among the first ten."""
    group_of = {at: name for start, name in enumerate(shown) for at in range(start * people, (start + 1) * people)}
    created = [
        Pair(task, person, float(is_first), 50.0, int(is_first), 1)
        for task in range(tasks)
        for person, name in group_of.items()
        for is_first in [(person * 7 + task * 5) % people < shown[name] * people]
    ]
    return created, group_of


def test_equal_treatment_passes_and_half_the_chance_is_below():
    same = by_group(*pairs(60, {"a": 0.5, "b": 0.5}))
    assert [row["verdict"] for row in same] == ["passes", "passes"]
    assert [row["ratio"] for row in same] == [1.0, 1.0]
    [a, b] = by_group(*pairs(60, {"a": 0.5, "b": 0.25}))
    assert (a["verdict"], b["verdict"]) == ("passes", "below")
    assert b["impact"] == pytest.approx(0.5)
    assert b["ratio"] == pytest.approx((1 / 3) / (1 / 2), abs=1e-3)
    assert b["ratio_interval"][0] <= b["ratio"] <= b["ratio_interval"][1] < 0.8
    assert a["exposure"] + b["exposure"] == pytest.approx(1)


def test_the_same_week_gives_the_same_intervals():
    assert by_group(*pairs(9, {"a": 0.5, "b": 0.4}), seed=3) == by_group(*pairs(9, {"a": 0.5, "b": 0.4}), seed=3)


def test_a_small_group_is_not_shown_and_cannot_be_found_by_subtraction():
    some, group_of = pairs(10, {"a": 0.5, "b": 0.5})
    small = [Pair(task, 900 + task % 9, 1.0, 90.0, 1, 1) for task in range(10)]
    with_small = by_group([*some, *small], group_of | {900 + at: "c" for at in range(9)})
    assert with_small == by_group(some, group_of)
    assert sum(row["exposure"] for row in with_small) == pytest.approx(1)


def test_one_group_alone_is_no_comparison():
    assert by_group(*pairs(10, {"a": 0.5})) == []


def test_countries_have_a_continent():
    existing = {
        "DE": "europe",
        "NG": "africa",
        "CN": "asia",
        "BR": "americas",
        "NZ": "oceania",
        "IS": "europe",
        "MU": "africa",
    }
    assert {code: region(code) for code in existing} == existing
    assert region("ZZ") == region("") == "elsewhere"


# --- the week


def owner(organization):
    return organization.memberships.get(role="owner").user


@pytest.fixture
def market(make, db):
    """Twelve from Nigeria and twelve from China, and one task for all of them."""
    react = Skill.objects.get(slug="react").id
    people = []
    for number in range(24):
        options = {} if number % 2 else {"country": "CN", "currency": "CNY", "time_zone": "Asia/Shanghai"}
        freelancer = make.freelancer(f"Person {number}", **options)
        profiles.update_profile(
            organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, changes={}, skills={react: 3},
            languages={"en": "native"},
        )  # fmt: skip
        people.append(freelancer)
    task = make.task(employer=make.employer("Werk"), skill_ids=(react,))
    matches.match_task(task_id=task.id, now=NOON)
    return task, people


def show(task, *, now=NOON, limit=10):
    rows = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(task.id, limit, now=now)
    ]
    impressions.record_shown(kind=ListKind.PEOPLE, reader_id=task.employer_id, rows=rows, now=now)


def test_a_week_is_written_once_when_it_is_over(market):
    task, _ = market
    show(task)
    show(task, now=NOON + timedelta(days=1))
    assert exposure.write_fairness_report(week=WEEK, now=NOON + timedelta(days=2)) is None
    assert exposure.week_before(AFTER) == WEEK
    report = exposure.write_fairness_report(week=WEEK, now=AFTER)
    figures = report.figures
    assert (figures["lists"], figures["tasks"], figures["people"]) == (2, 1, 24)
    assert figures["first_ten"] == figures["newcomers_in_first_ten"] == 20
    assert 0 < figures["gini"] < 1
    assert figures["lorenz"][0] == 0
    assert {row["group"] for row in figures["groups"]["region"]} == {"africa", "asia"}
    assert all(row["people"] == 12 for row in figures["groups"]["region"])
    assert figures["groups"]["newcomer"] == []  # everybody is one: nothing to compare

    show(task, now=NOON + timedelta(days=2))
    assert exposure.write_fairness_report(week=WEEK, now=AFTER).figures == figures
    assert FairnessReport.objects.count() == 1


def test_a_week_without_lists_or_that_begins_on_a_tuesday_has_no_report(market):
    assert exposure.write_fairness_report(week=WEEK, now=AFTER) is None
    show(market[0])
    assert exposure.write_fairness_report(week=WEEK + timedelta(days=1), now=AFTER + timedelta(days=30)) is None
    assert not FairnessReport.objects.exists()


def test_attention_is_that_of_the_places(market):
    task, _ = market
    show(task)
    seen = MatchImpression.objects.values_list("position", flat=True)
    report = exposure.write_fairness_report(week=WEEK, now=AFTER)
    expected = [fairness.attention(place) for place in seen] + [0.0] * 14
    assert report.figures["gini"] == pytest.approx(gini(expected), abs=1e-4)


def test_names_and_countries_do_not_move_a_place(market):
    """Re-ranking reads no more of a person than the score does."""
    task, people = market
    before = [
        recommended_freelancer.organization.id
        for recommended_freelancer in recommendations.recommended_freelancers(task.id, 24, now=NOON)
    ]
    for number, item in enumerate(people):
        item.display_name, item.country = f"王 {number}", "EG" if number % 3 else "BR"
        item.save(update_fields=["display_name", "country"])
    assert [
        recommended_freelancer.organization.id
        for recommended_freelancer in recommendations.recommended_freelancers(task.id, 24, now=NOON)
    ] == before


def test_a_published_report_cannot_be_changed(market):
    show(market[0])
    exposure.write_fairness_report(week=WEEK, now=AFTER)
    for statement in ("UPDATE matching_fairnessreport SET figures = '{}'", "DELETE FROM matching_fairnessreport"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- the pages


def test_before_the_first_report_the_page_says_so(client, db):
    assert "Nothing is published yet" in client.get(reverse("matching:fairness")).content.decode()
    assert client.get("/api/v1/matching/fairness/").json() == []
    assert client.get(reverse("matching:fairness_week", args=[WEEK])).status_code == 404
    assert client.get(f"/en/matching/fairness/{WEEK + timedelta(days=1)}/").status_code == 404
    assert client.get("/en/matching/fairness/2026-13-40/").status_code == 404


def test_everybody_can_read_the_report_and_nobody_is_in_it(client, market):
    task, people = market
    show(task)
    exposure.write_fairness_report(week=WEEK, now=AFTER)
    pages = [
        client.get(reverse("matching:fairness")).content.decode(),
        client.get(reverse("matching:fairness_week", args=[WEEK])).content.decode(),
        b"".join(client.get(reverse("matching:fairness_csv", args=[WEEK]))).decode(),
        client.get("/api/v1/matching/fairness/").content.decode(),
    ]
    assert "Asia" in pages[0]
    assert "12 people" in pages[0]
    for page in pages:
        assert task.title not in page
        for person in people:
            assert person.display_name not in page
            assert str(person.id) not in page
    rows = list(csv.DictReader(io.StringIO(pages[2].lstrip("\ufeff"))))
    assert {row["group"] for row in rows if row["grouping"] == "region"} == {"africa", "asia"}


def test_a_week_of_fewer_than_ten_people_says_nothing_of_them(client, make, db):
    react = Skill.objects.get(slug="react").id
    for number in range(9):
        freelancer = make.freelancer(f"Person {number}")
        profiles.update_profile(
            organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, changes={}, skills={react: 3},
            languages={"en": "native"},
        )  # fmt: skip
    task = make.task(employer=make.employer("Werk"), skill_ids=(react,))
    matches.match_task(task_id=task.id, now=NOON)
    show(task)
    report = exposure.write_fairness_report(week=WEEK, now=AFTER)
    assert set(report.figures) == {"lists", "tasks", "people_min", "enough"}
    assert "nothing is said" in client.get(reverse("matching:fairness")).content.decode()
