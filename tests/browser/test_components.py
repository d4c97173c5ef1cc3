"""The page of components keeps to what every page keeps to: accessible, no sideways scroll, a quiet console."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1280), ("en", "dark", 360), ("ar", "light", 360)]
)
def test_every_component_in_a_browser(visitor, language, theme, width):
    reader = visitor(language=language, theme=theme, width=width)

    reader.open("/components/")

    reader.check()


def test_what_the_script_does_is_done(visitor):
    """The joined script runs whole: an element of it counts, one copies, and menus close."""
    page = visitor().open("/components/")

    page.locator("char-count textarea").fill("twelve signs")
    assert page.locator("char-count output").text_content() == "12 / 200"

    menu = page.locator("details.menu", has=page.get_by_text("More", exact=True)).first
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None

    page.locator("theme-switch button").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
