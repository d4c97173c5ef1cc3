"""The inbox, a contract's conversation, and sending of messages."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import User
from apps.common.errors import Invalid
from apps.contracts.models import Contract
from apps.files import operations as files
from apps.files import views as file_views
from apps.messaging import operations, policies, queries
from apps.messaging.forms import MessageForm


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _contract(request: HttpRequest, contract_id: UUID) -> Contract:
    return get_object_or_404(queries.contracts_of(actor(request)), id=contract_id)


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    context = {"conversations": queries.conversations(_user(request), actor(request))}
    return render(request, "messaging/inbox.html", context)


@login_required
@require_safe
def thread(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Show the conversation as a page, or as a fragment of the contract page."""
    contract = _contract(request, contract_id)
    answer = _thread_page(request, contract, MessageForm())
    operations.mark_read(contract_id=contract.id, user=_user(request), actor=actor(request), now=timezone.now())
    return answer


def _thread_page(request: HttpRequest, contract: Contract, form: MessageForm) -> HttpResponse:
    own_id = actor(request).organization_id
    context = {
        "contract": contract,
        "other": contract.freelancer if own_id == contract.employer_id else contract.employer,
        "thread": queries.thread(contract.id, actor(request)),
        "own_organization_id": own_id,
        "can_write": policies.can_write(actor(request), contract),
        "form": form,
    }
    is_fragment = bool(request.headers.get("HX-Request"))
    template = "messaging/thread.html#thread" if is_fragment else "messaging/thread.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def send(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = _contract(request, contract_id)
    policies.check_can_write(actor(request), contract)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid() or not _send(request, contract, form):
        return _thread_page(request, contract, form)
    if request.headers.get("HX-Request"):
        return _thread_page(request, contract, MessageForm())
    messages.success(request, _("Message sent."))
    if request.POST.get("next") == contract.get_absolute_url():
        return redirect(f"{contract.get_absolute_url()}#timeline")
    return redirect("messaging:thread", contract.id)


def _send(request: HttpRequest, contract: Contract, form: MessageForm) -> bool:
    now = timezone.now()
    try:
        stored = [
            files.store(upload=upload, uploaded_by_id=_user(request).pk, now=now)
            for upload in form.cleaned_data["files"]
        ]
        operations.send(
            contract_id=contract.id,
            text=form.cleaned_data["text"],
            source_language=_user(request).language,
            actor=actor(request),
            now=now,
            files=stored,
        )
    except Invalid as error:
        form.add_error("text" if error.field == "text" else "files", str(error))
        return False
    return True


@login_required
@require_POST
def read(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Mark the messages as read; the contract page calls this after it is shown."""
    contract = _contract(request, contract_id)
    operations.mark_read(contract_id=contract.id, user=_user(request), actor=actor(request), now=timezone.now())
    return HttpResponse(status=204)


@login_required
@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    row = get_object_or_404(queries.files_visible_to(actor(request)), id=file_id)
    return file_views.serve(row.file)
