import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from apps.notifications.gateways import encryption
from tests.notifications.fake_push_service import FakeBrowser, b64

# The example in section 5 and appendix A of RFC 8291.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RECEIVER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text):
    return ec.derive_private_key(int.from_bytes(encryption.from_text(text), "big"), ec.SECP256R1())


def test_the_example_of_the_standard_comes_out():
    body = encryption.encrypted(
        PLAIN, public_key=encryption.from_text(RECEIVER), auth_secret=encryption.from_text(AUTH),
        salt=encryption.from_text(SALT), own_key=private(SENDER),
    )  # fmt: skip
    assert encryption.to_text(body) == BODY


def test_the_fake_browser_reads_the_example_of_the_standard():
    browser = FakeBrowser("x", key=private(RECEIVER_PRIVATE), auth=encryption.from_text(AUTH))
    assert browser.decrypted(encryption.from_text(BODY)) == PLAIN


def test_each_message_has_its_own_salt_and_key():
    browser = FakeBrowser("x")
    bodies = {encryption.encrypted(b"a", public_key=browser.public, auth_secret=browser.auth) for _ in range(3)}
    assert len({body[:16] for body in bodies}) == len({body[21:86] for body in bodies}) == 3
    assert {browser.decrypted(body) for body in bodies} == {b"a"}


def test_the_longest_content_fits_into_what_every_service_takes():
    browser = FakeBrowser("x")
    text = os.urandom(encryption.CONTENT_BYTES_MAX - 1) + b"."
    body = encryption.encrypted(text, public_key=browser.public, auth_secret=browser.auth)
    assert len(body) == 4096
    assert browser.decrypted(body) == text
    with pytest.raises(ValueError, match="too many"):
        encryption.encrypted(text + b".", public_key=browser.public, auth_secret=browser.auth)


@pytest.mark.parametrize(
    ("public_key", "auth_secret"),
    [
        ("", AUTH), ("é", AUTH), (b64(b"\x04" + b"\x01" * 64), AUTH), (RECEIVER[:-4], AUTH), (RECEIVER, ""),
        (RECEIVER, AUTH[:-3]), (RECEIVER, "A"),
        (b64(encryption.from_text(RECEIVER)[1:33].rjust(33, b"\x03")), AUTH),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(public_key, auth_secret):
    with pytest.raises(encryption.KeyUnusable):
        encryption.check_keys(public_key, auth_secret)
    encryption.check_keys(RECEIVER, AUTH)
