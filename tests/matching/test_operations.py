import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import translation

from apps.accounts.models import Organization, Profile
from apps.accounts.operations import profiles
from apps.matching.models import CandidateIndexDatabase, MatchRequest, MatchResult, SubjectKind
from apps.matching.operations import candidate_index, matches
from apps.matching.queries import inputs, recommendations
from apps.outbox.models import Event
from apps.skills.models import Skill
from apps.tasks.models import Task
from ranking.candidate_index import writer
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def skill(slug):
    return Skill.objects.get(slug=slug).id


@pytest.fixture
def market(make, outbox_drain):
    """A German task for React and Next.js; freelancers of several kinds."""

    def freelancer(name, skills, languages=None, **fields):
        item = make.freelancer(name, **fields)
        profile = {"rate_amount_minor": 3000, "rate_currency": "USD"}
        profiles.update_profile(
            organization_id=item.id, actor=make.actor(item), now=NOON, changes=profile,
            skills={skill(slug): level for slug, level in skills.items()},
            languages=languages or {"en": "fluent", "de": "conversational"},
        )  # fmt: skip
        return item

    class Market:
        react = freelancer("Ada", {"react": 4, "nextjs": 4})
        half = freelancer("Bola", {"react": 3})
        related = freelancer("Chi", {"redux": 4, "javascript": 4}, country="CN", currency="CNY")
        other = freelancer("Dalia", {"logo-design": 4})
        silent = freelancer("Emeka", {"react": 4, "nextjs": 4}, {"ar": "native"})
        unpayable = freelancer("Farid", {"react": 4, "nextjs": 4}, country="KP")
        employer = make.employer("Werk", country="DE")
        task = make.task(employer=employer, source_language="de", skill_ids=(skill("react"), skill("nextjs")))

    outbox_drain()
    return Market


def test_publishing_asks_for_a_match_and_the_job_finds_who_suits(market, outbox_drain):
    assert MatchRequest.objects.filter(subject_kind=SubjectKind.TASK, subject_id=market.task.id).count() == 1

    matches.refresh_pending(now=NOON)

    names = [
        recommended_freelancer.organization.display_name
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id)
    ]
    assert names == ["Ada", "Bola", "Chi"]
    assert not MatchRequest.objects.exists()


def test_stored_parts_sum_to_the_score(market):
    matches.refresh_pending(now=NOON)
    for result in MatchResult.objects.all():
        assert sum(result.components.values()) == pytest.approx(result.score, abs=1e-6)


def test_reasons_are_ids_and_read_in_the_readers_language(market):
    matches.refresh_pending(now=NOON)
    why = recommendations.explanation(market.task.id, market.half.id, "ar")
    assert (why.matched, why.missing or [pair[0] for pair in why.related]) == (["React"], ["Next.js"])
    with translation.override("zh-hans"):
        chi = recommendations.explanation(market.task.id, market.related.id)
    assert ("React", "Redux") in chi.related
    assert sum(part.points for part in chi.parts) == pytest.approx(chi.score, abs=1e-6)


def test_the_same_pair_scores_the_same_from_both_sides(market):
    matches.match_task(task_id=market.task.id, now=NOON)
    there = MatchResult.objects.get(task=market.task, organization=market.half)
    matches.match_organization(organization_id=market.half.id, now=NOON)
    back = MatchResult.objects.get(task=market.task, organization=market.half)
    assert (there.id, there.score, there.components, there.reasons) == (
        back.id, back.score, back.components, back.reasons,
    )  # fmt: skip


def test_those_who_suit_well_are_notified_once(market):
    matches.match_task(task_id=market.task.id, now=NOON)
    matches.match_task(task_id=market.task.id, now=NOON)
    events = Event.objects.filter(name="matching.task_suits")
    assert events.count() == 1
    assert events.get().payload["organization_ids"][0] == str(market.react.id)


def test_of_a_task_for_invited_people_nobody_else_is_notified(market, make):
    task = make.task(employer=market.employer, visibility="invited", skill_ids=(skill("react"),))
    assert matches.match_task(task_id=task.id, now=NOON), "the employer finds whom to invite"
    assert not Event.objects.filter(name="matching.task_suits", payload__task_id=str(task.id)).exists()
    assert recommendations.recommended_tasks(market.react.id, now=NOON) == []


def test_one_that_fails_does_not_stop_those_behind_it(market):
    matches.refresh_pending(now=NOON)
    other = MatchRequest.objects.create(subject_kind="organization", subject_id=market.react.id, requested_at=NOON)
    matches.request_match(subject_kind=SubjectKind.TASK, subject_id=market.task.id, now=NOON - timedelta(hours=1))
    Organization.objects.filter(id=market.employer.id).update(time_zone="Nowhere/Atlantis")

    assert matches.refresh_pending(now=NOON) == 2
    assert MatchRequest.objects.filter(subject_kind=SubjectKind.TASK).exists()
    assert not MatchRequest.objects.filter(id=other.id, requested_at=NOON).exists()
    Organization.objects.filter(id=market.employer.id).update(time_zone="Europe/Berlin")
    matches.refresh_pending(now=NOON + timedelta(minutes=2))
    assert not MatchRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_hinted_when_a_request_is_committed_and_once_for_many(make, monkeypatch):
    hints = []
    monkeypatch.setattr("apps.matching.operations.matches._waker", [lambda: hints.append(1)])
    task = make.task(skill_ids=(skill("react"),))
    with transaction.atomic():
        matches.request_matches(subject_kind=SubjectKind.TASK, subject_ids=[task.id, uuid4(), uuid4()], now=NOON)
        assert hints == []
    assert hints == [1]
    assert MatchRequest.objects.count() == 3


def test_the_most_wanted_open_tasks_come_first(make):
    react, nextjs, logo = skill("react"), skill("nextjs"), skill("logo-design")
    first, second = make.task(skill_ids=(react,)), make.task(skill_ids=(logo, nextjs))
    closed = make.task(skill_ids=(react, nextjs), status="draft")
    assert inputs.tasks_by_skills({react: 1.0, nextjs: 2.0}, NOON, 10) == [second.id, first.id]
    assert inputs.tasks_by_skills({react: 1.0, nextjs: 2.0}, NOON, 1) == [second.id]
    assert inputs.tasks_by_skills({uuid4(): 1.0}, NOON, 10) == inputs.tasks_by_skills({}, NOON, 10) == []
    assert closed.status == "draft"


def test_a_changed_profile_is_matched_to_open_tasks(market, make, outbox_drain):
    matches.refresh_pending(now=NOON)
    profiles.update_profile(
        organization_id=market.other.id, actor=make.actor(market.other), now=NOON, changes={},
        skills={skill("react"): 4, skill("nextjs"): 4},
    )  # fmt: skip
    outbox_drain()
    matches.refresh_pending(now=NOON)
    assert [
        recommended_task.task.id for recommended_task in recommendations.recommended_tasks(market.other.id, now=NOON)
    ] == [market.task.id]


def test_somebody_who_takes_no_work_is_no_longer_recommended(market, make, outbox_drain):
    matches.refresh_pending(now=NOON)
    profiles.update_profile(
        organization_id=market.react.id, actor=make.actor(market.react), now=NOON, changes={"availability": "busy"}
    )
    names = [
        recommended_freelancer.organization.display_name
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id)
    ]
    assert "Ada" not in names, "even before the match is made again"
    outbox_drain()
    matches.refresh_pending(now=NOON)
    assert not MatchResult.objects.filter(organization=market.react).exists()


def test_recommendations_leave_out_what_is_closed(market):
    matches.refresh_pending(now=NOON)
    assert recommendations.recommended_tasks(market.react.id, now=NOON)
    assert recommendations.recommended_tasks(market.react.id, now=NOON + timedelta(days=8)) == []


def test_nobody_is_recommended_their_own_task(make, outbox_drain):
    both = make.freelancer("Both", hires=True)
    profiles.update_profile(
        organization_id=both.id, actor=make.actor(both), now=NOON, changes={}, skills={skill("react"): 4},
        languages={"en": "native"},
    )  # fmt: skip
    task = make.task(employer=both, skill_ids=(skill("react"),))
    outbox_drain()
    matches.refresh_pending(now=NOON)
    assert not MatchResult.objects.filter(task=task).exists()


def test_a_task_that_is_gone_is_skipped(market):
    import uuid

    matches.request_match(subject_kind=SubjectKind.TASK, subject_id=uuid.uuid4(), now=NOON)
    assert matches.refresh_pending(now=NOON) >= 1
    assert not MatchRequest.objects.exists()


def test_reading_recommendations_costs_a_fixed_number_of_questions(market, django_assert_max_num_queries):
    matches.refresh_pending(now=NOON)
    with django_assert_max_num_queries(4):
        recommendations.recommended_freelancers(market.task.id)
    with django_assert_max_num_queries(3):
        recommendations.recommended_tasks(market.react.id, now=NOON)


def test_matching_asks_the_same_number_of_questions_however_many_tasks_and_countries(
    market, make, django_assert_max_num_queries
):
    for country in ("FR", "IT", "NL", "JP"):
        make.task(employer=make.employer(f"In {country}", country=country), skill_ids=(skill("react"),))
    candidate_index.rebuild_candidate_index(now=NOON)
    with django_assert_max_num_queries(28):
        assert matches.match_task(task_id=market.task.id, now=NOON)
    with django_assert_max_num_queries(28):
        assert len(matches.match_organization(organization_id=market.half.id, now=NOON)) == 5


# --- the candidate index


def names_of(task) -> list[str]:
    return [
        recommended_freelancer.organization.display_name
        for recommended_freelancer in recommendations.recommended_freelancers(task.id)
    ]


def test_the_candidate_index_recommends_whom_postgresql_recommends(market):
    matches.refresh_pending(now=NOON)
    without = {
        match_result.organization_id: (match_result.score, match_result.components, match_result.reasons)
        for match_result in MatchResult.objects.all()
    }

    assert candidate_index.rebuild_candidate_index(now=NOON) == 6
    matches.match_task(task_id=market.task.id, now=NOON)

    assert names_of(market.task) == ["Ada", "Bola", "Chi"]
    for result in MatchResult.objects.filter(task=market.task):
        score, components, reasons = without[result.organization_id]
        assert result.score == pytest.approx(score, abs=1e-4)
        assert result.components == pytest.approx(components, abs=1e-4)
        assert result.reasons == reasons


@pytest.mark.parametrize("few", [0, 200])
def test_who_changes_is_on_the_candidate_index_a_moment_later(market, make, outbox_drain, monkeypatch, few):
    monkeypatch.setattr(
        sys.modules["apps.matching.operations.candidate_index"], "FEW", few
    )  # the name is a function's too
    assert candidate_index.refresh_candidate_index(now=NOON) == 6  # the first one is written whole
    assert candidate_index.refresh_candidate_index(now=NOON) is None
    profiles.update_profile(
        organization_id=market.other.id, actor=make.actor(market.other), now=NOON, changes={},
        skills={skill("react"): 4, skill("nextjs"): 4},
    )  # fmt: skip
    profiles.update_profile(
        organization_id=market.react.id, actor=make.actor(market.react), now=NOON, changes={"is_public": False},
    )  # fmt: skip
    outbox_drain(NOON + timedelta(seconds=1))

    assert candidate_index.refresh_candidate_index(now=NOON + timedelta(seconds=2)) == 2
    matches.match_task(task_id=market.task.id, now=NOON)

    assert names_of(market.task) == ["Dalia", "Bola", "Chi"]
    assert len(candidate_index.current_index()) == 5


def test_whom_the_candidate_index_still_holds_and_the_tables_do_not_is_left_out(market):
    candidate_index.rebuild_candidate_index(now=NOON)
    Profile.objects.filter(organization=market.react).update(is_public=False)
    Profile.objects.filter(organization__display_name="Bola").delete()

    matches.match_task(task_id=market.task.id, now=NOON)

    assert names_of(market.task) == ["Chi"]


def test_a_candidate_index_that_cannot_be_read_is_no_candidate_index(market, settings):
    candidate_index.rebuild_candidate_index(now=NOON)
    (settings.MATCH_INDEX / "base-1" / "facts.npy").write_bytes(b"not numbers")
    (settings.MATCH_INDEX / "current.json").touch()

    matches.match_task(task_id=market.task.id, now=NOON)

    assert names_of(market.task) == ["Ada", "Bola", "Chi"]


@pytest.mark.parametrize("happened", ["emptied", "restored"])
def test_another_databases_candidate_index_is_no_candidate_index(market, settings, happened):
    candidate_index.rebuild_candidate_index(now=NOON)
    assert candidate_index.current_index() is not None
    if happened == "emptied":
        CandidateIndexDatabase.objects.all().delete()
    else:
        CandidateIndexDatabase.objects.update(name=uuid4())
    assert candidate_index.current_index() is None

    Profile.objects.filter(organization=market.react).update(is_public=False)
    matches.match_task(task_id=market.task.id, now=NOON)
    assert names_of(market.task) == ["Bola", "Chi"], "PostgreSQL answers meanwhile"

    assert candidate_index.refresh_candidate_index(now=NOON) == 5, "and within a second there is one of this database"
    assert len(candidate_index.current_index()) == 5
    assert writer.state(settings.MATCH_INDEX)["base"] == 2


def test_one_writer_at_a_time(market, settings):
    with writer.writing(settings.MATCH_INDEX) as is_first:
        assert is_first
        assert candidate_index.rebuild_candidate_index(now=NOON) is None
        assert candidate_index.refresh_candidate_index(now=NOON) is None
    assert candidate_index.rebuild_candidate_index(now=NOON) == 6


# --- evidence


def test_accepted_work_is_evidence_and_is_notified_with_its_parts(market, make):
    bid = make.bid(
        task=make.task(employer=market.employer, skill_ids=(skill("react"), skill("nextjs"))), bidder=market.half
    )
    make.contract(bid=bid, status="completed")
    before = recommendations.explanation(market.task.id, market.half.id)
    assert before is None

    matches.match_task(task_id=market.task.id, now=NOON + timedelta(days=5))

    why = recommendations.explanation(market.task.id, market.half.id)
    assert (why.similar, why.similar_accepted, why.missing, why.related) == (1, 1, [], [])
    assert why.similar_last_at is not None
    skills_part = next(part for part in why.parts if part.code == "skill")
    assert sum(part.points for part in why.skill_parts) == pytest.approx(skills_part.points, abs=1e-6)
    assert sum(part.points for part in why.parts) == pytest.approx(why.score, abs=1e-6)


def test_with_evidence_the_candidate_index_and_postgresql_agree(market, make):
    bid = make.bid(task=make.task(employer=market.employer, skill_ids=(skill("react"),)), bidder=market.other)
    make.contract(bid=bid, status="completed")
    matches.match_task(task_id=market.task.id, now=NOON)
    without = {
        match_result.organization_id: (match_result.score, match_result.reasons, match_result.inputs)
        for match_result in MatchResult.objects.all()
    }
    assert market.other.id in without, "found by work alone"

    candidate_index.rebuild_candidate_index(now=NOON)
    matches.match_task(task_id=market.task.id, now=NOON)

    assert {
        match_result.organization_id: (match_result.score, match_result.reasons, match_result.inputs)
        for match_result in MatchResult.objects.all()
    } == without


def test_the_matches_of_a_closed_task_go_after_sixty_days_except_those_of_bidders(market, make):
    matches.refresh_pending(now=NOON)
    make.bid(task=market.task, bidder=market.react)
    newer = make.task(employer=market.employer, source_language="de", skill_ids=(skill("react"),))
    matches.match_task(task_id=newer.id, now=NOON)
    Task.objects.filter(id=newer.id).update(bidding_closes_at=market.task.bidding_closes_at + timedelta(days=1))
    gone = market.task.bidding_closes_at + matches.KEPT_AFTER_CLOSING

    assert matches.prune_matches(now=gone) == 0
    of_newer = MatchResult.objects.filter(task=newer).count()
    assert matches.prune_matches(now=gone + timedelta(seconds=1)) == 2  # Bola and Chi
    assert [result.organization for result in MatchResult.objects.filter(task=market.task)] == [market.react]
    assert MatchResult.objects.filter(task=newer).count() == of_newer > 0
    assert matches.prune_matches(now=gone + timedelta(seconds=1)) == 0
