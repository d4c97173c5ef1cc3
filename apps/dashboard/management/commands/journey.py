"""The whole journey from the command line: post, bid, award, fund, deliver, approve, settle, review."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.utils import timezone, translation

from apps.accounts.models import Organization
from apps.bidding import operations as bidding
from apps.bidding.rules import Answer, BidDraft, MilestoneDraft
from apps.common.money import Money
from apps.contracts.models import Contract, Milestone
from apps.contracts.operations import milestones, offers
from apps.dashboard.management import walk
from apps.dashboard.management.cast import Part
from apps.dashboard.management.guard import refuse_where_others_are
from apps.ledger.queries import books
from apps.payouts.models import Payout
from apps.payouts.operations import accounts, payouts
from apps.reviews import operations as reviews
from apps.skills.models import Category
from apps.tasks import operations as tasks
from apps.tasks import queries as task_queries
from apps.tasks.rules import Brief
from devstack.sandbox_processor.server import Processor

WAIT_MAX = 90.0
WORDS = {
    "de": ("Produkttexte übertragen", "Leser in Kairo verstehen unser Sortiment.", "80 Texte, nach Wortliste."),
    "zh-hans": ("翻译产品说明", "让中国读者看懂我们的产品。", "八十篇短文,按术语表翻译。"),
    "ar": ("ترجمة أوصاف المنتجات", "أن يفهم القارئ منتجاتنا.", "ثمانون نصًا وفق قائمة المصطلحات."),
    "en": ("Translate product texts", "Readers abroad understand what we sell.", "Eighty texts, by the word list."),
}


class Command(BaseCommand):
    help = (
        "Walk the whole journey through the real operations, worker and sandbox processor; "
        "prints every identifier and journal entry made, a JSON summary last."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--language", default="en", help="what the two people write and read: en, zh-hans, ar, de")
        parser.add_argument("--json", action="store_true", help="print the summary alone")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_others_are()
        self.quiet = options["json"]
        self.language = options["language"].lower()
        self.made: dict[str, Any] = {"language": self.language}
        if settings.PAYMENT_GATEWAY != "sandbox":
            raise CommandError("The journey pays with the sandbox processor only: set PAYMENT_GATEWAY=sandbox.")
        self._prepare()
        with ExitStack() as running, translation.override(self._reader_language()):
            self._outside_world(running)
            self._walk()
        self.made["journal_entries"] = self._entries()
        self.made["ok"] = True
        self.stdout.write(json.dumps(self.made, ensure_ascii=False, default=str))

    def _say(self, sentence: str, **ids: Any) -> None:
        self.made |= {name: str(value) for name, value in ids.items()}
        if not self.quiet:
            self.stdout.write(f"{sentence}  " + "  ".join(f"{name}={value}" for name, value in ids.items()))

    def _reader_language(self) -> str:
        return self.language if self.language in dict(settings.LANGUAGES) else "en"

    # -- what must run

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0)
        if not Category.objects.exists():
            for command in ("load_compliance", "load_fees", "import_fx_rates"):
                call_command(command, verbosity=0)
            call_command("import_skills", core_only=True, verbosity=0)

    def _outside_world(self, running: ExitStack) -> None:
        """Use the demo's processor, web and worker when they run; else start what is missing for this walk."""
        if not _answers(f"{settings.PROCESSOR_URL}/v1/balance"):
            site = running.enter_context(_web())
            folder = running.enter_context(tempfile.TemporaryDirectory())
            processor = Processor(
                db=Path(folder) / "processor.sqlite3",
                webhook_url=f"{site}/webhooks/sandbox/",
                secret=settings.WEBHOOK_SECRET,
                payout_delay=0.5,
            ).start()
            running.callback(processor.stop)
            settings.PROCESSOR_URL = processor.url
            self._say("sandbox processor started", processor=processor.url)
        if not _worker_answers():
            running.enter_context(_worker(settings.PROCESSOR_URL))
            self._say("worker started")

    # -- the walk

    def _walk(self) -> None:
        now = timezone.now()
        mark = secrets.token_hex(4)
        employer = walk.enter(
            _part(f"employer-{mark}", "Hafenlicht GmbH", "DE", "EUR", "Europe/Berlin", self.language, False), now
        )
        country, currency, zone = {"zh-hans": ("CN", "CNY", "Asia/Shanghai"), "ar": ("EG", "USD", "Africa/Cairo")}.get(
            self.language, ("NG", "USD", "Africa/Lagos")
        )
        freelancer = walk.enter(
            _part(f"freelancer-{mark}", "Amara Okafor", country, currency, zone, self.language, True), now
        )
        self._say("two organizations", employer=employer.id, freelancer=freelancer.id)
        contract = self._agree(employer, freelancer)
        self._work(contract)
        self._settle(freelancer, currency)
        self._review(contract)

    def _agree(self, employer: Organization, freelancer: Organization) -> Contract:
        now = timezone.now()
        title, goal, requirements = WORDS.get(self.language, WORDS["en"])
        day = timedelta(days=1)
        brief = Brief(
            title=title, goal=goal, requirements=requirements, source_language=self.language,
            category_id=Category.objects.get(slug="translation").id, budget_min_minor=90_000, currency="EUR",
            deadline_at=now + 30 * day, deadline_time_zone=employer.time_zone, bidding_closes_at=now + 7 * day,
            decision_due_at=now + 14 * day, criteria=(goal,), skill_ids=tuple(walk.skill_ids(["translation"])),
        )  # fmt: skip
        task = tasks.start_draft(actor=walk.actor(employer), brief=brief, now=now)
        tasks.publish(task_id=task.id, actor=walk.actor(employer), now=now)
        self._say("posted", task=task.id)
        answers = tuple(Answer(one.id, True) for one in task_queries.criteria(task.id))
        draft = BidDraft(
            Money.of("900.00", "EUR"), 10, goal, self.language,
            (MilestoneDraft(title, 90_000, 10),), answers,
        )  # fmt: skip
        bid = bidding.submit_bid(task_id=task.id, draft=draft, actor=walk.actor(freelancer), now=timezone.now())
        self._say("bid", bid=bid.id, amount=bid.binding_amount)
        contract = offers.award(bid_id=bid.id, actor=walk.actor(employer), now=timezone.now())
        offers.accept_offer(contract_id=contract.id, actor=walk.actor(freelancer), now=timezone.now())
        self._say("awarded and accepted", contract=contract.id)
        return contract

    def _work(self, contract: Contract) -> None:
        milestone = walk.first_milestone(contract)
        charge = walk.fund(milestone, timezone.now())
        self._wait("the processor's word", lambda: _status(milestone) == "funded")
        self._say("funded", milestone=milestone.id, charge=charge.id, escrow=_escrow(milestone))
        words = WORDS.get(self.language, WORDS["en"])
        employer = walk.actor(contract.employer)
        walk.deliver(milestone, words[1], self.language, timezone.now())
        milestones.request_revision(
            milestone_id=milestone.id, text=words[2], source_language=self.language, actor=employer, now=timezone.now()
        )
        walk.deliver(milestone, words[1], self.language, timezone.now())
        self._say("delivered, revised, delivered again")
        milestones.approve_milestone(milestone_id=milestone.id, amount=None, actor=employer, now=timezone.now())
        self._say("approved")

    def _settle(self, freelancer: Organization, currency: str) -> None:
        owner = walk.actor(freelancer)
        accounts.set_payout_account(
            organization_id=freelancer.id, currency=currency, holder_name=freelancer.legal_name,
            account_number="000123456789", is_automatic=False, gateway="sandbox", actor=owner, now=timezone.now(),
        )  # fmt: skip
        quote = payouts.quote_payout(
            organization_id=freelancer.id, currency="EUR", amount=None, actor=owner, now=timezone.now()
        )
        payout = payouts.accept_quote(quote_id=quote.id, actor=owner, now=timezone.now())
        self._say("payout accepted", payout=payout.id, quote=quote.id, arrives=payout.amount)
        self._wait("the worker's settlement", lambda: Payout.objects.get(id=payout.id).status == "paid")
        self._say("paid out by the worker")

    def _review(self, contract: Contract) -> None:
        words = WORDS.get(self.language, WORDS["en"])
        for name, side in (("employer_review", contract.employer), ("freelancer_review", contract.freelancer)):
            review = reviews.submit(
                contract_id=contract.id, quality=5, communication=5, skill=5, text=words[1],
                source_language=self.language, actor=walk.actor(side), now=timezone.now(),
            )  # fmt: skip
            self._say("reviewed", **{name: review.id})

    def _wait(self, what: str, is_done: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_MAX
        while not is_done():
            if time.monotonic() > until:
                raise CommandError(f"Waited {WAIT_MAX:.0f} s for {what} in vain: do worker and processor run?")
            time.sleep(0.2)

    def _entries(self) -> list[dict[str, Any]]:
        """Every journal entry of this walk, from the books."""
        found = {}
        for name in ("escrow", "payout"):
            for journal in books.journals_of(**{name: self.made[name]}):
                found[journal.id] = journal
        rows = []
        for journal in sorted(found.values(), key=lambda one: (one.happened_at, str(one.id))):
            lines = [
                {"account": line.account.code, "amount": str(Money(line.amount_minor, line.account.currency))}
                for line in journal.lines
            ]
            rows.append({"id": str(journal.id), "event": journal.event, "lines": lines})
            if not self.quiet:
                self.stdout.write(f"  {journal.event}")
                for line in lines:
                    self.stdout.write(f"    {line['amount']:>18}  {line['account']}")
        return rows


def _part(name: str, organization: str, country: str, currency: str, zone: str, language: str, works: bool) -> Part:
    kind = "individual" if works else "company"
    return Part(f"{name}@journey.example", organization, organization, kind, country, currency, zone, language,
                skills=("translation",), languages=((language, "native"), ("en", "fluent")), works=works)  # fmt: skip


def _status(milestone: Milestone) -> str:
    return Milestone.objects.values_list("status", flat=True).get(id=milestone.id)


def _escrow(milestone: Milestone) -> Any:
    return Milestone.objects.values_list("escrow_id", flat=True).get(id=milestone.id)


def _answers(url: str) -> bool:
    try:
        requests.get(url, timeout=3)
    except requests.RequestException:
        return False
    return True


def _worker_answers() -> bool:
    from marketplace.celery import app

    return bool(app.control.ping(timeout=1.5))


@contextmanager
def _worker(processor_url: str) -> Iterator[None]:
    """A Celery worker with beat, as the demo starts it."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PROCESSOR_URL": processor_url, "C_FORCE_ROOT": "1"}
        command = [sys.executable, "-m", "celery", "-A", "marketplace", "--quiet", "worker", "-B",
                   "-s", f"{folder}/beat", "-c", "1", "-l", "error", "--without-gossip", "--without-mingle"]  # fmt: skip
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, env=env, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the walk prints its own steps."""


@contextmanager
def _web() -> Iterator[str]:
    """The application itself, so that the processor's webhooks arrive."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
