"""`section7 reviews …`: where reviews stand. Neither words nor names: those are for who reviews, in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import UsageError
from monitor.cli_common import DEFAULT_CONFIG, ConfigFile, local_time, opened
from monitor.cli_text import say, show_table

if TYPE_CHECKING:
    from domain.review import Review, ReviewEvent
    from monitor.app import App

reviews = typer.Typer(help="Where reviews of findings stand, without words.", no_args_is_help=True)


@reviews.command("list")
def list_reviews(
    closed: Annotated[bool, typer.Option("--closed", help="Those that are closed, too.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """List reviews, oldest first; tab-separated lines when not on a terminal."""
    with opened(config) as app:
        headings = ("No.", "Section", "Severity", "State", "Outcome", "Opened", "Answer by", "Appeal by")
        show_table(headings, [_row(review, app) for review in app.store.reviews.standing(closed=closed)])


@reviews.command("show")
def show(
    review_id: Annotated[int, typer.Argument(help="The review's number.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show each step of a review: when, who, and where it stood then."""
    with opened(config) as app:
        review = app.store.reviews.get(review_id)
        if review is None:
            raise UsageError(f"There is no review {review_id}. `section7 reviews list --closed` shows them all.")
        say(f"Review {review.id}: section {review.clause.value}, S{review.severity}, {review.state.value}.")
        show_table(("At", "Who", "Step", "State", "Outcome"), [_step(event, app) for event in review.events])


def _row(review: Review, app: App) -> tuple[str, ...]:
    return (
        str(review.id),
        review.clause.value,
        f"S{review.severity}",
        review.state.value,
        review.outcome.value if review.outcome else "-",
        local_time(review.opened_at, app),
        local_time(review.answer_until, app),
        local_time(review.appeal_until, app),
    )


def _step(event: ReviewEvent, app: App) -> tuple[str, ...]:
    who = "section7" if event.actor_id is None else f"user {event.actor_id}"
    outcome = event.outcome.value if event.outcome else "-"
    return (local_time(event.at, app), who, event.step.value, event.state.value, outcome)
