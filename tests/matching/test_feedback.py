"""“Not for me”: one's own side alone, undone at will, and never told to the other."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.operations import profiles
from apps.matching import policies
from apps.matching.models import EventKind, ListSide, MatchEvent, MatchRefusal, Reason
from apps.matching.operations import feedback, matches
from apps.matching.queries import recommendations
from apps.skills.models import Skill
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
SECRET = "They never pay on time"


def owner(organization):
    return organization.memberships.get(role="owner").user


@pytest.fixture
def pair(make, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    react = Skill.objects.get(slug="react").id
    freelancer = make.freelancer("Ada")
    profiles.update_profile(
        organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, changes={}, skills={react: 4},
        languages={"en": "native"},
    )  # fmt: skip
    task = make.task(employer=make.employer("Werk"), skill_ids=(react,))
    matches.match_task(task_id=task.id, now=NOON)
    return task, freelancer


def recommended(freelancer):
    return [recommended_task.task for recommended_task in recommendations.recommended_tasks(freelancer.id, now=NOON)]


def people(task):
    return [
        recommended_freelancer.organization
        for recommended_freelancer in recommendations.recommended_freelancers(task.id, now=NOON)
    ]


def test_a_refused_task_is_not_recommended_until_it_is_taken_back(client, pair):
    task, freelancer = pair
    client.force_login(owner(freelancer))
    url = reverse("matching:not_for_me", args=[task.id])
    assert url in client.get(reverse("matching:tasks")).content.decode()

    page = client.post(url, {"reason": "pay"}, follow=True).content.decode()
    assert "Not recommended again" in page
    assert "It pays too little" in page
    assert recommended(freelancer) == []
    matches.match_task(task_id=task.id, now=NOON)
    assert recommended(freelancer) == []
    event = MatchEvent.objects.get()
    assert (event.kind, event.task, event.organization) == (EventKind.NOT_FOR_ME, task, freelancer)

    client.post(url, {"undo": "1"})
    assert recommended(freelancer) == [task]
    assert not MatchEvent.objects.exists()
    assert not MatchRefusal.objects.exists()


def test_a_refused_freelancer_is_not_recommended_for_this_task_and_sees_it_still(client, pair):
    task, freelancer = pair
    client.force_login(owner(task.employer))
    url = reverse("matching:not_suited", args=[task.id, freelancer.id])

    assert client.post(url, {"reason": "price"}).status_code == 302
    assert people(task) == []
    assert recommended(freelancer) == [task]
    assert MatchEvent.objects.get().kind == EventKind.DECLINE

    client.post(url, {"undo": "1"})
    assert people(task) == [freelancer]


def test_an_employer_never_sees_what_a_freelancer_said(client, pair):
    task, freelancer = pair
    client.force_login(owner(freelancer))
    client.post(reverse("matching:not_for_me", args=[task.id]), {"reason": "other", "text": SECRET})
    assert MatchRefusal.objects.get().text == SECRET

    client.force_login(owner(task.employer))
    for url in (task.get_absolute_url(), reverse("matching:freelancers", args=[task.id])):
        page = client.get(url).content.decode()
        assert SECRET not in page
        assert "Not recommended again" not in page
    assert client.get(f"/api/v1/tasks/{task.id}/recommended-freelancers/").json() == []


def test_nobody_says_no_for_somebody_else(client, pair, make):
    task, freelancer = pair
    stranger = make.freelancer("Curious")
    say = {"task": task, "organization_id": freelancer.id, "reason": "pay", "text": "", "now": NOON}
    for side, actor in (
        (ListSide.TASKS, make.actor(stranger)),
        (ListSide.TASKS, make.actor(task.employer)),
        (ListSide.TASKS, make.actor(freelancer, role="viewer")),
        (ListSide.PEOPLE, make.actor(freelancer)),
        (ListSide.PEOPLE, make.actor(stranger)),
    ):
        with pytest.raises(policies.NotFound):
            feedback.refuse(side=side, actor=actor, **say)
    feedback.refuse(side=ListSide.TASKS, actor=make.actor(freelancer), **say)
    with pytest.raises(policies.NotFound):
        feedback.take_back(
            side=ListSide.TASKS, task=task, organization_id=freelancer.id, actor=make.actor(task.employer)
        )
    client.force_login(owner(stranger))
    assert (
        client.post(reverse("matching:not_suited", args=[task.id, freelancer.id]), {"reason": "price"}).status_code
        == 404
    )
    # Of a task that one was not matched with there is nothing to say, and nothing to find out.
    assert client.post(reverse("matching:not_for_me", args=[task.id]), {"reason": "pay"}).status_code == 404
    assert MatchRefusal.objects.count() == 1


@pytest.mark.parametrize(
    ("side", "reason", "error"),
    [
        (ListSide.TASKS, "price", policies.ReasonUnknown),
        (ListSide.TASKS, "", policies.ReasonUnknown),
        (ListSide.PEOPLE, "trust", policies.ReasonUnknown),
        (ListSide.TASKS, "other", policies.ReasonMissing),
    ],
)
def test_a_reason_is_one_of_the_sides_own_and_another_needs_words(pair, make, side, reason, error):
    task, freelancer = pair
    actor = make.actor(freelancer if side == ListSide.TASKS else task.employer)
    with pytest.raises(error):
        feedback.refuse(
            side=side, task=task, organization_id=freelancer.id, reason=reason, text=" ", actor=actor, now=NOON
        )


def test_a_form_sent_wrongly_keeps_every_word(client, pair):
    task, freelancer = pair
    own = {"not_for_me": (freelancer, [task.id]), "not_suited": (task.employer, [task.id, freelancer.id])}
    for name, (side, args) in own.items():
        client.force_login(owner(side))
        url = reverse(f"matching:{name}", args=args)
        for typed, sentence in (
            ({"reason": "other", "text": "  "}, "Say the other reason in a few words."),
            ({"reason": "", "text": "Ünsere Gründe"}, "Choose one of the reasons."),
            ({"reason": "weather", "text": "Ünsere Gründe"}, "Choose one of the reasons."),
            ({"reason": "other", "text": "long " * 101}, "at most 500 characters"),
        ):
            answer = client.post(url, typed)
            page = answer.content.decode()
            assert answer.status_code == 422
            assert sentence in page
            assert f'value="{typed["text"]}"' in page
            assert '<option value="other" selected>' in page or typed["reason"] != "other"
        assert client.post(url, {"reason": "other", "text": "Ünsere Gründe"}).status_code == 302
    assert set(MatchRefusal.objects.values_list("side", "text")) == {
        ("tasks", "Ünsere Gründe"), ("people", "Ünsere Gründe"),
    }  # fmt: skip


def test_the_page_to_say_no_is_for_the_side_alone(client, pair, make):
    task, freelancer = pair
    not_for_me = reverse("matching:not_for_me", args=[task.id])
    not_suited = reverse("matching:not_suited", args=[task.id, freelancer.id])
    client.force_login(owner(freelancer))
    assert client.get(not_for_me).status_code == 200
    assert client.get(not_suited).status_code == 404
    client.force_login(owner(task.employer))
    assert client.get(not_for_me).status_code == 404
    assert "Ada" in client.get(not_suited).content.decode()
    client.force_login(owner(make.freelancer("Curious")))
    assert client.get(not_for_me).status_code == 404


def test_saying_it_again_changes_the_reason(pair, make):
    task, freelancer = pair
    say = {"side": ListSide.TASKS, "task": task, "organization_id": freelancer.id, "text": "", "now": NOON}
    for reason in (Reason.PAY, Reason.TIME):
        feedback.refuse(reason=reason, actor=make.actor(freelancer), **say)
    assert MatchRefusal.objects.get().reason == Reason.TIME
    assert MatchEvent.objects.count() == 1


def test_the_api_says_no_and_takes_it_back(client, pair):
    task, freelancer = pair
    client.force_login(owner(freelancer))
    url = f"/api/v1/tasks/{task.id}/not-for-me/"
    answer = client.post(url, {"reason": "time"}, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["reason"] == "time"
    assert client.post(url, {"reason": "price"}, content_type="application/json").status_code in (400, 422)
    assert client.delete(url).status_code == 204
    assert client.delete(url).status_code == 404

    client.force_login(owner(task.employer))
    other = f"/api/v1/tasks/{task.id}/recommended-freelancers/{freelancer.id}/not-suited/"
    assert client.post(other, {"reason": "lacks_skill"}, content_type="application/json").status_code == 200
    assert people(task) == []
    client.force_login(owner(freelancer))
    assert client.delete(other).status_code == 404


def test_staff_see_how_often_and_neither_who_nor_the_words(client, pair, make):
    task, freelancer = pair
    feedback.refuse(
        side=ListSide.TASKS, task=task, organization_id=freelancer.id, reason="other", text=SECRET,
        actor=make.actor(freelancer), now=NOON - timedelta(days=1),
    )  # fmt: skip
    url = reverse("matching:reasons")
    client.force_login(owner(freelancer))
    assert client.get(url).status_code == 404
    client.force_login(make.staff())
    page = client.get(url).content.decode()
    assert "Another reason" in page
    assert SECRET not in page
    assert "Ada" not in page
