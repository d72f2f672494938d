"""HTTP around a handler: reads the request, lets in or not, calls, writes the answer. No decision of its own."""

from __future__ import annotations

import secrets
from dataclasses import replace
from http import HTTPStatus
from time import perf_counter
from traceback import extract_tb
from typing import TYPE_CHECKING

import structlog
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console import cookies, faults
from console.admission import CSRF_FIELD, Verdict, admission, own_form, same_site
from console.answers import Redirected, Sent, SentAway, Shown
from console.asked import Asked
from console.forms import NoForm, OtherKind, TooLong, read_form
from console.identity import ATTEMPT_SECONDS
from console.menu import menu
from console.network import network_of
from console.rendering import render
from console.signing import mark
from domain.errors import Section7Error, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from starlette.types import Receive, Scope, Send

    from console.answers import Answer
    from console.desk import Desk
    from console.pages import Page

log = structlog.get_logger(__name__)

Fields = tuple[tuple[str, str], ...]


class Shell:
    """One path of the console, with a page for each verb that it answers."""

    def __init__(self, desk: Desk, verbs: Mapping[str, Page], readable: Collection[str]) -> None:
        self._desk = desk
        self._verbs = verbs
        self._readable = readable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        request = Request(scope, receive)
        fields: Fields = ()
        fault: Answer | None = None
        if request.method == "POST" and "POST" in self._verbs:
            try:
                fields = await read_form(request)
            except TooLong:
                fault = faults.too_long()
            except OtherKind:
                fault = faults.no_form(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
            except NoForm:
                fault = faults.no_form()
            except ClientDisconnect:
                return
        response = await run_in_threadpool(self._respond, request, fields, fault)
        await response(scope, receive, send)

    def _respond(self, request: Request, fields: Fields, fault: Answer | None) -> Response:
        began = perf_counter()
        page = self._verbs.get(request.method)
        visit = cookies.cookie(self._desk, cookies.VISIT, request.cookies)
        fresh = "" if visit else cookies.new_visit()
        asked, answer = self._asked_and_answered(request, fields, fault, page, visit or fresh)
        try:
            response = self._written(request, asked, answer)
        except Exception as error:  # noqa: BLE001 - a template that broke is told like a handler that did
            response = self._written(request, asked, self._incident(page, error, faults.broken))
        if asked.session is None and fresh and isinstance(answer.content, Shown):
            cookies.put(self._desk, response, cookies.VISIT, fresh)
        if request.method == "HEAD":
            # RFC 9110 section 9.3.2: the headers of GET, the length among them, and no content.
            response.body = b""
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["allow"] = ", ".join(sorted(self._verbs))
        # The page's name and not its address: an address can hold the token of a link.
        log.info(
            "answered",
            page=page.name if page else "",
            method=request.method if page else "",
            status=int(response.status_code),
            # Never on a page open to everybody: who reports a concern may do so unknown.
            user=asked.visitor.id if asked.visitor and page and page.needs else None,
            ms=round((perf_counter() - began) * 1000),
        )
        return response

    def _asked_and_answered(
        self, request: Request, fields: Fields, fault: Answer | None, page: Page | None, visit: str
    ) -> tuple[Asked, Answer]:
        asked = self._stranger(request, fields, visit)
        try:
            asked = self._known(asked, request)
            return asked, fault or self._answer(asked, request, page)
        except faults.TELLING as error:
            return asked, faults.of(error)
        except StoreError as error:
            return asked, self._incident(page, error, faults.database_away)
        except Exception as error:  # noqa: BLE001 - the last place to name a fault in: logged, and told by its code
            return asked, self._incident(page, error, faults.broken)

    def _answer(self, asked: Asked, request: Request, page: Page | None) -> Answer:
        if page is None:
            return faults.wrong_verb() if self._verbs else faults.not_here()
        verdict = admission(page.needs, asked.session, asked.visitor)
        if verdict is not Verdict.LET_IN:
            return faults.kept_out(verdict, asked)
        genuine = same_site(request.headers, self._desk.origins) and own_form(asked.form, asked.csrf)
        if asked.method == "POST" and not genuine:
            return faults.foreign_form(asked)
        return page.handler(asked)

    def _stranger(self, request: Request, fields: Fields, visit: str) -> Asked:
        lists: dict[str, tuple[str, ...]] = {}
        for name, value in fields:
            lists[name] = (*lists.get(name, ()), value)
        return Asked(
            desk=self._desk,
            now=self._desk.clock(),
            method=request.method,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            path={name: str(value) for name, value in request.path_params.items()},
            query=dict(reversed(request.query_params.multi_items())),
            form={name: values[0] for name, values in lists.items()},
            lists=lists,
            network=network_of(request.client.host if request.client else "", self._desk.key),
            csrf=mark(self._desk.key, "visit", visit),
            attempt=cookies.cookie(self._desk, cookies.ATTEMPT, request.cookies),
        )

    def _known(self, asked: Asked, request: Request) -> Asked:
        """The same request with who is signed in, if anybody is."""
        token = cookies.cookie(self._desk, cookies.SESSION, request.cookies)
        found = self._desk.store.sessions.find(token, asked.now, self._desk.settings.idle) if token else None
        return replace(asked, ended=bool(token)) if found is None else asked.signed_in(*found)

    def _incident(self, page: Page | None, error: Exception, told: faults.Told) -> Answer:
        """The log has where it broke and not the error's own words, which may repeat what somebody typed."""
        code = secrets.token_hex(4)
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
        problem = str(error) if isinstance(error, Section7Error) else ""
        kind, name = type(error).__name__, page.name if page else ""
        log.error("incident", code=code, page=name, kind=kind, problem=problem, frames=frames)
        return told(code)

    def _written(self, request: Request, asked: Asked, answer: Answer) -> Response:
        response = self._body(request, asked, answer.content)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            # RFC 9110 section 15.5.2 wants a challenge; no scheme is registered for forms, and browsers skip this one.
            response.headers["www-authenticate"] = "Form"
        if answer.session is not None:
            cookies.put(self._desk, response, cookies.SESSION, answer.session)
        if answer.attempt is not None:
            cookies.put(self._desk, response, cookies.ATTEMPT, answer.attempt, ATTEMPT_SECONDS)
        if answer.after is not None:
            response.background = BackgroundTask(self._afterwards, answer.after)
        return response

    def _body(self, request: Request, asked: Asked, content: Shown | Redirected | Sent | SentAway) -> Response:
        if isinstance(content, Shown):
            return self._html(request, asked, content)
        if isinstance(content, SentAway):
            return RedirectResponse(content.to, HTTPStatus.SEE_OTHER)
        if isinstance(content, Redirected):
            redirection = RedirectResponse(content.to, HTTPStatus.SEE_OTHER)
            if content.notice:
                cookies.put_notice(self._desk, redirection, content.notice)
            return redirection
        response = Response(content.content, media_type=content.media_type)
        if content.name:
            response.headers["content-disposition"] = f'attachment; filename="{content.name}"'
        return response

    def _afterwards(self, act: Callable[[], None]) -> None:
        """The person has the answer already: what fails here is the administrator's, by the log."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 - as above
            self._incident(None, error, faults.broken)

    def _html(self, request: Request, asked: Asked, content: Shown) -> Response:
        notice = cookies.notice(self._desk, request.cookies)
        html = render(
            content.template,
            **{
                "practice": self._desk.practice,
                "visitor": asked.visitor if asked.session and asked.session.verified_at else None,
                "menu": menu(asked.visitor, asked.here, self._readable) if asked.visitor else (),
                "csrf": asked.csrf,
                "csrf_name": CSRF_FIELD,
                "notice": notice,
                "here": asked.here,
                "zone": self._desk.practice.time_zone,
                **content.values,
            },
        )
        response = HTMLResponse(html, content.status)
        if notice:
            cookies.drop_notice(self._desk, response)
        return response
