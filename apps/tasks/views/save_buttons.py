"""
The "Save" buttons of cards.

Cards are the same for everybody and kept (`apps.tasks.views.search.cards`), so they have only a place for the button.
"""

from __future__ import annotations

import re
from functools import partial
from uuid import UUID, uuid4

from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.common import caches
from apps.saved import queries as saved

_PLACE = re.compile(r'<span data-save="([0-9a-f-]{36})"></span>')
_ANY_ID = str(uuid4())
_buttons: caches.ProcessMemory[tuple[str | None, bool], str] = caches.ProcessMemory(lambda: 3600)


def with_buttons(content: str, user_id: UUID | None) -> SafeString:
    """Put a button into the place that each card has for it, with one query; strangers get none."""
    ids = [UUID(task_id) for task_id in _PLACE.findall(content)]
    if not ids:
        return SafeString(content)
    if user_id is None:
        return SafeString(_PLACE.sub("", content))
    ids_saved = {str(task_id) for task_id in saved.saved_task_ids(user_id, ids)}
    htmls = {is_saved: _of_any_task(is_saved=is_saved) for is_saved in (True, False)}
    return SafeString(_PLACE.sub(lambda place: htmls[place[1] in ids_saved].replace(_ANY_ID, place[1]), content))


def button(task_id: UUID, *, is_saved: bool) -> str:
    """The button as HTML: "Save", or "Saved", which removes the task from the saved ones."""
    return _of_any_task(is_saved=is_saved).replace(_ANY_ID, str(task_id))


def _of_any_task(*, is_saved: bool) -> str:
    return _buttons.get((get_language(), is_saved), partial(_rendered, is_saved))


def _rendered(is_saved: bool) -> str:
    action = reverse("saved:forget-task" if is_saved else "saved:save-task", args=[_ANY_ID])
    context = {"task_id": _ANY_ID, "is_saved": is_saved, "action": action}
    return " ".join(str(get_template("saved/_card_button.html").render(context)).split())
