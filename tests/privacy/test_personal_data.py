"""A person's data: complete copies, and closed accounts."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import policies
from apps.accounts.models import Membership, Organization, Profile, User
from apps.files.models import StoredFile
from apps.matching.models import ListSide, MatchRefusal
from apps.messaging import operations as messaging
from apps.messaging.operations import send
from apps.notifications.models import Notification
from apps.privacy import jobs, operations, personal_data, queries
from apps.privacy.models import AccountClosure, DataExport
from apps.saved import operations as saved
from apps.tasks.models import TaskInvitation
from tests.conftest import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def owner(organization) -> User:
    return organization.memberships.get(role="owner").user


def files_of(export: DataExport) -> dict[str, list[dict]]:
    from django.core.files.storage import default_storage

    with default_storage.open(export.file.storage_key) as stored:
        archive = zipfile.ZipFile(io.BytesIO(stored.read()))
    return {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}


def test_every_table_about_people_is_exported_or_has_a_reason():
    about_people = {
        model._meta.label for model in apps.get_models() if any(personal_data.columns_of(model)) and model is not User
    }
    exported = {model._meta.label for model in personal_data.exported_models()}
    assert about_people == exported | (set(personal_data.LEFT_OUT) & about_people)
    assert not exported & set(personal_data.LEFT_OUT)
    assert set(personal_data.LEFT_OUT) <= about_people
    assert len(exported) > 30


def test_a_copy_has_ones_own_and_nothing_of_others(make, outbox_drain):
    milestone = make.milestone(status="delivered")
    contract = milestone.contract
    make.freelancer("Somebody else")
    send(
        contract_id=contract.id, text="The pages are ready.", source_language="en",
        actor=make.actor(contract.freelancer), now=make.now,
    )  # fmt: skip
    user = owner(contract.freelancer)
    export = operations.request_export(user=user, actor=make.actor(contract.freelancer), now=make.now)
    assert jobs.build_exports() == 1
    export.refresh_from_db()
    outbox_drain(timezone.now())
    data = files_of(export)
    assert [row["email"] for row in data["accounts.User"]] == [user.email]
    assert "password" not in data["accounts.User"][0]
    assert [row["id"] for row in data["accounts.Organization"]] == [str(contract.freelancer_id)]
    assert [row["id"] for row in data["contracts.Contract"]] == [str(contract.id)]
    assert [row["text"] for row in data["messaging.Message"]] == ["The pages are ready."]
    assert data["contracts.Milestone"] and data["bidding.Bid"] and data["escrow.Escrow"]
    assert data["README"]["rows"]["contracts.Contract"] == 1
    assert "Somebody else" not in json.dumps(data)
    assert Notification.objects.filter(user=user, kind="export_ready").count() == 1


def test_what_others_said_or_prepared_is_not_in_a_copy(make):
    freelancer, task = make.freelancer(), make.task()
    for side in ListSide:
        MatchRefusal.objects.create(
            task=task, organization=freelancer, side=side, reason="other", text=f"said by {side}", said_at=make.now
        )
    TaskInvitation.objects.create(task=task, organization=freelancer)
    tables = {name: list(rows) for name, rows in personal_data.tables(owner(freelancer))}
    assert [row["text"] for row in tables["matching.MatchRefusal"]] == ["said by tasks"]
    assert tables["tasks.TaskInvitation"] == []
    TaskInvitation.objects.update(sent_at=make.now)
    tables = {name: list(rows) for name, rows in personal_data.tables(owner(freelancer))}
    assert len(tables["tasks.TaskInvitation"]) == 1


def test_secrets_are_in_no_table():
    for model in [User, *personal_data.exported_models()]:
        names = {field.name for field in model._meta.concrete_fields} - personal_data.OMITTED
        assert not {name for name in names if "password" in name or "token" in name or "secret" in name}, model


def test_a_copy_is_downloaded_by_its_person_for_a_week(client, make, time_machine):
    freelancer = make.freelancer()
    export = operations.request_export(user=owner(freelancer), actor=make.actor(freelancer), now=make.now)
    jobs.build_exports()
    address = reverse("privacy:download", args=[export.id])
    log_in(client, freelancer)
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    assert log_in(Client(), make.freelancer("Other")).get(address).status_code == 404
    time_machine.move_to(make.now + timedelta(days=7, seconds=1), tick=False)
    jobs.build_exports()
    assert not DataExport.objects.exists()


def test_one_copy_at_a_time_and_only_with_a_fresh_login(make):
    freelancer = make.freelancer()
    actor = make.actor(freelancer)
    operations.request_export(user=owner(freelancer), actor=actor, now=make.now)
    with pytest.raises(operations.ExportAlreadyRequested):
        operations.request_export(user=owner(freelancer), actor=actor, now=make.now)
    from dataclasses import replace

    with pytest.raises(policies.FreshLoginNeeded):
        operations.request_closure(user=owner(freelancer), actor=replace(actor, has_fresh_login=False), now=make.now)


# -- closing


def test_open_work_and_money_stand_against_it(make):
    contract = make.contract()
    for side in (contract.employer, contract.freelancer):
        assert [obstacle.subject for obstacle in queries.obstacles(owner(side))].count(contract.title) == 1
        with pytest.raises(operations.ObstaclesLeft):
            operations.request_closure(user=owner(side), actor=make.actor(side), now=make.now)
    task = make.task()
    assert task.title in [obstacle.subject for obstacle in queries.obstacles(owner(task.employer))]
    paid = make.milestone(status="approved").contract.freelancer
    assert any("Money is still here" in str(obstacle.says) for obstacle in queries.obstacles(owner(paid)))
    employer = make.employer("Two people")
    make.member(employer, "member")
    assert any("another person an owner" in str(obstacle.says) for obstacle in queries.obstacles(owner(employer)))


def test_an_account_closes_after_two_weeks_and_can_be_kept(client, make, time_machine, outbox_drain):
    freelancer = make.freelancer("Amara")
    user = owner(freelancer)
    email = user.email
    Profile.objects.filter(organization=freelancer).update(headline="Translator", bio="Long text", is_public=True)
    log_in(client, freelancer)
    assert client.post(reverse("privacy:close")).status_code == 302
    assert not Profile.objects.get(organization=freelancer).is_public
    assert client.post(reverse("privacy:keep")).status_code == 302
    assert Profile.objects.get(organization=freelancer).is_public
    client.post(reverse("privacy:close"))
    time_machine.move_to(timezone.now() + timedelta(days=13), tick=False)
    assert jobs.close_accounts() == 0
    time_machine.move_to(timezone.now() + timedelta(days=2), tick=False)
    assert jobs.close_accounts() == 1
    outbox_drain(timezone.now())

    user.refresh_from_db()
    assert (user.is_active, user.display_name, user.legal_name) == (False, "Closed account", "")
    assert email not in user.email and not user.has_usable_password()
    assert not Membership.objects.filter(user=user).exists()
    profile = Profile.objects.get(organization=freelancer)
    assert (profile.headline, profile.bio, profile.is_public) == ("", "", False)
    assert profile.search_vector is None, "the search still knows the words of the profile"
    organization = Organization.objects.get(id=freelancer.id)
    assert (organization.is_active, organization.display_name) == (False, "Closed account")
    assert not Session.objects.filter(session_key=client.cookies["sessionid"].value).exists()
    assert client.get("/en/settings/").status_code == 302  # to the login
    assert [closure.status for closure in AccountClosure.objects.order_by("requested_at")] == ["cancelled", "closed"]


def test_work_that_came_in_the_meantime_postpones_it(make, outbox_drain):
    employer = make.employer()
    closure = operations.request_closure(user=owner(employer), actor=make.actor(employer), now=make.now)
    make.task(employer=employer)
    later = closure.closes_at + timedelta(seconds=1)
    operations.close(closure_id=closure.id, now=later)
    closure.refresh_from_db()
    assert (closure.status, closure.closes_at) == ("requested", later + timedelta(days=1))
    outbox_drain(later)
    assert Notification.objects.filter(user=owner(employer), kind="closure_postponed").count() == 1
    assert owner(employer).is_active


def test_the_page_shows_what_stands_against_it_and_no_button(client, make):
    contract = make.contract()
    log_in(client, contract.employer)
    page = client.get(reverse("privacy:close")).content.decode()
    assert contract.title in page and 'action=""' not in page
    assert page.count('<form method="post" class="stack') == 0


def test_an_old_copy_takes_its_file_along(make, time_machine):
    from apps.files import queries as files

    freelancer = make.freelancer()
    operations.request_export(user=owner(freelancer), actor=make.actor(freelancer), now=make.now)
    jobs.build_exports()
    stored = StoredFile.objects.get()
    later = timezone.now() + timedelta(days=8)
    assert files.unattached(created_before=later, limit=10) == []
    time_machine.move_to(later, tick=False)
    jobs.build_exports()
    assert files.unattached(created_before=later, limit=10) == [stored.id]


def test_a_copy_does_not_say_who_asks_about_a_sealed_task_blocked_or_saved_somebody(make):
    employer, asker = make.employer(), make.freelancer("Zhang Wei")
    task = make.task(employer=employer, bid_window="sealed")
    make.bid(task=task, bidder=asker)
    talk = messaging.write_about_task(
        task_id=task.id, other_id=employer.id, text="Hello", source_language="en", actor=make.actor(asker), now=make.now
    ).conversation
    messaging.block(conversation_id=talk.id, actor=make.actor(asker), now=make.now)
    saved.save_person(organization_id=employer.id, user=owner(asker), actor=make.actor(asker), now=make.now)

    copied = {name: list(rows) for name, rows in personal_data.tables(owner(employer))}
    about_asker = {
        name for name, rows in copied.items() if str(asker.id) in str(rows) or str(owner(asker).pk) in str(rows)
    }
    assert (
        about_asker & {"messaging.Conversation", "messaging.Message", "messaging.Block", "saved.SavedPerson"} == set()
    )
    own = {name: list(rows) for name, rows in personal_data.tables(owner(asker))}
    assert own["messaging.Conversation"] and own["messaging.Block"] and own["saved.SavedPerson"]
