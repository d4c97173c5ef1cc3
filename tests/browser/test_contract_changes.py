"""A contract that lives: changed twice, extended, rewarded, ended late; on desktop and phone, in three languages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.contracts.models import Bonus, ChangeRequest
from apps.contracts.operations import changes, notices
from tests.contracts.changing import propose, two_steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def make(make):
    make.now = timezone.now()
    return make


def owner(organization):
    return organization.memberships.get(role="owner").user


def test_a_change_is_written_compared_sent_and_accepted(make, visitor):
    contract = two_steps(make)
    make.fund(contract.milestones.get(position=1))
    employer = visitor(owner(contract.employer))
    page = employer.open(f"/contracts/{contract.id}/")
    page.get_by_role("link", name="Change the contract").click()
    employer.check()
    page.get_by_label("Amount").nth(0).fill("550")
    page.get_by_role("button", name="Split in two").click()
    page.get_by_label("Your reasons").fill("Three more chapters")
    page.get_by_role("button", name="Compare before and after").click()
    page.get_by_role("heading", name="Before and after").wait_for()
    employer.check()
    page.get_by_role("button", name="Send to the other side").click()
    page.get_by_text("Waiting for an answer until").wait_for()
    employer.check()

    change = ChangeRequest.objects.get()
    freelancer = visitor(owner(contract.freelancer), language="ar", width=390, javascript=False)
    freelancer.open(f"/contracts/{contract.id}/")
    phone = freelancer.open(f"/contracts/changes/{change.id}/")
    phone.get_by_role("button", name="قبول").first.click()  # opens the dialog, without scripts
    phone.locator("#accept-change").get_by_role("button", name="قبول").click()
    phone.wait_for_url(f"**/ar/contracts/{contract.id}/")
    contract.refresh_from_db()
    assert contract.amount_minor == 1050_00
    assert list(contract.milestones.order_by("position").values_list("amount_minor", flat=True)) == [
        400_00, 150_00, 250_00, 250_00,
    ]  # fmt: skip


def test_a_counter_offer_on_a_phone(make, visitor):
    contract = two_steps(make)
    change = propose(make, contract, {0: {"amount_minor": 300_00}})
    freelancer = visitor(owner(contract.freelancer), language="zh-hans", width=390)
    page = freelancer.open(f"/contracts/changes/{change.id}/")
    freelancer.check()
    page.get_by_role("link", name="提出还价").click()
    freelancer.check()
    page.get_by_label("金额").nth(0).fill("350")
    page.get_by_label("您的理由").fill("工作量更大")
    page.get_by_role("button", name="比较变更前后").click()
    page.get_by_role("button", name="发送给对方").click()
    page.get_by_text("等待答复，截止于").wait_for()
    assert ChangeRequest.objects.filter(status="open", counters=change).exists()


def test_another_date_takes_two_clicks(make, visitor):
    contract = two_steps(make)
    make.fund(contract.milestones.get(position=1))
    freelancer = visitor(owner(contract.freelancer), width=390)
    page = freelancer.open(f"/contracts/{contract.id}/")
    page.get_by_role("button", name="Ask for more time").click()
    page.get_by_role("button", name="7 more days").click()
    page.get_by_role("heading", name="Before and after").wait_for()
    freelancer.check()
    assert ChangeRequest.objects.filter(status="open").exists()


def test_late_work_and_a_bonus(make, visitor):
    make.now = timezone.now() - timedelta(days=40)
    contract = two_steps(make)
    late = make.fund(contract.milestones.get(position=1))
    make.now = timezone.now()
    employer = visitor(owner(contract.employer), width=390)
    page = employer.open(f"/contracts/{contract.id}/")
    employer.check()
    page.get_by_role("button", name="Set a last date").first.click()
    page.locator("#notice-1").get_by_role("button", name="Set a last date").click()
    page.get_by_text("Withdraw the last date").wait_for()
    employer.check()

    page = employer.open(f"/contracts/{contract.id}/bonus/")
    employer.check()
    page.get_by_label("Amount").fill("75")
    page.get_by_role("button", name="See the fee and continue").click()
    page.get_by_role("heading", name="Pay the bonus").wait_for()
    employer.check()
    assert Bonus.objects.get().amount_minor == 75_00

    notice = late.notices.get()
    arabic = visitor(owner(contract.freelancer), language="ar")
    arabic.open(f"/contracts/{contract.id}/")
    arabic.check()
    notices.enforce_notice(
        notice_id=notice.id, with_unfunded=False, actor=make.actor(contract.employer), now=notice.deliver_by
    )
    page = arabic.open(f"/contracts/notices/{notice.id}/")
    arabic.check()
    staff = visitor(make.staff())
    staff.open("/staff/late-appeals/")
    staff.check()


def test_versions_are_listed_with_the_terms(make, visitor):
    contract = two_steps(make)
    change = propose(make, contract, {0: {"amount_minor": 300_00}})
    changes.accept_change(change_id=change.id, actor=make.actor(contract.freelancer), now=make.now)
    employer = visitor(owner(contract.employer), width=390)
    page = employer.open(f"/contracts/{contract.id}/terms/")
    employer.check()
    page.get_by_role("link", name="Version 1").click()
    page.get_by_text("A later version is in force").wait_for()
    employer.check()
