"""Members of an employer score bids and note what they think; nobody else ever sees it."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Membership
from apps.accounts.policies import NotYours, RoleMissing
from apps.bidding.policies import StillSealed
from apps.choosing import operations, policies, queries, rules
from apps.choosing.models import Agreement, BidNote, Evaluation, ScoreSheet
from apps.choosing.rules import AwardCriterion
from apps.common.actors import Actor
from apps.common.fingerprints import fingerprint
from apps.common.limits import LimitReached
from apps.notifications.models import Notification
from apps.privacy import personal_data
from apps.tasks.models import Task
from tests.conftest import log_in

CRITERIA = [AwardCriterion("Quality", 60), AwardCriterion("Price", 40)]
SECRET = "Too good to lose"


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def task(make):
    return make.task()


@pytest.fixture
def bid(make, task):
    return make.bid(task=task)


@pytest.fixture
def owner(make, task) -> Actor:
    return make.actor(task.employer)


@pytest.fixture
def colleague(make, task) -> Actor:
    """A manager of the employer."""
    user = make.freelancer("Colleague").memberships.get().user
    Membership.objects.filter(user=user).delete()
    Membership.objects.create(user=user, organization=task.employer, role="manager")
    return Actor(
        user_id=user.id,
        organization_id=task.employer_id,
        capabilities=make.actor(task.employer, "manager").capabilities,
    )


def plan(task, actor, *, criteria=CRITERIA, is_blind=False, is_published=False):
    return operations.set_criteria(
        task_id=task.id, criteria=criteria, is_blind=is_blind, is_published=is_published, actor=actor,
        now=timezone.now(),
    )  # fmt: skip


def give(bid, actor, *points, comment=""):
    return operations.score(bid_id=bid.id, points=points, comment=comment, actor=actor, now=timezone.now())


def agree(task, bid, actor, *points):
    return operations.agree(
        task_id=task.id, points={bid.id: points}, reason="The best answer.", actor=actor, now=timezone.now()
    )


# -- rules

weights = st.lists(st.integers(1, 30), min_size=1, max_size=9, unique=True).map(
    lambda parts: [*parts, 100 - sum(parts)] if sum(parts) < 100 else [100]
)


@given(weights, st.data())
def test_a_total_is_exact_and_between_0_and_100(parts, data):
    criteria = [AwardCriterion(str(number), weight) for number, weight in enumerate(parts)]
    points = data.draw(st.lists(st.integers(0, 5), min_size=len(parts), max_size=len(parts)))
    total = rules.total_tenths(points, criteria)
    assert total * rules.POINTS_MAX == 10 * sum(point * part for point, part in zip(points, parts, strict=True))
    assert 0 <= total <= 1000
    assert rules.total_tenths([5] * len(parts), criteria) == 1000


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_a_mean_is_between_the_lowest_and_the_highest_total(totals):
    assert min(totals) <= rules.mean_tenths(totals) <= max(totals)


@pytest.mark.parametrize(
    ("is_blind", "is_agreed", "has_scored", "sees"),
    [(False, False, False, True), (True, False, False, False), (True, False, True, True), (True, True, False, True)],
)
def test_a_blind_round_hides_the_others_until_the_own_score(is_blind, is_agreed, has_scored, sees):
    assert rules.sees_others(is_blind=is_blind, is_agreed=is_agreed, has_scored=has_scored) is sees


# -- criteria


@pytest.mark.parametrize(
    ("criteria", "refusal"),
    [
        ([], operations.CriterionIncomplete),
        ([AwardCriterion(" ", 100)], operations.CriterionIncomplete),
        ([AwardCriterion("Price", 50), AwardCriterion("price", 50)], operations.CriterionIncomplete),
        ([AwardCriterion("Price", 100), AwardCriterion("Quality", 0)], operations.CriterionIncomplete),
        ([AwardCriterion("Price", 99)], operations.WeightsDoNotSum),
        ([AwardCriterion(str(number), 9) for number in range(11)], operations.TooManyCriteria),
    ],
)
def test_criteria_that_do_not_add_up_are_refused(task, owner, criteria, refusal):
    with pytest.raises(refusal):
        plan(task, owner, criteria=criteria)


def test_criteria_and_weights_are_fixed_with_the_first_score(task, bid, owner):
    evaluation = plan(task, owner)
    give(bid, owner, 5, 3)
    with pytest.raises(policies.CriteriaFixed):
        plan(task, owner, criteria=[AwardCriterion("Price", 100)])
    with pytest.raises(IntegrityError, match="first score"), transaction.atomic():
        Evaluation.objects.filter(id=evaluation.id).update(criteria=[{"name": "Price", "weight": 100}])
    with pytest.raises(IntegrityError, match="first score"), transaction.atomic():
        Evaluation.objects.filter(id=evaluation.id).update(is_blind=True)


def test_the_database_refuses_weights_that_do_not_add_up(task):
    with pytest.raises(IntegrityError, match="100"), transaction.atomic():
        Evaluation.objects.create(task=task, criteria=[{"name": "Price", "weight": 99}])


def test_published_criteria_are_on_the_page_and_fixed_once_a_bid_came_in(client, make, task, owner):
    plan(task, owner, is_published=True)
    page = client.get(task.get_absolute_url()).content.decode()
    assert "How bids are scored" in page and "Quality" in page
    assert client.get(f"/api/v1/tasks/{task.id}/").json()["award_criteria"][0] == {"name": "Quality", "weight": 60}
    plan(task, owner, criteria=[AwardCriterion("Price", 100)], is_published=True)
    make.bid(task=task)
    with pytest.raises(policies.CriteriaRelied):
        plan(task, owner)


def test_criteria_that_are_not_published_are_not_on_the_page(client, task, owner):
    plan(task, owner)
    assert "How bids are scored" not in client.get(task.get_absolute_url()).content.decode()
    assert Task.objects.get(id=task.id).award_criteria == []


# -- scores


def test_a_score_needs_criteria_and_points_for_each(task, bid, owner):
    with pytest.raises(policies.NoCriteria):
        give(bid, owner, 5, 3)
    plan(task, owner)
    for points in ((5,), (5, 3, 1), (6, 0), (-1, 0)):
        with pytest.raises(operations.PointsWrong):
            give(bid, owner, *points)


def test_what_was_given_first_is_kept(task, bid, owner):
    plan(task, owner)
    give(bid, owner, 5, 3)
    sheet = give(bid, owner, 4, 3, comment="After the call")
    assert (sheet.first_points, sheet.points, sheet.changed_at is not None) == ([5, 3], [4, 3], True)
    with pytest.raises(IntegrityError, match="first"), transaction.atomic():
        ScoreSheet.objects.filter(id=sheet.id).update(first_points=[0, 0])
    with pytest.raises(IntegrityError, match="0 to 5"), transaction.atomic():
        ScoreSheet.objects.filter(id=sheet.id).update(points=[6, 0])


def test_in_a_blind_round_others_are_seen_after_the_own_score(task, bid, owner, colleague):
    evaluation = plan(task, owner, is_blind=True)
    give(bid, colleague, 2, 2, comment=SECRET)
    operations.write_note(bid_id=bid.id, text=SECRET, actor=colleague, now=timezone.now())
    before = queries.scores_of_bid(evaluation, bid.id, owner.user_id)
    assert (before.sheets, before.hidden, before.sums.mean_tenths) == ([], 1, None)
    assert queries.sums_on(task.id, owner.user_id)[bid.id].mean_tenths is None
    assert queries.seen_notes(bid.id, owner.user_id, sees_others=before.sees_others) == []
    page = log_in(Client(), task.employer).get(f"/en/bids/{bid.id}/scores/").content.decode()
    assert SECRET not in page
    give(bid, owner, 4, 4)
    after = queries.scores_of_bid(evaluation, bid.id, owner.user_id)
    assert (len(after.sheets), after.hidden, after.sums.mean_tenths) == (2, 0, 600)
    assert SECRET in log_in(Client(), task.employer).get(f"/en/bids/{bid.id}/scores/").content.decode()


def test_sealed_bids_are_not_scored_or_noted(make):
    sealed = make.task(bid_window="sealed")
    bid, actor = make.bid(task=sealed), make.actor(sealed.employer)
    plan(sealed, actor)
    with pytest.raises(StillSealed):
        give(bid, actor, 1, 1)
    with pytest.raises(StillSealed):
        operations.write_note(bid_id=bid.id, text="Hm", actor=actor, now=timezone.now())


def test_who_may_only_view_neither_scores_nor_notes(make, task, bid, owner):
    plan(task, owner)
    viewer = make.actor(task.employer, "viewer")
    with pytest.raises(RoleMissing):
        give(bid, viewer, 1, 1)
    with pytest.raises(RoleMissing):
        plan(task, make.actor(task.employer, "member"))
    with pytest.raises(NotYours):
        give(bid, make.actor(bid.bidder), 5, 5)


# -- agreement


def test_an_agreement_records_who_scored_what_and_never_changes(task, bid, owner, colleague, outbox_drain):
    plan(task, owner)
    give(bid, owner, 5, 3)
    give(bid, colleague, 3, 3)
    agreement = agree(task, bid, owner, 4, 3)
    recorded = agreement.record["bids"][0]
    assert [score["points"] for score in recorded["scores"]] == [[5, 3], [3, 3]]
    assert (recorded["agreed_points"], recorded["agreed_total_tenths"]) == ([4, 3], 720)
    stored = Agreement.objects.get(id=agreement.id)
    assert fingerprint(stored.record) == stored.sha256
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(id=agreement.id).update(sha256="0" * 64)
    with pytest.raises(policies.AlreadyAgreed):
        give(bid, owner, 1, 1)
    with pytest.raises(IntegrityError, match="agreement"), transaction.atomic():
        ScoreSheet.objects.filter(bid=bid).update(comment="later")
    outbox_drain(timezone.now())
    notified = set(Notification.objects.filter(kind="agreement_recorded").values_list("user_id", flat=True))
    assert notified == {colleague.user_id}


def test_an_agreement_needs_every_scored_bid_and_a_reason(make, task, bid, owner):
    plan(task, owner)
    with pytest.raises(policies.NothingScored):
        agree(task, bid, owner, 1, 1)
    give(bid, owner, 5, 3)
    give(make.bid(task=task), owner, 1, 1)
    with pytest.raises(operations.PointsMissing):
        agree(task, bid, owner, 1, 1)


def test_reopened_scores_lead_to_a_second_record(task, bid, owner):
    plan(task, owner)
    give(bid, owner, 5, 3)
    agree(task, bid, owner, 5, 3)
    operations.reopen(task_id=task.id, actor=owner, now=timezone.now())
    give(bid, owner, 2, 2)
    second = agree(task, bid, owner, 2, 2)
    assert (second.number, Agreement.objects.count()) == (2, 2)


# -- nobody else


@pytest.fixture
def papers(task, bid, owner):
    plan(task, owner)
    give(bid, owner, 5, 3, comment=SECRET)
    note = operations.write_note(bid_id=bid.id, text=SECRET, actor=owner, now=timezone.now())
    return agree(task, bid, owner, 5, 3), note


def addresses(task, bid, agreement):
    pages = ["tasks/{0}/award-criteria/", "tasks/{0}/scores/", "tasks/{0}/scores/agree/", "bids/{1}/scores/"]
    endpoints = ["tasks/{0}/evaluation/", "tasks/{0}/agreements/", "bids/{1}/scores/", "bids/{1}/notes/"]
    yield from (f"/en/{page.format(task.id, bid.id)}" for page in pages)
    yield f"/en/agreements/{agreement.id}/"
    yield from (f"/api/v1/{endpoint.format(task.id, bid.id)}" for endpoint in endpoints)


@pytest.mark.parametrize("reader", ["bidder", "other employer", "staff"])
def test_nobody_outside_the_organization_reads_the_papers(make, task, bid, papers, reader):
    agreement, note = papers
    organization = bid.bidder if reader == "bidder" else make.employer("Elsewhere")
    user = organization.memberships.get().user
    if reader == "staff":
        user.is_staff = user.is_superuser = True
        user.save()
    client = Client()
    client.force_login(user)
    for address in addresses(task, bid, agreement):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert SECRET not in answer.content.decode()
    assert client.post(f"/en/bids/{bid.id}/notes/", {"text": "x"}).status_code == 404
    assert client.delete(f"/api/v1/bid-notes/{note.id}/").status_code == 404
    assert BidNote.objects.filter(id=note.id).exists()


def test_the_papers_are_in_nobodys_copy_and_on_no_page_of_the_bidder(task, bid, papers):
    for organization in (bid.bidder, task.employer):
        copy = [(name, list(rows)) for name, rows in personal_data.tables(organization.memberships.get().user)]
        assert SECRET not in json.dumps(copy, default=str)
    client = log_in(Client(), bid.bidder)
    for address in (
        bid.get_absolute_url(),
        task.get_absolute_url(),
        f"/api/v1/bids/{bid.id}/",
        f"/api/v1/tasks/{task.id}/",
    ):
        assert SECRET not in client.get(address).content.decode()
    assert not Notification.objects.filter(organization=bid.bidder, kind="agreement_recorded").exists()


# -- pages and endpoints


def test_members_do_it_all_on_pages(client, task, bid):
    log_in(client, task.employer)
    assert f"/en/bids/{bid.id}/scores/" in client.get(bid.get_absolute_url()).content.decode()
    lines = {"criteria-TOTAL_FORMS": "3", "criteria-INITIAL_FORMS": "0", "criteria-0-name": "Quality",
             "criteria-0-weight": "60", "criteria-1-name": "Price", "criteria-1-weight": "30"}  # fmt: skip
    wrong = client.post(f"/en/tasks/{task.id}/award-criteria/", lines)
    assert wrong.status_code == 422 and "add up to 90" in wrong.content.decode()
    assert "Quality" in wrong.content.decode()
    right = lines | {"criteria-1-weight": "40", "is_blind": "on"}
    assert client.post(f"/en/tasks/{task.id}/award-criteria/", right).status_code == 302
    assert client.post(f"/en/bids/{bid.id}/scores/", {"points_0": "5"}).status_code == 422
    assert client.post(f"/en/bids/{bid.id}/scores/", {"points_0": "5", "points_1": "0"}).status_code == 302
    assert client.post(f"/en/bids/{bid.id}/notes/", {"text": ""}).status_code == 422
    assert client.post(f"/en/bids/{bid.id}/notes/", {"text": SECRET}).status_code == 302
    assert SECRET in client.get(f"/en/bids/{bid.id}/scores/").content.decode()
    assert "60" in client.get(f"/en/tasks/{task.id}/scores/").content.decode()
    form = client.get(f"/en/tasks/{task.id}/scores/agree/").context["form"]
    name = f"points_{bid.id.hex}_"
    assert form.initial == {f"{name}0": 5, f"{name}1": 0}
    done = client.post(f"/en/tasks/{task.id}/scores/agree/", {f"{name}0": "5", f"{name}1": "1", "reason": "Strong."})
    assert "Strong." in client.get(done.url).content.decode()
    assert client.post(f"/en/tasks/{task.id}/scores/reopen/").status_code == 302
    note = BidNote.objects.get()
    assert client.post(f"/en/bids/notes/{note.id}/delete/").status_code == 302
    assert not BidNote.objects.exists()


def test_members_do_it_all_by_the_api(client, task, bid):
    log_in(client, task.employer)
    send = {"content_type": "application/json"}
    plan_ = {"criteria": [{"name": "Quality", "weight": 100}], "is_blind": True}
    assert client.put(f"/api/v1/tasks/{task.id}/evaluation/", plan_, **send).json()["is_blind"] is True
    scored = client.put(f"/api/v1/bids/{bid.id}/scores/", {"points": [4]}, **send).json()
    assert (scored["count"], scored["mean_tenths"]) == (1, 800)
    assert client.put(f"/api/v1/bids/{bid.id}/scores/", {"points": [6]}, **send).status_code in (400, 422)
    note = client.post(f"/api/v1/bids/{bid.id}/notes/", {"text": SECRET}, **send).json()
    assert client.get(f"/api/v1/bids/{bid.id}/notes/").json()[0]["text"] == SECRET
    agreed = {"bids": [{"bid_id": str(bid.id), "points": [4]}], "reason": "Strong."}
    assert client.post(f"/api/v1/tasks/{task.id}/agreements/", agreed, **send).status_code == 201
    assert client.get(f"/api/v1/tasks/{task.id}/agreements/").json()[0]["record"]["reason"] == "Strong."
    assert client.delete(f"/api/v1/bid-notes/{note['id']}/").status_code == 204


@pytest.mark.parametrize("page", ["tasks/{0}/scores/", "bids/{1}/scores/", "tasks/{0}/award-criteria/"])
def test_pages_of_scores_send_at_most_twelve_statements(
    client, make, task, bid, owner, settings, django_assert_max_num_queries, page
):
    settings.REFERENCE_MEMORY_SECONDS, settings.LIST_MEMORY_SECONDS = 300, 60
    if "award" not in page:
        plan(task, owner)
        for scored_bid in (bid, make.bid(task=task), make.bid(task=task)):
            give(scored_bid, owner, 3, 3)
    log_in(client, task.employer)
    address = f"/en/{page.format(task.id, bid.id)}"
    client.get(address)
    with django_assert_max_num_queries(12):
        assert client.get(address).status_code == 200


def test_words_are_kept_when_somebody_is_too_fast(client, make, task, bid, owner, monkeypatch):
    plan(task, owner)

    def refuse(*_args, **_options):
        raise LimitReached(wait_seconds=60, again_at=timezone.now())

    log_in(client, task.employer)
    monkeypatch.setattr(operations.limits, "spend", refuse)
    scored = client.post(f"/en/bids/{bid.id}/scores/", {"points_0": "5", "points_1": "0", "comment": "A long thought"})
    noted = client.post(f"/en/bids/{bid.id}/notes/", {"text": SECRET})
    for response, words in ((scored, "A long thought"), (noted, SECRET)):
        assert response.status_code == 422
        assert words in response.content.decode()
    assert not ScoreSheet.objects.exists()
    assert not BidNote.objects.exists()
