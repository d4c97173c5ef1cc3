"""A real Chromium, driven by Playwright; the whole folder is skipped on a machine that has none, never in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
# With `resultTypes` axe neither describes nor sends back all elements that pass: a fifth of its time, and most of ours.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium: apt-get install chromium")
    args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    # No page lives long enough to win back what optimizing its scripts costs: axe took a third longer with it.
    args.append("--js-flags=--no-opt --no-maglev")
    args.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")  # nobody outside
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """One person at one screen; what their console complains of is kept."""

    page: Page
    address: str
    language: str
    has_scripts: bool = True
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """`path` without the language's prefix."""
        answer = self.page.goto(f"{self.address}/{self.language}{path}")
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        return self.page

    def check(self) -> None:
        """No axe violation, no sideways scroll, a quiet console (a refusal of the CSP would stand there)."""
        assert self.has_scripts, "axe waits for ever on a page without scripts"
        self.page.wait_for_load_state()
        result = Axe().run(self.page, options=RULES)
        assert result.violations_count == 0, f"{self.page.url}\n{result.generate_report()}"
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{self.page.url} scrolls"
        assert not self.complaints, self.complaints


@pytest.fixture
def visitor(browser: Browser, live_server: Any, transactional_db: None) -> Iterator[Callable[..., Visitor]]:
    contexts = []

    def open_for(
        user: Any = None, *, language: str = "en", theme: str = "light", width: int = 1280, javascript: bool = True
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            locale=language,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        visitor = Visitor(context.new_page(), live_server.url, language, has_scripts=javascript)
        visitor.page.on("console", lambda item: visitor.complaints.append(item.text) if item.type == "error" else None)
        return visitor

    yield open_for
    for context in contexts:
        context.close()
