import json
from datetime import UTC, date, datetime

import pytest

from analyzers.packets import read_labelled, read_packet, scored_to_json
from analyzers.score import score
from domain.accounts import AccountKind, Licence
from domain.errors import PacketError
from domain.findings import Clause, Protected
from domain.posts import ParentAuthor

FULL = {
    "id": "D-1",
    "platform": "x",
    "account_kind": "professional",
    "author": {"role": "social worker", "licence": "social_worker"},
    "practice": {"name": "Larkspur Bend Counseling", "aliases": ["Larkspur"]},
    "register": {"endorsements": [{"item": "Workbook", "from": "2026-01-01", "to": None}], "speakers": ["Owner"]},
    "created": "2026-02-03T10:00:00-05:00",
    "in_reply_to": {"text": "hello", "author": "client_unknown"},
    "media": [{"alt": "a fern"}, {"alt": None}],
    "bio": "LCSW",
    "text": "see you thursday at 3, same office",
    "anything else": 1,
}
BARE = {key: FULL[key] for key in ("id", "platform", "account_kind", "author", "practice", "created", "text")}


def line(**changes):
    return json.dumps({**FULL, **changes})


def test_a_full_line():
    packet = read_packet(line(), 1)
    assert packet.account_kind is AccountKind.PROFESSIONAL
    assert packet.licence is Licence.SOCIAL_WORKER
    assert packet.register.endorsements[0].valid_from == date(2026, 1, 1)
    assert packet.register.endorsements[0].valid_to is None
    assert packet.register.speakers == ("Owner",)
    assert packet.parent.author is ParentAuthor.CLIENT_UNKNOWN
    assert packet.media == ("a fern", "")
    assert packet.created == datetime(2026, 2, 3, 15, tzinfo=UTC)


def test_missing_keys_mean_not_known():
    packet = read_packet(json.dumps(BARE), 1)
    assert (packet.register, packet.parent, packet.bio, packet.media) == (None, None, None, ())


@pytest.mark.parametrize("key", ["register", "in_reply_to", "media", "bio"])
def test_null_is_the_same_as_missing(key):
    assert read_packet(line(**{key: None}), 1) == read_packet(
        json.dumps({k: v for k, v in FULL.items() if k != key}), 1
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": 7}, "id"),
        ({"account_kind": "personal"}, "account_kind"),
        ({"author": {"role": "x", "licence": "wizard"}}, "author.licence"),
        ({"practice": {"aliases": []}}, "practice.name"),
        ({"created": "2026-02-03T10:00:00"}, "created"),
        ({"created": "yesterday"}, "created"),
        ({"in_reply_to": {"text": "secret words", "author": "friend"}}, "in_reply_to.author"),
        ({"media": ["secret words"]}, "media"),
        ({"text": None}, "text"),
        ({"register": {"endorsements": [{"item": "x", "from": "soon"}]}}, "register.endorsements.0.from"),
    ],
)
def test_a_wrong_value_names_its_key_and_line_and_not_the_post(changes, named):
    with pytest.raises(PacketError) as caught:
        read_packet(line(**changes), 12)
    assert str(caught.value).startswith(f"line 12: {named}: expected")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("bad", ["", "{", "[]", "null", '"text"', "[" * 100_000])
def test_what_is_no_object_is_refused(bad):
    with pytest.raises(PacketError, match="line 3: not a JSON object"):
        read_packet(bad, 3)


def test_a_labelled_line():
    labels = {"1": 0, "2": 3, "3": 0, "4": 0, "5": 0, "6": 0}
    labelled = read_labelled(line(labels=labels, verdict="violation", protected=["NLRA"], hard="HARD+", swap="s1"), 1)
    assert labelled.labels[Clause.CONFIDENTIALITY] == 3
    assert labelled.protected == (Protected.NLRA,)
    assert (labelled.hard, labelled.span, labelled.swap, labelled.pair) == ("HARD+", "", "s1", "")


@pytest.mark.parametrize("labels", [{"1": 0}, {str(n): 5 for n in range(1, 7)}, {str(n): True for n in range(1, 7)}])
def test_labels_are_six_severities(labels):
    with pytest.raises(PacketError, match="labels"):
        read_labelled(line(labels=labels, verdict="fine"), 1)


def test_the_output_has_the_contracts_shape():
    output = scored_to_json(score(read_packet(line(), 1)))
    assert list(output) == ["id", "clauses", "findings", "protected", "withheld", "needs_context", "language"]
    assert list(output["clauses"]) == ["1", "2", "3", "4", "5", "6"]
    finding = output["findings"][0]
    assert list(finding) == ["clause", "severity", "probability", "spans", "reason", "detector", "version"]
    assert (finding["clause"], finding["severity"]) == ("2", 3)
    assert list(finding["spans"][0]) == ["field", "start", "end", "quote"]
    assert json.loads(json.dumps(output)) == output
