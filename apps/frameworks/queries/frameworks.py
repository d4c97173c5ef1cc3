"""Framework agreements: who may see them, their versions, and what is due."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.common.actors import Actor
from apps.frameworks.models import Framework, FrameworkVersion
from apps.frameworks.states import FrameworkStatus


def frameworks_visible_to(actor: Actor) -> QuerySet[Framework]:
    """Those of the actor's organization, on either side; all of them for staff."""
    frameworks = Framework.objects.select_related("employer", "freelancer")
    if actor.is_staff:
        return frameworks
    own = actor.organization_id
    return frameworks.filter(Q(employer_id=own) | Q(freelancer_id=own)) if own else frameworks.none()


def framework_for_update(framework_id: UUID) -> Framework:
    rows = Framework.objects.select_for_update(of=("self",)).select_related("employer", "freelancer")
    return rows.get(id=framework_id)


def versions(framework_id: UUID) -> list[FrameworkVersion]:
    """All versions with their acceptances, newest first."""
    rows = FrameworkVersion.objects.filter(framework_id=framework_id).prefetch_related("acceptances__accepted_by")
    return list(rows.order_by("-number"))


def newest_version(framework: Framework) -> FrameworkVersion:
    return framework.versions.get(number=framework.version_number)


def frameworks_to_expire(now: datetime) -> QuerySet[Framework, UUID]:
    """Those whose last day is over, or whose proposal was not answered in time."""
    is_unanswered = Q(status=FrameworkStatus.PROPOSED, respond_by__lte=now)
    is_over = Q(status=FrameworkStatus.IN_FORCE, ends_on__lt=now.date())
    rows = Framework.objects.filter(is_unanswered | is_over)
    return rows.order_by("ends_on", "id").values_list("id", flat=True)


def frameworks_to_end(now: datetime) -> QuerySet[Framework, UUID]:
    """Those whose notice period is over."""
    rows = Framework.objects.filter(
        status=FrameworkStatus.IN_FORCE, notice_ends_on__isnull=False, notice_ends_on__lt=now.date()
    )
    return rows.order_by("notice_ends_on", "id").values_list("id", flat=True)
