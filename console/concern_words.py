"""Concerns in plain words, and a form for one read into a concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.concerns import ConcernState, Disposition, NewConcern, Openness, Reporter
from domain.findings import Clause
from domain.web_addresses import canonical_address
from store.concerns import LONGEST_LINE, LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE: Mapping[ConcernState, str] = {
    ConcernState.RECEIVED: "received, not acknowledged yet",
    ConcernState.ACKNOWLEDGED: "acknowledged",
    ConcernState.LOOKED_INTO: "being looked into",
    ConcernState.ANSWERED: "answered",
}
OPENNESS: Mapping[Openness, str] = {
    Openness.NAMED: "with a name",
    Openness.CONFIDENTIAL: "in confidence",
    Openness.ANONYMOUS: "anonymous",
}
CHOICES = (
    (Openness.NAMED.value, "With my name. The person who handles it may say who reported it where that is needed."),
    (
        Openness.CONFIDENTIAL.value,
        "In confidence. Only who handles it can learn my name, and may not pass it on.",
    ),
    (Openness.ANONYMOUS.value, "Without my name. Nobody can learn it, because it is stored nowhere."),
)
DISPOSITION: Mapping[Disposition, str] = {
    Disposition.NO_BREACH: "Looked at: the policy is kept",
    Disposition.REVIEWED: "It goes, or went, through the review of findings",
    Disposition.TALKED: "Settled by talking with the author",
    Disposition.PRIVACY: "Taken up as a complaint about privacy",
    Disposition.ELSEWHERE: "Outside this policy; passed to whoever is responsible",
    Disposition.NOT_ENOUGH: "Could not be followed up with what is known",
}
FIELDS = ("url", "clause", "text", "openness", "name", "contact", "aside", "privacy")


def concern_in(form: Mapping[str, str]) -> tuple[NewConcern | None, dict[str, str]]:
    """The concern that a form holds, or None and what is wrong: a field's name and a sentence."""
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    wrong = {
        name: sentence
        for name, sentence in (
            ("url", _about_url(typed["url"])),
            ("clause", _about_clause(typed["clause"])),
            ("text", _about_text(typed["text"])),
            ("openness", "" if typed["openness"] in set(Openness) else "Choose whether you give your name."),
            *_about_reporter(typed),
        )
        if sentence
    }
    if wrong:
        return None, wrong
    openness = Openness(typed["openness"])
    anonymous = openness is Openness.ANONYMOUS
    return (
        NewConcern(
            url=typed["url"],
            clause=Clause(typed["clause"]) if typed["clause"] else None,
            text=typed["text"],
            openness=openness,
            reporter=None if anonymous else Reporter(typed["name"], typed["contact"]),
            to_alternate=bool(typed["aside"]),
            # Whoever reports that a client was not protected complains about privacy (45 CFR 164.530(d)).
            privacy_complaint=bool(typed["privacy"]) or typed["clause"] == Clause.CONFIDENTIALITY,
        ),
        {},
    )


def _about_url(text: str) -> str:
    try:
        canonical_address(text)
    except ValueError:
        return "Give the address of one public post, as it stands in your browser, beginning with https://."
    return ""


def _about_clause(text: str) -> str:
    return "" if text in {"", *Clause} else "Choose a section from the list, or none."


def _about_text(text: str) -> str:
    if not text:
        return "Say in a few words what concerns you."
    return "" if len(text) <= LONGEST_TEXT else f"Shorten your words to {LONGEST_TEXT:,} characters."


def _about_reporter(typed: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if typed["openness"] == Openness.ANONYMOUS:
        if typed["name"] or typed["contact"]:
            return (
                ("name", "You chose to stay without a name: empty the name and the way to reach you, or choose again."),
            )
        return ()
    if typed["openness"] not in set(Openness):
        return ()
    return tuple(
        (name, sentence if not typed[name] else f"Shorten this to {LONGEST_LINE} characters.")
        for name, sentence in (("name", "Give your name."), ("contact", "Say how you can be reached."))
        if not typed[name] or len(typed[name]) > LONGEST_LINE
    )
