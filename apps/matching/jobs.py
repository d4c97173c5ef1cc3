from celery import shared_task
from django.utils import timezone

from apps.common.jobs import hint
from apps.matching.operations import candidate_index, exposure, impressions, learning, matches, notifications


@shared_task(name="matching.refresh")
def refresh() -> int:
    """Match what has changed since the last run."""
    return matches.refresh_pending(now=timezone.now())


def wake() -> None:
    """After a commit: what was asked for is matched at once and not only when beat looks."""
    hint(refresh)


matches.on_requested(wake)


# A first candidate index of a large market takes longer than other jobs may; one that is ended halfway would never be
# there.
WRITING_SECONDS_MAX = 1800


@shared_task(name="matching.refresh_candidate_index", time_limit=WRITING_SECONDS_MAX)
def refresh_candidate_index() -> int:
    """Who changed is found as they are now a second later."""
    return candidate_index.refresh_candidate_index(now=timezone.now()) or 0


@shared_task(name="matching.rebuild_candidate_index", time_limit=WRITING_SECONDS_MAX)
def rebuild_candidate_index() -> int:
    """Write everybody again, so that the delta stays small and ages are those of today."""
    return candidate_index.rebuild_candidate_index(now=timezone.now()) or 0


@shared_task(name="matching.train_rankers", time_limit=WRITING_SECONDS_MAX)
def train_rankers() -> int:
    """Learn again where a week has passed and there are outcomes enough."""
    return learning.train_rankers(now=timezone.now())


@shared_task(name="matching.notify_employers", time_limit=WRITING_SECONDS_MAX)
def notify_employers() -> int:
    """Once a week; one that is ended halfway goes on with the others when it is started again."""
    return notifications.notify_employers(now=timezone.now())


@shared_task(name="matching.prune_impressions")
def prune_impressions() -> int:
    """Drop what was shown more than 400 days ago."""
    return impressions.prune_impressions(now=timezone.now())


@shared_task(name="matching.write_fairness_report")
def write_fairness_report() -> bool:
    """The week that is over; asked every night, so that one missed is made up for."""
    now = timezone.now()
    return exposure.write_fairness_report(week=exposure.week_before(now), now=now) is not None
