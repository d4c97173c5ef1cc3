"""Limits, a second person, and the public proof, in a real browser: by axe, by width, and without JavaScript."""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.assurance import operations as assurance
from apps.common.money import Money
from apps.spending import operations
from apps.spending.models import Approval, Spend

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [("en", "light", 1280), ("ar", "dark", 390), ("zh-hans", "light", 320)]


@pytest.fixture
def milestone(make):
    make.now = timezone.now()
    return make.milestone()


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_pages_of_spending_and_proof_are_accessible(visitor, make, milestone, language, theme, width):
    firm = milestone.contract.employer
    owner, now = make.actor(firm), timezone.now()
    paid = make.milestone(status="funded")
    limit = Money.of("10.00", firm.currency)
    operations.set_rule(
        organization_id=firm.id, approval_above=limit, monthly_limit=Money.of("5000.00", firm.currency),
        member_limit=limit, actor=owner, now=now,
    )  # fmt: skip
    budget = operations.open_budget(
        organization_id=firm.id, name="Relaunch", amount=Money.of("900.00", firm.currency), purchase_order="PO-7",
        actor=owner, now=now,
    )  # fmt: skip
    approval = operations.request_approval(
        organization_id=firm.id, note="Before Friday, please", actor=owner, now=now,
        purpose=operations.Purpose(milestone.id, "Logo", Money.of("300.00", firm.currency), budget.id, ""),
    )  # fmt: skip
    assurance.publish(night=date(2026, 10, 27), now=now)
    someone = make.member(firm, "manager")
    visitor_ = visitor(someone, language=language, theme=theme, width=width)
    for path in ("/spending/", "/spending/limits/", "/spending/budgets/new/", f"/spending/approvals/{approval.id}/",
                 f"/milestones/{milestone.id}/fund/", "/transparency/", "/money/proof/"):  # fmt: skip
        visitor_.open(path)
        visitor_.check()
    payee = visitor(paid.contract.freelancer.memberships.get().user, language=language, theme=theme, width=width)
    payee.open("/money/proof/")
    payee.check()


def test_two_persons_pay_a_large_milestone_without_javascript(visitor, make, milestone, settings):
    firm = milestone.contract.employer
    policy = settings.CONTENT_SECURITY_POLICY
    allowed = [*policy["DIRECTIVES"]["form-action"], make.processor.url]
    settings.CONTENT_SECURITY_POLICY = {**policy, "DIRECTIVES": {**policy["DIRECTIVES"], "form-action": allowed}}
    operations.set_rule(
        organization_id=firm.id, approval_above=Money.zero(firm.currency), monthly_limit=None, member_limit=None,
        actor=make.actor(firm), now=timezone.now(),
    )  # fmt: skip
    first = visitor(firm.memberships.get(role="owner").user, javascript=False)
    page = first.open(f"/milestones/{milestone.id}/fund/")
    page.get_by_label(re.compile("Purchase order")).fill("PO-2026-7")
    page.get_by_role("button", name="Go to the secure checkout").click()
    expect(page.locator("main")).to_contain_text("Ask for approval first")
    expect(page.get_by_label(re.compile("Purchase order"))).to_have_value("PO-2026-7")
    page.get_by_role("button", name="Ask a second person").click()

    second = visitor(make.member(firm, "finance"), javascript=False)
    page_of_second = second.open(f"/spending/approvals/{Approval.objects.get().id}/")
    page_of_second.get_by_role("button", name="Approve payment").click()
    page_of_second.wait_for_load_state()
    page = first.open(f"/milestones/{milestone.id}/fund/")
    assert "approved this payment" in page.inner_text("main")
    page.get_by_role("button", name="Go to the secure checkout").click()

    page.wait_for_url(re.compile(r"/checkout/"))
    assert Spend.objects.get().purchase_order == "PO-2026-7"
