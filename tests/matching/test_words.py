"""The words of a brief and of a profile, on the site: compared, explained, exported, and read once."""

import json
from datetime import timedelta

import pytest

from apps.accounts.models import Organization, Profile
from apps.matching.models import MatchResult
from apps.matching.operations import candidate_index, matches
from apps.matching.queries import candidates, exports, inputs, recommendations
from apps.skills.models import Skill
from apps.tasks.models import Task
from ranking import word_weights
from ranking.candidate_index.columns import EarlierBags
from tests.conftest import NOON
from tests.matching.test_recompute import run

pytestmark = pytest.mark.django_db
BIO = "I repair wind turbines and their gearboxes, on land and at sea."


def freelancer_with(make, name, bio, *skills, language="en"):
    freelancer = make.freelancer(name)
    profile = freelancer.profile
    for skill in skills:
        profile.skills.create(skill_id=skill, level=2)
    profile.languages.create(language="en", level="fluent")
    Profile.objects.filter(id=profile.id).update(bio=bio, source_language=language, updated_at=NOON)
    return freelancer


@pytest.fixture
def market(make, outbox_drain):
    react, logo = (Skill.objects.get(slug=slug).id for slug in ("react", "logo-design"))
    people = {
        "Ada": freelancer_with(make, "Ada", BIO, react),
        "Bola": freelancer_with(make, "Bola", "I write software for offices.", react),
        "Chi": freelancer_with(make, "Chi", "Gearbox repair, turbine blades. Turbines!"),
        "Dalia": freelancer_with(make, "Dalia", "", react),
        "Emre": freelancer_with(make, "Emre", "Software for wind offices", logo),
    }
    task = make.task(employer=make.employer("Werk", country="DE"), source_language="en", skill_ids=(react,))
    Task.objects.filter(id=task.id).update(
        title="Repairs of a turbine", goal="The gearbox of our wind turbine runs again.", background="", requirements=""
    )
    candidate_index.rebuild_candidate_index(now=NOON)
    return people, task


def scores_of(task):
    return dict(MatchResult.objects.filter(task=task).values_list("organization__display_name", "score"))


def test_shared_words_raise_a_score_and_find_people_without_the_skill(market):
    _, task = market

    matches.match_task(task_id=task.id, now=NOON)

    scores = scores_of(task)
    assert scores["Ada"] > scores["Bola"] >= scores["Dalia"]
    assert scores["Chi"] > 0


def test_a_pair_has_one_score_from_both_sides(market):
    people, task = market
    matches.match_task(task_id=task.id, now=NOON)
    of_task = MatchResult.objects.get(task=task, organization=people["Ada"])

    matches.match_organization(organization_id=people["Ada"].id, now=NOON)

    of_person = MatchResult.objects.get(task=task, organization=people["Ada"])
    assert of_person.inputs == of_task.inputs
    assert of_person.score == pytest.approx(of_task.score, abs=1e-9)
    assert of_person.inputs["words"]


def test_the_explanation_names_the_words_and_its_parts_sum(market):
    people, task = market
    matches.match_task(task_id=task.id, now=NOON)

    why = recommendations.explanation(task.id, people["Ada"].id)

    assert {"gearbox", "turbine", "repairs"} <= set(why.words)
    skill = next(part.points for part in why.parts if part.code == "skill")
    assert sum(part.points for part in why.skill_parts) == pytest.approx(skill, abs=1e-6)
    assert "words" in {part.code for part in why.skill_parts}
    assert recommendations.explanation(task.id, people["Dalia"].id).words == []


def test_the_words_of_a_match_are_shown_on_its_page(market, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    people, task = market
    matches.match_task(task_id=task.id, now=NOON)
    client.force_login(people["Ada"].memberships.get().user)

    page = " ".join(client.get("/en/recommended/").content.decode().split())

    assert "In the task and in the profile:" in page
    assert "<bdi>gearbox</bdi>" in page


def test_anyone_can_recompute_a_score_with_words(market, tmp_path):
    people, task = market
    matches.match_task(task_id=task.id, now=NOON)
    taken = exports.match_export(people["Ada"].id, NOON)
    (tmp_path / "matches.json").write_text(json.dumps(taken))

    assert run(tmp_path / "matches.json").returncode == 0
    taken["matches"][0]["inputs"]["words"] = []
    (tmp_path / "matches.json").write_text(json.dumps(taken))
    assert run(tmp_path / "matches.json").returncode == 1


def test_a_name_is_not_compared(make, outbox_drain):
    """Neither the person's own name, nor a word that nobody else uses."""
    react = Skill.objects.get(slug="react").id
    named = freelancer_with(make, "Marigold Quill", "Marigold Quill repairs turbines with Zebulon.", react)
    freelancer_with(make, "Other", "Marigold and quill drawings, turbines.", react)
    task = make.task(employer=make.employer("Werk", country="DE"), source_language="en", skill_ids=(react,))
    Task.objects.filter(id=task.id).update(title="Marigold, Quill and Zebulon repair turbines")
    candidate_index.rebuild_candidate_index(now=NOON)

    matches.match_task(task_id=task.id, now=NOON)

    words = {text for text, _, _ in MatchResult.objects.get(task=task, organization=named).inputs["words"]}
    assert "turbines" in words
    assert not words & {"marigold", "quill", "zebulon"}


def test_without_an_index_texts_are_not_compared(make, outbox_drain):
    react = Skill.objects.get(slug="react").id
    freelancer = freelancer_with(make, "Ada", BIO, react)
    task = make.task(employer=make.employer("Werk", country="DE"), source_language="en", skill_ids=(react,))

    matches.match_task(task_id=task.id, now=NOON)

    assert MatchResult.objects.get(task=task, organization=freelancer).inputs["words"] == []


def test_a_changed_text_is_in_the_delta_and_unchanged_ones_are_not_read_again(market, settings, tmp_path):
    people, _ = market
    first = candidates.load_candidates(NOON)
    first.write(tmp_path / "base")
    Profile.objects.filter(organization=people["Bola"]).update(bio=BIO)  # the time of the change is not set

    kept = candidates.load_candidates(NOON, earlier=EarlierBags(tmp_path / "base"))
    assert kept.bags.numbers.tolist() == first.bags.numbers.tolist()

    Profile.objects.filter(organization=people["Bola"]).update(updated_at=NOON + timedelta(seconds=1))
    read = candidates.load_candidates(NOON, earlier=EarlierBags(tmp_path / "base"))
    fresh = candidates.load_candidates(NOON)
    assert read.bags.numbers.tolist() == fresh.bags.numbers.tolist() != first.bags.numbers.tolist()
    assert read.words.values.tolist() == fresh.words.values.tolist()


def test_in_bulk_and_one_by_one_words_are_the_same(market):
    people, _ = market
    bulk = candidates.load_candidates(NOON)

    single = inputs.freelancer_features([item.id for item in people.values()], NOON)

    rows = {owner: row for row, owner in enumerate(bulk.ids)}
    for owner, features in single.items():
        chosen = bulk.words.rows == rows[owner]
        stored = dict(zip(bulk.words.numbers[chosen].tolist(), bulk.words.values[chosen].tolist(), strict=True))
        assert word_weights.kept_of(features.words, bulk.word_rarity) == stored
    assert Organization.objects.filter(id__in=single).count() == len(single) == 5
