"""The demo's people and forty tasks at every stage, by walking the real operations. Safe to run again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.accounts import queries as accounts
from apps.accounts.models import Organization, User
from apps.assurance import operations as assurance
from apps.bidding import operations as bidding
from apps.bidding.models import Bid
from apps.bidding.queries import payout_currency
from apps.bidding.rules import Answer, BidDraft, MilestoneDraft
from apps.common.ids import uuid7
from apps.common.money import Money
from apps.contracts.models import Contract
from apps.contracts.operations import cancellations, offers
from apps.contracts.operations import milestones as milestone_operations
from apps.dashboard.management import walk
from apps.dashboard.management.cast import EMPLOYERS, FREELANCERS, PASSWORD, STAFF
from apps.dashboard.management.guard import refuse_where_others_are
from apps.gateways.stripe import amounts
from apps.matching.models import ListKind
from apps.matching.operations import exposure, impressions, matches
from apps.matching.queries import recommendations
from apps.messaging import operations as messaging
from apps.moderation import operations as moderation
from apps.outbox import bus
from apps.payments.operations import charges
from apps.payouts.operations import accounts as account_operations
from apps.payouts.operations import dispatch, payouts
from apps.payouts.queries.wallet import balances
from apps.pricing import queries as pricing
from apps.reviews import operations as reviews
from apps.skills.models import Category
from apps.tasks import operations as tasks
from apps.tasks import queries as task_queries
from apps.tasks.models import Task
from apps.tasks.rules import Brief
from apps.treasury.operations import reconciliation, top_ups
from apps.treasury.queries import holdings

TASKS = Path(__file__).parent.parent / "demo_tasks.yaml"
# How many days ago a task of each stage was published.
AGE = {
    "draft": 1, "open": 3, "deciding": 9, "offered": 9, "funded": 18, "delivered": 20, "revision": 20, "partly": 20,
    "completed": 34, "stopped": 26, "closed": 12, "expired": 20, "cancelled": 10,
}  # fmt: skip
NOTES = {
    "en": "I have done work of this kind before and can start this week. I would begin with a small sample so that we "
    "agree on style, then deliver in two steps.",
    "de": "Ich habe Ähnliches schon gemacht und kann diese Woche beginnen. Zuerst eine Probe, dann zwei Lieferungen.",
    "zh-hans": "我做过类似的项目,本周即可开始。先交一份样稿确认方向,再分两次交付。",
    "ar": "أنجزت أعمالًا مشابهة ويمكنني البدء هذا الأسبوع. أبدأ بعينة صغيرة نتفق عليها ثم أسلّم على مرحلتين.",
    "es": "He hecho trabajos parecidos y puedo empezar esta semana, con una muestra primero.",
    "fr": "J’ai déjà fait ce genre de travail et je peux commencer cette semaine, avec un premier essai.",
}
REVIEW = {"en": "Clear brief, quick answers, a pleasure.", "de": "Sorgfältig und pünktlich.", "zh-hans": "沟通顺畅,按时交付。",
          "ar": "عمل متقن وتواصل واضح.", "es": "Muy buen trabajo.", "fr": "Travail soigné, délais tenus."}  # fmt: skip


class Command(BaseCommand):
    help = "People and forty tasks at every stage, by walking the real operations. Needs the payment processor."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_others_are()
        if User.objects.filter(email=EMPLOYERS[0].email).exists():
            self.stdout.write("The demo data is there already.")
            return
        self.base = timezone.now().replace(minute=0, second=0, microsecond=0)
        began = self.base - walk.days(60)
        self.employers = [walk.enter(part, began) for part in EMPLOYERS]
        self.freelancers = {part.email.split("@")[0]: walk.enter(part, began) for part in FREELANCERS}
        self.parts = {part.email.split("@")[0]: part for part in FREELANCERS}
        self._staff()
        self.categories = dict(Category.objects.values_list("slug", "id"))
        for number, row in enumerate(yaml.safe_load(TASKS.read_text())["tasks"]):
            self._task(number, row)
        self._report()
        self._payouts()
        bus.deliver_pending(now=timezone.now(), limit=10_000)
        self._capital()
        reconciliation.reconcile(gateway=settings.PAYMENT_GATEWAY)
        self._fairness()
        assurance.publish(night=timezone.now().date(), now=timezone.now())
        self.stdout.write(
            f"{Task.objects.count()} tasks, {Bid.objects.count()} bids, {Contract.objects.count()} contracts"
        )

    def _staff(self) -> None:
        email, name = STAFF
        walk.confirm_address(User.objects.create_superuser(email, PASSWORD, display_name=name))

    # -- tasks and bids

    def _task(self, number: int, row: dict[str, Any]) -> None:
        employer = self.employers[row["employer"]]
        stage = row["stage"]
        posted = self.base - walk.days(AGE[stage] + number % 3 * 0.4)
        task = tasks.start_draft(
            actor=walk.actor(employer), brief=self._brief(row, employer, posted, stage), now=posted
        )
        if stage == "draft":
            return
        task = tasks.publish(task_id=task.id, actor=walk.actor(employer), now=posted)
        if stage == "cancelled":
            tasks.cancel(
                task_id=task.id, actor=walk.actor(employer), now=posted + walk.days(1), reason="Plans changed."
            )
            return
        self._look(task, posted)
        bids = self._bids(task, row, number, posted)
        self._drain(posted + walk.days(2))
        if stage == "open":
            self._question(task, row, bids, posted)
            return
        closed_at = posted + walk.days(6)
        tasks.close_bidding(task_id=task.id, now=closed_at)
        if stage == "deciding":
            bidding.shortlist(bid_id=bids[0].id, actor=walk.actor(employer), now=closed_at)
        elif stage == "closed":
            tasks.close(task_id=task.id, actor=walk.actor(employer), now=closed_at + walk.days(1))
        elif stage == "expired":
            tasks.expire(task_id=task.id, now=posted + walk.days(14))
        else:
            self._contract(task, row, bids[0], closed_at, stage)
        self._drain(min(timezone.now(), posted + walk.days(15)))

    def _brief(self, row: dict[str, Any], employer: Organization, posted: datetime, stage: str) -> Brief:
        low, high = row["budget"] if isinstance(row["budget"], list) else (row["budget"], None)
        is_open = stage in ("open", "draft")
        return Brief(
            title=row["title"],
            category_id=self.categories[row["category"]],
            goal=row["goal"],
            requirements=row["requirements"],
            source_language=row["lang"],
            budget_kind="range" if high else "fixed",
            budget_min_minor=Money.of(low, employer.currency).amount_minor,
            budget_max_minor=Money.of(high, employer.currency).amount_minor if high else None,
            currency=employer.currency,
            deadline_at=posted + walk.days(45),
            deadline_time_zone=employer.time_zone,
            bid_window=row.get("window", "open"),
            bidding_closes_at=posted + walk.days(12 if is_open else 6),
            decision_due_at=posted + walk.days(20 if is_open else 14),
            criteria=tuple(row["criteria"]),
            skill_ids=tuple(walk.skill_ids(row["skills"])),
        )

    def _look(self, task: Task, posted: datetime) -> None:
        """The employer sees who is recommended, and whoever is told finds the task among their own: before any bid."""
        at = posted + walk.days(0.1)
        self._drain(at)
        people = recommendations.recommended_freelancers(task.id, 10, now=at)
        impressions.record_shown(
            kind=ListKind.PEOPLE, reader_id=task.employer_id, rows=[one.shown for one in people], now=at
        )
        for one in people[:5]:
            found = recommendations.recommended_tasks(one.organization.id, 10, now=at)
            impressions.record_shown(
                kind=ListKind.RECOMMENDED, reader_id=one.organization.id, rows=[row.shown for row in found], now=at
            )

    def _fairness(self) -> None:
        """The weekly reports as the clock would have written them, oldest first."""
        for weeks in range(9, -1, -1):
            then = self.base - walk.days(7 * weeks)
            exposure.write_fairness_report(week=exposure.week_before(then), now=then)

    def _bidders(self, row: dict[str, Any], number: int) -> list[str]:
        """The winner first, then those who share most skills, then a turn of the others; two to four."""
        wanted = set(row["skills"])
        names = sorted(self.parts, key=lambda name: (-len(wanted & set(self.parts[name].skills)), name))
        if "by" in row:
            names.remove(row["by"])
            names.insert(0, row["by"])
        return names[: 2 + number % 3]

    def _bids(self, task: Task, row: dict[str, Any], number: int, posted: datetime) -> list[Bid]:
        placed = []
        for turn, name in enumerate(self._bidders(row, number)):
            bidder, part = self.freelancers[name], self.parts[name]
            draft = self._bid_draft(task, part.currency, part.language, turn, bool(row.get("milestones")), posted)
            at = posted + walk.days(0.3 + turn * 0.4)
            placed.append(bidding.submit_bid(task_id=task.id, draft=draft, actor=walk.actor(bidder), now=at))
        return placed

    def _bid_draft(self, task: Task, own: str, language: str, turn: int, in_parts: bool, posted: datetime) -> BidDraft:
        budget = task.budget_max
        assert budget is not None
        amount = Money.of(int(budget.as_decimal() * (88 + 7 * turn) / 100), task.currency)
        if turn == 1 and own != task.currency:
            converted = pricing.convert(amount, own, posted.date())
            amount = Money.of(int(converted.amount.as_decimal()), own) if converted else amount
        milestones: tuple[MilestoneDraft, ...] = ()
        if in_parts:
            first, second = amount.allocate([2, 3])
            milestones = (
                MilestoneDraft("Prototype", first.amount_minor, 7),
                MilestoneDraft("Final", second.amount_minor, 9),
            )
        answers = tuple(Answer(criterion.id, turn < 2) for criterion in task_queries.criteria(task.id))
        note = NOTES.get(language, NOTES["en"])
        return BidDraft(amount, 7 + 3 * turn, note, language, milestones, answers)

    def _question(self, task: Task, row: dict[str, Any], bids: list[Bid], posted: datetime) -> None:
        asker = walk.actor(bids[-1].bidder)
        text = "Could I see two examples of what you like?"
        question = tasks.ask_question(
            task_id=task.id, text=text, source_language="en", actor=asker, now=posted + walk.days(1)
        )
        if row["lang"] in ("en", "de"):
            answer = (
                "Yes, they are in the attachment." if row["lang"] == "en" else "Ja, Beispiele folgen im Vertragsraum."
            )
            tasks.answer_question(
                question_id=question.id, answer=answer, actor=walk.actor(task.employer), now=posted + walk.days(1.2)
            )

    # -- contracts and money

    def _contract(self, task: Task, row: dict[str, Any], bid: Bid, closed_at: datetime, stage: str) -> None:
        employer, freelancer = walk.actor(task.employer), walk.actor(bid.bidder)
        at = closed_at + walk.days(1)
        contract = offers.award(bid_id=bid.id, actor=employer, now=at)
        if stage == "offered":
            return
        offers.accept_offer(contract_id=contract.id, actor=freelancer, now=at + walk.days(0.3))
        milestone = walk.first_milestone(contract)
        charge = walk.fund(milestone, at + walk.days(0.6))
        charges.refresh_charge(charge_id=charge.id, now=at + walk.days(0.6))
        self._drain(at + walk.days(0.7))
        self._say(contract, row["lang"], at + walk.days(1))
        if stage == "funded":
            return
        if stage == "stopped":
            self._stop(contract, at + walk.days(4))
            return
        walk.deliver(milestone, NOTES.get(row["lang"], NOTES["en"]), row["lang"], at + walk.days(6))
        if stage in ("revision", "completed"):
            milestone_operations.request_revision(
                milestone_id=milestone.id, text="One more pass, please.", source_language="en", actor=employer,
                now=at + walk.days(7),
            )  # fmt: skip
        if stage == "partly":
            milestone_operations.approve_milestone(
                milestone_id=milestone.id, amount=None, actor=employer, now=at + walk.days(8)
            )
        if stage == "completed":
            walk.deliver(milestone, NOTES["en"], "en", at + walk.days(9))
            milestone_operations.approve_milestone(
                milestone_id=milestone.id, amount=None, actor=employer, now=at + walk.days(10)
            )
            self._drain(at + walk.days(10.1))
            self._review(contract, row["lang"], at + walk.days(11))

    def _say(self, contract: Contract, language: str, at: datetime) -> None:
        messages = [
            (contract.employer, contract.binding_language, REVIEW.get(language, REVIEW["en"])),
            (contract.freelancer, "en", "Thank you. I begin today and send a first version within the week."),
        ]
        for turn, (side, spoken, text) in enumerate(messages):
            messaging.send(
                contract_id=contract.id, text=text, source_language=spoken, actor=walk.actor(side),
                now=at + walk.days(turn * 0.1),
            )  # fmt: skip

    def _stop(self, contract: Contract, at: datetime) -> None:
        proposal = cancellations.propose_cancellation(
            contract_id=contract.id, freelancer_share_bps=3000, reason="The fair was called off.",
            actor=walk.actor(contract.employer), now=at,
        )  # fmt: skip
        cancellations.accept_cancellation(
            proposal_id=proposal.id, actor=walk.actor(contract.freelancer), now=at + walk.days(0.5)
        )

    def _review(self, contract: Contract, language: str, at: datetime) -> None:
        for turn, side in enumerate((contract.employer, contract.freelancer)):
            reviews.submit(
                contract_id=contract.id, quality=5 - turn % 2, communication=5, skill=4 + turn % 2,
                text=REVIEW[language if turn == 0 else "en"], source_language=language if turn == 0 else "en",
                actor=walk.actor(side), now=at + walk.days(turn * 0.5),
            )  # fmt: skip

    def _report(self) -> None:
        task = Task.objects.filter(status="open").order_by("published_at").first()
        assert task is not None
        moderation.report(
            subject_type="task", subject_id=task.id, reason="other", text="Is this posted twice?", source_language="en",
            actor=walk.actor(self.freelancers["tom"]), now=self.base,
        )  # fmt: skip

    def _payouts(self) -> None:
        """Bank accounts for all who were paid; one balance stays, the others are paid out."""
        for name in ("claire", "lin", "marek", "nour", "yuki"):
            organization = self.freelancers[name]
            owner = walk.actor(organization)
            currency = payout_currency(organization)
            account_operations.set_payout_account(
                organization_id=organization.id, currency=currency, holder_name=organization.display_name,
                account_number="DE89370400440532013000" if name == "claire" else "000123456789",
                is_automatic=False, gateway="sandbox", actor=owner, now=self.base,
            )  # fmt: skip
            if name in ("claire", "lin"):
                for balance in [one.available for one in balances(organization.id) if one.available]:
                    quote = payouts.quote_payout(
                        organization_id=organization.id,
                        currency=balance.currency,
                        amount=None,
                        actor=owner,
                        now=self.base,
                    )
                    payouts.accept_quote(quote_id=quote.id, actor=owner, now=self.base)
        dispatch.send_due(clock=timezone.now)

    def _capital(self) -> None:
        """The operator brings what the processor's fees took before it was earned, and some more."""
        staff = accounts.actor_for(User.objects.get(email=STAFF[0]))
        for currency, lacking in holdings.currencies_at(settings.PAYMENT_GATEWAY):
            top_ups.top_up(
                top_up_id=uuid7(), gateway=settings.PAYMENT_GATEWAY, amount=amounts.sendable(lacking + Money.of(100, currency)),
                reason="Working capital for the processor's fees", actor=staff, now=timezone.now(),
            )  # fmt: skip

    def _drain(self, now: datetime) -> None:
        """What the worker would have done by then."""
        bus.deliver_pending(now=now, limit=10_000)
        matches.refresh_pending(now=now)
