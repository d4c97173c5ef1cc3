"""
Admission: how many requests a web process handles at the same time, which ones first, and which ones it refuses.

The web server passes every request to one of its own threads at once. Those threads only wait; `WEB_THREADS` threads
run Django, so a process needs no more database connections than that. Requests wait in one line for each kind:

* machine: webhooks of payment providers, health checks. Always first, never refused for others.
* static: files of the site, if no proxy serves them, and pictures of people: a page asks for many at once.
* money: logged-in people on pages and endpoints about money.
* member: logged-in people everywhere else, programs with a key. Whether a cookie or a key is real is known once Django
  has looked it up: until a process did so, its sender waits with the strangers.
* renewal: a stranger whose response is kept, but old. If it is refused, the old one is sent.
* stranger: everybody else.

Among the lines that wait, the one that was served least for its weight is next (stride scheduling). One thread stays
free for machines, and of the others one for money and one for everybody else: slow requests of one kind cannot use up
what another one needs.

A line that did not become empty for a while is overloaded. Then the newest request is served first, and the oldest is
refused as soon as others arrive or after a short time: a client that waited long has often gone away, and one that is
served should be served fast. This is adaptive LIFO with controlled delay, as in Maurer, "Fail at Scale", ACM Queue
13 (8), 2015. If the process is also busy computing, fewer requests run at the same time, because they only slow down
one another: one thread at a time has the interpreter.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from django.conf import settings
from django.utils import timezone

from apps.accounts.pictures import FOLDER
from apps.common import traffic
from apps.common.errors import Overloaded

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]
Application: TypeAlias = Callable[[Environ, StartResponse], Iterable[bytes]]
logger = logging.getLogger(__name__)

REPORT_SECONDS = 60.0
WHOLE_BYTES_MAX = 2**20
"""Larger responses are passed on in pieces, while their thread still waits for the client."""


class Wait(NamedTuple):
    """How many requests of a kind may wait, and how many seconds."""

    longest: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Line:
    """
    How requests of one kind wait.

    :param weight: its share of what is served while other kinds wait too.
    :param overloaded: None if the line keeps its order then too.
    """

    weight: int
    usual: Wait
    overloaded: Wait | None = None


# Together they leave some of the web server's threads (ops/web.sh) for what is kept and for refusing.
LINES = {
    "machine": Line(100, Wait(16, 5.0)),
    "static": Line(3, Wait(8, 2.0)),
    "money": Line(4, Wait(10, 1.0), Wait(3, 0.15)),
    "member": Line(3, Wait(10, 1.0), Wait(2, 0.1)),
    "renewal": Line(2, Wait(3, 0.5), Wait(2, 0.1)),
    "stranger": Line(1, Wait(5, 1.0), Wait(2, 0.1)),
}
OVERLOADED_AFTER_SECONDS = 0.5
BUSY_THREADS = 2
"""Requests that run at the same time in a process that is overloaded and busy computing."""
CPU_SHARE_BUSY = 0.5
"""A process that uses this share of a core is slowed down by computing, and not by waiting for others."""
CPU_SECONDS = 0.5
"""How often that is measured."""
KIND = "tradewind.kind"
"""The name in the WSGI environment of a kind that is known already."""


# -- kinds

_LANGUAGES = "|".join(re.escape(code) for code, _name in settings.LANGUAGES)
_STATIC = (f"/{settings.STATIC_URL.lstrip('/')}", FOLDER, "/push-worker.js")
_MACHINE = re.compile(r"/webhooks/|/(?:livez|readyz|version|metrics)$")
_MONEY = re.compile(
    rf"""
    /(?:{_LANGUAGES})/(?:
        (?:money|spending)/
      | (?:milestones|bids)/[^/]+/(?:fund|approve|paid|award)/
      | contracts/(?:stop/[^/]+/|[^/]+/(?:stop|take-back)/)
      | disputes/(?:[^/]+/decide|proposals/[^/]+/accept)/
    )
    | /api/v1/(?:
        (?:charges|payouts|payout-account|quotes|balances|statement|journal-entries)/
      | (?:escrows|releases|chargebacks|recoveries|treasury|spending|money|documents)/
      | milestones/[^/]+/(?:fund|approve|approval)/
      | (?:contracts/[^/]+/)?stop-proposals/
      | disputes/(?:[^/]+/(?:decide|outcome)|proposals/[^/]+/accept)/
    )
    """,
    re.VERBOSE,
)


def kind_of(environ: Environ) -> str:
    if kind := environ.get(KIND):
        return str(kind)
    path = environ.get("PATH_INFO", "")
    if _MACHINE.match(path):
        return "machine"
    if path.startswith(_STATIC):
        return "static"
    if RECENT_LOGINS.has(credential_of(environ)):
        return "money" if _MONEY.match(path) else "member"
    return "stranger"


# -- credentials

LOGIN_IS_REMEMBERED_SECONDS = 30 * 60.0
_SESSION = re.compile(rf"(?:^|;\s*){re.escape(settings.SESSION_COOKIE_NAME)}=([^;]*)")


def credential_of(environ: Environ) -> str:
    """Return the key or the session that a request names, whether or not it is real; "" without one."""
    if key := environ.get("HTTP_AUTHORIZATION"):
        return str(key)
    session = _SESSION.search(environ.get("HTTP_COOKIE", ""))
    return session[1] if session else ""


class RecentLogins:
    """
    The credentials that Django accepted lately in this process.

    They give a place in a line and no rights: one that was revoked since is still refused by Django.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most, self._lock, self._until = most, threading.Lock(), OrderedDict[str, float]()

    def add(self, credential: str) -> None:
        with self._lock:
            self._until[credential] = time.monotonic() + LOGIN_IS_REMEMBERED_SECONDS
            self._until.move_to_end(credential)
            if len(self._until) > self._most:
                self._until.popitem(last=False)

    def has(self, credential: str) -> bool:
        return self._until.get(credential, 0.0) > time.monotonic()


RECENT_LOGINS = RecentLogins()


# -- one request


class Ticket:
    """A request that waits, and then its response."""

    __slots__ = ("body", "done", "environ", "error", "headers", "is_waiting", "kind", "status")

    def __init__(self, kind: str, environ: Environ) -> None:
        self.kind, self.environ, self.is_waiting, self.done = kind, environ, True, threading.Event()
        self.status, self.headers, self.body = "", [], []  # type: tuple[str, list[Any], Iterable[bytes]]
        self.error: BaseException | None = None

    def compute(self, application: Application) -> None:
        """In a thread for Django, also what Django does after the response is sent."""
        started: list[Any] = []
        response: Iterable[bytes] = []
        try:
            response = application(self.environ, lambda *args: started.extend(args))
            self.status, self.headers = started[0], started[1]
            if isinstance(response, list) or _length(self.headers) <= WHOLE_BYTES_MAX:
                self.body = [b"".join(response)]
                self.done.set()
            else:
                self.body = pieces = Pieces()
                self.done.set()
                pieces.fill(response)
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()
            if close := getattr(response, "close", None):
                close()


def _length(headers: list[Any]) -> int:
    return next((int(value) for name, value in headers if name.lower() == "content-length"), WHOLE_BYTES_MAX + 1)


class Pieces:
    """The body of a large response, on its way from Django's thread to the web server's."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=4)
        self._is_closed = False

    def fill(self, response: Iterable[bytes]) -> None:
        try:
            for piece in response:
                self._put(piece)
                if self._is_closed:
                    return
            self._put(None)
        except Exception as error:
            self._put(error)

    def _put(self, piece: bytes | BaseException | None) -> None:
        while not self._is_closed:
            try:
                self._queue.put(piece, timeout=1.0)
            except queue.Full:
                continue  # a slow client; its end is noticed by `close`
            return

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self._queue.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece

    def close(self) -> None:
        self._is_closed = True


# -- all requests


class Admission:
    """
    A WSGI application around another one.

    :raises Overloaded: for a request that is refused.
    """

    def __init__(self, application: Application, threads: int, lines: dict[str, Line] = LINES) -> None:
        self._application, self._threads, self._lines = application, threads, lines
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._waiting: dict[str, deque[Ticket]] = {kind: deque() for kind in lines}
        self._running = dict.fromkeys(lines, 0)
        self._served = dict.fromkeys(lines, 0.0)  # requests divided by the weight
        self._empty_at = dict.fromkeys(lines, 0.0)
        self._cpu = _Cpu()
        self._is_started = False

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        ticket = Ticket(kind_of(environ), environ)
        seconds = self._enter(ticket)
        if not ticket.done.wait(seconds):
            self._leave(ticket)
            ticket.done.wait()
        if environ.get(traffic.ACCEPTED):
            RECENT_LOGINS.add(credential_of(environ))
        if ticket.error is not None:
            raise ticket.error
        start_response(ticket.status, ticket.headers)
        return ticket.body

    def _enter(self, ticket: Ticket) -> float:
        """Returns how many seconds the request may wait."""
        kind, now = ticket.kind, time.monotonic()
        with self._lock:
            if not self._is_started:
                self._start()
            waiting = self._waiting[kind]
            if not waiting:
                self._empty_at[kind] = now
                self._served[kind] = max(self._served[kind], self._least_served())
            overloaded = self._overloaded(kind, now)
            wait = overloaded or self._lines[kind].usual
            while overloaded and len(waiting) >= wait.longest:
                _refuse(waiting.popleft())
            if len(waiting) >= wait.longest:
                raise Overloaded
            waiting.append(ticket)
            self._work.notify()
        return wait.seconds

    def _least_served(self) -> float:
        """What a line starts with that did not wait: it has no claim for the time when nobody was in it."""
        return min((self._served[kind] for kind, waiting in self._waiting.items() if waiting), default=0.0)

    def _overloaded(self, kind: str, now: float) -> Wait | None:
        return self._lines[kind].overloaded if now - self._empty_at[kind] > OVERLOADED_AFTER_SECONDS else None

    def _leave(self, ticket: Ticket) -> None:
        """Refuse it if no thread works on it yet."""
        with self._lock:
            if ticket.is_waiting:
                self._waiting[ticket.kind].remove(ticket)
                _refuse(ticket)

    def _start(self) -> None:
        self._is_started = True
        for number in range(self._threads):
            threading.Thread(target=self._serve, name=f"django-{number}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            with self._lock:
                while (ticket := self._next()) is None:
                    self._work.wait()
                ticket.is_waiting = False
                self._running[ticket.kind] += 1
                self._served[ticket.kind] += 1 / self._lines[ticket.kind].weight
            try:
                ticket.compute(self._application)
            except Exception:
                logger.exception("a response could not be closed")
            finally:
                with self._lock:
                    self._running[ticket.kind] -= 1
                    self._work.notify()

    def _next(self) -> Ticket | None:
        waiting_kinds = [kind for kind, waiting in self._waiting.items() if waiting]
        if not waiting_kinds:
            return None
        now = time.monotonic()
        most = self._most(waiting_kinds, now)
        kinds = [kind for kind in waiting_kinds if self._may_start(kind, most)]
        if not kinds:
            return None
        kind = "machine" if "machine" in kinds else min(kinds, key=lambda kind: self._served[kind])
        waiting = self._waiting[kind]
        ticket = waiting.pop() if self._overloaded(kind, now) else waiting.popleft()
        if not waiting:
            self._empty_at[kind] = now
        return ticket

    def _most(self, kinds: list[str], now: float) -> int:
        """How many requests that are not from machines may run at the same time."""
        most = max(1, self._threads - 1)
        is_overloaded = any(self._overloaded(kind, now) for kind in kinds)
        return min(most, BUSY_THREADS) if is_overloaded and self._cpu.is_busy(now) else most

    def _may_start(self, kind: str, most: int) -> bool:
        """One thread is left for machines, and of the others one for money and one for everybody else."""
        if kind == "machine":
            return True
        running = sum(self._running.values()) - self._running["machine"]
        of_its_side = self._running["money"] if kind == "money" else running - self._running["money"]
        return running < most and of_its_side < max(1, most - 1)


def _refuse(ticket: Ticket) -> None:
    ticket.is_waiting, ticket.error = False, Overloaded()
    ticket.done.set()


class _Cpu:
    """Whether this process is busy computing."""

    def __init__(self) -> None:
        self._at, self._spent, self._is_busy = time.monotonic(), time.process_time(), False

    def is_busy(self, now: float) -> bool:
        if (elapsed := now - self._at) >= CPU_SECONDS:
            spent = time.process_time()
            self._is_busy = (spent - self._spent) / elapsed > CPU_SHARE_BUSY
            self._at, self._spent = now, spent
        return self._is_busy


class Report:
    """Counts requests, and once a minute logs those that were refused and adds all to the shared sums."""

    def __init__(self) -> None:
        self._lock, self._counts, self._is_started = threading.Lock(), Counter[tuple[str, str]](), False

    def count(self, kind: str, outcome: str) -> None:
        with self._lock:
            self._counts[kind, outcome] += 1
            if not self._is_started:
                self._is_started = True
                threading.Thread(target=self._send_regularly, name="traffic", daemon=True).start()

    def _send_regularly(self) -> None:
        while True:
            time.sleep(REPORT_SECONDS)
            try:
                self.send()
            except Exception:
                logger.exception("the counts of requests could not be added")

    def send(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, Counter()
        refused = {kind: number for (kind, outcome), number in counts.items() if outcome == "refused"}
        if refused:
            served = {kind: number for (kind, outcome), number in counts.items() if outcome == "served"}
            logger.warning("requests were refused in the last minute: %s; served: %s", refused, served)
        traffic.add(counts, now=timezone.now())
