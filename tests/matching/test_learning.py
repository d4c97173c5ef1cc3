"""An order is learnt only where there is enough to learn from and it is better; what is kept of it is numbers."""

import json
from datetime import timedelta
from functools import cache
from uuid import uuid4

import numpy as np
import pytest

from apps.matching import jobs, policies
from apps.matching.models import (
    EventKind,
    ListKind,
    ListSide,
    MatchEvent,
    MatchImpression,
    MatchRequest,
    MatchResult,
    Ranker,
    RankerChoice,
)
from apps.matching.operations import learning as learning_operations
from apps.matching.operations import matches
from apps.matching.queries import exports, learned, recommendations
from apps.moderation.models import AuditEntry
from apps.skills.models import Category, Skill
from apps.tasks.models import Task
from ranking import formula, learning, pairwise_ranking, scoring
from tests.conftest import NOON
from tests.matching.test_fairness import ALLOWED
from tests.matching.test_recompute import run

PROTECTED = (
    "name", "gender", "sex", "age", "country", "nation", "religion", "photo", "language", "zone", "newcomer", "price", "id"
)  # fmt: skip


def some_lists(
    count: int, seed: int = 1, *, by: str | None = "growth", rows: int = 8
) -> list[pairwise_ranking.Choices]:
    """Lists in which the one with most of `by` is chosen, four times in five; anybody at all where it is None."""
    random = np.random.default_rng(seed)
    created = []
    for _ in range(count):
        parts = random.random((rows, len(pairwise_ranking.PARTS)))
        parts = parts[np.argsort(-parts[:, pairwise_ranking.PARTS.index("score")])]
        requested = int(np.argmax(parts[:, pairwise_ranking.PARTS.index(by)])) if by else int(random.integers(rows))
        chosen = requested if random.random() < 0.8 else int(random.integers(rows))
        gains = np.zeros(rows, dtype=np.int64)
        gains[chosen] = 2
        created.append(pairwise_ranking.Choices(parts, gains, np.arange(1, rows + 1)))
    return created


@cache
def learnt(by: str = "growth") -> tuple[pairwise_ranking.Chooser | None, dict]:
    """Trained once for all tests that only look at it."""
    return pairwise_ranking.train(some_lists(1_200, by=by))


# --- the gate


def test_below_a_thousand_outcomes_the_formula_stays():
    chooser, card = pairwise_ranking.train(some_lists(999))
    assert (chooser, card["because"], card["positives"]) == (None, "too_few_outcomes", 999)


def test_a_clear_preference_opens_the_gate():
    chooser, card = learnt()
    assert chooser is not None
    assert card[card["kind"]] > card["formula"] + 0.1
    assert card[f"{card['kind']}_t"] > card["t_min"]
    parts = some_lists(1, seed=9)[0].parts
    assert int(np.argmax(chooser.score(pairwise_ranking.features(parts)))) == int(
        np.argmax(parts[:, pairwise_ranking.PARTS.index("growth")])
    )


@pytest.mark.parametrize("by", [None, "score"])
def test_without_a_gain_over_the_formula_the_gate_stays_shut(by):
    chooser, card = pairwise_ranking.train(some_lists(1_200, by=by))
    assert (chooser, card["because"]) == (None, "no_significant_gain")


def test_a_gain_that_was_gone_in_the_last_window_does_not_count():
    chooser, card = pairwise_ranking.train(some_lists(960) + some_lists(240, seed=2, by="score"))
    assert (chooser, card["because"]) == (None, "no_significant_gain")


# --- what is kept


@pytest.mark.parametrize("with_trees", [False, True])
def test_what_is_kept_gives_the_same_scores_as_what_was_learnt(with_trees):
    examples = pairwise_ranking._examples(some_lists(300), 0)
    rows = examples.features.astype(np.float64)
    chooser = pairwise_ranking._fit(examples, with_trees=with_trees)

    kept = pairwise_ranking.from_json(json.loads(json.dumps(chooser.as_json())))

    assert kept.score(rows) == pytest.approx(chooser.score(rows), abs=1e-9)
    assert kept.chance(rows) == pytest.approx(chooser.chance(rows), abs=1e-9)
    assert bool(kept.trees) is with_trees


def test_trees_as_numbers_say_what_scikit_learn_says():
    examples = pairwise_ranking._examples(some_lists(400), 0)
    model = learning.boost(examples, [True] * len(pairwise_ranking.FEATURES))
    other = pairwise_ranking._examples(some_lists(300, seed=5), 0).features.astype(np.float64)

    trees, baseline = pairwise_ranking.flatten(model)

    assert pairwise_ranking.walk(trees, other) + baseline == pytest.approx(model.decision_function(other), abs=1e-9)
    chance = 1 / (1 + np.exp(-(pairwise_ranking.walk(trees, other) + baseline)))
    assert chance == pytest.approx(model.predict_proba(other)[:, 1], abs=1e-9)


def test_what_was_learnt_from_other_features_is_not_used():
    kept = pairwise_ranking._fit(pairwise_ranking._examples(some_lists(100), 0), with_trees=False).as_json()
    with pytest.raises(ValueError, match="other features"):
        pairwise_ranking.from_json(kept | {"features": ["value_country"]})


def test_more_of_a_part_never_counts_against_anybody():
    chooser, _ = learnt()
    rows = pairwise_ranking.features(some_lists(1, seed=3)[0].parts)
    for feature in range(len(pairwise_ranking.FEATURES)):
        more = rows.copy()
        more[:, feature] += 0.3
        assert (chooser.score(more) >= chooser.score(rows) - 1e-9).all(), pairwise_ranking.FEATURES[feature]


def test_no_feature_says_who_somebody_is():
    """They are made of the parts of the formula alone, and those of a short list that is tested (test_fairness)."""
    assert set(pairwise_ranking.PARTS) == {
        *formula.SKILL_SHARES,
        "pay",
        "growth",
        "recency",
        "fit",
        "accepted",
        "score",
    }
    words = {word for feature in pairwise_ranking.FEATURES for word in feature.split("_")}
    assert not words & set(PROTECTED)
    assert "works" in ALLOWED


def test_two_sides_are_chances_multiplied():
    likes_growth, likes_pay = (learnt(part)[0] for part in ("growth", "pay"))
    rows = pairwise_ranking.features(some_lists(1, seed=4)[0].parts)

    both = pairwise_ranking.in_units_of_the_score([likes_growth, likes_pay], rows)

    product = likes_growth.chance(rows) * likes_pay.chance(rows)
    assert list(np.argsort(-both)) == list(np.argsort(-product))


# --- on the site


@pytest.fixture
def site(make, outbox_drain):
    """A category with lists that employers saw: 1,100 tasks with six people each."""
    category = Category.objects.filter(is_active=True).first()
    base = make.task(skill_ids=(Skill.objects.get(slug="react").id,))
    Task.objects.filter(id=base.id).update(category=category)
    base.refresh_from_db()
    fields = [field.attname for field in Task._meta.concrete_fields if field.attname != "id"]
    values = {name: getattr(base, name) for name in fields} | {"status": "closed"}
    tasks = Task.objects.bulk_create([Task(id=uuid4(), **values) for _ in range(1_100)])
    people = [make.freelancer(f"F{nth}") for nth in range(6)]

    class Site:
        task = base

        @staticmethod
        def shows(side=ListSide.PEOPLE, *, by="growth", start=NOON - timedelta(days=200)):
            """Every task's list was seen, and the one with most of `by` chosen."""
            random = np.random.default_rng(3)
            shown, events = [], []
            for nth, task in enumerate(tasks):
                rows = sorted(((random.random((10)), person) for person in people), key=lambda row: -row[0][9])
                at = start + timedelta(minutes=nth)
                list_id = uuid4()
                best = max(rows, key=lambda row: row[0][pairwise_ranking.PARTS.index(by)] if by else random.random())
                for place, (parts, item) in enumerate(rows, start=1):
                    shown.append(impression(task, item, parts, place, list_id, side, at))
                kind = EventKind.SHORTLIST if side == ListSide.PEOPLE else EventKind.BID
                events.append(
                    MatchEvent(task=task, organization=best[1], kind=kind, happened_at=at + timedelta(hours=1))
                )
            MatchImpression.objects.bulk_create(shown)
            MatchEvent.objects.bulk_create(events)

        @staticmethod
        def forgets():
            MatchEvent.objects.all().delete()
            MatchImpression.objects.all().delete()

    Site.category = category
    Site.people = people
    return Site


def impression(task, row, parts, place, list_id, side, at) -> MatchImpression:
    """As `record_shown` keeps it; the parts are those of `choosing.PARTS`."""
    shares = dict(zip(formula.SKILL_SHARES, map(float, parts[:4]), strict=True))
    points = {"skill": 60 * sum(formula.SKILL_SHARES[name] * value for name, value in shares.items())}
    points |= {"pay": 25 * float(parts[4]), "growth": 15 * float(parts[5]), "recency": 0.0, "fit": 0.0}
    return MatchImpression(
        list_id=list_id, list_kind=ListKind.PEOPLE if side == ListSide.PEOPLE else ListKind.RECOMMENDED,
        reader=row, task=task, organization=row, position=place, ranked=place, score=sum(points.values()),
        components=points, reasons={"skill": shares, "similar": [0, 0, None], "points": [60, 25, 15]},
        ranker_version="2", shown_at=at,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_job_learns_where_there_are_outcomes_and_the_order_holds_at_once(site, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    site.shows()

    assert jobs.train_rankers() == 1
    assert jobs.train_rankers() == 0, "not again within the week"

    ranker = Ranker.objects.get()
    assert (ranker.category, ranker.side, ranker.is_better) == (site.category, ListSide.PEOPLE, True)
    choice = learned.newest_choice(site.category.id, ListSide.PEOPLE)
    assert (choice.ranker, choice.chosen_by) == (ranker, None)
    assert MatchRequest.objects.filter(subject_id=site.task.id).exists()


@pytest.mark.django_db
def test_a_learned_order_is_shown_with_the_formulas_parts(site, make, client, monkeypatch, tmp_path):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    site.shows()
    ranker = learning_operations.train_ranker(category_id=site.category.id, side=ListSide.PEOPLE, now=NOON)
    for nth, row in enumerate(site.people):
        row.profile.skills.create(skill_id=Skill.objects.get(slug="react").id, level=1 + nth % 4)
        row.profile.languages.create(language="en", level="fluent")
    task_match = matches.match_task(task_id=site.task.id, now=NOON)

    assert len(task_match) == 6
    for result in MatchResult.objects.filter(task=site.task):
        assert result.learned is not None
        assert result.ranker_version == f"{scoring.RANKER_VERSION}+{ranker.id}"
        assert sum(result.components.values()) == pytest.approx(result.score, abs=1e-6)
    listed = recommendations.recommended_freelancers(site.task.id, now=NOON)
    assert listed[0].explanation.learned == max(item.explanation.learned for item in listed)
    person = site.people[0]
    client.force_login(person.memberships.get().user)
    page = client.get(f"/en/tasks/{site.task.id}/match/{person.id}/").content.decode()
    assert "learned from what came of earlier recommendations" in page
    (tmp_path / "matches.json").write_text(json.dumps(exports.match_export(person.id, NOON)))
    assert run(tmp_path / "matches.json").returncode == 0, "the parts are still the formula's"

    matches.match_organization(organization_id=person.id, now=NOON)
    assert MatchResult.objects.get(task=site.task, organization=person).learned is not None
    assert MatchRequest.objects.filter(subject_id=site.task.id).exists()


@pytest.mark.django_db
def test_the_gate_goes_back_on_its_own_when_the_gain_is_gone(site):
    site.shows()
    learning_operations.train_ranker(category_id=site.category.id, side=ListSide.PEOPLE, now=NOON)
    site.forgets()
    site.shows(by=None)

    train_ranker = learning_operations.train_ranker(
        category_id=site.category.id, side=ListSide.PEOPLE, now=NOON + timedelta(days=7)
    )

    assert not train_ranker.is_better
    assert learned.newest_choice(site.category.id, ListSide.PEOPLE).ranker is None
    assert learned.choosers_of(site.category.id) == ([], "")


@pytest.mark.django_db
def test_what_staff_chose_stays_until_they_choose_again(site, make):
    site.shows()
    ranker = learning_operations.train_ranker(category_id=site.category.id, side=ListSide.PEOPLE, now=NOON)
    staff = make.staff_actor()
    learning_operations.choose_order(
        category_id=site.category.id, side=ListSide.PEOPLE, ranker_id=None, note="Looks odd", actor=staff, now=NOON
    )

    later = learning_operations.train_ranker(
        category_id=site.category.id, side=ListSide.PEOPLE, now=NOON + timedelta(days=7)
    )

    assert later.is_better
    assert learned.newest_choice(site.category.id, ListSide.PEOPLE).ranker is None
    assert AuditEntry.objects.filter(action="matching.choose_order", reason="Looks odd").exists()
    learning_operations.choose_order(
        category_id=site.category.id, side=ListSide.PEOPLE, ranker_id=ranker.id, note="Fine", actor=staff, now=NOON
    )
    assert learned.newest_choice(site.category.id, ListSide.PEOPLE).ranker == ranker


@pytest.mark.django_db
def test_both_sides_together_or_the_employers_alone_or_the_formula(site):
    site.shows(ListSide.TASKS)
    freelancers = learning_operations.train_ranker(category_id=site.category.id, side=ListSide.TASKS, now=NOON)
    assert freelancers.is_better
    assert learned.choosers_of(site.category.id) == ([], ""), "who would bid says nothing of who would be taken"

    site.shows(ListSide.PEOPLE)
    employers = learning_operations.train_ranker(category_id=site.category.id, side=ListSide.PEOPLE, now=NOON)

    choosers, name = learned.choosers_of(site.category.id)
    assert (len(choosers), name) == (2, f"+{employers.id}+{freelancers.id}")


@pytest.mark.django_db
def test_cards_are_public_and_staff_go_back_to_the_formula(site, make, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    site.shows()
    ranker = learning_operations.train_ranker(category_id=site.category.id, side=ListSide.PEOPLE, now=NOON)
    assert f"/en/matching/learned/{ranker.id}/" in client.get("/en/matching/learned/").content.decode()
    card = client.get(f"/en/matching/learned/{ranker.id}/").content.decode()
    assert "Model card" in card
    assert "Go back to the formula" not in card
    [listed] = client.get("/api/v1/matching/learned/").json()
    assert (listed["id"], listed["holds"], listed["card"]) == (ranker.id, True, ranker.card)
    address = f"/en/matching/learned/{site.category.id}/people/"
    client.force_login(site.people[0].memberships.get().user)
    assert client.post(address, {"ranker": "", "note": "x"}).status_code == 404

    client.force_login(make.staff())
    assert "Go back to the formula" in client.get(f"/en/matching/learned/{ranker.id}/").content.decode()
    client.post(address, {"ranker": "", "note": " ", "page": str(ranker.id)})
    assert RankerChoice.objects.count() == 1, "not without a reason"
    client.post(address, {"ranker": "", "note": "Odd order", "page": str(ranker.id)})
    assert learned.newest_choice(site.category.id, ListSide.PEOPLE).ranker is None
    assert client.get("/api/v1/matching/learned/").json()[0]["holds"] is False
    assert "Odd order" in client.get(f"/en/matching/learned/{ranker.id}/").content.decode()
    assert client.post(address, {"ranker": "999999", "note": "x"}).status_code == 404


@pytest.mark.django_db
def test_an_order_that_is_not_better_cannot_be_used(make):
    category = Category.objects.filter(is_active=True).first()
    train_ranker = learning_operations.train_ranker(category_id=category.id, side=ListSide.PEOPLE, now=NOON)
    with pytest.raises(policies.NotBetter):
        policies.check_can_choose_order(make.staff_actor(), "why", ranker=train_ranker)
