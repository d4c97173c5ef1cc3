"""Photos and logos of people and companies, and the marks of those without one."""

import io
import math
import re
import zipfile
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rest_framework.test import APIClient

from apps.accounts import pictures, policies
from apps.accounts.models import Organization, Picture
from apps.accounts.operations import pictures as operations
from apps.accounts.queries import pictures as queries
from apps.common.text import initials, is_visible
from apps.files.models import StoredFile
from apps.files.operations import forget_unattached
from apps.files.pictures import Crop
from apps.moderation import operations as moderation
from apps.moderation.states import Decision
from apps.outbox.models import Event
from apps.privacy import operations as privacy
from tests.conftest import NOON, log_in

pytestmark = pytest.mark.django_db
STYLES = Path(__file__).parents[2] / "static" / "css" / "components" / "person.css"


def photo(colour: str = "red", side: int = 200) -> SimpleUploadedFile:
    box = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(box, "PNG")
    return SimpleUploadedFile("me.png", box.getvalue(), "image/png")


@pytest.fixture
def person(make):
    return make.freelancer("Amara Okafor")


@pytest.fixture
def give(make):
    def give(organization: Organization, colour: str = "red") -> Picture:
        return operations.set_picture(
            organization_id=organization.id, upload=photo(colour), crop=Crop(),
            actor=make.actor(organization), now=NOON,
        )  # fmt: skip

    return give


# -- marks


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amara Okafor", "AO"), ("ada", "A"), ("Maria da Silva", "MS"), ("José-María Ñandú", "JÑ"), ("3M", "3"),
        ("王小明", "王"), ("李 娜", "李"), ("さくら 花", "さ"), ("김 민수", "김"), ("علي حسن", "ع"), ("מיכל לוי", "מל"),
        ("Ольга Ким", "ОК"), ("श्रीनिवास राव", "शरा"), ("เอก ชัย", "เอชั"), ("e\u0301lan", "É"), ("🙂", "🙂"), ("", "?"),
        ("\u200f علي", "ع"), ("«Студия» Север", "СС"), ("O’Brien", "O"),
    ],
)  # fmt: skip
def test_initials_are_letters_of_the_name_in_its_script(name, letters):
    assert initials(name) == letters


@given(st.text(max_size=80))
def test_every_name_has_short_visible_initials(name):
    letters = initials(name)

    assert is_visible(letters)
    assert len(letters) <= 2 or not is_visible(letters[2:]) or len(name) > 2


def test_a_mark_is_always_the_same_for_the_same_owner(person):
    def classes(name: str) -> str:
        html = get_template("cotton/avatar.html").render({"name": name, "of": person})
        return re.search(r"mark hue-\d shape-\d", html)[0]

    assert classes("Amara Okafor") == classes("Another name")


@given(st.uuids())
def test_marks_are_within_the_stylesheet(seed):
    hue, shape = pictures.mark(seed)

    assert 0 <= hue <= 9 and 0 <= shape <= 4


def _luminance(light: float, chroma: float, hue: float) -> float:
    """Relative luminance (WCAG 2) of an oklch() color, by Ottosson's matrices; channels outside of sRGB are clipped."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(max(channel, 0.0), 1.0) for channel in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_initials_are_readable_on_every_mark_in_light_and_dark():
    css = STYLES.read_text()
    block = re.search(r"\.mark \{(.*?)\}", css, re.DOTALL)[1]
    pairs = {
        name: [(float(light) / 100, float(chroma)) for light, chroma in re.findall(r"oklch\((\d+)% ([.\d]+)", value)]
        for name, value in re.findall(r"([\w-]+): light-dark\((.*)\);", block)
    }
    hues = [float(hue) for hue in re.findall(r"--hue: (\d+)", css)]

    assert len(hues) == 10
    for theme in (0, 1):
        for hue in hues:
            letters = _luminance(*pairs["color"][theme], hue)
            for ground in ("background-color", "--tint"):
                behind = _luminance(*pairs[ground][theme], hue)
                brighter, darker = max(letters, behind), min(letters, behind)
                assert (brighter + 0.05) / (darker + 0.05) >= 4.5, (theme, hue, ground)


# -- pictures


def test_a_picture_is_shown_wherever_the_organization_is_named(make, person, give, client):
    picture = give(person)
    contract = make.contract(bid=make.bid(task=make.task(), bidder=person))
    log_in(client, contract.employer)
    address = pictures.address(picture.digest)
    pages = [
        f"/en/people/{person.handle}/",
        f"/en/contracts/{contract.id}/",
        "/en/people/",
        f"/en/bids/{contract.bid_id}/",
    ]

    for page in pages:
        html = client.get(page).content.decode()
        assert address in html or pictures.address(picture.digest, "large") in html, page


def test_it_is_sent_to_everybody_for_a_year_without_a_session(person, give, client):
    picture = give(person)
    log_in(client, person)

    for size, square in pictures.SQUARES.items():
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(pictures.address(picture.digest, size))
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert not answer.has_header("Vary") and not answer.cookies
        assert len(answer.content) <= square.bytes_max
        assert len(captured) <= 1


@pytest.mark.parametrize("path", ["/pictures/{0}-97.webp", "/pictures/{1}-96.webp"])
def test_other_addresses_are_not_found(person, give, client, path):
    digest = give(person).digest

    assert client.get(path.format(digest, "0" * 32)).status_code == 404


def test_another_picture_has_another_address_and_the_old_one_ends(person, give, client, settings):
    settings.LIST_MEMORY_SECONDS = 0
    old, new = give(person), give(person, "blue")

    assert old.digest != new.digest
    assert client.get(pictures.address(old.digest)).status_code == 404
    assert client.get(pictures.address(new.digest)).status_code == 200


def test_two_organizations_do_not_share_an_address(make, person, give):
    assert give(person).digest != give(make.freelancer()).digest


def test_a_removed_picture_is_gone_with_its_files(
    make, person, give, client, settings, django_capture_on_commit_callbacks
):
    settings.LIST_MEMORY_SECONDS = 0
    picture = give(person)
    key = picture.large.storage_key
    operations.remove_picture(organization_id=person.id, actor=make.actor(person), now=NOON)

    person.refresh_from_db()
    assert person.picture == ""
    assert client.get(pictures.address(picture.digest)).status_code == 404
    StoredFile.objects.update(created_at="2020-01-01T00:00Z")
    with django_capture_on_commit_callbacks(execute=True):
        forget_unattached(now=NOON)
    assert not default_storage.exists(key)


def test_a_change_is_told_to_those_who_keep_profiles(person, give):
    before = Event.objects.filter(name="accounts.profile_changed").count()
    give(person)
    assert Event.objects.filter(name="accounts.profile_changed").count() == before + 1


@pytest.mark.parametrize("role", ["finance", "member", "viewer"])
def test_a_role_without_the_right_changes_nothing(make, person, role):
    acting = make.actor(person, role)
    with pytest.raises(policies.RoleMissing):
        operations.set_picture(organization_id=person.id, upload=photo(), crop=Crop(), actor=acting, now=NOON)
    with pytest.raises(policies.RoleMissing):
        operations.remove_picture(organization_id=person.id, actor=acting, now=NOON)
    assert not StoredFile.objects.exists()


def test_another_organization_changes_nothing(make, person, give):
    give(person)
    with pytest.raises(policies.NotYours):
        operations.remove_picture(organization_id=person.id, actor=make.actor(make.employer()), now=NOON)


# -- the page


def test_the_page_sets_and_removes_it(person, client):
    log_in(client, person)
    assert "generated mark" not in client.get("/en/settings/picture/").content.decode()

    answer = client.post("/en/settings/picture/", {"picture": photo(), "zoom": "1.5", "across": "0", "down": "1"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.picture in client.get("/en/settings/picture/").content.decode()
    assert client.post("/en/settings/picture/remove/").status_code == 302
    person.refresh_from_db()
    assert person.picture == ""


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "required"),
        ({"picture": SimpleUploadedFile("me.txt", b"hello")}, "not a picture"),
        ({"picture": SimpleUploadedFile("me.png", b"\x89PNG\r\n\x1a\nbroken")}, "cannot be read"),
    ],
)
def test_a_refusal_says_what_to_do(person, client, values, says):
    log_in(client, person)
    answer = client.post("/en/settings/picture/", values)

    assert answer.status_code == 422
    assert says in answer.content.decode()


# -- moderation


def test_staff_take_a_picture_down_and_restore_it_after_an_objection(make, person, give, client, settings):
    settings.LIST_MEMORY_SECONDS = 0
    picture, reporter = give(person), log_in(Client(), make.employer())
    profile = reporter.get(f"/en/people/{person.handle}/").content.decode()
    assert f"/en/pictures/{picture.digest}/report/" in profile
    form = reporter.get(f"/en/pictures/{picture.digest}/report/")
    assert reporter.post(form["Location"], {"reason": "copyright"}).status_code == 302

    staff, other = make.staff("Ada"), make.staff("Bola")
    client.force_login(staff)
    assert pictures.address(picture.digest, "large") in client.get("/en/moderation/").content.decode()
    statement = moderation.decide(
        report_id=moderation.Report.objects.get().id, decision=Decision.TAKE_DOWN, ground="copyright",
        facts="It is the logo of somebody else.", actor=make.staff_actor(), now=NOON,
    )  # fmt: skip

    person.refresh_from_db()
    assert (person.picture, statement.organization_id) == ("", person.id)
    assert Client().get(pictures.address(picture.digest)).status_code == 404
    hidden = f"/en/pictures/{picture.digest}/"
    owner = log_in(Client(), person)
    assert "taken down" in owner.get("/en/settings/picture/").content.decode()
    assert owner.get(hidden).status_code == 200
    assert reporter.get(hidden).status_code == 404

    objection = moderation.object_to(
        statement_id=statement.id, text="It is ours.", source_language="en", actor=make.actor(person), now=NOON
    )
    client.force_login(other)
    assert hidden in client.get("/en/moderation/objections/").content.decode()
    moderation.answer_objection(
        objection_id=objection.id, verb="grant", answer="Right.", actor=make.staff_actor(), now=NOON
    )
    person.refresh_from_db()
    assert person.picture == picture.digest


def test_a_decision_about_a_picture_that_is_gone_changes_nothing(make, person, give):
    picture = give(person)
    report = moderation.report(
        subject_type="picture", subject_id=picture.id, reason="spam", text="", source_language="en",
        actor=make.actor(make.employer()), now=NOON,
    )  # fmt: skip
    new = give(person, "blue")

    moderation.decide(
        report_id=report.id, decision=Decision.TAKE_DOWN, ground="spam", facts="An advertisement.",
        actor=make.staff_actor(), now=NOON,
    )  # fmt: skip

    person.refresh_from_db()
    assert person.picture == new.digest


def test_only_staff_hide_a_picture(make, person, give):
    picture = give(person)
    with pytest.raises(policies.StaffOnly):
        operations.hide_picture(picture_id=picture.id, reason_code="spam", actor=make.actor(make.employer()), now=NOON)


# -- the API, and personal data


def test_the_api_sets_shows_and_removes_it(person):
    api, user = APIClient(), person.memberships.get().user
    api.force_login(user)
    path = f"/api/v1/organizations/{person.id}/picture/"
    assert api.get(f"/api/v1/people/{person.handle}/").data["organization"]["picture"] is None

    answer = api.put(path, {"file": photo(), "zoom": "2"}, format="multipart")

    person.refresh_from_db()
    assert answer.status_code == 200, answer.data
    assert answer.data["picture"]["large"] == f"/pictures/{person.picture}-256.webp"
    assert api.get(f"/api/v1/people/{person.handle}/").data["organization"]["picture"] == answer.data["picture"]
    assert api.delete(path).status_code == 204
    assert api.put(path, {"file": photo(side=50)}, format="multipart").data["code"] == "picture_too_small"


def test_the_api_refuses_other_organizations(make, person):
    api = APIClient()
    api.force_login(make.employer().memberships.get().user)

    assert (
        api.put(f"/api/v1/organizations/{person.id}/picture/", {"file": photo()}, format="multipart").status_code == 404
    )


def test_a_copy_of_ones_data_has_the_picture(person, give):
    picture, user = give(person), person.memberships.get().user
    export = privacy.DataExport.objects.create(user=user, requested_at=NOON)
    privacy.build_export(export_id=export.id, now=NOON)

    export.refresh_from_db()
    with default_storage.open(export.file.storage_key) as stored, zipfile.ZipFile(stored) as archive:
        drawn = archive.read(f"pictures/{person.id}.webp")
        assert picture.digest in archive.read("accounts.Picture.json").decode()
    assert Image.open(io.BytesIO(drawn)).size == (256, 256)


def test_a_closed_account_has_no_picture(person, give):
    picture, user = give(person), person.memberships.get().user
    closure = privacy.AccountClosure.objects.create(user=user, requested_at=NOON, closes_at=NOON)
    privacy.close(closure_id=closure.id, now=NOON)

    person.refresh_from_db()
    assert person.picture == "" and queries.picture_of(person.id) is None
    assert queries.public_content(picture.digest, 48) is None
