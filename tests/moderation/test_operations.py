import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Membership, PastMembership
from apps.messaging import operations as messaging
from apps.moderation import operations, policies, queries
from apps.moderation.models import AuditEntry, Report, Statement
from apps.moderation.states import OBJECTION, REPORT, Decision, ObjectionStatus, ReportStatus
from apps.outbox.models import Event
from apps.tasks import queries as tasks
from tests.conftest import NOON
from tests.make.agreed import active_contract

pytestmark = pytest.mark.django_db


def _report(subject_type, subject_id, actor, **options):
    values = {"reason": "fraud", "text": "Asks for money", "source_language": "en"} | options
    return operations.report(subject_type=subject_type, subject_id=subject_id, actor=actor, now=NOON, **values)


def _decide(report, actor, decision=Decision.TAKE_DOWN, facts="It asks for money in advance."):
    return operations.decide(report_id=report.id, decision=decision, ground="fraud", facts=facts, actor=actor, now=NOON)


@pytest.fixture
def task(make):
    return make.task()


def test_a_report_keeps_what_stood_there(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))

    assert (report.status, report.affected_id) == (ReportStatus.OPEN, task.employer_id)
    assert report.snapshot["title"] == task.title


def test_strangers_report_nothing(task):
    from apps.common.actors import STRANGER

    with pytest.raises(policies.LoginNeeded):
        _report("task", task.id, STRANGER)


def test_what_one_cannot_see_cannot_be_reported(make):
    contract = active_contract(make)
    message = messaging.send(
        contract_id=contract.id,
        text="Pay me outside",
        source_language="en",
        actor=make.actor(contract.employer),
        now=NOON,
    )
    with pytest.raises(operations.SubjectUnknown):
        _report("message", message.id, make.actor(make.freelancer()))
    with pytest.raises(operations.SubjectUnknown):
        _report("task", uuid.uuid4(), make.actor(make.freelancer()))


def test_one_open_report_each(make, task):
    actor = make.actor(make.freelancer())
    _report("task", task.id, actor)
    with pytest.raises(policies.AlreadyReported):
        _report("task", task.id, actor)


def test_nobody_reports_their_own(make, task):
    with pytest.raises(policies.OwnSubject):
        _report("task", task.id, make.actor(task.employer))


def test_taking_a_task_down_hides_it_states_the_reasons_and_leaves_a_trace(make, task):
    stranger = make.actor(make.freelancer())
    first = _report("task", task.id, stranger)
    second = _report("task", task.id, make.actor(make.freelancer()), reason="spam")
    staff = make.staff_actor()

    statement = _decide(first, staff)

    assert not tasks.tasks_visible_to(stranger).filter(id=task.id).exists()
    assert (statement.organization_id, statement.facts) == (task.employer_id, "It asks for money in advance.")
    second.refresh_from_db()
    assert second.status == ReportStatus.UPHELD
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action, entry.subject_id) == (staff.user_id, "moderation.take_down", str(task.id))
    assert Event.objects.filter(name="moderation.decided").count() == 2
    assert Event.objects.filter(name="moderation.statement_issued").count() == 1


def test_taking_a_profile_down_hides_it(make):
    profile = make.freelancer().profile
    _decide(_report("profile", profile.id, make.actor(make.employer())), make.staff_actor())

    profile.refresh_from_db()
    assert profile.hidden_at == NOON


def test_taking_a_message_down_hides_it(make):
    contract = active_contract(make)
    message = messaging.send(
        contract_id=contract.id,
        text="Pay me outside",
        source_language="en",
        actor=make.actor(contract.employer),
        now=NOON,
    )
    _decide(_report("message", message.id, make.actor(contract.freelancer)), make.staff_actor())

    message.refresh_from_db()
    assert message.hidden_reason == "fraud"


def test_dismissing_leaves_it_and_tells_the_reporter(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))

    assert _decide(report, make.staff_actor(), Decision.DISMISS) is None
    task.refresh_from_db()
    assert task.hidden_at is None
    assert Event.objects.get(name="moderation.decided").payload["is_upheld"] is False
    assert not Statement.objects.exists()


def test_a_decision_needs_its_reason(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))
    with pytest.raises(operations.ReasonMissing):
        _decide(report, make.staff_actor(), facts="  ")


def test_a_case_is_decided_once(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))
    staff = make.staff_actor()
    _decide(report, staff)
    with pytest.raises(operations.CaseClosed):
        _decide(report, staff)


def test_only_staff_decide_and_nobody_their_own_case(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))
    with pytest.raises(policies.StaffOnly):
        _decide(report, make.actor(make.freelancer()))
    staff = make.staff_actor()
    Membership.objects.create(user_id=staff.user_id, organization=task.employer, role="viewer")
    with pytest.raises(policies.OwnCase):
        _decide(report, staff)


def test_staff_who_left_the_party_not_long_ago_do_not_decide(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))
    staff = make.staff_actor()
    PastMembership.objects.create(
        user_id=staff.user_id, organization=task.employer, role="viewer", left_at=NOON - timedelta(days=30)
    )
    with pytest.raises(policies.OwnCase):
        _decide(report, staff)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_audit_trail_cannot_be_changed(make, task, change):
    _decide(_report("task", task.id, make.actor(make.freelancer())), make.staff_actor())
    rows = AuditEntry.objects.all()
    act = {"update": lambda: rows.update(reason="nothing"), "delete": rows.delete}[change]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        act()


def test_the_database_refuses_a_decision_without_a_reason(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))
    with pytest.raises(IntegrityError, match="moderation_report_decided_with_reason"), transaction.atomic():
        Report.objects.filter(id=report.id).update(status="upheld")


@pytest.mark.parametrize("state", ReportStatus.values)
@pytest.mark.parametrize("verb", ["take_down", "dismiss"])
def test_only_open_reports_move(state, verb):
    assert REPORT.allows(state, verb) is (state == ReportStatus.OPEN)


def test_the_queue_begins_with_the_longest_waiting(make, task):
    first = _report("task", task.id, make.actor(make.freelancer()))
    _report("profile", make.freelancer().profile.id, make.actor(make.freelancer()))

    assert queries.open_reports().first() == first


def _objection(make, task):
    report = _report("task", task.id, make.actor(make.freelancer()))
    decider = make.staff_actor()
    statement = _decide(report, decider)
    owner = make.actor(task.employer)
    created = operations.object_to(
        statement_id=statement.id, text="It is a deposit", source_language="en", actor=owner, now=NOON
    )
    return created, decider, owner


def _answer(objection, actor, verb="grant", answer="You are right."):
    return operations.answer_objection(objection_id=objection.id, verb=verb, answer=answer, actor=actor, now=NOON)


def test_an_objection_is_answered_by_somebody_else_and_restores(make, task):
    objection, decider, _owner = _objection(make, task)
    with pytest.raises(policies.OwnDecision):
        _answer(objection, decider)

    _answer(objection, make.staff_actor())
    task.refresh_from_db()
    assert task.hidden_at is None
    assert AuditEntry.objects.filter(action="moderation.objection_grant").count() == 1


def test_a_refused_objection_leaves_it_down_and_says_why(make, task):
    objection, _decider, owner = _objection(make, task)
    with pytest.raises(operations.WordsMissing):
        _answer(objection, make.staff_actor(), "refuse", " ")

    _answer(objection, make.staff_actor(), "refuse", "A deposit is money in advance.")
    task.refresh_from_db()
    assert task.hidden_at == NOON
    with pytest.raises(policies.AlreadyObjected):
        operations.object_to(
            statement_id=objection.statement_id, text="Again", source_language="en", actor=owner, now=NOON
        )


def test_strangers_do_not_object(make, task):
    statement = _decide(_report("task", task.id, make.actor(make.freelancer())), make.staff_actor())
    with pytest.raises(operations.SubjectUnknown):
        operations.object_to(
            statement_id=statement.id, text="No", source_language="en", actor=make.actor(make.employer()), now=NOON
        )


@pytest.mark.parametrize("kind", ["profile", "message"])
def test_profiles_and_messages_are_restored_too(make, kind):
    contract = active_contract(make)
    sender = make.actor(contract.employer)
    message = messaging.send(contract_id=contract.id, text="Hi", source_language="en", actor=sender, now=NOON)
    subject = message if kind == "message" else contract.employer.profile
    if kind == "profile":
        type(subject).objects.filter(id=subject.id).update(is_public=True)
    statement = _decide(_report(kind, subject.id, make.actor(contract.freelancer)), make.staff_actor())
    created = operations.object_to(statement_id=statement.id, text="Why?", source_language="en", actor=sender, now=NOON)
    _answer(created, make.staff_actor())

    subject.refresh_from_db()
    assert subject.hidden_at is None


@pytest.mark.parametrize("state", ObjectionStatus.values)
@pytest.mark.parametrize("verb", ["grant", "refuse"])
def test_only_open_objections_move(state, verb):
    assert OBJECTION.allows(state, verb) is (state == ObjectionStatus.OPEN)
