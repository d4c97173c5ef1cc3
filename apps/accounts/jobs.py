from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.common.work_queue import delete_old


@shared_task(name="accounts.prune_sessions", time_limit=120)
def prune_sessions() -> int:
    """Sessions that have ended, and what was noted of the devices that had them."""
    ended = delete_old(Session.objects.filter(expire_date__lt=timezone.now()), seconds_max=20)
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    return ended + delete_old(UserSession.objects.filter(~Exists(alive)), seconds_max=20)
