"""What was shown is recorded once, after the answer, and what came of it is tied to it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from apps.accounts.operations import profiles
from apps.bidding import operations as bidding
from apps.matching.middleware import ShownMiddleware
from apps.matching.models import EventKind, ListKind, MatchEvent, MatchImpression, MatchResult
from apps.matching.operations import impressions, matches
from apps.matching.queries import recommendations
from apps.matching.templatetags.matching import NOTED
from apps.skills.models import Skill
from apps.tasks import operations as tasks
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def owner(organization):
    return organization.memberships.get(role="owner").user


@pytest.fixture
def market(make, monkeypatch, outbox_drain):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    react = Skill.objects.get(slug="react").id

    def freelancer(name):
        item = make.freelancer(name)
        profiles.update_profile(
            organization_id=item.id, actor=make.actor(item), now=NOON, changes={}, skills={react: 4},
            languages={"en": "native"},
        )  # fmt: skip
        return item

    class Market:
        ada, bola = freelancer("Ada"), freelancer("Bola")
        employer = make.employer("Werk")
        task = make.task(employer=employer, skill_ids=(react,))

    matches.match_task(task_id=Market.task.id, now=NOON)
    outbox_drain()
    MatchImpression.objects.all().delete()  # of those who were notified of the new task
    return Market


def test_a_page_logs_its_list_once_an_hour(client, market, monkeypatch):
    client.force_login(owner(market.employer))
    url = reverse("matching:freelancers", args=[market.task.id])

    client.get(url)
    rows = list(MatchImpression.objects.order_by("position"))
    assert [row.position for row in rows] == [1, 2]
    assert len({row.list_id for row in rows}) == 1
    assert {row.organization_id for row in rows} == {market.ada.id, market.bola.id}
    for item in rows:
        result = MatchResult.objects.get(task=market.task, organization=item.organization_id)
        assert item.reader_id == market.employer.id
        assert (item.list_kind, item.score, item.components) == (ListKind.PEOPLE, result.score, result.components)
        assert sum(item.components.values()) == pytest.approx(item.score, abs=1e-6)
        assert item.ranker_version == result.ranker_version
        assert item.propensity == 1

    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + timedelta(minutes=59))
    client.get(url)
    assert MatchImpression.objects.count() == 2
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + timedelta(minutes=61))
    client.get(url)
    assert MatchImpression.objects.count() == 4
    assert MatchImpression.objects.values("list_id").distinct().count() == 2


def test_somebody_new_in_the_hour_continues_the_list(market):
    rows = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id, now=NOON)
    ]
    say = {"kind": ListKind.PEOPLE, "reader_id": market.employer.id}
    assert impressions.record_shown(rows=rows[:1], now=NOON, **say) == 1
    assert impressions.record_shown(rows=rows, now=NOON + timedelta(minutes=5), **say) == 1
    assert MatchImpression.objects.values("list_id").distinct().count() == 1


def test_writing_a_list_is_one_question_and_one_statement(market, django_assert_num_queries):
    rows = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id, now=NOON)
    ]
    with django_assert_num_queries(2):
        impressions.record_shown(kind=ListKind.PEOPLE, reader_id=market.employer.id, rows=rows, now=NOON)


@pytest.mark.parametrize("page", ["matching:tasks", "dashboard:home"])
def test_the_pages_of_a_freelancer_log_what_they_list(client, market, page):
    client.force_login(owner(market.ada))
    client.get(reverse(page))
    [row] = MatchImpression.objects.all()
    assert (row.task_id, row.organization_id, row.reader_id) == (market.task.id, market.ada.id, market.ada.id)
    assert row.list_kind == (ListKind.HOME if page == "dashboard:home" else ListKind.RECOMMENDED)


def test_own_weights_are_logged_as_an_order_of_ones_own(client, market):
    client.force_login(owner(market.ada))
    client.get(reverse("matching:tasks"), {"skill": 10, "pay": 80, "growth": 10})
    [row] = MatchImpression.objects.all()
    assert row.list_kind == ListKind.OWN_ORDER


def test_the_task_page_and_the_api_log_too(client, market):
    client.force_login(owner(market.employer))
    client.get(market.task.get_absolute_url())
    client.get(f"/api/v1/tasks/{market.task.id}/recommended-freelancers/")
    assert set(MatchImpression.objects.values_list("list_kind", flat=True)) == {ListKind.TASK, ListKind.PEOPLE}


def test_a_page_fetched_ahead_or_refused_showed_nothing(client, market):
    client.force_login(owner(market.employer))
    client.get(reverse("matching:freelancers", args=[market.task.id]), headers={"sec-purpose": "prefetch"})
    client.force_login(owner(market.ada))
    assert client.get(reverse("matching:freelancers", args=[market.task.id])).status_code == 404
    assert not MatchImpression.objects.exists()


def test_what_is_noted_is_written_when_the_server_closes_the_answer_and_once(rf, caplog):
    written = []

    def answer(request):
        for write in (lambda now: 1 / 0, lambda now: written.append(now)):
            request.__dict__.setdefault(NOTED, []).append(write)
        return HttpResponse("page")

    response = ShownMiddleware(answer)(rf.get("/"))
    assert written == []
    response.close()
    response.close()

    assert len(written) == 1
    assert response.closed
    assert "impressions could not be recorded" in caplog.text


def test_those_notified_of_a_new_task_are_logged_with_a_list_of_one(make, outbox_drain):
    react = Skill.objects.get(slug="react").id
    ada = make.freelancer("Ada")
    profiles.update_profile(
        organization_id=ada.id, actor=make.actor(ada), now=NOON, changes={}, skills={react: 4},
        languages={"en": "native"},
    )  # fmt: skip
    task = make.task(employer=make.employer("Werk"), skill_ids=(react,))
    matches.match_task(task_id=task.id, now=NOON)
    outbox_drain()
    [row] = MatchImpression.objects.all()
    assert (row.list_kind, row.reader_id, row.position) == (ListKind.MAIL, ada.id, 1)
    impressions.record_notified(task_id=task.id, organization_ids=[ada.id], now=NOON)
    assert MatchImpression.objects.count() == 1


# --- what came of it


def test_outcomes_are_noted_once_and_tied_to_the_last_list(make, market, outbox_drain):
    rows = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id, now=NOON)
    ]
    impressions.record_shown(kind=ListKind.PEOPLE, reader_id=market.employer.id, rows=rows, now=NOON)
    seen = [recommended_task.shown for recommended_task in recommendations.recommended_tasks(market.ada.id, now=NOON)]
    impressions.record_shown(kind=ListKind.RECOMMENDED, reader_id=market.ada.id, rows=seen, now=NOON)
    employer = make.actor(market.employer)
    tasks.invite(task_id=market.task.id, organization_id=market.ada.id, message="", actor=employer, now=NOON)
    bid = make.bid(task=market.task, bidder=market.ada)
    bidding.shortlist(bid_id=bid.id, actor=employer, now=NOON)
    outbox_drain()

    result = {match_event.kind: match_event for match_event in MatchEvent.objects.filter(organization=market.ada)}
    assert set(result) == {EventKind.INVITE, EventKind.BID, EventKind.SHORTLIST}
    assert result[EventKind.INVITE].impression.list_kind == ListKind.PEOPLE
    assert result[EventKind.BID].impression.list_kind == ListKind.RECOMMENDED

    impressions.record_event(kind=EventKind.BID, task_id=market.task.id, organization_id=market.ada.id, now=NOON)
    assert MatchEvent.objects.filter(kind=EventKind.BID).count() == 1


def test_what_was_shown_later_or_long_ago_is_no_cause(market):
    rows = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id, now=NOON)
    ]
    for when in (NOON - timedelta(days=31), NOON + timedelta(hours=2)):
        impressions.record_shown(kind=ListKind.PEOPLE, reader_id=market.employer.id, rows=rows, now=when)
    pair = {"task_id": market.task.id, "organization_id": market.ada.id}
    impressions.record_event(kind=EventKind.BID, now=NOON, **pair)
    impressions.record_event(kind=EventKind.OPEN, now=NOON, **pair)
    [event] = MatchEvent.objects.all()  # a look without a list before is no outcome of a list
    assert (event.kind, event.impression) == (EventKind.BID, None)


def test_opening_what_was_recommended_is_noted_on_both_sides(client, market):
    client.force_login(owner(market.employer))
    page = client.get(reverse("matching:freelancers", args=[market.task.id])).content.decode()
    link = reverse("matching:person", args=[market.task.id, market.ada.id])
    assert link in page
    assert client.get(link).url == market.ada.get_absolute_url()
    client.force_login(owner(market.bola))
    client.get(reverse("matching:tasks"))
    client.get(market.task.get_absolute_url())
    opened = MatchEvent.objects.filter(kind=EventKind.OPEN).values_list("organization_id", flat=True)
    assert set(opened) == {market.ada.id, market.bola.id}


def test_a_stranger_opens_nobody_through_a_task_of_others(client, market, make):
    client.force_login(owner(make.employer("Other")))
    assert client.get(reverse("matching:person", args=[market.task.id, market.ada.id])).status_code == 404
    client.force_login(owner(market.employer))
    assert client.get(reverse("matching:person", args=[market.task.id, uuid4()])).status_code == 404


def test_after_400_days_the_list_goes_and_what_came_of_it_stays(market):
    rows = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id, now=NOON)
    ]
    say = {"kind": ListKind.PEOPLE, "reader_id": market.employer.id, "rows": rows}
    impressions.record_shown(now=NOON, **say)
    impressions.record_event(kind=EventKind.BID, task_id=market.task.id, organization_id=market.ada.id, now=NOON)
    impressions.record_shown(now=NOON + timedelta(days=2), **say)

    assert impressions.prune_impressions(now=NOON + timedelta(days=401)) == 2
    assert MatchImpression.objects.count() == 2
    assert MatchEvent.objects.get().impression is None


def test_the_cap_counts_lists_of_other_tasks_of_today(make, market, settings):
    settings.MATCH_EXPOSURE_CAP = 1
    first = recommendations.recommended_freelancers(market.task.id, now=NOON)[0].organization
    other = make.task(employer=market.employer, skill_ids=(Skill.objects.get(slug="react").id,), title="Another")
    matches.match_task(task_id=other.id, now=NOON)
    shown = [
        recommended_freelancer.shown
        for recommended_freelancer in recommendations.recommended_freelancers(other.id, now=NOON)
        if recommended_freelancer.organization.id == first.id
    ]
    impressions.record_shown(kind=ListKind.PEOPLE, reader_id=market.employer.id, rows=shown, now=NOON)

    names = [
        recommended_freelancer.organization.id
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id, now=NOON)
    ]
    assert names[-1] == first.id
    assert len(names) == 2
    tomorrow = NOON + timedelta(days=1)
    assert recommendations.recommended_freelancers(market.task.id, now=tomorrow)[0].organization == first
    assert isinstance(names[0], UUID)
