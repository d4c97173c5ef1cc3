"""Photos and logos: their public addresses, and the page where one's own is changed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import policies
from apps.accounts.forms import PictureForm
from apps.accounts.middleware import actor
from apps.accounts.operations import pictures as operations
from apps.accounts.queries import organizations as organization_queries
from apps.accounts.queries import pictures as queries
from apps.accounts.rules import Act
from apps.accounts.views import questions
from apps.common.errors import Invalid
from apps.files import views as file_views

YEAR_SECONDS = 31_536_000


@require_safe
def picture(request: HttpRequest, digest: str, side: int) -> HttpResponse:
    """
    A picture at its public address: the same for everybody, so it is sent before a session is read, and every cache may
    keep it (marketplace/pictures.py).
    """
    content = queries.public_content(digest, side)
    if content is None:
        return HttpResponseNotFound("", content_type="text/plain", headers={"Cache-Control": "no-store"})
    headers = {
        "Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="image/webp", headers=headers)


@login_required
@require_safe
def hidden_picture(request: HttpRequest, digest: str) -> HttpResponseBase:
    """A picture that was taken down, for its owner and for staff."""
    shown = get_object_or_404(queries.pictures_visible_to(actor(request)).select_related("large"), digest=digest)
    return file_views.serve(shown.large, inline=True)


@login_required
@require_safe
def report_picture(request: HttpRequest, digest: str) -> HttpResponse:
    """To the form that reports it; a profile knows a picture only by its digest."""
    shown = get_object_or_404(queries.pictures_visible_to(actor(request)), digest=digest)
    return redirect("moderation:report", "picture", shown.id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_picture(request: HttpRequest) -> HttpResponse:
    """Change the picture of the organization one acts for."""
    acting = actor(request)
    if acting.organization_id is None:
        return redirect("accounts:welcome")
    form = PictureForm(request.POST, request.FILES) if request.method == "POST" else PictureForm()
    if form.is_valid() and _set_picture(request, form):
        messages.success(request, _("This is your picture now."))
        return redirect("accounts:picture")
    context = {
        "form": form,
        "owner": organization_queries.organization(acting.side_id),
        "picture": queries.picture_of(acting.side_id),
        "can_edit": policies.may(acting, Act.CHANGE_PROFILE, acting.organization_id),
    }
    return render(request, "accounts/picture_form.html", context, status=questions.status(form.is_bound))


def _set_picture(request: HttpRequest, form: PictureForm) -> bool:
    acting = actor(request)
    try:
        operations.set_picture(
            organization_id=acting.side_id,
            upload=form.cleaned_data["picture"],
            crop=form.crop(),
            actor=acting,
            now=timezone.now(),
        )
    except Invalid as error:
        form.add_error("picture", str(error))
        return False
    return True


@login_required
@require_POST
def remove_picture(request: HttpRequest) -> HttpResponse:
    acting = actor(request)
    operations.remove_picture(organization_id=acting.side_id, actor=acting, now=timezone.now())
    messages.success(request, _("Your picture is removed."))
    return redirect("accounts:picture")
