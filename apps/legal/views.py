"""The operator's legal texts, the question whether a person accepts them, and their publication by staff."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.accounts.policies import check_staff_may
from apps.accounts.rules import Act
from apps.common.errors import Conflict, Invalid, NotFound
from apps.common.views import same_for_strangers
from apps.legal import operations, queries
from apps.legal.forms import PublishForm
from apps.legal.models import LegalKind, LegalVersion


@same_for_strangers
@require_safe
def current(request: HttpRequest, kind: str) -> HttpResponse:
    """The version in force."""
    shown = queries.version_in_force(_kind(kind), timezone.now())
    if shown is None:
        return render(request, "legal/missing.html", {"kind": LegalKind(kind)}, status=404)
    return _page(request, shown)


@same_for_strangers
@require_safe
def version(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    shown = queries.versions(_kind(kind)).filter(number=number).first()
    if shown is None:
        raise NotFound
    return _page(request, shown)


def _page(request: HttpRequest, shown: LegalVersion) -> HttpResponse:
    now = timezone.now()
    in_force, coming = queries.version_in_force(shown.kind, now), queries.coming_version(shown.kind, now)
    context = {
        "shown": shown,
        "text": queries.text_of(shown, get_language() or "en"),
        "versions": queries.versions(shown.kind)[:50],
        "is_in_force": shown == in_force,
        "coming": coming if coming != shown else None,
        "is_coming": coming == shown,
        "kinds": LegalKind,
    }
    return render(request, "legal/text.html", context)


def _kind(kind: str) -> LegalKind:
    if kind not in LegalKind.values:
        raise NotFound
    return LegalKind(kind)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Ask a person to accept what is in force, and go on to the page that they wanted."""
    assert isinstance(request.user, User)
    now = timezone.now()
    texts = queries.texts_to_accept(request.user, get_language() or "en", now, with_coming=True)
    if request.method == "POST":
        try:
            seen = [text.id for text in texts if str(text.id) in request.POST.getlist("text")]
            operations.accept(user=request.user, text_ids=seen, now=now)
        except Conflict as error:
            messages.warning(request, str(error))
            return redirect("legal:accept")
        messages.success(request, _("Thank you. Your answer is recorded."))
        return redirect(_next(request))
    if not texts:
        return redirect(_next(request))
    return render(request, "legal/accept.html", {"texts": texts, "next": _next(request)})


def _next(request: HttpRequest) -> str:
    address = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else reverse("dashboard:home")


@login_required
@require_safe
def publications(request: HttpRequest) -> HttpResponse:
    """What is in force, what comes, and what is missing."""
    check_staff_may(actor(request), Act.SEE_LEGAL_TEXTS)
    now = timezone.now()
    rows = [
        {
            "kind": kind,
            "in_force": queries.version_in_force(kind, now),
            "coming": queries.coming_version(kind, now),
        }
        for kind in LegalKind
    ]
    return render(request, "legal/publications.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, kind: str) -> HttpResponse:
    check_staff_may(actor(request), Act.SEE_LEGAL_TEXTS)
    what, now = _kind(kind), timezone.now()
    form = PublishForm(request.POST or None, initial=_words_now(what))
    if request.method == "POST" and form.is_valid():
        try:
            published = operations.publish(
                kind=what,
                wordings=form.wordings(),
                effective_at=form.cleaned_data["effective_at"],
                actor=actor(request),
                now=now,
            )
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Published. People are asked to accept it when it takes effect."))
            return redirect(published)
    status = 422 if request.method == "POST" else 200
    return render(request, "legal/publish.html", {"form": form, "kind": what}, status=status)


def _words_now(kind: LegalKind) -> dict[str, str]:
    """The words of the newest version, as the beginning of the next one."""
    newest = queries.versions(kind).first()
    texts = newest.texts.all() if newest else []
    return {f"{name}_{text.language}": getattr(text, name) for text in texts for name in ("title", "body")}
