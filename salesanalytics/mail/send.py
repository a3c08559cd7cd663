"""A mailing on its way: each letter written down, sent once, and what became of it written down again.

In: a mailing, a transport, a folder. Out: `Sending`, one line per letter. Whatever ends it, no letter leaves twice: what was
being sent when a sender died is uncertain, is told, and is left alone until somebody says to send it again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import nbformat

from salesanalytics.errors import MailError
from salesanalytics.mail.letter import Foot, Letter, letter
from salesanalytics.mail.message import Page, message
from salesanalytics.mail.post import Mailing, Post, still_meant
from salesanalytics.mail.sent import Mail, Sent
from salesanalytics.mail.transport import Outcome, Transport
from salesanalytics.report.plan import Notebook
from salesanalytics.report.run.lock import only_run

WAITS = (1.0, 5.0, 15.0)  # seconds before a mail that was put off is tried again
LOCK = "mail"
UNKNOWN = "nobody knows whether it went out; ask there, or send it again with --resend"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one letter: `state` as in the ledger, or `before` where it had gone out already."""

    team: str
    address: str
    subject: str
    state: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """All letters of a mailing; `alerts`: what somebody has to look at."""

    lines: tuple[Line, ...]
    alerts: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every letter is out, and nothing is uncertain."""
        return not self.alerts and all(one.state in ("sent", "before") for one in self.lines)


def would_send(mailing: Mailing) -> list[Line]:
    """What would go to whom; nothing is written."""
    written = Letters(mailing)
    return [Line(post.team.name, post.address, written.of(post).subject, "planned") for post in mailing.posts]


def send(
    mailing: Mailing,
    folder: Path,
    transport: Transport,
    *,
    sender: str,
    again: frozenset[str] = frozenset(),
    per_minute: float = 0.0,
    wait: Callable[[float], None] = time.sleep,
) -> Sending:
    """Send what is not out yet. `again`: addresses whose letter of this day is sent again, whatever became of it.

    `per_minute` throttles (0: as fast as it goes). Raises MailError where the other side cannot be spoken to at all.
    """
    written = Letters(mailing)
    lines: list[Line] = []
    with only_run(folder / LOCK), closing(Sent(folder)) as sent:
        alerts = [*sent.notes, *(_cut_off(one) for one in sent.left_behind())]
        try:
            for post in mailing.posts:
                if per_minute and any(one.state == "sent" for one in lines[-1:]):
                    wait(60.0 / per_minute)
                lines.append(_one(post, written.of(post), sent, transport, sender, mailing, post.address in again, wait))
        finally:
            transport.close()
    alerts += [f"{one.team}, {one.address}: {one.state} ({one.said})" for one in lines if one.state in ("failed", "uncertain")]
    return Sending(tuple(lines), (*alerts, *mailing.untold))


class Letters:
    """Each team's letter, written once however many get it."""

    def __init__(self, mailing: Mailing) -> None:
        self._mailing, self._made = mailing, {}  # type: tuple[Mailing, dict[str, Letter]]

    def of(self, post: Post) -> Letter:
        """Raises MailError where the team's chapters are gone, or make no letter."""
        if post.team.team_id not in self._made:
            self._made[post.team.team_id] = self._written(post)
        return self._made[post.team.team_id]

    def _written(self, post: Post) -> Letter:
        try:
            chapters = [(path.stem, _notebook(path)) for path in sorted(post.notebooks.glob("*.ipynb")) if _whole(path)]
        except (OSError, ValueError) as error:
            raise MailError(f"the chapters of {post.team.name} in {post.notebooks} cannot be read ({error}).") from error
        name = post.params.title or post.team.name
        foot = Foot(_link(post), self._mailing.by)
        return letter(post.team.team_id, name, chapters, locale=post.params.locale, as_of=self._mailing.as_of, foot=foot)


def _notebook(path: Path) -> Notebook:
    reads: Any = nbformat.reads
    return reads(path.read_text("utf-8"), as_version=4)


def _whole(path: Path) -> bool:
    return not path.name.endswith(".failed.ipynb")


def _link(post: Post) -> str:
    base = post.params.mail_link.rstrip("/")
    return f"{base}/{post.page.parent.name}/{post.page.name}" if base else ""


def _one(
    post: Post,
    told: Letter,
    sent: Sent,
    transport: Transport,
    sender: str,
    mailing: Mailing,
    again: bool,  # noqa: FBT001
    wait: Callable[[float], None],
) -> Line:
    row = sent.plan(post.team.team_id, post.address, mailing.as_of.isoformat(), told.subject)
    line = Line(post.team.name, post.address, told.subject, "before", row.said)
    if row.state == "uncertain" and not again:
        return replace(
            line, state="uncertain", said="nobody knows whether it went out; ask there, or send it again with --resend"
        )
    if not sent.take(row.key, again=again):
        return line
    page = None if _link(post) else Page(f"{post.team.slug}-{mailing.as_of}.html", post.page.read_bytes())
    mail = message(told, sender=sender, to=post.address, key=f"{row.key}.{row.tries + 1}", stop=mailing.by, page=page)
    if told.team != post.team.team_id or not still_meant(post, str(mail["To"])):
        sent.settle(row.key, "failed", "not an address of this team")
        raise MailError(f"{post.address} is no address of {post.team.name}; nothing more is sent.")
    try:
        outcome = _tried(transport, mail, f"{mailing.as_of}-{post.team.slug}-{row.key[:8]}", wait)
    except MailError as error:
        sent.settle(row.key, "failed", str(error))
        raise
    state = "failed" if outcome.state == "later" else outcome.state
    sent.settle(row.key, state, outcome.said)
    return replace(line, state=state, said=outcome.said)


def _tried(transport: Transport, mail: EmailMessage, name: str, wait: Callable[[float], None]) -> Outcome:
    outcome = transport.deliver(mail, name)
    for pause in _pauses():
        if outcome.state != "later":
            break
        wait(pause)
        outcome = transport.deliver(mail, name)
    return outcome


def _pauses() -> Iterator[float]:
    yield from WAITS


def _cut_off(one: Mail) -> str:
    return f"{one.team}, {one.address}: an earlier sender was cut off while it sent this; nobody knows whether it went out"
