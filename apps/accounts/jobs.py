from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.accounts.policies import session_limits
from apps.common.work_queue import delete_old


@shared_task(name="accounts.prune_sessions", time_limit=120)
def prune_sessions() -> int:
    """Delete expired sessions and their device data. Returns the number of rows."""
    now = timezone.now()
    over = Q()
    for is_staff in (False, True):
        limits = session_limits(is_staff=is_staff)
        is_over = Q(last_seen_at__lt=now - limits.idle) | Q(created_at__lt=now - limits.age)
        over |= Q(user__is_staff=is_staff) & is_over
    keys = UserSession.objects.filter(over).values("session_key")
    ended = delete_old(Session.objects.filter(Q(expire_date__lt=now) | Q(session_key__in=keys)), seconds_max=20)
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    return ended + delete_old(UserSession.objects.filter(~Exists(alive)), seconds_max=20)
