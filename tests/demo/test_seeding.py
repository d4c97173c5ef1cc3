"""The seeded demo market, in a database of its own: it is seeded once, and every test reads it."""

import os
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from apps.accounts.models import Membership, Organization, PortfolioItem, User
from apps.accounts.queries import actors
from apps.bidding.models import Bid
from apps.choosing.models import ScoreSheet
from apps.contracts.models import ChangeRequest, Contract, LateNotice, Milestone
from apps.dashboard.queries import income, staff_board, todos
from apps.demo import portraits
from apps.demo.people import LOGINS, MODERATOR, STAFF
from apps.demo.seeding import market, tasks
from apps.disputes.models import Dispute
from apps.matching.models import MatchRequest
from apps.matching.queries import recommendations
from apps.messaging.models import Message
from apps.outbox.models import Delivery
from apps.payments.models import Chargeback
from apps.reviews.models import Review
from apps.tasks.models import Task
from apps.tasks.states import TaskStatus
from devstack.sandbox_processor.server import Processor
from tests import databases

LANGUAGES = {"ar", "de", "en", "es", "fr", "zh-hans"}
OF_PEOPLE = [email for email, _who in LOGINS if email != STAFF.email]
FREELANCERS = ["amara@lagos.example", "lin@shenzhen.example", "nour@cairo.example"]


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo data in a database of its own."""
    folder, name = tmp_path_factory.mktemp("demo"), f"seeded_{os.getpid()}"
    with django_db_blocker.unblock():
        databases.copy(name, databases.template())
        connection.close()
        before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
        processor = Processor(db=folder / "processor.sqlite3", payout_delay=0.0).start()
        try:
            with override_settings(
                PROCESSOR_URL=processor.url, LIMITS_ARE_ON=False, MEDIA_ROOT=folder, MATCH_INDEX=folder / "index"
            ):
                market.seed()
            yield
        finally:
            processor.stop()
            connection.close()
            connection.settings_dict["NAME"] = before
            databases.drop(name)


pytestmark = pytest.mark.usefixtures("demo")


def organization(email):
    return Organization.objects.get(memberships__user__email=email)


def test_no_event_failed_and_everything_is_matched():
    assert list(Delivery.objects.exclude(last_error="").values_list("subscriber", "last_error")) == []
    assert not MatchRequest.objects.exists()


def test_forty_people_and_companies_have_pictures_and_portfolios():
    assert Organization.objects.count() >= 40
    assert Organization.objects.filter(hires=True).count() >= 10
    assert len({organization.country for organization in Organization.objects.all()}) >= 25
    assert Organization.objects.exclude(picture="").count() == len(portraits.PICTURES)
    assert not Organization.objects.filter(created_at__gt=timezone.now() - timedelta(days=90)).exists()
    items = list(PortfolioItem.objects.exclude(image=None).exclude(image_alt=""))
    assert len({item.profile_id for item in items}) >= 15
    assert len(items) >= 30


def test_tasks_have_full_briefs_in_six_languages():
    for task in Task.objects.prefetch_related("criteria"):
        # Chinese is written without spaces, and says in a character what takes half a word elsewhere.
        words = len(task.requirements) // 2 if task.source_language == "zh-hans" else len(task.requirements.split())
        assert 45 <= words <= 160, (task.title, words)
        assert task.goal
        assert 1 <= task.criteria.count() <= 5
    assert set(Task.objects.values_list("source_language", flat=True)) == LANGUAGES
    assert set(Task.objects.filter(status="open").values_list("source_language", flat=True)) == LANGUAGES


def test_each_stage_of_a_task_and_a_milestone_is_present():
    stages = set(tasks.AGE_DAYS) | {"completed", "rewarded", "decided", "charged_back", "appealed"}
    assert {posting.row["stage"] for posting in tasks.postings(timezone.now())} == stages
    assert set(Task.objects.values_list("status", flat=True)) == set(TaskStatus.values)
    assert {"planned", "funded", "delivered", "in_revision", "disputed", "approved", "split", "refunded"} <= set(
        Milestone.objects.values_list("status", flat=True)
    )
    assert {"offered", "active", "completed", "split", "refunded"} <= set(
        Contract.objects.values_list("status", flat=True)
    )


@pytest.mark.parametrize("email", OF_PEOPLE)
def test_a_login_finds_something_to_do(email):
    user = User.objects.get(email=email)
    actor = actors.actor_for(user, organization(email).id)

    assert len(todos.todos(actor, user, timezone.now())) >= 3


@pytest.mark.parametrize("email", FREELANCERS)
def test_a_freelancer_finds_good_matches(email):
    matches = recommendations.recommended_tasks(organization(email).id, 5, now=timezone.now())

    assert len(matches) >= 3


def test_staff_find_something_to_do():
    actor = actors.actor_for(User.objects.get(email=STAFF.email))

    assert sum(work.count > 0 for work in staff_board.waiting_work(actor)) >= 3
    assert actors.actor_for(User.objects.get(email=MODERATOR.email)).is_staff


@pytest.mark.parametrize("email", [*FREELANCERS, "diego@bogota.example"])
def test_a_freelancer_has_income_in_three_calendar_months(email):
    incomes = income.incomes(organization(email).id, now=timezone.now())

    assert len({month.month for currency in incomes for month in currency.months if month.amount.amount_minor}) >= 3


def test_reviews_differ_and_some_are_answered():
    texts = list(Review.objects.values_list("text", flat=True))

    assert len(texts) == len(set(texts)) >= 30
    assert set(Review.objects.values_list("quality", flat=True)) == {2, 3, 4, 5}
    assert len(set(Review.objects.values_list("source_language", flat=True))) >= 5
    assert Review.objects.exclude(reply="").count() >= 4


def test_disputes_are_open_answered_and_decided():
    statuses = list(Dispute.objects.values_list("status", flat=True))

    assert sorted(statuses) == ["answered", "decided", "decided", "open"]
    parts = {dispute.freelancer_minor == dispute.amount_minor for dispute in Dispute.objects.filter(status="decided")}
    assert parts == {True, False}


def test_money_comes_back_and_work_is_late():
    assert set(Chargeback.objects.values_list("status", flat=True)) == {"opened", "lost"}
    assert set(LateNotice.objects.values_list("status", flat=True)) == {"running", "appealed"}
    assert set(ChangeRequest.objects.values_list("status", flat=True)) == {"open", "accepted"}


def test_an_employer_of_two_compares_bids():
    assert Membership.objects.filter(organization=organization("greta@hafenlicht.example")).count() == 2
    sheets = ScoreSheet.objects.all()
    assert len({sheet.member_id for sheet in sheets}) == 2
    assert len({sheet.bid_id for sheet in sheets}) == 2
    assert Bid.objects.exclude(decline_reason="").exclude(decline_note="").exists()


def test_people_write_before_there_is_a_contract():
    assert Message.objects.filter(conversation__contract=None).count() >= 20
