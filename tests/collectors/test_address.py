import socket

import pytest

from collectors.address import check_target, is_public, resolve_public
from domain.errors import AddressRefused, Unreachable

NOT_PUBLIC = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:4136:e378::1",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "clinic.example",
    "",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "192.0.1.1", "2606:2800:220:1::1", "2a00:1450:4001::1"]
)
def test_ordinary_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "spelling",
    [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "0.0.0.0",
        "0",
        "::1",
        "::ffff:127.0.0.1",
    ],
)
def test_every_spelling_of_loopback_is_refused_by_the_real_resolver(spelling):
    with pytest.raises(AddressRefused):
        resolve_public(spelling, 80, socket.getaddrinfo, ())


def answers(*addresses):
    def resolve(host, port, *, type):  # noqa: A002 - as getaddrinfo calls it
        return [(socket.AF_INET, type, 6, "", (address, port)) for address in addresses]

    return resolve


def test_one_private_address_among_public_ones_refuses_the_name():
    with pytest.raises(AddressRefused):
        resolve_public("site.example", 443, answers("93.184.216.34", "10.0.0.1"), ())


def test_public_addresses_come_back_once_each():
    resolve = answers("93.184.216.34", "93.184.216.34", "1.1.1.1")
    assert resolve_public("site.example", 443, resolve, ()) == ("93.184.216.34", "1.1.1.1")


def test_only_the_very_host_and_port_are_opened():
    allowed = frozenset({"demo.example:8080", "[::1]:8081"})
    assert resolve_public("demo.example", 8080, answers("127.0.0.1"), allowed) == ("127.0.0.1",)
    assert resolve_public("::1", 8081, answers("::1"), allowed) == ("::1",)
    for host, port in (("demo.example", 443), ("other.example", 8080), ("::1", 8080)):
        with pytest.raises(AddressRefused):
            resolve_public(host, port, answers("127.0.0.1"), allowed)


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "unknown"), UnicodeError("label too long"), OSError("no")])
def test_a_name_that_does_not_resolve_is_unreachable(failure):
    def resolve(host, port, *, type):  # noqa: A002
        raise failure

    with pytest.raises(Unreachable):
        resolve_public("x.example", 80, resolve, ())


def test_a_name_without_addresses_is_unreachable():
    with pytest.raises(Unreachable):
        resolve_public("x.example", 80, answers(), ())


@pytest.mark.parametrize(
    ("scheme", "host", "port", "userinfo"),
    [
        ("ftp", "a.example", 80, False),
        ("file", "", 80, False),
        ("https", "", 443, False),
        ("https", "a.example", 443, True),
        ("https", "a.example", 22, False),
        ("http", "a.example", 0, False),
        ("http", "a.example", 8080, False),
    ],
)
def test_targets_that_may_not_be_read(scheme, host, port, userinfo):
    with pytest.raises(AddressRefused):
        check_target(scheme, host, port, userinfo=userinfo, allowed=frozenset({"b.example:8080"}))


def test_targets_that_may():
    for scheme, port in (("http", 80), ("https", 443), ("http", 443), ("http", 8080)):
        check_target(scheme, "b.example", port, userinfo=False, allowed=frozenset({"b.example:8080"}))
