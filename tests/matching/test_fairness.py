"""Who somebody is must not move a score: names, markers of gender and countries are flipped and nothing may change."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Organization, Profile, User
from apps.matching.models import MatchResult, RankingWeights
from apps.matching.operations import candidate_index, matches
from apps.matching.queries import market as market_queries
from apps.matching.queries import ranking_versions
from apps.moderation.models import AuditEntry
from apps.skills.models import Skill
from ranking import formula, scoring
from ranking.formula import Weights
from ranking.scoring import FreelancerFeatures
from tests.conftest import NOON
from tests.matching.test_stored import likeness, people, tasks

ALLOWED = {
    "id", "country", "skills", "languages", "usual_price_minor", "hourly_minor", "works", "completed", "failed",
    "active_at", "utc_hours",
    "words",  # of the text about their work, without their name and without words that nobody else uses
}  # fmt: skip
NAMES = ["Ada Okafor", "王秀英", "محمد علي", "Mr. John Smith", "Mrs. Jane Smith"]


def test_what_the_formula_may_read_is_a_short_list():
    """A new field has to be defended here: nothing that says who somebody is."""
    assert {field.name for field in fields(FreelancerFeatures)} == ALLOWED


@given(people, tasks, likeness, st.sampled_from(["AA", "US", "NG", "CN", "EG"]), st.uuids())
def test_country_and_id_do_not_move_a_score(features, task, related, country, other_id):
    when = datetime(2026, 11, 20, tzinfo=UTC)
    for feature in features:
        before = scoring.score(task, feature, rarity={}, related=related, now=when)
        after = scoring.score(
            task, replace(feature, country=country, id=other_id), rarity={}, related=related, now=when
        )
        assert after == before


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["postgresql", "index"])
def test_name_gender_marker_and_country_do_not_move_a_match(make, outbox_drain, way):
    skill = Skill.objects.get(slug="react").id
    freelancer = make.freelancer("Ada", country="NG", time_zone="Europe/Berlin")
    profile = Profile.objects.get(organization=freelancer)
    profile.skills.create(skill_id=skill, level=3)
    profile.languages.create(language="de", level="fluent")
    task = make.task(employer=make.employer("Werk", country="DE"), source_language="de", skill_ids=(skill,))

    def outcome() -> tuple[float, dict[str, float], dict[str, object]]:
        if way == "index":
            candidate_index.rebuild_candidate_index(now=NOON)
        matches.match_task(task_id=task.id, now=NOON)
        result = MatchResult.objects.get(task=task, organization=freelancer)
        return result.score, result.components, result.reasons

    first = outcome()
    for name, country, headline in zip(NAMES, ["CN", "EG", "BR", "US", "DE"], ["he", "she", "they", "father", "mother"], strict=True):  # fmt: skip
        Organization.objects.filter(id=freelancer.id).update(display_name=name, country=country)
        User.objects.filter(memberships__organization=freelancer).update(display_name=name)
        Profile.objects.filter(id=profile.id).update(headline=f"{headline}, {name}")
        assert outcome() == first


# --- weights


@given(people, tasks, likeness, *(st.integers(1, 100) for _ in range(3)))
def test_other_weights_follow_from_the_parts(features, task, related, skill, pay, growth):
    new = formula.weights_of(skill, pay, growth)
    when = datetime(2026, 11, 20, tzinfo=UTC)
    for feature in features:
        kept = scoring.score(task, feature, rarity={}, related=related, now=when)
        want = scoring.score(task, feature, rarity={}, related=related, now=when, weights=new)
        parts = formula.reweigh(kept.components, old=formula.DEFAULT_WEIGHTS, new=new)
        assert sum(parts.values()) == pytest.approx(want.score, abs=1e-6)
        assert parts == pytest.approx(want.components, abs=1e-6)


@pytest.fixture
def market(make, outbox_drain):
    react, logo = (Skill.objects.get(slug=slug).id for slug in ("react", "logo-design"))
    people = []
    for number in range(11):
        freelancer = make.freelancer(f"F{number}")
        profile = Profile.objects.get(organization=freelancer)
        profile.skills.create(skill_id=react, level=4)
        profile.languages.create(language="en", level="fluent")
        Profile.objects.filter(id=profile.id).update(rate_amount_minor=1000 * (number + 1), rate_currency="EUR")
        people.append(freelancer)
    task = make.task(employer=make.employer("Werk", country="DE"), source_language="en", skill_ids=(react, logo))
    matches.match_task(task_id=task.id, now=NOON)
    return {"people": people, "task": task, "react": react, "logo": logo}


@pytest.mark.django_db
def test_staff_see_what_weights_change_then_set_them_with_a_reason(market, make, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.force_login(make.staff())
    address = "/en/matching/weights/"
    given_ = {"skill": "20", "pay": "60", "growth": "20"}

    preview = client.post(address, {**given_, "step": "preview", "note": ""})
    assert "still there" in preview.content.decode()
    assert not RankingWeights.objects.exists()
    refused = client.post(address, {**given_, "step": "set", "note": " "})
    assert refused.status_code == 422
    client.post(address, {**given_, "step": "set", "note": "Pay counts more"})

    assert ranking_versions.current_weights() == (
        Weights(20, 60, 20),
        f"{scoring.RANKER_VERSION}.{RankingWeights.objects.get().id}",
    )
    assert AuditEntry.objects.filter(action="matching.set_weights").exists()
    matches.refresh_pending(now=NOON)
    result = MatchResult.objects.filter(task=market["task"]).first()
    assert result.ranker_version.startswith("3.")
    assert sum(result.components.values()) == pytest.approx(result.score, abs=1e-6)
    assert result.components["skill"] <= 20
    assert "Pay counts more" in client.get("/en/matching/").content.decode()


@pytest.mark.django_db
def test_only_staff_set_weights(market, client, make):
    client.force_login(market["people"][0].memberships.get().user)
    assert client.get("/en/matching/weights/").status_code == 404


@pytest.mark.django_db
def test_a_reader_orders_by_their_own_weights(market, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.force_login(market["people"][0].memberships.get().user)

    page = client.get("/en/recommended/", {"skill": "0", "pay": "100", "growth": "0"}).content.decode()

    assert "0 / 100 / 0" in " ".join(page.split())
    assert client.get("/en/recommended/", {"skill": "x"}).status_code == 200


@pytest.mark.django_db
def test_gaps_name_the_skill_that_would_open_tasks(market, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    person = market["people"][0]
    gap = market_queries.skill_gaps(person.id, NOON)[0]
    assert (gap.skill_id, gap.tasks, gap.alone) == (market["logo"], 1, 1)

    client.force_login(person.memberships.get().user)
    assert gap.label in client.get("/en/matching/gaps/").content.decode()


@pytest.mark.django_db
def test_rates_are_quartiles_and_private_below_ten(market, client):
    react, logo = market_queries.rate_guidance([market["react"], market["logo"]], "EUR", NOON.date())

    assert (react.people, react.low.amount_minor, react.middle.amount_minor, react.high.amount_minor) == (
        11, 3500, 6000, 8500,
    )  # fmt: skip
    assert (logo.people, logo.middle) == (0, None)
    client.force_login(market["people"][0].memberships.get().user)
    assert client.get("/en/matching/rates/").status_code == 200
