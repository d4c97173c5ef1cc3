"""Once a week an employer hears who suits a task for which nobody was invited; as they wish, and not when it is late."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse

from apps.accounts.models import Profile, User
from apps.accounts.operations import profiles
from apps.matching.models import EventKind, ListKind, MatchEvent, MatchImpression
from apps.matching.operations import matches
from apps.matching.operations import notifications as notification_operations
from apps.matching.queries import recommendations
from apps.notifications import operations as notifications
from apps.notifications.models import Notification, Preference
from apps.skills.models import Skill
from apps.tasks import operations as tasks
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def owner(organization):
    return organization.memberships.get(role="owner").user


@pytest.fixture
def market(make, outbox_drain):
    react = Skill.objects.get(slug="react").id

    def freelancer(name, level):
        item = make.freelancer(name)
        profiles.update_profile(
            organization_id=item.id, actor=make.actor(item), now=NOON, changes={}, skills={react: level},
            languages={"en": "native"},
        )  # fmt: skip
        return item

    class Market:
        people = [freelancer(name, level) for name, level in (("Ada", 4), ("Bola", 3), ("Chi", 2), ("Dayo", 1))]
        employer = make.employer("Werk")
        task = make.task(employer=employer, skill_ids=(react,), bidding_closes_at=NOON + 3 * WEEK, decision_due_at=NOON + 4 * WEEK)  # fmt: skip

    matches.match_task(task_id=Market.task.id, now=NOON)
    outbox_drain()
    return Market


def notified(task):
    return list(Notification.objects.filter(kind="people_suit", route_args=[str(task.id)]).order_by("happened_at"))


def test_the_employer_hears_of_the_first_three_once_a_week(market, outbox_drain):
    expected = [
        recommended_freelancer.organization
        for recommended_freelancer in recommendations.recommended_freelancers(market.task.id, 3, now=NOON)
    ]
    assert notification_operations.notify_employers(now=NOON) == 1
    assert notification_operations.notify_employers(now=NOON) == 0
    outbox_drain()

    [notification] = notified(market.task)
    assert notification.user == owner(market.employer)
    assert notification.params["who"] == {"names": [item.display_name for item in expected]}
    assert notification.get_absolute_url() == reverse("matching:freelancers", args=[market.task.id])
    shown = MatchImpression.objects.filter(list_kind=ListKind.PEOPLE_MAIL).order_by("position")
    assert [item.organization for item in shown] == expected
    assert {item.reader for item in shown} == {market.employer}

    assert notification_operations.notify_employers(now=NOON + WEEK) == 1
    outbox_drain(NOON + WEEK)
    assert len(notified(market.task)) == 2


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Ada, Bola, and Chi"), ("ar", "Ada وBola وChi"), ("zh-hans", "Ada、Bola和Chi")],
)  # fmt: skip
def test_the_digest_lists_them_in_the_readers_language_plain_and_html(market, outbox_drain, language, sentence):
    User.objects.filter(pk=owner(market.employer).pk).update(language=language)
    notification_operations.notify_employers(now=NOON)
    outbox_drain()
    tomorrow = (NOON + timedelta(days=1)).astimezone(ZoneInfo(owner(market.employer).time_zone)).replace(hour=9)
    notifications.queue_digests(now=tomorrow)
    notifications.send_pending_emails(now=tomorrow)

    [message] = [item for item in mail.outbox if item.to == [owner(market.employer).email]]
    for text in (message.body, message.alternatives[0][0]):
        assert sentence in text.replace("\u2068", "").replace("\u2069", "")
        assert market.task.title in text
        assert reverse("notifications:open", args=[notified(market.task)[0].id]).split("/", 2)[2] in text
    assert "/settings/notifications/" in message.body


def test_who_does_not_want_it_hears_nothing(market, outbox_drain):
    Preference.objects.create(user=owner(market.employer), group="tasks", is_in_app=False, pace="off")
    notification_operations.notify_employers(now=NOON)
    outbox_drain()
    assert notified(market.task) == []


def test_nothing_is_notified_once_somebody_is_invited_or_bidding_is_nearly_over(market, make, outbox_drain):
    assert notification_operations.notify_employers(now=market.task.bidding_closes_at - timedelta(hours=20)) == 0
    notification_operations.notify_employers(now=NOON)
    tasks.invite(
        task_id=market.task.id, organization_id=market.people[0].id, message="", actor=make.actor(market.employer), now=NOON
    )  # fmt: skip
    outbox_drain()
    assert notified(market.task) == [], "invited between the event and its notification"
    assert notification_operations.notify_employers(now=NOON + WEEK) == 0
    assert MatchEvent.objects.get(kind=EventKind.INVITE).impression.list_kind == ListKind.PEOPLE_MAIL


def test_people_who_do_not_suit_well_or_are_no_longer_there_are_not_named(market, make, outbox_drain, monkeypatch):
    notification_operations.notify_employers(now=NOON)
    Profile.objects.filter(organization=market.people[0]).update(is_public=False)
    outbox_drain()
    assert "Ada" not in notified(market.task)[0].params["who"]["names"]

    monkeypatch.setattr("apps.matching.operations.notifications.NOTIFY_SCORE_MIN", 99.0)
    assert notification_operations.notify_employers(now=NOON + WEEK) == 0
