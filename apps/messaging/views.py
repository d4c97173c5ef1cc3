"""The inbox, conversations before and during a contract, and sending of messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.middleware import actor
from apps.accounts.models import Organization, User
from apps.accounts.queries import profiles
from apps.common.errors import DomainError, Invalid
from apps.common.ids import uuid_or_none
from apps.contracts.models import Contract
from apps.files import operations as files
from apps.files import views as file_views
from apps.files.models import StoredFile
from apps.messaging import operations, policies, queries
from apps.messaging.forms import HINT_TEXTS, QUICK_PHRASES, MessageForm, PhraseForm
from apps.messaging.models import Conversation, ConversationSide
from apps.messaging.states import Show
from apps.tasks import queries as tasks
from apps.tasks.models import Task


@dataclass(frozen=True, slots=True)
class _Talk:
    """What a page shows of one conversation; before its first message there is only whom and what it is about."""

    conversation: Conversation | None
    other: Organization | None
    action: str
    contract: Contract | None = None
    task: Task | None = None
    is_archived: bool = False
    refusal: DomainError | None = None


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _contract(request: HttpRequest, contract_id: UUID) -> Contract:
    return get_object_or_404(queries.contracts_of(actor(request)), id=contract_id)


def _side(request: HttpRequest, conversation_id: UUID) -> ConversationSide:
    sides = queries.sides_of(actor(request), _user(request))
    return get_object_or_404(sides, conversation_id=conversation_id)


# -- the inbox


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "messaging/inbox.html", _list(request))


def _list(request: HttpRequest) -> dict[str, Any]:
    """The list of conversations, by the filters in the address."""
    now, asker = timezone.now(), actor(request)
    show, text = request.GET.get("show", ""), request.GET.get("q", "")[:100].replace("\x00", "")
    show = show if show in Show.values else Show.CURRENT.value
    cursor = request.GET.get("cursor", "")
    page = queries.inbox(asker, _user(request), now, show=show, text=text, cursor=cursor)
    parameters = request.GET.copy()
    parameters["cursor"] = page.next_cursor
    kept = urlencode({name: value for name, value in (("show", show), ("q", text)) if value})
    return {
        "rows": queries.inbox_rows(page.rows, asker.organization_id, now),
        "next": f"?{parameters.urlencode()}" if page.next_cursor else "",
        "show": show,
        "q": text,
        "tabs": Show.choices,
        "kept": f"?{kept}" if kept else "",
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Show a conversation beside the inbox, or send a message in it."""
    side = _side(request, conversation_id)
    talk = _talk_of(request, side)
    if request.method == "POST":
        return _write(request, talk, lambda words: operations.send_in(conversation_id=conversation_id, **words))
    _mark_read(request, side)
    return _talk_page(request, talk, None)


def _talk_of(request: HttpRequest, side: ConversationSide) -> _Talk:
    conversation, asker = side.conversation, actor(request)
    return _Talk(
        conversation=conversation,
        other=queries.other_side(conversation, asker.organization_id, timezone.now()),
        action=conversation.get_absolute_url(),
        contract=conversation.contract,
        task=conversation.task,
        is_archived=side.archived_at is not None,
        refusal=policies.why_not_write(asker, conversation),
    )


def _mark_read(request: HttpRequest, side: ConversationSide) -> None:
    if side.received_at and side.received_at > side.seen_until:  # type: ignore[attr-defined]
        operations.mark_conversation_read(
            conversation_id=side.conversation_id, user=_user(request), actor=actor(request), now=timezone.now()
        )
        # The navigation counts what the inbox shows; its number was read with the session.
        request.conversations_read = int(side.archived_at is None)  # type: ignore[attr-defined]


@login_required
@require_safe
def news(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The messages, if there is one after `after`; else 204. A page asks this while it is open."""
    side = _side(request, conversation_id)
    if queries.newest_id(conversation_id) == uuid_or_none(request.GET.get("after")):
        return HttpResponse(status=204)
    answer = _talk_page(request, _talk_of(request, side), None, part="messages")
    _mark_read(request, side)
    return answer


def _talk_page(request: HttpRequest, talk: _Talk, form: MessageForm | None, *, part: str = "") -> HttpResponse:
    now, asker = timezone.now(), actor(request)
    shown, earlier = [], None
    if talk.conversation:
        rows, earlier = queries.page_of(talk.conversation.id, uuid_or_none(request.GET.get("before")))
        shown = queries.shown_messages(rows, talk.conversation, asker, now)
    chosen = request.GET.get("phrase", "")
    is_full = not (part or request.headers.get("HX-Request"))
    context = {
        "talk": talk,
        "conversation": talk.conversation,
        "contract": talk.contract,
        "other": talk.other,
        "shown": shown,
        "earlier": earlier,
        "newest": shown[-1].message.id if shown else "",
        "can_write": talk.refusal is None,
        "form": form or MessageForm(initial={"text": _phrase(request, chosen)} if chosen else None),
        "phrases": [str(text) for text in QUICK_PHRASES],
        "own_phrases": queries.phrases_of(_user(request)) if is_full else [],
        "hint_texts": HINT_TEXTS,
        **(_list(request) if is_full else {}),
    }
    template = "messaging/conversation.html"
    if not is_full:
        template += f"#{part or 'thread'}"
    return render(request, template, context, status=422 if form is not None and form.is_bound else 200)


def _phrase(request: HttpRequest, chosen: str) -> str:
    """The quick phrase of that number, or the person's own with that id."""
    built_in = {str(number): str(text) for number, text in enumerate(QUICK_PHRASES)}
    if chosen in built_in:
        return built_in[chosen]
    return next((phrase.text for phrase in queries.phrases_of(_user(request)) if str(phrase.id) == chosen), "")


# -- writing


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def about_task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The first message about a task: to its employer, or as the employer to `?to=`, somebody invited or bidding."""
    now, asker = timezone.now(), actor(request)
    task = get_object_or_404(tasks.tasks_visible_to(asker), id=task_id)
    other = task.employer
    if asker.acts_for(task.employer_id):
        other = get_object_or_404(Organization, id=uuid_or_none(request.GET.get("to")))
    if asker.organization_id is None:
        raise Http404
    if existing := queries.conversation_between(asker.organization_id, other.id, task.id):
        return redirect(existing)
    freelancer_id = other.id if asker.acts_for(task.employer_id) else asker.organization_id
    is_involved = queries.is_involved(task, freelancer_id, asker, now)
    policies.check_can_write_about(asker, task, other.id, is_involved=is_involved)
    talk = _Talk(None, other, request.get_full_path(), task=task)
    if request.method != "POST":
        return _talk_page(request, talk, None)
    return _write(request, talk, lambda words: operations.write_about_task(task_id=task.id, other_id=other.id, **words))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enquire(request: HttpRequest, handle: str) -> HttpResponse:
    """The first message to an organization, from its profile."""
    asker = actor(request)
    profile = get_object_or_404(profiles.profiles_visible_to(asker), organization__handle=handle)
    other = profile.organization
    policies.check_can_enquire(asker, other.id)
    if existing := queries.conversation_between(asker.side_id, other.id, None):
        return redirect(existing)
    talk = _Talk(None, other, request.path)
    if request.method != "POST":
        return _talk_page(request, talk, None)
    return _write(request, talk, lambda words: operations.enquire(organization_id=other.id, **words))


def _write(request: HttpRequest, talk: _Talk, send: Callable[[dict[str, Any]], Any]) -> HttpResponse:
    """Send what the form says; refused words stay in the form."""
    form = MessageForm(request.POST, request.FILES)
    message = _sent(request, form, send) if form.is_valid() else None
    if message is None:
        return _talk_page(request, talk, form)
    if request.headers.get("HX-Request") and talk.conversation:
        return _talk_page(request, _talk_of(request, _side(request, talk.conversation.id)), None)
    return redirect(f"{reverse('messaging:conversation', args=[message.conversation_id])}#message-{message.id}")


def _sent(request: HttpRequest, form: MessageForm, send: Callable[[dict[str, Any]], Any]) -> Any:
    """The message; None if it was refused, with the reason in the form."""
    try:
        return send(
            {
                "text": form.cleaned_data["text"],
                "source_language": _user(request).language,
                "actor": actor(request),
                "now": timezone.now(),
                "files": _stored(request, form),
            }
        )
    except Invalid as error:
        form.add_error("text" if error.field == "text" else "files", str(error))
        return None


def _stored(request: HttpRequest, form: MessageForm) -> list[StoredFile]:
    now = timezone.now()
    return [
        files.store(upload=upload, uploaded_by_id=_user(request).pk, now=now) for upload in form.cleaned_data["files"]
    ]


# -- a contract's conversation


@login_required
@require_safe
def thread(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Show the conversation of a contract, which may have no message yet."""
    talk = _talk_of_contract(request, _contract(request, contract_id))
    answer = _talk_page(request, talk, None)
    operations.mark_read(contract_id=contract_id, user=_user(request), actor=actor(request), now=timezone.now())
    return answer


def _talk_of_contract(request: HttpRequest, contract: Contract) -> _Talk:
    own_id = actor(request).organization_id
    existing = queries.conversation_of_contract(contract.id)
    refusal = None
    if existing:
        existing.contract = contract
        refusal = policies.why_not_write(actor(request), existing)
    elif not policies.can_write(actor(request), contract):
        refusal = policies.RoomClosed()
    return _Talk(
        conversation=existing,
        other=contract.freelancer if own_id == contract.employer_id else contract.employer,
        action=reverse("messaging:send", args=[contract.id]),
        contract=contract,
        refusal=refusal,
    )


@login_required
@require_POST
def send(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    contract = _contract(request, contract_id)
    policies.check_can_write(actor(request), contract)
    form = MessageForm(request.POST, request.FILES)
    message = None
    if form.is_valid():
        message = _sent(request, form, lambda words: operations.send(contract_id=contract.id, **words))
    if message is None:
        return _talk_page(request, _talk_of_contract(request, contract), form)
    if request.headers.get("HX-Request"):
        return _talk_page(request, _talk_of_contract(request, contract), None)
    messages.success(request, _("Message sent."))
    if request.POST.get("next") == contract.get_absolute_url():
        return redirect(f"{contract.get_absolute_url()}#timeline")
    return redirect("messaging:thread", contract.id)


@login_required
@require_POST
def read(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Mark the messages as read; the contract page calls this after it is shown."""
    contract = _contract(request, contract_id)
    operations.mark_read(contract_id=contract.id, user=_user(request), actor=actor(request), now=timezone.now())
    return HttpResponse(status=204)


# -- order in the inbox


@login_required
@require_POST
def archive(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    is_archived = request.POST.get("archived") != "no"
    operations.archive(
        conversation_id=conversation_id, actor=actor(request), now=timezone.now(), is_archived=is_archived
    )
    messages.success(request, _("Moved to the archive.") if is_archived else _("Moved back to the inbox."))
    return redirect("messaging:list")


@login_required
@require_POST
def block(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    done = operations.block(conversation_id=conversation_id, actor=actor(request), now=timezone.now())
    messages.success(request, _("%(name)s cannot write to you any more.") % {"name": done.blocked.display_name})
    return redirect("messaging:list")


@login_required
@require_safe
def blocked(request: HttpRequest) -> HttpResponse:
    blocks = queries.blocks_of(actor(request))[: queries.BLOCKS_SHOWN_MAX]
    return render(request, "messaging/blocked.html", {"blocks": blocks})


@login_required
@require_POST
def unblock(request: HttpRequest, block_id: UUID) -> HttpResponse:
    operations.unblock(block_id=block_id, actor=actor(request))
    messages.success(request, _("They can write to you again."))
    return redirect("messaging:blocked")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phrases(request: HttpRequest) -> HttpResponse:
    form = PhraseForm(request.POST or None)
    if form.is_valid():
        try:
            operations.keep_phrase(user=_user(request), text=form.cleaned_data["text"])
        except DomainError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Phrase saved."))
            return redirect("messaging:phrases")
    context = {"form": form, "own_phrases": queries.phrases_of(_user(request))}
    return render(request, "messaging/phrases.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def remove_phrase(request: HttpRequest, phrase_id: UUID) -> HttpResponse:
    operations.remove_phrase(phrase_id=phrase_id, user=_user(request))
    messages.success(request, _("Phrase removed."))
    return redirect("messaging:phrases")


@login_required
@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    row = get_object_or_404(queries.files_visible_to(actor(request)), id=file_id)
    return file_views.serve(row.file)
