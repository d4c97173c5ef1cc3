"""Draws and the deliveries that were drawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.contracts.models import Deliverable
from apps.quality import rules
from apps.quality.models import Draw, Sample
from apps.quality.states import SampleStatus


def draws() -> QuerySet[Draw]:
    return Draw.objects.order_by("-starts_at", "-id")


def open_draw_for_update() -> Draw | None:
    return Draw.objects.select_for_update().filter(drawn_at=None).order_by("starts_at").first()


def last_draw() -> Draw | None:
    return Draw.objects.exclude(drawn_at=None).order_by("-starts_at").first()


def arrivals(since: datetime, until: datetime, limit: int) -> list[tuple[UUID, datetime, str]]:
    """The deliveries of a period in their order, each with its moment and its stratum."""
    earlier = (
        Deliverable.objects.filter(
            milestone__contract__freelancer_id=OuterRef("milestone__contract__freelancer_id"),
            submitted_at__lt=OuterRef("submitted_at"),
        )
        .order_by()
        .values("milestone__contract__freelancer_id")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = (
        Deliverable.objects.filter(submitted_at__gte=since, submitted_at__lt=until)
        .order_by("submitted_at", "id")
        .annotate(
            earlier=Coalesce(Subquery(earlier, output_field=IntegerField()), 0),
            category=F("milestone__contract__task__category__slug"),
        )
        .values_list("id", "submitted_at", "category", "earlier")[:limit]
    )
    return [(row_id, moment, rules.stratum(category or "", before)) for row_id, moment, category, before in rows]


def samples() -> QuerySet[Sample]:
    return Sample.objects.select_related(
        "deliverable__milestone__contract__employer",
        "deliverable__milestone__contract__freelancer",
        "deliverable__milestone__contract__task__category",
        "deliverable__submitted_by",
        "seen_by",
    )


def waiting() -> QuerySet[Sample]:
    """The longest waiting first."""
    return samples().filter(status=SampleStatus.WAITING).order_by("drawn_at", "id")


def seen() -> QuerySet[Sample]:
    return samples().exclude(status=SampleStatus.WAITING).order_by("-seen_at", "-id")


def sample_for_update(sample_id: UUID) -> Sample | None:
    rows = Sample.objects.select_for_update(of=("self",)).select_related("deliverable__milestone__contract")
    return rows.filter(id=sample_id).first()


def heading(draw: Draw) -> dict[str, Any]:
    """What anybody may know of a draw, without its lists. Before it is made the seed is secret."""
    is_drawn = draw.drawn_at is not None
    return {
        "id": draw.id,
        "starts_at": draw.starts_at,
        "ends_at": draw.ends_at,
        "drawn_at": draw.drawn_at,
        "is_drawn": is_drawn,
        "seed": draw.seed if is_drawn else "",
        "seed_sha256": draw.seed_sha256,
        "share_bps": rules.SHARE_BPS,
    }


def published(draw: Draw) -> dict[str, Any]:
    """The same with everything that is needed to repeat the draw."""
    return heading(draw) | {"population": draw.population, "before": draw.before, "chosen": draw.chosen}
