"""Draw deliveries at random, and note what staff sees in them."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.common.actors import Actor
from apps.common.errors import Invalid, NotFound
from apps.common.operations import move
from apps.moderation import operations as moderation
from apps.moderation.states import StaffAct
from apps.quality import policies, queries, rules
from apps.quality.models import Draw, Sample
from apps.quality.states import SAMPLE, SampleStatus

POPULATION_MAX = 5_000
SETTLED = timedelta(minutes=5)
"""Deliveries of the last minutes wait for the next draw: their transactions may not be visible yet."""


class NoteMissing(Invalid):
    code = "note_missing"
    field = "note"
    message = _("Write down what the concern is.")


@transaction.atomic
def draw_samples(*, now: datetime) -> int:
    """
    Draw from what was delivered since the last draw, and commit to the next seed. Returns the number drawn.

    The first call only commits: what was delivered before a seed was published cannot be drawn by it.
    """
    until = now - SETTLED
    draw = queries.open_draw_for_update()
    if draw is None:
        _commit(starts_at=until)
        return 0
    rows = queries.arrivals(draw.starts_at, until, POPULATION_MAX + 1)
    if not rows:
        return 0
    if len(rows) > POPULATION_MAX:  # the rest belongs to the next draw, up to a moment that nothing shares
        until = rows[POPULATION_MAX][1]
        rows = [row for row in rows if row[1] < until]
    before = _totals_before()
    ids = {rules.key(delivery_id): (delivery_id, name) for delivery_id, _moment, name in rows}
    draw.population = sorted([item, name] for item, (_delivery_id, name) in ids.items())
    draw.before, draw.ends_at, draw.drawn_at = before, until, now
    draw.chosen = rules.draw(draw.seed, draw.population, before)
    draw.save(update_fields=["population", "before", "ends_at", "drawn_at", "chosen"])
    Sample.objects.bulk_create(
        Sample(draw=draw, deliverable_id=ids[item][0], stratum=ids[item][1], drawn_at=now) for item in draw.chosen
    )
    _commit(starts_at=until)
    return len(draw.chosen)


def _commit(*, starts_at: datetime) -> Draw:
    seed = secrets.token_hex(32)
    return Draw.objects.create(starts_at=starts_at, seed=seed, seed_sha256=rules.commitment(seed))


def _totals_before() -> dict[str, list[int]]:
    last = queries.last_draw()
    return rules.totals_after(last.population, last.chosen, last.before) if last else {}


@transaction.atomic
def judge(*, sample_id: UUID, is_fine: bool, note: str, actor: Actor, now: datetime) -> Sample:
    """
    Note that the delivery is fine, or a concern. Nothing changes for the two sides; the log of the staff has it.

    :raises NoteMissing: for a concern without words.
    """
    sample = queries.sample_for_update(sample_id)
    if sample is None:
        raise NotFound
    policies.check_can_judge(actor, sample)
    if not is_fine and not note.strip():
        raise NoteMissing
    fine_verb = "clear_concern" if sample.status == SampleStatus.CONCERN else "find_fine"
    changes = {"note": note.strip()[:2000], "seen_by_id": actor.person_id, "seen_at": now}
    move(sample, SAMPLE, fine_verb if is_fine else "note_concern", actor=actor, now=now, changes=changes)
    moderation.record(
        actor=actor,
        action=StaffAct.QUALITY_FINE if is_fine else StaffAct.QUALITY_CONCERN,
        subject_type="quality.sample",
        subject_id=str(sample.id),
        reason=note.strip()[:2000],
        details={"deliverable": str(sample.deliverable_id)},
        now=now,
    )
    return sample
