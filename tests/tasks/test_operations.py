from datetime import timedelta

import pytest

from apps.accounts import policies as roles
from apps.common.errors import IllegalTransition
from apps.common.models import StatusChange
from apps.outbox.models import Event
from apps.skills.models import Category
from apps.tasks import hiding, operations, policies, queries
from apps.tasks.models import Task
from apps.tasks.states import TaskStatus

DAY = timedelta(days=1)


def test_a_complete_brief_is_published_and_notified_of(make, now):
    task = make.task()

    assert task.status == TaskStatus.OPEN
    assert task.published_at == now
    assert task.budget_reference_minor == 90000
    assert Event.objects.filter(name="tasks.published").count() == 1
    assert StatusChange.objects.get(subject_id=task.id).verb == "publish"


@pytest.mark.parametrize(
    ("fields", "where", "why"),
    [
        ({"title": " "}, "title", "missing"),
        ({"goal": ""}, "goal", "missing"),
        ({"criteria": ()}, "criteria", "missing"),
        ({"category_id": None}, "category", "missing"),
        ({"budget_min_minor": None}, "budget_min", "missing"),
        ({"budget_kind": "range", "budget_max_minor": None}, "budget_max", "missing"),
        ({"bidding_closes_at": None}, "bidding_closes_at", "missing"),
        ({"deadline_at": None}, "deadline_at", "missing"),
    ],
)
def test_an_incomplete_brief_stays_a_draft_and_says_what_is_missing(make, now, fields, where, why):
    task = make.task(status="draft", **fields)
    with pytest.raises(policies.WaitingForPublication) as refusal:
        operations.publish(task_id=task.id, actor=make.actor(task.employer), now=now)
    assert refusal.value.problems[where] == why
    task.refresh_from_db()
    assert task.status == TaskStatus.DRAFT


def test_dates_must_follow_each_other(make, now):
    task = make.task(
        status="draft", bidding_closes_at=now + 10 * DAY, decision_due_at=now + 12 * DAY, deadline_at=now + 9 * DAY
    )
    with pytest.raises(policies.WaitingForPublication) as refusal:
        operations.publish(task_id=task.id, actor=make.actor(task.employer), now=now)
    assert refusal.value.problems == {"deadline_at": "before_bidding_closes"}


def test_only_the_employer_publishes(make, now):
    task = make.task(status="draft")
    with pytest.raises(roles.NotYours):
        operations.publish(task_id=task.id, actor=make.actor(make.employer()), now=now)


@pytest.mark.parametrize(
    ("role", "may"), [("owner", True), ("manager", True), ("member", True), ("finance", False), ("viewer", False)]
)
def test_posting_needs_a_role_that_may(make, now, role, may):
    task = make.task(status="draft")
    actor = make.actor(task.employer, role)
    if may:
        assert operations.publish(task_id=task.id, actor=actor, now=now).status == TaskStatus.OPEN
    else:
        with pytest.raises(roles.RoleMissing):
            operations.publish(task_id=task.id, actor=actor, now=now)


def test_a_published_brief_is_not_rewritten(make, now):
    task = make.task()
    with pytest.raises(policies.AlreadyPublished):
        operations.save_draft(
            task_id=task.id, actor=make.actor(task.employer), brief=make.brief(title="Other"), now=now
        )


def test_an_addendum_moves_dates_later_only(make, now):
    task = make.task()
    actor = make.actor(task.employer)
    with pytest.raises(operations.DatesOutOfOrder):
        operations.add_addendum(task_id=task.id, text="Sooner", actor=actor, now=now, deadline_at=now + DAY)

    addendum = operations.add_addendum(
        task_id=task.id, text="Two more pages", actor=actor, now=now, deadline_at=now + 40 * DAY
    )

    task.refresh_from_db()
    assert task.deadline_at == now + 40 * DAY
    assert list(addendum.changes) == ["deadline_at"]
    assert Event.objects.filter(name="tasks.addendum_added").count() == 1


def test_the_clock_closes_the_bid_window_once_and_not_early(make, now):
    task = make.task()
    operations.close_bidding(task_id=task.id, now=now + DAY)
    task.refresh_from_db()
    assert task.status == TaskStatus.OPEN

    for _ in range(2):
        operations.close_bidding(task_id=task.id, now=now + 7 * DAY)

    task.refresh_from_db()
    assert task.status == TaskStatus.DECIDING
    assert Event.objects.filter(name="tasks.bidding_closed").count() == 1


def test_an_undecided_task_expires_on_its_own(make, now):
    task = make.task(status="deciding")
    assert list(queries.tasks_to_expire(now + 13 * DAY)) == []
    assert list(queries.tasks_to_expire(now + 14 * DAY)) == [task.id]
    operations.expire(task_id=task.id, now=now + 14 * DAY)
    task.refresh_from_db()
    assert task.status == TaskStatus.EXPIRED
    with pytest.raises(IllegalTransition):
        operations.cancel(task_id=task.id, actor=make.actor(task.employer), now=now)


def test_strangers_see_published_public_tasks_only(make):
    seen, draft, invited = make.task(), make.task(status="draft"), make.task(visibility="invited")
    freelancer = make.actor(make.freelancer())
    visible = queries.tasks_visible_to(freelancer)
    assert seen in visible
    assert draft not in visible
    assert invited not in visible
    assert draft in queries.tasks_visible_to(make.actor(draft.employer))


def test_an_invitation_shows_the_task_to_the_invited(make, now):
    task = make.task(visibility="invited")
    freelancer = make.freelancer()
    for _ in range(2):
        operations.invite(task_id=task.id, organization_id=freelancer.id, actor=make.actor(task.employer), now=now)
    assert task in queries.tasks_visible_to(make.actor(freelancer))
    assert Event.objects.filter(name="tasks.freelancer_invited").count() == 1


def test_staff_take_a_task_down_and_only_its_owner_still_sees_it(make, now):
    task = make.task()
    with pytest.raises(policies.StaffOnly):
        hiding.take_down(task_id=task.id, reason_code="scam", actor=make.actor(make.freelancer()), now=now)
    staff = make.actor(make.organization(owner=make.staff()))
    hiding.take_down(task_id=task.id, reason_code="scam", actor=staff, now=now)
    assert not queries.tasks_visible_to(make.actor(make.freelancer())).exists()
    assert task in queries.tasks_visible_to(make.actor(task.employer))


def test_questions_are_answered_once(make, now):
    task = make.task()
    question = operations.ask_question(
        task_id=task.id, text="PDF or text?", source_language="en", actor=make.actor(make.freelancer()), now=now
    )
    employer = make.actor(task.employer)
    operations.answer_question(question_id=question.id, answer="PDF.", actor=employer, now=now)
    with pytest.raises(operations.AlreadyAnswered):
        operations.answer_question(question_id=question.id, answer="Text.", actor=employer, now=now)


@pytest.mark.parametrize(
    ("language", "title", "query"),
    [
        ("zh-hans", "网站设计与开发", "网站设计"),
        ("ja", "多言語サイトの構築", "サイト"),
        ("ko", "쇼핑몰 웹사이트 디자인", "웹사이트"),
        ("th", "ออกแบบเว็บไซต์ร้านค้า", "เว็บไซต์"),
        ("ar", "تصميم مواقع الويب", "موقع تصميم"),
        ("ru", "Разработка логотипа компании", "логотип"),
        ("fr", "Conception d’une école en ligne", "ecole"),
        ("de", "Übersetzung der Steuererklärung", "übersetzung"),
    ],
)
def test_full_text_finds_words_of_every_script(make, now, language, title, query):
    task = make.task(title=title, source_language=language)
    make.task(title="Something else", category_id=Category.objects.get(slug="video").id)
    search = queries.search(make.actor(make.freelancer()), queries.TaskFilter(text=query), now)
    assert list(search) == [task]


def test_a_search_finds_a_task_by_its_skill_in_another_language(make, now):
    skill = make.skill("Logo design")
    skill.labels.create(language="ar", text="تصميم الشعارات", norm="x", is_preferred=True, source="test")
    task = make.task(title="Neues Firmenzeichen", source_language="de", skill_ids=(skill.id,))
    search = queries.search(make.actor(make.freelancer()), queries.TaskFilter(text="الشعارات"), now)
    assert list(search) == [task]


def test_pages_by_key_list_every_task_once(make, now):
    tasks = {make.task(title=f"Task {number}").id for number in range(5)}
    actor, seen, cursor = make.actor(make.freelancer()), [], ""
    for _ in range(3):
        page = queries.search_page(
            queries.search(actor, queries.TaskFilter(), now), queries.TaskFilter(), cursor, size=2
        )
        seen += [task.id for task in page]
        cursor = page.next_cursor
    assert cursor == ""
    assert len(seen) == 5
    assert set(seen) == tasks


def test_a_budget_filter_compares_across_currencies(make, now):
    dollars = make.task(currency="USD", budget_min_minor=10000_00)
    make.task(currency="EUR", budget_min_minor=100_00)
    search = queries.search(make.actor(make.freelancer()), queries.TaskFilter(budget_from_minor=5000_00), now)
    assert list(search) == [dollars]
    assert Task.objects.get(id=dollars.id).budget_reference_minor not in (None, 10000_00)
