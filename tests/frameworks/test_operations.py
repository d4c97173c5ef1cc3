"""Framework agreements: proposed, countered, accepted, ended; nothing that was accepted ever changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from apps.accounts.policies import NotYours, OnePersonOnBothSides, RoleMissing
from apps.common.errors import IllegalTransition
from apps.common.fingerprints import fingerprint
from apps.common.limits import LimitReached
from apps.compliance.policies import CorridorClosed
from apps.frameworks import errors, jobs, operations, policies
from apps.frameworks.models import Framework, FrameworkAcceptance, FrameworkVersion
from apps.frameworks.queries import documents
from apps.frameworks.queries import frameworks as queries
from apps.frameworks.terms import Rate
from apps.messaging.models import Block
from apps.notifications.models import Notification
from tests.frameworks.agreeing import RATES, draft, in_force, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


@pytest.fixture
def sides(make):
    return make.employer(), make.freelancer()


def test_a_proposal_is_accepted_by_the_other_side_and_both_acceptances_are_recorded(make, sides):
    employer, freelancer = sides
    framework = propose(make, sides)
    with pytest.raises(NotYours):
        operations.accept(framework_id=framework.id, number=1, actor=make.actor(employer), now=make.now)
    later = make.now + timedelta(hours=1)
    framework = operations.accept(framework_id=framework.id, number=1, actor=make.actor(freelancer), now=later)
    assert (framework.status, framework.accepted_at) == ("in_force", later)
    version = framework.versions.get()
    assert version.sha256 == fingerprint(version.terms)
    acceptances = version.acceptances.order_by("accepted_at")
    assert [(row.is_employer, row.accepted_by, row.accepted_at) for row in acceptances] == [
        (True, employer.memberships.get().user, make.now),
        (False, freelancer.memberships.get().user, later),
    ]


def test_either_side_proposes(make, sides):
    framework = propose(make, sides, by=sides[1])
    assert framework.proposed_by == sides[1]
    framework = operations.accept(framework_id=framework.id, number=1, actor=make.actor(sides[0]), now=make.now)
    assert framework.status == "in_force"


def test_a_counter_is_a_version_that_names_the_one_before(make, sides):
    framework = propose(make, sides)
    first = framework.versions.get()
    mine = draft(make, rates=(RATES[0],), notice_days=30)
    theirs = make.actor(sides[1])
    framework = operations.counter(framework_id=framework.id, number=1, draft=mine, actor=theirs, now=make.now)
    second = queries.newest_version(framework)
    assert (second.number, second.terms["previous_sha256"], second.draft()) == (2, first.sha256, mine)
    assert (framework.proposed_by, framework.notice_days) == (sides[1], 30)
    with pytest.raises(NotYours):
        operations.accept(framework_id=framework.id, number=2, actor=theirs, now=make.now)
    ours = make.actor(sides[0])
    with pytest.raises(errors.VersionOutdated):
        operations.accept(framework_id=framework.id, number=1, actor=ours, now=make.now)
    framework = operations.accept(framework_id=framework.id, number=2, actor=ours, now=make.now)
    assert framework.status == "in_force"
    assert not first.acceptances.filter(is_employer=False).exists()


def test_a_counter_changes_something(make, sides):
    framework = propose(make, sides)
    with pytest.raises(errors.NothingChanged):
        operations.counter(
            framework_id=framework.id, number=1, draft=draft(make), actor=make.actor(sides[1]), now=make.now
        )
    assert framework.versions.count() == 1


def test_declined_with_a_reason_or_withdrawn(make, sides):
    framework = propose(make, sides)
    theirs = {"framework_id": framework.id, "actor": make.actor(sides[1]), "now": make.now}
    with pytest.raises(errors.ReasonMissing):
        operations.decline(reason=" ", **theirs)
    with pytest.raises(errors.TermTooLong):
        operations.decline(reason="x" * (operations.REASON_MAX + 1), **theirs)
    with pytest.raises(NotYours):
        operations.withdraw(**theirs)
    framework = operations.decline(reason="Too low", **theirs)
    assert (framework.status, framework.answer) == ("declined", "Too low")
    framework = propose(make, sides)
    withdrawn = operations.withdraw(framework_id=framework.id, actor=make.actor(sides[0]), now=make.now)
    assert withdrawn.status == "withdrawn"
    with pytest.raises(IllegalTransition):
        operations.accept(framework_id=framework.id, number=1, actor=make.actor(sides[1]), now=make.now)


def test_one_open_proposal_between_two(make, sides):
    propose(make, sides)
    with pytest.raises(errors.ProposalOpen):
        propose(make, sides, by=sides[1])
    assert Framework.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"title": "\u200b"}, errors.TermMissing, "title"),
        ({"title": "x" * 141}, errors.TermTooLong, "title"),
        ({"currency": "XXX"}, errors.CurrencyNotSupported, "currency"),
        ({"rates": ()}, errors.RatesMissing, "rates"),
        ({"rates": RATES * 11}, errors.TooManyRates, "rates"),
        ({"rates": (Rate(" ", "hour", 1),)}, errors.RateNotReadable, "rates"),
        ({"rates": (Rate("Work", "month", 1),)}, errors.RateNotReadable, "rates"),
        ({"rates": (Rate("Work", "hour", 0),)}, errors.RateNotReadable, "rates"),
        ({"revisions": 21}, errors.NumberOutOfRange, "revisions"),
        ({"review_days": 2}, errors.NumberOutOfRange, "review_days"),
        ({"review_days": 31}, errors.NumberOutOfRange, "review_days"),
        ({"notice_days": 91}, errors.NumberOutOfRange, "notice_days"),
        ({"ceiling_minor": 0}, errors.CeilingNotPossible, "ceiling"),
        ({"rights": "x" * 5001}, errors.TermTooLong, "rights"),
        ({"currency": "KWD", "ceiling_minor": 1234}, errors.AmountNotPayable, "ceiling"),
        ({"currency": "KWD", "rates": (RATES[0], Rate("Work", "hour", 1234))}, errors.AmountNotPayable, "rates"),
    ],
)
def test_terms_keep_their_bounds_and_the_field_is_named(make, sides, change, error, field):
    with pytest.raises(error) as refusal:
        propose(make, sides, **change)
    assert refusal.value.field == field
    assert not Framework.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(0, 1097), (5, 4), (-10, 0), (367, 400)])
def test_validity_is_at_most_three_years_and_not_over(make, sides, first, last):
    today = make.now.date()
    with pytest.raises(errors.ValidityNotPossible):
        propose(make, sides, starts_on=today + timedelta(days=first), ends_on=today + timedelta(days=last))
    propose(make, sides, ends_on=today + timedelta(days=1096))


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(9999, 1, 1), date(9999, 12, 31)), (date.min, date.max), (date.max, date.max), (date.max, date.min)],
)
def test_days_at_the_end_of_the_calendar_are_refused(make, sides, first, last):
    with pytest.raises(errors.ValidityNotPossible):
        propose(make, sides, starts_on=first, ends_on=last)


def test_roles_blocks_and_ones_own_people(make, sides):
    employer, freelancer = sides
    for organization, role in ((employer, "member"), (employer, "finance"), (freelancer, "viewer")):
        with pytest.raises(RoleMissing):
            propose(make, sides, by=organization, role=role)
    with pytest.raises(NotYours):
        propose(make, sides, by=make.employer())
    own = make.freelancer(owner=employer.memberships.get(role="owner").user)
    with pytest.raises(OnePersonOnBothSides):
        propose(make, (employer, own))
    with pytest.raises(errors.CannotBeProposed):
        propose(make, (employer, make.employer()))
    framework = propose(make, sides)
    for blocker, other in (sides, sides[::-1]):
        block = Block.objects.create(
            organization=blocker, blocked=other, blocked_by=blocker.memberships.get(role="owner").user
        )
        with pytest.raises(errors.CannotBeProposed):
            operations.counter(
                framework_id=framework.id, number=1, draft=draft(make, revisions=1),
                actor=make.actor(freelancer), now=make.now,
            )  # fmt: skip
        block.delete()


def test_no_terms_for_a_country_that_cannot_be_paid(make, sides):
    with pytest.raises(CorridorClosed):
        propose(make, (sides[0], make.freelancer(country="KP")))


def test_proposals_are_limited(make, sides, settings):
    settings.LIMITS_ARE_ON = True
    for _number in range(10):
        framework = propose(make, sides)
        operations.withdraw(framework_id=framework.id, actor=make.actor(sides[0]), now=make.now)
    with pytest.raises(LimitReached):
        propose(make, sides)


def test_notice_keeps_it_in_force_for_its_period(make, sides):
    framework = in_force(make, sides)
    today = make.now.date()
    framework = operations.give_notice(
        framework_id=framework.id, reason="We closed the shop", actor=make.actor(sides[1]), now=make.now
    )
    assert (framework.status, framework.notice_ends_on) == ("in_force", today + timedelta(days=14))
    assert policies.is_valid(framework, today + timedelta(days=14))
    assert not policies.is_valid(framework, today + timedelta(days=15))
    with pytest.raises(errors.NoticeGiven):
        operations.give_notice(framework_id=framework.id, reason="", actor=make.actor(sides[0]), now=make.now)
    for days, status in ((14, "in_force"), (15, "ended")):
        moment = make.now + timedelta(days=days)
        due = list(queries.frameworks_to_end(moment))
        assert due == ([framework.id] if status == "ended" else [])
        assert operations.end(framework_id=framework.id, now=moment).status == status


def test_notice_never_ends_later_than_its_validity(make, sides):
    last = make.now.date() + timedelta(days=3)
    framework = in_force(make, sides, ends_on=last)
    framework = operations.give_notice(framework_id=framework.id, reason="", actor=make.actor(sides[0]), now=make.now)
    assert framework.notice_ends_on == last


def test_it_expires_after_its_last_day(make, sides):
    framework = in_force(make, sides)
    last = make.now + timedelta(days=365)
    assert operations.expire(framework_id=framework.id, now=last).status == "in_force"
    after = last + timedelta(days=1)
    assert list(queries.frameworks_to_expire(after)) == [framework.id]
    assert operations.expire(framework_id=framework.id, now=after).status == "expired"


def test_a_proposal_that_nobody_answers_expires(make, sides):
    framework = propose(make, sides)
    assert operations.expire(framework_id=framework.id, now=make.now).status == "proposed"
    Framework.objects.update(respond_by=make.now - timedelta(days=1))
    assert jobs.keep_dates() == 1
    framework.refresh_from_db()
    assert framework.status == "expired"


def test_nothing_is_answered_after_the_time_for_an_answer(make, sides):
    framework = propose(make, sides)
    actor, late = make.actor(sides[1]), framework.respond_by
    answer = {"framework_id": framework.id, "number": 1, "actor": actor}
    with pytest.raises(errors.AnswerTooLate):
        operations.accept(**answer, now=late)
    with pytest.raises(errors.AnswerTooLate):
        operations.counter(**answer, draft=draft(make, revisions=4), now=late)
    with pytest.raises(errors.AnswerTooLate):
        operations.decline(framework_id=framework.id, reason="No", actor=actor, now=late)
    assert not policies.can_answer(actor, framework, late)
    accepted = operations.accept(**answer, now=framework.respond_by - timedelta(seconds=1))
    assert accepted.status == "in_force"


@pytest.mark.parametrize("other_accepts", [False, True])
def test_the_document_names_a_side_once_it_accepted(make, sides, other_accepts):
    employer, freelancer = sides
    for side in sides:
        side.legal_name = f"{side.display_name} Ltd"
        side.save(update_fields=["legal_name"])
    framework = in_force(make, sides) if other_accepts else propose(make, sides)

    def names(actor):
        contents = documents.contents(framework, make.now, reader=actor)
        return contents.employer.legal_name, contents.freelancer.legal_name

    theirs = freelancer.legal_name if other_accepts else freelancer.display_name
    assert names(make.actor(employer)) == (employer.legal_name, theirs)
    assert names(make.actor(freelancer)) == (employer.legal_name, freelancer.legal_name)


def test_nothing_accepted_is_accepted_after_its_last_day(make, sides):
    framework = propose(make, sides, ends_on=make.now.date() + timedelta(days=1))
    with pytest.raises(errors.ValidityNotPossible):
        operations.accept(
            framework_id=framework.id, number=1, actor=make.actor(sides[1]), now=make.now + timedelta(days=2)
        )


def test_the_database_keeps_versions_acceptances_and_accepted_terms(make, sides):
    framework = in_force(make, sides)
    changes = [
        lambda: FrameworkVersion.objects.update(sha256="0" * 64),
        lambda: FrameworkVersion.objects.all()._raw_delete("default"),
        lambda: FrameworkAcceptance.objects.update(is_employer=True),
        lambda: FrameworkAcceptance.objects.all()._raw_delete("default"),
        lambda: Framework.objects.update(ceiling_minor=None),
        lambda: Framework.objects.update(freelancer=make.freelancer()),
        lambda: Framework.objects.all()._raw_delete("default"),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Framework.objects.get().ceiling_minor == framework.ceiling_minor
    assert not connection.needs_rollback


def test_each_step_is_notified_to_the_other_side(make, sides, outbox_drain):
    employer, freelancer = (side.memberships.get().user for side in sides)

    def kinds(user):
        outbox_drain(make.now + timedelta(days=20))
        return set(Notification.objects.filter(user=user).values_list("kind", flat=True))

    framework = propose(make, sides)
    assert kinds(freelancer) == {"framework_proposed"}
    operations.counter(
        framework_id=framework.id, number=1, draft=draft(make, revisions=1), actor=make.actor(sides[1]), now=make.now
    )
    assert kinds(employer) == {"framework_countered"}
    operations.accept(framework_id=framework.id, number=2, actor=make.actor(sides[0]), now=make.now)
    assert kinds(freelancer) == {"framework_proposed", "framework_accepted"}
    operations.give_notice(framework_id=framework.id, reason="", actor=make.actor(sides[0]), now=make.now)
    assert "framework_notice" in kinds(freelancer)
    operations.end(framework_id=framework.id, now=make.now + timedelta(days=15))
    assert "framework_ended" in kinds(freelancer) & kinds(employer)


def test_who_sees_one(make, sides):
    framework = propose(make, sides)
    for organization, sees in ((sides[0], True), (sides[1], True), (make.employer(), False)):
        assert queries.frameworks_visible_to(make.actor(organization)).filter(id=framework.id).exists() is sees
    assert queries.frameworks_visible_to(make.staff_actor()).exists()


def test_terms_read_back_are_the_terms_written(make, sides):
    written = draft(make, ceiling_minor=None, other="Line one\n\nLine two")
    framework = propose(make, sides, ceiling_minor=None, other=written.other)
    assert queries.newest_version(framework).draft() == replace(written)
