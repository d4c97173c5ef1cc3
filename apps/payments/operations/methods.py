"""Load the dated table of payment methods from the reviewed file."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.db import transaction

from apps.payments.models import PaymentMethod
from apps.payments.models.methods import Direction

METHODS = Path(__file__).parent.parent / "data" / "payment_methods.yaml"


@transaction.atomic
def load_payment_methods(*, path: Path = METHODS) -> int:
    """Load the file. Safe to run again. Returns the number of rows in the file."""
    count = 0
    for row in yaml.safe_load(path.read_text())["methods"]:
        for country in row["countries"]:
            PaymentMethod.objects.update_or_create(
                gateway=row["gateway"],
                direction=row.get("direction", Direction.IN),
                country=country,
                currency=row["currency"],
                valid_from=row["valid_from"],
                defaults={"rank": row["rank"], "valid_until": row.get("valid_until"), "source": row["source"]},
            )
            count += 1
    return count
