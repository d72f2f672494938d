"""Whose a handle is: what DNS, a host's file and an identity document may say, and what none of them may."""

from __future__ import annotations

import json

import pytest

from collectors.base import Politeness
from collectors.bluesky_identity import (
    Directory,
    Identity,
    document_address,
    is_did,
    is_handle,
    named_in_dns,
    read_document,
    server_in,
)
from collectors.http import open_http
from domain.errors import (
    AccountDeleted,
    AccountGone,
    AddressRefused,
    CollectError,
    Malformed,
    TimedOut,
    Unreachable,
    WrongContent,
)
from tests.fakes.collected import NOW
from tests.fakes.http import FakeHttp, answer

DID = "did:plc:tc4qefa6jfuctrjy3qpnufw6"
OTHER = "did:plc:rf3jilaix7dtpxzhlet7mn7j"
HANDLE = "dana-ferreira.test"
PDS = "https://pds.fern-street.example"
PLC = f"https://plc.directory/{DID}"
FILE = f"https://{HANDLE}/.well-known/atproto-did"
DIRECTORY = Directory()


def document(did=DID, **changes):
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": PDS}
    return {"id": did, "alsoKnownAs": [f"at://{HANDLE}"], "service": [service]} | changes


def reply(value, **more):
    return answer(json.dumps(value), content_type="application/json", **more)


def txt(*records):
    return FakeHttp({}, records={f"_atproto.{HANDLE}": records})


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("dana.bsky.social", True),
        ("dana-ferreira.test", True),
        ("8.cn", True),
        ("xn--ls8h.test", True),
        ("dana", False),
        ("dana.", False),
        (".test", False),
        ("dana..test", False),
        ("dana.1", False),
        ("-dana.test", False),
        ("dana_f.test", False),
        ("dána.test", False),
        ("127.0.0.1", False),
        ("dana.test:8080", False),
        ("dana.test/x", False),
        ("dana.test\n", False),
        (f"{'a' * 64}.test", False),
        (f"{'a.' * 125}test", False),
        ("dana.local", False),
        ("dana.example", False),
        ("dana.internal", False),
        ("dana.onion", False),
        ("2130706433.arpa", False),
        ("a.localhost", False),
        ("a.alt", False),
        ("handle.invalid", False),
    ],
)
def test_a_handle_is_a_public_host_name_of_two_parts_or_more(name, valid):
    assert is_handle(name) is valid


@pytest.mark.parametrize(
    ("did", "valid"),
    [
        (DID, True),
        ("did:web:dana-ferreira.test", True),
        ("did:plc:short", False),
        ("did:plc:TC4QEFA6JFUCTRJY3QPNUFW6", False),
        (f"{DID}\n", False),
        (f"{DID}/../x", False),
        ("did:web:localhost", False),
        ("did:web:127.0.0.1", False),
        ("did:web:[::1]", False),
        ("did:web:host.test%3A8080", False),
        ("did:web:host.test:dana", False),
        ("did:web:router.internal", False),
        ("did:key:zabc", False),
        ("", False),
    ],
)
def test_an_identity_is_of_one_of_the_two_kinds(did, valid):
    assert is_did(did) is valid


def test_dns_says_whose_a_handle_is_and_the_host_is_not_asked():
    http = txt("v=spf1 -all", f"did={DID}")
    assert DIRECTORY.did_of(HANDLE, http) == DID
    assert http.requests == []


def test_one_record_twice_is_one_and_a_damaged_one_beside_it_counts_for_nothing():
    assert named_in_dns([f"did={DID}", f"did={DID} ", "did=nonsense"]) == DID


def test_records_that_contradict_each_other_are_not_settled_by_the_host():
    with pytest.raises(WrongContent, match="contradict"):
        DIRECTORY.did_of(HANDLE, txt(f"did={DID}", f"did={OTHER}"))


@pytest.mark.parametrize("records", [(), ("did=",), ("did=did:plc:short",), ("x",), Unreachable("no name server")])
def test_the_host_s_file_is_asked_where_dns_has_no_answer(records):
    http = FakeHttp({FILE: answer(f"{DID}\n")}, records={f"_atproto.{HANDLE}": records})
    assert DIRECTORY.did_of(HANDLE, http) == DID


def test_time_that_is_used_up_is_not_spent_on_the_host():
    with pytest.raises(TimedOut):
        DIRECTORY.did_of(HANDLE, FakeHttp({}, records={f"_atproto.{HANDLE}": TimedOut("used up")}))


@pytest.mark.parametrize("body", ["", "<html>Welcome</html>", "did:key:z1", f"{DID} {OTHER}", b"\xff\xfe", "x" * 9000])
def test_a_file_without_an_identity_is_refused(body):
    with pytest.raises(WrongContent, match="names no account"):
        DIRECTORY.did_of(HANDLE, FakeHttp({FILE: answer(body)}))


def test_a_handle_that_nobody_has_set_is_not_found():
    with pytest.raises(AccountGone):
        DIRECTORY.did_of(HANDLE, FakeHttp({FILE: answer("", status=404)}))


def test_a_document_tells_the_handle_and_the_server():
    assert DIRECTORY.document(DID, FakeHttp({PLC: reply(document())})) == Identity(DID, HANDLE, PDS)


def test_a_web_identity_s_document_is_on_its_host():
    did = "did:web:dana-ferreira.test"
    http = FakeHttp({"https://dana-ferreira.test/.well-known/did.json": reply(document(did))})
    assert DIRECTORY.document(did, http).pds == PDS


def test_an_identity_of_another_kind_is_asked_nowhere():
    with pytest.raises(WrongContent, match="kind"):
        document_address("did:web:10.0.0.1", "https://plc.directory")


@pytest.mark.parametrize(("status", "error"), [(410, AccountDeleted), (404, AccountGone), (500, CollectError)])
def test_an_identity_that_the_directory_does_not_have(status, error):
    with pytest.raises(error):
        DIRECTORY.document(DID, FakeHttp({PLC: answer("{}", status=status)}))


@pytest.mark.parametrize(
    "names",
    [
        ["https://dana.example", "at://handle.invalid", 5, None, "at://", f"at://{HANDLE.upper()}", "at://second.test"],
        [f"at://{HANDLE}", *(f"at://h{number}.test" for number in range(50_000))],
    ],
)
def test_the_first_usable_name_is_the_handle(names):
    assert read_document(document(alsoKnownAs=names), DID, frozenset()).handle == HANDLE


@pytest.mark.parametrize("names", [None, [], {"at://": 1}, ["at://a.test/path"], ["x"] * 200 + [f"at://{HANDLE}"]])
def test_a_document_may_name_no_handle(names):
    assert read_document(document(alsoKnownAs=names), DID, frozenset()).handle == ""


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"id": OTHER}, Malformed),
        ({"id": [DID]}, Malformed),
        ({"service": []}, AccountGone),
        ({"service": "x"}, AccountGone),
        ({"service": [{"id": "#other", "serviceEndpoint": PDS}]}, AccountGone),
        ({"service": [{"id": "#atproto_pds", "serviceEndpoint": ["https://a.example"]}]}, WrongContent),
        ({"service": [{"id": f"{OTHER}#atproto_pds", "serviceEndpoint": PDS}]}, AccountGone),
    ],
)
def test_a_document_that_cannot_be_used(changes, error):
    with pytest.raises(error):
        read_document(document(**changes), DID, frozenset())


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://pds.fern-street.example",
        "https://user:word@pds.fern-street.example",
        "https://pds.fern-street.example:8443",
        "https://pds.fern-street.example/path",
        "https://pds.fern-street.example?x=1",
        "https://pds.fern-street.example#x",
        "https://127.0.0.1",
        "https://2130706433",
        "https://[::1]",
        "https://[broken",
        "https://localhost",
        "https://",
        "file:///etc/passwd",
        "ftp://pds.fern-street.example",
        "pds.fern-street.example",
        "https://pds.fern-street.example\\@10.0.0.1",
        "https://pds fern.example",
        "https://pds.fern-street.example%2f@x.example",
        "",
    ],
)
def test_a_server_without_a_plain_https_address_is_refused(endpoint):
    with pytest.raises(WrongContent):
        server_in(endpoint, frozenset())


@pytest.mark.parametrize("endpoint", [PDS, f"{PDS}/", " HTTPS://PDS.Fern-Street.example"])
def test_a_server_s_address_is_one_however_it_is_written(endpoint):
    assert server_in(endpoint, frozenset()) == PDS


def test_only_a_trusted_origin_may_be_without_https():
    trusted = frozenset({"http://localhost:2583"})
    assert server_in("http://localhost:2583", trusted) == "http://localhost:2583"
    with pytest.raises(WrongContent):
        server_in("http://localhost:2584", trusted)


def test_a_handle_counts_only_if_it_leads_back():
    identity = Identity(DID, HANDLE, PDS)
    assert DIRECTORY.handle_of(identity, txt(f"did={DID}")) == HANDLE
    assert DIRECTORY.handle_of(identity, txt(f"did={OTHER}")) == ""
    assert DIRECTORY.handle_of(identity, FakeHttp({FILE: Unreachable("away")})) == ""
    assert DIRECTORY.handle_of(Identity(DID, "", PDS), FakeHttp({})) == ""


def test_a_web_identity_that_leads_into_a_private_network_is_refused_when_connecting():
    def private(*_args, **_more):
        return [(2, 1, 6, "", ("10.0.0.7", 443))]

    with open_http(Politeness("section7", "", delay=0, jitter=0), clock=lambda: NOW, resolve=private) as http:
        for did in ("did:web:inside.test", DID):
            with pytest.raises(AddressRefused):
                DIRECTORY.document(did, http.for_account())
