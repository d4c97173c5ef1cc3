"""Load the reviewed tables into the database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from apps.compliance.models import Corridor, Country, Rail, SanctionLevel, Withholding
from apps.compliance.rules import ANY

DATA = Path(__file__).parent / "data" / "corridors.yaml"


@transaction.atomic
def load_tables(path: Path = DATA) -> dict[str, int]:
    """Load the tables from the file. Returns the number of rows by kind. Safe to run again."""
    table: dict[str, Any] = yaml.safe_load(path.read_text())
    since: date = table["effective_from"]
    sources = table["sources"]
    groups = [
        (table["connect_countries"], Rail.CONNECT, sources["connect"], sources["connect_url"]),
        (table["global_payout_countries"], Rail.GLOBAL_PAYOUTS, sources["global"], sources["global_url"]),
    ]
    for countries, rail, source, url in groups:
        for code, currencies in countries.items():
            _country(code, SanctionLevel.NONE, currencies, source, since)
            _corridor(code, since, is_open=True, rail=rail, source=source, url=url)
    for code, source in table["blocked_countries"].items():
        _country(code, SanctionLevel.BLOCKED, [], source, since)
    for code, source in table["restricted_countries"].items():
        _country(code, SanctionLevel.RESTRICTED, [], source, since)
        _corridor(code, since, is_open=False, rail=Rail.UNSUPPORTED, source=source, reason="restricted")
    for row in table["withholding"]:
        Withholding.objects.update_or_create(
            payer_country=row["payer"],
            payee_country=row["payee"],
            effective_from=row["from"],
            defaults={
                "rate_bps": row["rate_bps"],
                "jurisdiction": row["jurisdiction"],
                "source": row["source"],
                "source_url": row.get("url", ""),
            },
        )
    return {
        "countries": Country.objects.count(),
        "corridors": Corridor.objects.count(),
        "withholdings": Withholding.objects.count(),
    }


def _country(code: str, level: str, currencies: list[str], source: str, since: date) -> None:
    Country.objects.update_or_create(
        code=code,
        defaults={
            "sanction_level": level,
            "payout_currencies": currencies,
            "source": source,
            "effective_from": since,
        },
    )


def _corridor(
    payee: str, since: date, *, is_open: bool, rail: str, source: str, url: str = "", reason: str = ""
) -> None:
    Corridor.objects.update_or_create(
        payer_country=ANY,
        payee_country=payee,
        effective_from=since,
        defaults={"is_open": is_open, "rail": rail, "source": source, "source_url": url, "reason_code": reason},
    )
