import socket
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime

import pytest

from domain.errors import NoAnswer
from opinion.answer import read_answer
from opinion.transport import MOST_BYTES, Endpoint, open_transport, seconds_asked
from tests.fakes.model_server import ModelServer, completion, reply, verdict

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PAYLOAD = {"model": "m", "messages": [{"role": "user", "content": "café"}]}
GOOD = completion('{"verdict": "fine"}')


def ask(url, resolve=socket.getaddrinfo, **how):
    with open_transport(Endpoint(url=url, **{"timeout": 5.0} | how), clock=lambda: NOON, resolve=resolve) as transport:
        return transport.post(PAYLOAD)


def refused(*answers, **how):
    with ModelServer(*answers) as server, pytest.raises(NoAnswer) as caught:
        ask(server.url, **how)
    return caught.value


def resolves_to(*addresses):
    def resolve(host, port, *, type):  # noqa: A002
        return [(socket.AF_INET, type, 6, "", (address, port)) for address in addresses]

    return resolve


def test_a_question_goes_out_and_its_answer_comes_back():
    with ModelServer(verdict("violation")) as server:
        answer = ask(server.url, api_key="sk-invented")
    ((line, headers, body),) = server.asked
    assert line == "POST /v1/chat/completions HTTP/1.1"
    assert headers["authorization"] == "Bearer sk-invented"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert body == PAYLOAD
    assert read_answer(answer) == "agrees"


def test_without_a_key_none_is_sent_and_a_slash_at_the_end_does_not_matter():
    with ModelServer() as server:
        ask(f"{server.url}/")
    ((line, headers, _),) = server.asked
    assert line == "POST /v1/chat/completions HTTP/1.1"
    assert "authorization" not in headers
    assert "cookie" not in headers


ODD = ["\r\nX-Other: 1", "\x00", "\x7f", "\t", " ", "ä", "\u2028", "\ud800"]


@pytest.mark.parametrize("odd", ODD)
def test_a_key_that_no_header_can_carry_is_no_answer_and_is_not_repeated(odd):
    with ModelServer() as server:
        with pytest.raises(NoAnswer) as caught:
            ask(server.url, api_key=f"sk-{odd}invented")
        assert server.asked == []
    assert (caught.value.code, caught.value.passing) == ("access-refused", False)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("odd", [*ODD, "?key=1"])
@pytest.mark.parametrize("place", ["http://{odd}127.0.0.1:{port}/v1", "http://127.0.0.1:{port}/{odd}v1", "{odd}"])
def test_an_address_that_is_none_is_no_answer(place, odd):
    with ModelServer() as server:
        with pytest.raises(NoAnswer) as caught:
            ask(place.format(odd=odd, port=server.port))
        assert server.asked == []
    assert (caught.value.code, caught.value.passing) == ("address-refused", False)


def test_proxies_of_the_environment_are_not_looked_at(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with ModelServer() as server:
        assert ask(server.url).content_type == "application/json"


@pytest.mark.parametrize(
    ("status", "code", "passing"),
    [
        ("400 Bad Request", "request-refused", False),
        ("401 Unauthorized", "access-refused", False),
        ("403 Forbidden", "access-refused", False),
        ("404 Not Found", "request-refused", False),
        ("422 Unprocessable", "request-refused", False),
        ("429 Too Many Requests", "rate-limited", True),
        ("500 Internal Server Error", "server-fault", True),
        ("503 Service Unavailable", "server-fault", True),
        ("201 Created", "request-refused", False),
        ("204 No Content", "request-refused", False),
        ("301 Moved Permanently", "redirected", False),
        ("302 Found", "redirected", False),
        ("307 Temporary Redirect", "redirected", False),
        ("308 Permanent Redirect", "redirected", False),
    ],
)
def test_every_other_status_is_no_answer(status, code, passing):
    failure = refused(reply(GOOD, status))
    assert (failure.code, failure.passing) == (code, passing)


def test_a_redirect_is_not_followed_and_the_post_goes_nowhere_else():
    with ModelServer() as other, ModelServer(reply(b"", "307 Temporary Redirect", location=other.url)) as server:
        with pytest.raises(NoAnswer, match="redirected"):
            ask(server.url)
        assert len(server.asked) == 1
        assert other.asked == []


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_server_may_say_when_to_come_back(status):
    assert refused(reply(b"", status, retry_after="17")).wait == 17.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Fri, 20 Nov 2026 12:01:30 GMT", 90.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
        ("9" * 400, 999_999_999.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header, seconds):
    assert seconds_asked(header, NOON) == seconds


def test_an_answer_that_is_too_large_is_not_read_to_its_end():
    assert refused(reply(b" " * (MOST_BYTES + 1))).code == "too-large"


def test_an_answer_without_end_is_cut_off():
    def flood(peer, over):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not over.is_set():
            peer.sendall(b" " * 65536)

    assert refused(flood).code == "too-large"


def test_an_answer_of_just_the_size_is_read():
    padded = GOOD + b" " * (MOST_BYTES - len(GOOD))
    with ModelServer(reply(padded)) as server:
        assert len(ask(server.url).body) == MOST_BYTES


def test_a_truncated_answer_is_no_answer():
    failure = refused(reply(GOOD[:20], content_length=str(len(GOOD))))
    assert (failure.code, failure.passing) == ("broken-off", True)


@pytest.mark.parametrize("bytes_sent", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200", b"\x00\xff" * 50])
def test_what_is_not_http_is_no_answer(bytes_sent):
    failure = refused(bytes_sent)
    assert (failure.code, failure.passing) == ("broken-off", True)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_coding_that_was_not_asked_for_is_no_answer(coding):
    assert refused(reply(GOOD, content_encoding=coding)).code == "wrong-content"


def test_a_wrong_content_type_is_handed_on_and_refused_by_the_reader():
    with ModelServer(reply(GOOD, content_type="text/html; charset=utf-8")) as server:
        answer = ask(server.url)
    assert answer.content_type == "text/html"
    with pytest.raises(NoAnswer, match="wrong-content"):
        read_answer(answer)


def test_a_silent_server_is_given_up_in_time():
    began = time.monotonic()
    failure = refused(lambda peer, over: over.wait(10), timeout=0.3)
    assert (failure.code, failure.passing) == ("timed-out", True)
    assert time.monotonic() - began < 5


def test_a_server_that_drips_is_given_up_in_time():
    def drip(peer, over):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not over.wait(0.05):
            peer.sendall(b" ")

    began = time.monotonic()
    assert refused(drip, timeout=0.5).code == "timed-out"
    assert time.monotonic() - began < 5


def test_nobody_listening_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoAnswer) as caught:
        ask(f"http://127.0.0.1:{port}/v1")
    assert (caught.value.code, caught.value.passing) == ("unreachable", True)


def test_a_name_without_an_address_is_unreachable():
    def nothing(host, port, *, type):  # noqa: A002
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NoAnswer, match="unreachable"):
        ask("http://models.example/v1", resolve=nothing)
    with pytest.raises(NoAnswer, match="unreachable"):
        ask("http://models.example/v1", resolve=resolves_to())


def test_a_name_that_leads_to_this_machine_is_asked():
    with ModelServer() as server:
        assert ask(f"http://gpu.practice.example:{server.port}/v1", resolve=resolves_to("127.0.0.1")).body
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "addresses", [("93.184.216.34",), ("169.254.169.254",), ("127.0.0.1", "93.184.216.34"), ("0.0.0.0",)]
)
def test_a_name_that_leads_out_is_refused_before_anything_is_sent(addresses):
    with ModelServer() as server:
        with pytest.raises(NoAnswer) as caught:
            ask(f"http://gpu.practice.example:{server.port}/v1", resolve=resolves_to(*addresses))
        assert server.asked == []
    assert (caught.value.code, caught.value.passing) == ("address-refused", False)


def test_the_judged_address_is_the_one_that_is_dialled():
    """A name server that answers differently the second time gains nothing: it is asked once an exchange."""
    calls = []

    def rebinding(host, port, *, type):  # noqa: A002
        calls.append(host)
        return resolves_to("127.0.0.1" if len(calls) == 1 else "93.184.216.34")(host, port, type=type)

    with ModelServer() as server:
        assert ask(f"http://gpu.practice.example:{server.port}/v1", resolve=rebinding).body
    assert calls == ["gpu.practice.example"]


def test_with_an_agreement_even_so_no_metadata_service_is_asked():
    with pytest.raises(NoAnswer, match="address-refused"):
        ask("https://models.example/v1", resolve=resolves_to("169.254.169.254"), agreed=True)


def test_another_address_of_the_same_name_is_tried():
    with ModelServer() as server:
        found = ask(f"http://gpu.practice.example:{server.port}/v1", resolve=resolves_to("::1", "127.0.0.1"))
    assert found.body


def test_a_name_server_that_never_answers_is_given_up_in_time():
    over = threading.Event()

    def silent(host, port, *, type):  # noqa: A002
        over.wait(10)
        return []

    began = time.monotonic()
    with pytest.raises(NoAnswer, match="unreachable"):
        ask("http://models.example/v1", resolve=silent, timeout=0.1)
    assert time.monotonic() - began < 5
    over.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=gpu.example -keyout {key} -out {cert}"
    extension = ["-addext", "subjectAltName=DNS:gpu.example", "-addext", "basicConstraints=critical,CA:TRUE"]
    subprocess.run([*command.split(), *extension], check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize(
    ("name", "trusted", "code"),
    [("gpu.example", True, None), ("other.example", True, "unreachable"), ("gpu.example", False, "unreachable")],
)
def test_over_tls_the_certificate_must_bear_the_name_and_be_vouched_for(certificate, name, trusted, code):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with ModelServer(trust=context) as server:
        how = {"resolve": resolves_to("127.0.0.1"), "ca_file": certificate[0] if trusted else None}
        url = f"https://{name}:{server.port}/v1"
        if code is None:
            assert ask(url, **how).content_type == "application/json"
        else:
            with pytest.raises(NoAnswer, match=code):
                ask(url, **how)
            assert server.asked == []
