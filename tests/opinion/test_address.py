import pytest

from opinion.address import host_of, is_local, known_outside, may_be_dialled

LOCAL = ("127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.178.20", "::1", "fd12::5")
NEVER = (
    "0.0.0.0",
    "169.254.169.254",  # metadata of clouds
    "fe80::1",
    "100.64.0.1",
    "192.0.0.192",
    "168.63.129.16",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:1::1",
    "fec0::1",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "not an address",
    "",
)
PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")


@pytest.mark.parametrize("address", LOCAL)
def test_this_machine_and_private_networks_need_no_agreement(address):
    assert is_local(address)
    assert may_be_dialled(address, agreed=False)
    assert not known_outside(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_needs_an_agreement(address):
    assert known_outside(address)
    assert not may_be_dialled(address, agreed=False)
    assert may_be_dialled(address, agreed=True)


@pytest.mark.parametrize("address", NEVER)
def test_addresses_that_hide_another_or_belong_to_a_cloud_are_never_dialled(address):
    assert not is_local(address)
    assert not may_be_dialled(address, agreed=False)
    assert not may_be_dialled(address, agreed=True)


def test_a_name_says_nothing_about_where_it_leads():
    assert not known_outside("models.example.com")
    assert not known_outside("localhost")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8080/v1", "127.0.0.1"),
        ("http://[::1]:8080", "::1"),
        ("https://Models.Example.com./v1/", "models.example.com"),
    ],
)
def test_the_host_of_an_address(url, host):
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "models.example.com/v1",
        "file:///etc/passwd",
        "ftp://h/",
        "http://",
        "http://user:pw@h/v1",
        "http://h/v1?key=1",
        "http://h/v1#a",
        "http://h:0/",
        "http://h:99999/",
        "http://[::1/",
    ],
)
def test_what_is_no_plain_address_of_a_server_is_refused(url):
    with pytest.raises(ValueError, match=r"."):
        host_of(url)
