"""The marketplace's staff: roles, one login, a second factor, and nobody who makes their own second person."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.accounts import policies
from apps.accounts.models import AccessEvent, User
from apps.accounts.operations import staff as staff_operations
from apps.accounts.queries import actors
from tests.conftest import NOON, prove

pytestmark = pytest.mark.django_db
STAFF_PAGES = ["treasury:treasury", "disputes:queue", "moderation:queue", "accounts:country_checks"]


def test_the_administration_has_no_login_of_its_own(client, make):
    staff = make.staff()
    form = client.get("/admin/login/", {"next": "/admin/accounts/user/"})
    assert form.url == "/en/accounts/login/?next=/admin/accounts/user/"

    tried = client.post("/admin/login/", {"username": staff.email, "password": "correct horse battery"})

    assert tried.status_code == 302
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/").status_code == 302


def test_members_are_refused_and_never_shown_a_form(client, make):
    client.force_login(make.user())
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/login/", {"next": "https://evil.example/"}).status_code == 403


def test_the_next_page_after_the_login_is_one_of_ours(client, make):
    client.force_login(make.staff())
    assert client.get("/admin/login/", {"next": "https://evil.example/"}).url == "/admin/"


@pytest.mark.parametrize("page", [*STAFF_PAGES, "admin:index"])
def test_staff_without_a_second_factor_are_nobody_of_the_staff(client, make, settings, page):
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    staff = make.staff()
    client.force_login(staff)
    prove(client, staff)
    address = reverse(page)
    refused = client.get(address)
    assert refused.status_code in (302, 403, 404)

    prove(client, staff, method="mfa")

    assert client.get(address).status_code == 200


def test_staff_are_led_to_set_up_or_to_show_their_second_factor(client, make, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    staff = make.staff()
    client.force_login(staff)
    assert client.get("/admin/login/").url == reverse("mfa_index")

    Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get("/admin/login/").url.startswith(reverse("mfa_reauthenticate"))


@pytest.mark.parametrize(
    ("role", "open_pages"),
    [
        ("moderator", {"disputes:queue", "moderation:queue"}),
        ("finance", {"treasury:treasury", "accounts:country_checks"}),
        ("support", set()),
        ("administrator", set(STAFF_PAGES)),
    ],
)
def test_each_role_opens_its_own_pages(client, make, role, open_pages):
    client.force_login(make.staff(role=role))
    opened = {page for page in STAFF_PAGES if client.get(reverse(page)).status_code == 200}
    assert opened == open_pages


def test_support_reads_records_and_changes_none(client, make):
    amara = make.freelancer("Amara")
    client.force_login(make.staff(role="support"))
    assert client.get(f"/admin/accounts/organization/{amara.id}/change/").status_code == 200
    assert client.get("/admin/skills/skill/add/").status_code == 403


def test_staff_without_a_role_are_nobody(client, make):
    client.force_login(make.user(is_staff=True))
    assert client.get(reverse("moderation:queue")).status_code == 403
    assert client.get("/admin/login/").status_code == 403


def test_roles_are_given_and_taken_by_another_administrator_and_recorded(make):
    admin, helper = make.staff_actor(), make.user("Helper")
    staff_operations.grant_staff_role(user_id=helper.pk, role="finance", actor=admin, now=NOON)

    acting = actors.actor_for(User.objects.get(pk=helper.pk), has_fresh_login=True)
    assert acting.staff_capabilities == {"read", "finance"}
    with pytest.raises(policies.StaffRoleMissing):
        staff_operations.grant_staff_role(user_id=make.user().pk, role="finance", actor=acting, now=NOON)
    with pytest.raises(policies.OwnRole):
        staff_operations.grant_staff_role(user_id=admin.user_id, role="finance", actor=admin, now=NOON)

    staff_operations.withdraw_staff_role(user_id=helper.pk, role="finance", actor=admin, now=NOON)
    assert not User.objects.get(pk=helper.pk).is_staff
    actions = AccessEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["accounts.staff_role_granted", "accounts.staff_role_withdrawn"]


def test_the_command_lists_grants_and_never_takes_the_last_administrator(make):
    root = User.objects.create_superuser("root@example.org", "correct horse battery", display_name="Root")
    make.user(email="helper@example.org")
    out = StringIO()
    call_command("staff", "grant", "helper@example.org", "moderator", stdout=out)
    call_command("staff", "list", stdout=out)
    assert "helper@example.org\tmoderator" in out.getvalue()
    assert "root@example.org\tadministrator" in out.getvalue()
    with pytest.raises(CommandError, match="at least one administrator"):
        call_command("staff", "withdraw", "root@example.org", "administrator")
    root.refresh_from_db()
    assert root.is_superuser


def test_the_log_of_access_cannot_be_changed(make):
    from django.db import InternalError, connection, transaction
    from django.db.utils import IntegrityError

    staff_operations.grant_staff_role(user_id=make.user().pk, role="support", actor=make.staff_actor(), now=NOON)
    for statement in ("UPDATE accounts_accessevent SET action = 'x'", "DELETE FROM accounts_accessevent"):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
