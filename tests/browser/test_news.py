"""An open conversation asks for news only while somebody sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.messaging import operations

pytestmark = pytest.mark.browser

HIDE = "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
SHOW = "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
TICK = "document.querySelector('#messages').dispatchEvent(new CustomEvent('every'))"


def test_a_hidden_page_asks_when_it_is_seen_again(visitor, make):
    employer, freelancer = make.employer(), make.freelancer("Ada")

    def write(text: str):
        return operations.enquire(
            organization_id=freelancer.id, text=text, source_language="en", actor=make.actor(employer), now=make.now
        ).conversation

    conversation = write("Hello")
    page = visitor(freelancer.memberships.get().user).open(f"/messages/{conversation.id}/")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if "/news/" in request.url else None)
    operations.send_in(
        conversation_id=conversation.id, text="Are you there?", source_language="en", actor=make.actor(employer),
        now=make.now,
    )  # fmt: skip

    page.evaluate(HIDE)
    page.evaluate(TICK)
    page.evaluate("fetch('/livez')")  # later than what the tick would have sent
    assert requests == []
    page.evaluate(SHOW)

    expect(page.get_by_text("Are you there?")).to_be_visible()
    assert len(requests) == 1
