"""Posts to webhooks: each team's own, by HTTPS, and what is then known of them.

In: the environment, where the addresses stand because each is a secret; bodies to post. Out: `Outcome`, as of a mail. No
address, and no part of one, is in a message, a representation or an error.
"""

import os
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from salesanalytics.errors import MailError
from salesanalytics.mail.post import Post
from salesanalytics.mail.transport import TIMEOUT, Outcome, is_here, is_host

PREFIX = "SALESANALYTICS_WEBHOOK"
MOST_ANSWER = 4096
HEADERS = {"Content-Type": "application/json", "User-Agent": "salesanalytics", "Connection": "close"}
_PLAIN = re.compile(r"[!-~]+")
_A_WORD = re.compile(r"[a-z_ ]{1,60}")  # such as no_service; a token has digits or capitals


class Board(Protocol):
    """Where posts to chats go."""

    def post(self, team: str, body: bytes, name: str) -> Outcome:
        """Hand on what is for `team` (its id); `name` is of a file, where it becomes one."""
        ...


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address to post to, and the `variable` that holds it."""

    variable: str
    url: str = field(repr=False)

    @property
    def parts(self) -> SplitResult:
        """Raises MailError where it is no address, or not a safe one."""
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if (
            not host
            or not is_host(host)
            or not _PLAIN.fullmatch(self.url)
            or parts.username is not None
            or parts.scheme not in ("https", "http")
        ):
            raise MailError(f"{self.variable} holds no webhook's address; expected one that begins with https://.")
        if parts.scheme == "http" and not is_here(host):
            raise MailError(f"{self.variable} begins with http:// and leads to another machine; expected https://.")
        return parts


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Each team's webhook, by its id."""

    by_team: Mapping[str, Webhook]

    @classmethod
    def of_environment(
        cls, posts: Iterable[Post], several: frozenset[str], given: Mapping[str, str] = os.environ
    ) -> "Webhooks":
        """SALESANALYTICS_WEBHOOK_<TEAM>, else SALESANALYTICS_WEBHOOK; one for two teams where their chat is in `several`.

        Raises MailError with every problem.
        """
        found: dict[str, Webhook] = {}
        problems = []
        for post in posts:
            if not post.chat:
                continue
            team = post.team
            own = f"{PREFIX}_{team.slug.upper().replace('-', '_')}"
            variable = own if given.get(own) else PREFIX
            hook = Webhook(variable, given.get(variable, "").strip())
            if not hook.url:
                problems.append(f"{own} is not set; expected the address of the webhook of {team.name}.")
                continue
            try:
                hook.parts  # noqa: B018 - asked for its error
            except MailError as error:
                problems.append(str(error))
            first = next((one for one, other in found.items() if other.url == hook.url), None)
            if first is not None and post.address not in several:
                problems.append(
                    f"{variable} leads where the posts of {first} go already, who would read about {team.name}. Set {own}, or "
                    f"allow it: mail_several in _defaults.yaml takes {post.address}."
                )
            found[team.team_id] = hook
        if problems:
            raise MailError(
                "\n".join(["the posts to webhooks cannot be planned:", *(f"  {one}" for one in dict.fromkeys(problems))])
            )
        return cls(found)

    def post(self, team: str, body: bytes, name: str) -> Outcome:
        """Only what happens after the content has gone out is uncertain."""
        del name
        hook = self.by_team[team]
        line = _line(hook.parts)
        try:
            line.connect()
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message.replace(line.host, "…")
            return Outcome("failed", f"it shows a certificate that cannot be trusted ({why})")
        except OSError as error:
            return Outcome("later", f"it cannot be reached ({error.strerror or type(error).__name__})")
        try:
            line.request("POST", hook.parts._replace(scheme="", netloc="", fragment="").geturl() or "/", body, HEADERS)
            answer = line.getresponse()
            said = answer.read(MOST_ANSWER)
        except (HTTPException, OSError) as error:
            return Outcome("uncertain", f"the connection broke after the content had gone out ({type(error).__name__})")
        finally:
            line.close()
        return _outcome(answer.status, answer.headers, said, hook)


def _line(parts: SplitResult) -> HTTPConnection:
    assert parts.hostname is not None  # noqa: S101 - `parts` saw to it
    if parts.scheme == "http":
        return HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT)
    return HTTPSConnection(parts.hostname, parts.port, timeout=TIMEOUT, context=ssl.create_default_context())


def _outcome(status: int, headers: HTTPMessage, body: bytes, hook: Webhook) -> Outcome:
    """2xx is taken. 429 and 5xx may be another time, but a gateway that gave up waiting does not know what became of it."""
    said = _told(status, body, hook)
    if 200 <= status < 300:
        return Outcome("sent", said)
    if 300 <= status < 400:
        return Outcome(
            "failed", f"{said}; it leads elsewhere, and nobody follows: put the webhook's last address into {hook.variable}"
        )
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        return Outcome("uncertain", said)
    later = status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500
    return Outcome("later" if later else "failed", said, after=_after(headers.get("Retry-After", "")) if later else 0.0)


def _told(status: int, body: bytes, hook: Webhook) -> str:
    """The status and its usual name, and a word of the other side where it can hold nothing of the address."""
    name = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "unknown"
    word = body.decode("ascii", "replace").strip()
    return f"{status} {name}" + (f": {word}" if _A_WORD.fullmatch(word) and word not in hook.url else "")


def _after(asked: str) -> float:
    """The seconds of a Retry-After, which may be a number or a moment; 0 where it is neither."""
    if asked.strip().isdecimal():
        return float(asked)
    try:
        return max((parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
