"""The guard of tests/network.py holds: no test can speak to the outside without failing."""

import socket
from urllib.request import urlopen

import pytest

from tests import network


@pytest.fixture
def attempts():
    yield network.refused
    network.refused.clear()  # these were meant


def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as item:
        item.sendto(b"x", ("192.0.2.1", 53))


def version_6():
    with socket.socket(socket.AF_INET6) as item:
        item.connect(("2001:db8::1", 80))


def address():
    socket.create_connection(("192.0.2.1", 80), timeout=1)


def name():
    urlopen("http://example.org/", timeout=1)


@pytest.mark.parametrize("ask", [address, name, datagram, version_6])
def test_who_asks_outside_is_refused_and_remembered(attempts, ask):
    with pytest.raises(OSError, match="this machine alone"):
        ask()
    assert attempts


def test_this_machine_is_reached(attempts):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=1).close()
    assert not attempts
