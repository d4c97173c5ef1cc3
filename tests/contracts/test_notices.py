"""Late work: the last date, the end after it, the appeal."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.html import strip_tags

from apps.common.errors import IllegalTransition, NotAllowed
from apps.common.money import Money
from apps.contracts import errors
from apps.contracts.models import LateNotice
from apps.contracts.operations import changes, disputes, milestones, notices
from apps.contracts.queries import notices as queries
from apps.notifications.models import Notification
from tests.conftest import api, api_post, log_in
from tests.contracts.changing import check_books, two_steps

DAY = timedelta(days=1)


@pytest.fixture
def late(make):
    """Funded work whose due date passed a day ago, seen from that day on."""
    milestone = make.fund(two_steps(make).milestones.get(position=1))
    make.now = milestone.due_at + DAY
    return milestone


def give(make, milestone, by=None):
    actor = by or make.actor(milestone.contract.employer)
    return notices.give_notice(
        milestone_id=milestone.id, text="When will it come?", source_language="en", actor=actor, now=make.now
    )


def enforce(make, notice, now=None, *, with_unfunded=False):
    return notices.enforce_notice(
        notice_id=notice.id, with_unfunded=with_unfunded, actor=make.actor(notice.milestone.contract.employer),
        now=now or notice.deliver_by,
    )  # fmt: skip


def test_only_late_funded_work_gets_a_last_date_and_only_one(make, late):
    other = late.contract.milestones.get(position=2)
    with pytest.raises(errors.NotLate):
        give(make, other)
    with pytest.raises(NotAllowed):
        give(make, late, by=make.actor(late.contract.freelancer))
    notice = give(make, late)
    assert (notice.status, notice.deliver_by) == ("running", queries.last_date(late.contract, make.now))
    with pytest.raises(errors.NoticeRunning):
        give(make, late)
    make.now = late.due_at - DAY
    with pytest.raises(errors.NotLate):
        give(make, late)


def test_after_the_last_date_the_money_goes_back_and_the_rest_goes_on(make, late, outbox_drain):
    notice = give(make, late)
    with pytest.raises(errors.NoticeTooEarly):
        enforce(make, notice, notice.deliver_by - DAY)
    assert enforce(make, notice).status == "enforced"
    late.refresh_from_db()
    contract = late.contract
    contract.refresh_from_db()
    assert (late.status, late.escrow.refunded, contract.status) == ("refunded", Money.of("400.00", "EUR"), "active")
    assert queries.missed_deadlines(contract.freelancer_id) == 1
    check_books(contract)
    outbox_drain(notice.deliver_by)
    assert set(Notification.objects.values_list("kind", flat=True)) >= {"notice_given", "notice_enforced"}


def test_unfunded_milestones_can_end_with_it(make, late):
    enforce(make, give(make, late), with_unfunded=True)
    late.contract.refresh_from_db()
    assert late.contract.status == "refunded"
    assert set(late.contract.milestones.values_list("status", flat=True)) == {"refunded", "cancelled"}


@pytest.mark.parametrize(
    ("way", "status"), [("deliver", "met"), ("date", "replaced"), ("dispute", "closed"), ("pay", "closed")]
)
def test_what_ends_the_last_date(make, late, way, status):
    notice, contract = give(make, late), late.contract
    employer, freelancer = make.actor(contract.employer), make.actor(contract.freelancer)
    if way == "deliver":
        make.deliver(late)
    elif way == "date":
        change = changes.propose_extension(
            milestone_id=late.id, due_at=make.now + 9 * DAY, reason="", source_language="en", actor=freelancer,
            now=make.now,
        )  # fmt: skip
        changes.accept_change(change_id=change.id, actor=employer, now=make.now)
    elif way == "dispute":
        disputes.dispute_milestone(milestone_id=late.id, dispute_id=contract.id, actor=freelancer, now=make.now)
    else:
        milestones.approve_milestone(milestone_id=late.id, amount=None, actor=employer, now=make.now)
    notice.refresh_from_db()
    assert notice.status == status
    with pytest.raises(IllegalTransition):
        enforce(make, notice)
    assert queries.missed_deadlines(contract.freelancer_id) == 0


def test_a_withdrawn_last_date_ends_nothing(make, late):
    notice = give(make, late)
    notices.withdraw_notice(notice_id=notice.id, actor=make.actor(late.contract.employer), now=make.now)
    with pytest.raises(IllegalTransition):
        enforce(make, notice)
    assert give(make, late).status == "running"


def test_money_moves_only_with_the_permission_for_money(make, late):
    notice = give(make, late)
    member = make.actor(late.contract.employer, "member")
    with pytest.raises(NotAllowed):
        notices.enforce_notice(notice_id=notice.id, with_unfunded=False, actor=member, now=notice.deliver_by)


@pytest.mark.parametrize(("is_at_fault", "status", "counts"), [(True, "upheld", 1), (False, "overturned", 0)])
def test_an_appeal_is_answered_by_staff_and_changes_the_record(make, late, is_at_fault, status, counts):
    notice = give(make, late)
    freelancer, staff = make.actor(late.contract.freelancer), make.staff_actor()
    said = {"notice_id": notice.id, "text": "The files never came", "actor": freelancer}
    with pytest.raises(IllegalTransition):
        notices.appeal(**said, now=make.now)
    enforce(make, notice)
    with pytest.raises(errors.AppealTooLate):
        notices.appeal(**said, now=notice.deliver_by + 14 * DAY)
    notices.appeal(**said, now=notice.deliver_by + 13 * DAY)
    assert list(queries.appeals()) == [notice]
    answer = {"notice_id": notice.id, "is_at_fault": is_at_fault, "now": notice.deliver_by + 15 * DAY}
    with pytest.raises(errors.AnswerMissing):
        notices.answer_appeal(**answer, answer=" ", actor=staff)
    with pytest.raises(NotAllowed):
        notices.answer_appeal(**answer, answer="No", actor=make.actor(late.contract.employer))
    notices.answer_appeal(**answer, answer="The thread shows it", actor=staff)
    notice.refresh_from_db()
    assert (notice.status, queries.missed_deadlines(late.contract.freelancer_id)) == (status, counts)


def test_the_database_keeps_the_rules(make, late):
    notice = give(make, late)
    for values in (
        {"status": "enforced", "ended_at": notice.given_at},
        {"status": "upheld", "ended_at": notice.deliver_by},
        {"deliver_by": notice.given_at},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            LateNotice.objects.filter(id=notice.id).update(**values)


class TestPages:
    @pytest.fixture
    def late(self, make):
        """As above, but late now."""
        make.now = timezone.now() - 30 * DAY
        return make.fund(two_steps(make).milestones.get(position=1))

    def words(self, response):
        return " ".join(strip_tags(response.content.decode()).split())

    def test_from_the_last_date_to_the_answer(self, make, late, client):
        room = f"/en/contracts/{late.contract_id}/"
        page = log_in(client, late.contract.employer)
        text = self.words(page.get(room))
        assert "Overdue" in text
        assert "Set a last date" in text
        assert "Overdue" in self.words(page.get("/en/contracts/"))
        page.post(f"/en/milestones/{late.id}/notice/", {"text": "Please hurry"})
        notice = LateNotice.objects.get()
        assert "Withdraw the last date" in self.words(page.get(room))
        assert page.post(f"/en/contracts/notices/{notice.id}/enforce/").status_code == 409
        LateNotice.objects.update(given_at=notice.given_at - 9 * DAY, deliver_by=notice.deliver_by - 9 * DAY)
        assert "End this work" in self.words(page.get(room))
        page.post(f"/en/contracts/notices/{notice.id}/enforce/", {"with_unfunded": "yes"})

        url = f"/en/contracts/notices/{notice.id}/"
        freelancer = log_in(client, late.contract.freelancer)
        assert "Ended after a missed deadline" in self.words(freelancer.get(room))
        assert freelancer.post(url, {"text": ""}).status_code == 422
        assert freelancer.post(url, {"text": "I was in hospital"}).status_code == 302
        assert client.get("/en/staff/late-appeals/").status_code == 403
        client.force_login(make.staff())
        assert "Translate a tax guide" in self.words(client.get("/en/staff/late-appeals/"))
        assert client.post(url, {"decision": "overturn"}).status_code == 422
        client.post(url, {"decision": "overturn", "answer": "Proven"})
        notice.refresh_from_db()
        assert notice.status == "overturned"
        log_in(client, make.freelancer())
        assert client.get(url).status_code == 404

    def test_by_api(self, make, late):
        employer = api(late.contract.employer.memberships.get(role="owner").user)
        freelancer = api(late.contract.freelancer.memberships.get(role="owner").user)
        assert api_post(freelancer, f"milestones/{late.id}/notice/", {}).status_code == 403
        response = api_post(employer, f"milestones/{late.id}/notice/", {"text": "Please"})
        assert (response.status_code, response.json()["status"]) == (201, "running")
        path = f"notices/{response.json()['id']}/"
        assert api_post(employer, f"{path}enforce/", {}).json()["code"] == "notice_too_early"
        assert freelancer.get(f"/api/v1/{path}").json()["text"] == "Please"
        assert api_post(freelancer, f"{path}appeal/", {"text": "Why"}).status_code == 409
        assert api_post(employer, f"{path}withdraw/", {}).json()["status"] == "withdrawn"
