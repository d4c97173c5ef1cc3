from celery import shared_task
from django.utils import timezone

from apps.common.jobs import hint
from apps.matching.operations import candidate_index, exposure, impressions, learning, matches, notifications


@shared_task(name="matching.refresh")
def refresh() -> int:
    """Match what has changed since the last run."""
    return matches.refresh_pending(now=timezone.now())


def wake() -> None:
    """After a commit: start matching now instead of at the next beat."""
    hint(refresh)


matches.on_requested(wake)


# The first candidate index of a large market takes longer than other jobs may. If it were stopped halfway, there would
# never be an index.
WRITING_SECONDS_MAX = 1800


@shared_task(name="matching.refresh_candidate_index", time_limit=WRITING_SECONDS_MAX)
def refresh_candidate_index() -> int:
    """Update changed people in the index, at most a second after the change."""
    return candidate_index.refresh_candidate_index(now=timezone.now()) or 0


@shared_task(name="matching.rebuild_candidate_index", time_limit=WRITING_SECONDS_MAX)
def rebuild_candidate_index() -> int:
    """Rebuild the whole index, so that the delta stays small and ages are current."""
    return candidate_index.rebuild_candidate_index(now=timezone.now()) or 0


@shared_task(name="matching.train_rankers", time_limit=WRITING_SECONDS_MAX)
def train_rankers() -> int:
    """Train again where a week has passed and there are enough outcomes."""
    return learning.train_rankers(now=timezone.now())


@shared_task(name="matching.notify_employers", time_limit=WRITING_SECONDS_MAX)
def notify_employers() -> int:
    """Notify employers once a week. A run that was stopped continues with the remaining tasks."""
    return notifications.notify_employers(now=timezone.now())


@shared_task(name="matching.prune_impressions")
def prune_impressions() -> int:
    """Delete impressions older than 400 days."""
    return impressions.prune_impressions(now=timezone.now())


@shared_task(name="matching.prune_matches")
def prune_matches() -> int:
    """Delete the matches of tasks that closed 60 days ago."""
    return matches.prune_matches(now=timezone.now())


@shared_task(name="matching.write_fairness_report")
def write_fairness_report() -> bool:
    """Write the report of last week. Runs every night, so that a missed run is made up."""
    now = timezone.now()
    return exposure.write_fairness_report(week=exposure.week_before(now), now=now) is not None
