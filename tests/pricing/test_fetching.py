"""The code that fetches rates, against a server over TLS that answers as the European Central Bank's does, and worse."""

import io
import ssl
import threading
import zipfile
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.cache import cache

from apps.pricing import operations
from apps.pricing.models import FxRate
from apps.pricing.queries import rates

pytestmark = pytest.mark.django_db
TODAY = date(2126, 11, 28)
CSV = "Date,USD,JPY,CYP,\n2126-11-27,1.1,170.1,N/A,\n2126-11-26,1.2,171.5,N/A,\n"


def packed(text: str = CSV) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eurofxref-hist.csv", text)
    return file.getvalue()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """One for 127.0.0.1, signed on its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    none = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ) + none.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    return path


class Bank:
    """What it answers next, and which headers it was asked with."""

    def __init__(self, certificate):
        self.status, self.body, self.headers, self.asked = 200, packed(), {}, []
        self.says_length, self.stops_after = True, None
        self.goes_on = threading.Event()
        bank = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                bank.asked.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(bank.status)
                for name, value in bank.headers.items():
                    self.send_header(name, value)
                if bank.says_length:
                    self.send_header("Content-Length", str(len(bank.body)))
                self.end_headers()
                if bank.stops_after is None:
                    self.wfile.write(bank.body)
                else:
                    self.wfile.write(bank.body[: bank.stops_after])
                    self.wfile.flush()
                    bank.goes_on.wait(30)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}/stats/eurofxref/eurofxref-hist.zip"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.goes_on.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def bank(certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    item = Bank(certificate)
    yield item
    item.stop()
    cache.clear()


def run(bank) -> int:
    return operations.import_newest_rates(source=bank.url, today=TODAY)


def refused(bank) -> str:
    before = set(FxRate.objects.values_list("rate_date", "currency", "rate"))
    with pytest.raises(operations.RatesUnavailable) as error:
        run(bank)
    assert set(FxRate.objects.values_list("rate_date", "currency", "rate")) == before, "nothing is half imported"
    assert bank.url in str(error.value)
    return str(error.value)


def test_a_good_answer_is_taken_in_once(bank):
    assert run(bank) == 4
    assert str(FxRate.objects.get(rate_date="2126-11-27", currency="USD").rate).startswith("1.1")
    assert run(bank) == 0
    assert rates.newest_rate_date() == date(2126, 11, 27)


def test_the_same_file_is_not_sent_again(bank):
    bank.headers = {"ETag": '"abc"'}
    assert run(bank) == 4
    bank.status, bank.body = 304, b""
    assert run(bank) == 0
    assert [item.get("if-none-match") for item in bank.asked] == [None, '"abc"']


def test_other_books_ask_for_the_whole_file(bank):
    """After a restore the cache may remember a file that the books have not seen."""
    bank.headers = {"ETag": '"abc"'}
    run(bank)
    FxRate.objects.filter(rate_date__year=2126).delete()
    assert run(bank) == 4
    assert bank.asked[-1].get("if-none-match") is None


def test_an_unasked_not_modified_is_no_answer(bank):
    bank.status, bank.body = 304, b""
    assert "304" in refused(bank)


@pytest.mark.parametrize("status", [404, 500, 503, 204])
def test_another_status_is_said(bank, status):
    bank.status, bank.body = status, b"<html>sorry</html>" if status != 204 else b""
    assert str(status) in refused(bank)


@pytest.mark.parametrize("stops_after", [0, 40])
def test_a_server_that_goes_silent_is_left(bank, monkeypatch, stops_after):
    monkeypatch.setattr(operations, "FETCH_TIMEOUTS", (3.0, 0.2))
    bank.stops_after = stops_after
    assert "timed out" in refused(bank).lower()


def test_a_server_that_never_comes_to_an_end_is_left(bank, monkeypatch):
    monkeypatch.setattr(operations, "FETCH_SECONDS_MAX", -1.0)
    assert "took longer" in refused(bank)


@pytest.mark.parametrize("says_length", [True, False])
def test_an_answer_that_is_cut_off_is_refused(bank, says_length):
    whole = packed()
    bank.says_length = says_length
    bank.goes_on.set()  # it hangs up at once
    bank.body, bank.stops_after = whole, len(whole) - 30
    refused(bank)


def test_a_damaged_archive_is_refused(bank):
    whole = bytearray(packed())
    whole[60] ^= 0xFF
    bank.body = bytes(whole)
    refused(bank)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<?xml version='1.0'?><gesmes:Envelope/>", b"<html>Service unavailable</html>", CSV.encode(),
        packed("<Cube time='2126-11-27'/>"), packed(""), packed("Date,USD\n2126-11-27,one\n"),
        packed("Date,USD\n2126-11-27,1.1\n2126-13-45,1.1\n"), packed("Date,USD\n2126-11-27,NaN\n"),
        packed("Date,USD\n2126-11-27,-1\n"), packed("Date,USD\n2126-11-27,0\n"), packed("Date,USD\n2127-11-27,1.1\n"),
        packed("Date,USD\n2126-11-27,1e999\n"),
    ],
)  # fmt: skip
def test_anything_but_the_banks_file_is_refused(bank, body):
    bank.body = body
    refused(bank)


def test_a_body_without_end_is_not_kept(bank, monkeypatch):
    monkeypatch.setattr(operations, "RATES_BYTES_MAX", 100_000)
    bank.body = b"x" * 300_000
    assert "longer than" in refused(bank)


def test_an_archive_that_unpacks_to_too_much_is_refused(bank, monkeypatch):
    monkeypatch.setattr(operations, "RATES_BYTES_MAX", 100_000)
    bank.body = packed("Date,USD\n" + "2126-11-27,1.1\n" * 20_000)
    assert len(bank.body) < 100_000
    assert "larger than" in refused(bank)


def test_a_certificate_of_nobody_is_refused(bank, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert "certificate" in refused(bank).lower()
    assert bank.asked == []


def test_a_way_to_an_address_without_tls_is_not_taken(bank):
    class Plain(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(packed())

        def log_message(self, *args):
            pass

    plain = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    try:
        bank.status, bank.body = 302, b""
        bank.headers = {"Location": f"http://127.0.0.1:{plain.server_port}/rates.zip"}
        assert "without TLS" in refused(bank)
    finally:
        plain.shutdown()
        plain.server_close()
