"""One task from publication to the payout and both reviews, using the real operations."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from django.core.management.base import CommandError
from django.utils import timezone

from apps.accounts.models import Organization
from apps.bidding import operations as bidding
from apps.bidding.rules import Answer, BidDraft, MilestoneDraft
from apps.common.money import Money
from apps.contracts.models import Contract, Milestone
from apps.contracts.operations import milestones, offers
from apps.demo import steps
from apps.demo.people import Person
from apps.payouts.models import Payout
from apps.payouts.operations import accounts, payouts
from apps.reviews import operations as reviews
from apps.skills.models import Category
from apps.tasks import operations as tasks
from apps.tasks import queries as task_queries
from apps.tasks.rules import Brief

WAIT_SECONDS_MAX = 90.0
# Title, goal and requirements.
WORDS = {
    "de": ("Produkttexte übertragen", "Leser in Kairo verstehen unser Sortiment.", "80 Texte, nach Wortliste."),
    "zh-hans": ("翻译产品说明", "让中国读者看懂我们的产品。", "八十篇短文,按术语表翻译。"),
    "ar": ("ترجمة أوصاف المنتجات", "أن يفهم القارئ منتجاتنا.", "ثمانون نصًا وفق قائمة المصطلحات."),
    "en": ("Translate product texts", "Readers abroad understand what we sell.", "Eighty texts, by the word list."),
}
HOMES = {"zh-hans": ("CN", "CNY", "Asia/Shanghai"), "ar": ("EG", "USD", "Africa/Cairo")}
HOME = ("NG", "USD", "Africa/Lagos")


class Report(Protocol):
    """Reports each step: a sentence, and the identifiers that the step created."""

    def __call__(self, sentence: str, **identifiers: Any) -> None: ...


class Journey:
    def __init__(self, language: str, report: Report) -> None:
        self.language, self.report = language, report
        self.title, self.goal, self.requirements = WORDS.get(language, WORDS["en"])

    def complete(self) -> None:
        employer, freelancer = self._register()
        contract = self._agree(employer, freelancer)
        self._work(contract)
        self._pay_out(freelancer)
        self._review(contract)

    def _register(self) -> tuple[Organization, Organization]:
        now, suffix = timezone.now(), secrets.token_hex(4)
        country, currency, time_zone = HOMES.get(self.language, HOME)
        employer = steps.register(
            self._person(f"employer-{suffix}", "Hafenlicht GmbH", "DE", "EUR", "Europe/Berlin", works=False), now
        )
        freelancer = steps.register(
            self._person(f"freelancer-{suffix}", "Amara Okafor", country, currency, time_zone, works=True), now
        )
        self.report("two organizations", employer=employer.id, freelancer=freelancer.id)
        return employer, freelancer

    def _person(
        self, name: str, organization: str, country: str, currency: str, time_zone: str, *, works: bool
    ) -> Person:
        return Person(
            email=f"{name}@journey.example",
            name=organization,
            organization=organization,
            kind="individual" if works else "company",
            country=country,
            currency=currency,
            time_zone=time_zone,
            language=self.language,
            skills=("translation",),
            languages=((self.language, "native"), ("en", "fluent")),
            works=works,
        )

    def _agree(self, employer: Organization, freelancer: Organization) -> Contract:
        now, day = timezone.now(), timedelta(days=1)
        brief = Brief(
            title=self.title,
            goal=self.goal,
            requirements=self.requirements,
            source_language=self.language,
            category_id=Category.objects.get(slug="translation").id,
            budget_min_minor=90_000,
            currency="EUR",
            deadline_at=now + 30 * day,
            deadline_time_zone=employer.time_zone,
            bidding_closes_at=now + 7 * day,
            decision_due_at=now + 14 * day,
            criteria=(self.goal,),
            skill_ids=tuple(steps.skill_ids(["translation"])),
        )
        task = tasks.start_draft(actor=steps.owner_of(employer), brief=brief, now=now)
        tasks.publish(task_id=task.id, actor=steps.owner_of(employer), now=now)
        self.report("posted", task=task.id)
        draft = BidDraft(
            Money.of("900.00", "EUR"),
            10,
            self.goal,
            self.language,
            (MilestoneDraft(self.title, 90_000, 10),),
            tuple(Answer(criterion.id, True) for criterion in task_queries.criteria(task.id)),
        )
        bid = bidding.submit_bid(task_id=task.id, draft=draft, actor=steps.owner_of(freelancer), now=timezone.now())
        self.report("bid", bid=bid.id, amount=bid.binding_amount)
        contract = offers.award(bid_id=bid.id, actor=steps.owner_of(employer), now=timezone.now())
        offers.accept_offer(contract_id=contract.id, actor=steps.owner_of(freelancer), now=timezone.now())
        self.report("awarded and accepted", contract=contract.id)
        return contract

    def _work(self, contract: Contract) -> None:
        milestone = steps.first_milestone(contract)
        charge = steps.fund(milestone, timezone.now())
        _wait_until("the processor's webhook", lambda: _milestone_value(milestone, "status") == "funded")
        escrow = _milestone_value(milestone, "escrow_id")
        self.report("funded", milestone=milestone.id, charge=charge.id, escrow=escrow)
        employer = steps.owner_of(contract.employer)
        steps.deliver(milestone, self.goal, self.language, timezone.now())
        milestones.request_revision(
            milestone_id=milestone.id,
            text=self.requirements,
            source_language=self.language,
            actor=employer,
            now=timezone.now(),
        )
        steps.deliver(milestone, self.goal, self.language, timezone.now())
        self.report("delivered, revised, delivered again")
        milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=timezone.now())
        self.report("approved")

    def _pay_out(self, freelancer: Organization) -> None:
        owner = steps.owner_of(freelancer)
        accounts.set_payout_account(
            organization_id=freelancer.id,
            currency=freelancer.currency,
            holder_name=freelancer.legal_name,
            account_number="000123456789",
            is_automatic=False,
            gateway="sandbox",
            actor=owner,
            now=timezone.now(),
        )
        quote = payouts.quote_payout(
            organization_id=freelancer.id, currency="EUR", amount=None, actor=owner, now=timezone.now()
        )
        payout = payouts.accept_quote(quote_id=quote.id, actor=owner, now=timezone.now())
        self.report("payout accepted", payout=payout.id, quote=quote.id, arrives=payout.amount)
        _wait_until("the worker to pay out", lambda: Payout.objects.get(id=payout.id).status == "paid")
        self.report("paid out by the worker")

    def _review(self, contract: Contract) -> None:
        for side, reviewer in (("employer", contract.employer), ("freelancer", contract.freelancer)):
            review = reviews.submit(
                contract_id=contract.id,
                quality=5,
                communication=5,
                skill=5,
                text=self.goal,
                source_language=self.language,
                actor=steps.owner_of(reviewer),
                now=timezone.now(),
            )
            self.report("reviewed", **{f"{side}_review": review.id})


def _wait_until(expected: str, is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS_MAX
    while not is_done():
        if time.monotonic() > until:
            raise CommandError(
                f"Waited {WAIT_SECONDS_MAX:.0f} s for {expected} in vain: do worker and payment processor run?"
            )
        time.sleep(0.2)


def _milestone_value(milestone: Milestone, field: str) -> Any:
    return Milestone.objects.values_list(field, flat=True).get(id=milestone.id)
