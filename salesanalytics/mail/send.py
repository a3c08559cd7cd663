"""A mailing on its way: each letter written down, sent once, and what became of it written down again.

In: a mailing, a transport, a folder. Out: `Sending`, one line per letter. Whatever ends it, no letter leaves twice: what was
being sent when a sender died is uncertain, is told, and is left alone until somebody says to send it again.
"""

import time
from collections.abc import Callable
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
from salesanalytics.mail.sent import LOCK, Mail, Sent
from salesanalytics.mail.transport import WAITS, Outcome, Transport
from salesanalytics.report.plan import Notebook
from salesanalytics.report.run.lock import only_run

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
    lines: list[Line] = []
    with only_run(folder / LOCK), closing(Sent(folder)) as sent, closing(transport):
        alerts = [*sent.notes, *(_cut_off(one) for one in sent.left_behind())]
        round_ = _Round(mailing, Letters(mailing), sent, transport, sender, wait)
        for post in mailing.posts:
            if per_minute and lines and lines[-1].state == "sent":
                wait(60.0 / per_minute)
            lines.append(round_.one(post, again=post.address in again))
    alerts += [f"{one.team}, {one.address}: {one.state} ({one.said})" for one in lines if one.state in ("failed", "uncertain")]
    return Sending(tuple(lines), (*alerts, *mailing.untold))


@dataclass(frozen=True, slots=True)
class _Round:
    """One sender at work: what it reads, writes into and sends by."""

    mailing: Mailing
    letters: "Letters"
    sent: Sent
    transport: Transport
    sender: str
    wait: Callable[[float], None]

    def one(self, post: Post, *, again: bool) -> Line:
        """Send one letter, unless it is out already or nobody knows."""
        told, day = self.letters.of(post), self.mailing.as_of.isoformat()
        row = self.sent.plan(post.team.team_id, post.address, day, told.subject)
        line = Line(post.team.name, post.address, told.subject, "before", row.said)
        if row.state == "uncertain" and not again:
            return replace(line, state="uncertain", said=UNKNOWN)
        if not self.sent.take(row.key, again=again):
            return line
        page = None if post.link else Page(f"{post.team.slug}-{day}.html", post.page.read_bytes())
        key = f"{row.key}.{row.tries + 1}"
        mail = message(told, sender=self.sender, to=post.address, key=key, stop=self.mailing.by, page=page)
        try:
            if told.team != post.team.team_id or not still_meant(post, str(mail["To"])):
                raise MailError(f"{post.address} is no address of {post.team.name}; nothing more is sent.")
            outcome = self._tried(mail, f"{day}-{post.team.slug}-{row.key[:8]}")
        except MailError as error:
            self.sent.settle(row.key, "failed", str(error))
            raise
        state = "failed" if outcome.state == "later" else outcome.state
        self.sent.settle(row.key, state, outcome.said)
        return replace(line, state=state, said=outcome.said)

    def _tried(self, mail: EmailMessage, name: str) -> Outcome:
        outcome = self.transport.deliver(mail, name)
        for pause in WAITS:
            if outcome.state != "later":
                break
            self.wait(pause)
            outcome = self.transport.deliver(mail, name)
        return outcome


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
        foot = Foot(post.link, self._mailing.by)
        return letter(post.team.team_id, name, chapters, locale=post.params.locale, as_of=self._mailing.as_of, foot=foot)


def _notebook(path: Path) -> Notebook:
    reads: Any = nbformat.reads
    return reads(path.read_text("utf-8"), as_version=4)


def _whole(path: Path) -> bool:
    return not path.name.endswith(".failed.ipynb")


def _cut_off(one: Mail) -> str:
    return f"{one.team}, {one.address}: an earlier sender was cut off while it sent this; nobody knows whether it went out"
