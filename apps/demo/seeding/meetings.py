"""Messages before a contract, invitations, and what people keep for later; the records of everybody."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from apps.accounts.models import Organization, User
from apps.demo.seeding.participants import Participants
from apps.demo.steps import days, owner_of
from apps.messaging import operations as messaging
from apps.messaging.models import Conversation
from apps.saved import operations as saved
from apps.tasks import operations as tasks
from apps.tasks.models import Task
from apps.track_records import operations as track_records
from apps.track_records import queries as records

FILE = Path(__file__).parent / "meetings.yaml"
MINUTES_TO_ANSWER = 40


def add_all(participants: Participants) -> None:
    described: dict[str, list[dict[str, Any]]] = yaml.safe_load(FILE.read_text())
    for number, row in enumerate(described["enquiries"]):
        _enquire(participants, row, participants.now - days(6 - number * 0.5))
    open_tasks = Task.objects.filter(status="open").select_related("employer")
    for row in described["invitations"]:
        _invite(participants, row, open_tasks.get(title=row["task"]))


def _enquire(participants: Participants, row: dict[str, Any], begun_at: datetime) -> None:
    employer, person = participants.employers[row["employer"]], participants.freelancers[row["person"]]
    conversation: Conversation | None = None
    for turn, said in enumerate(row["messages"]):
        sender = (employer, person)[turn % 2]
        words = {
            "text": said["text"],
            "source_language": said["language"],
            "actor": owner_of(sender),
            "now": begun_at + days(turn * MINUTES_TO_ANSWER / 1440),
        }
        if conversation is None:
            conversation = messaging.enquire(organization_id=person.id, **words).conversation
        else:
            messaging.send_in(conversation_id=conversation.id, **words)
    if row.get("note"):
        _save(employer, person, row, begun_at)


def _save(employer: Organization, person: Organization, row: dict[str, Any], now: datetime) -> None:
    actor = owner_of(employer)
    user = User.objects.get(id=actor.person_id)
    saved.save_person(organization_id=person.id, user=user, actor=actor, now=now)
    saved.describe_person(organization_id=person.id, user=user, note=row["note"], list_name=row["list"])


def _invite(participants: Participants, row: dict[str, Any], task: Task) -> None:
    person, employer = participants.freelancers[row["person"]], owner_of(task.employer)
    invited_at = participants.now - days(1.5)
    invitation = tasks.invite(
        task_id=task.id,
        organization_id=person.id,
        actor=employer,
        now=invited_at,
        message=row["message"],
        source_language=row["language"],
    )
    invited = owner_of(person)
    if row.get("declines"):
        tasks.decline_invitation(invitation_id=invitation.id, actor=invited, now=invited_at + days(0.4))
        return
    for turn, (text, writer) in enumerate([(row["question"], invited), (row["answer"], employer)]):
        messaging.write_about_task(
            task_id=task.id,
            other_id=task.employer_id if turn == 0 else person.id,
            text=text,
            source_language=row["language"],
            actor=writer,
            now=invited_at + days(0.2 + turn * MINUTES_TO_ANSWER / 1440),
        )
    user = User.objects.get(id=invited.person_id)
    saved.save_task(task_id=task.id, user=user, actor=invited, now=invited_at + days(0.3))


def count_records() -> None:
    """Count everybody's record, as the job does."""
    now = timezone.now()
    for record_id in list(records.records_due(now)):
        track_records.count_again(record_id=record_id, now=now)
