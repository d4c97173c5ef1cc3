"""Somebody chooses a photo: with and without JavaScript, on a phone and a desktop, in both directions."""

from __future__ import annotations

import io

import pytest
from PIL import Image

pytestmark = pytest.mark.browser


def _photo() -> dict[str, object]:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (800, 200), "blue")
    image.paste(Image.new("RGB", (400, 200), "red"), (0, 0))
    box = io.BytesIO()
    image.save(box, "JPEG")
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": box.getvalue()}


def _color_of(page, address: str) -> tuple[int, int, int]:
    drawn = Image.open(io.BytesIO(page.request.get(address).body())).convert("RGB")
    return drawn.getpixel((128, 128))


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 390)])
def test_the_part_that_was_dragged_to_is_used(visitor, make, live_server, language, width):
    person = make.freelancer("Amara Okafor")
    reader = visitor(person.memberships.get().user, language=language, width=width)
    page = reader.open("/settings/picture/")
    assert page.locator("picture-crop").is_hidden()

    page.locator("input[type=file]").set_input_files(_photo())
    canvas = page.locator("picture-crop canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 900, box["y"] + 100, steps=5)  # the picture to the right: its left part is seen
    page.mouse.up()
    assert page.locator("input[name=across]").input_value() == "0"
    reader.check()
    with page.expect_navigation():
        page.locator("form[enctype] button").click()

    shown = page.locator("main img.avatar-large").get_attribute("src")
    red, _green, blue = _color_of(page, f"{live_server.url}{shown}")
    assert red > 200 and blue < 60
    assert page.locator("header.top img.avatar").count() >= 1
    reader.check()


def test_without_javascript_the_middle_is_used(visitor, make, live_server):
    person = make.freelancer("王小明")
    page = visitor(person.memberships.get().user, language="zh-hans", javascript=False).open("/settings/picture/")
    assert page.locator("main .mark").first.text_content().strip() == "王"

    page.locator("input[type=file]").set_input_files(_photo())
    page.locator("form[enctype] button").click()

    person.refresh_from_db()
    assert page.locator(f"img[src*='{person.picture}']").count() >= 3
