"""A mailing on its way: each letter written down, sent once, and what became of it written down again.

In: a mailing, a transport, a folder. Out: `Sending`, one line per letter. Whatever ends it, no letter leaves twice: what was
being sent when a sender died is uncertain, is told, and is left alone until somebody says to send it again.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

from salesanalytics.errors import MailError
from salesanalytics.mail.carry import ByChat, ByMail, Carrier
from salesanalytics.mail.due import held_back
from salesanalytics.mail.letter import Foot, Letter, letter
from salesanalytics.mail.post import Mailing, Post
from salesanalytics.mail.sent import AGAIN, LOCK, Known, Mail, Sent, as_it_stands
from salesanalytics.mail.transport import Transport, tried
from salesanalytics.mail.webhook import Board
from salesanalytics.report.plan import Notebook
from salesanalytics.report.run.lock import only_run

UNKNOWN = "nobody knows whether it went out; ask there, or send it again with --resend"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one letter: `state` as in the ledger, `before` where it had gone out already, or `held` back."""

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
        return not self.alerts and all(one.state in ("sent", "before", "held") for one in self.lines)


def would_send(mailing: Mailing, folder: Path) -> list[Line]:
    """What would go to whom, and why not where it would not; nothing is written."""
    letters = Letters(mailing)
    with as_it_stands(folder) as known:
        return [_foreseen(post, letters, known, again=False) for post in mailing.posts]


def send(
    mailing: Mailing,
    folder: Path,
    transport: Transport | None,
    *,
    sender: str,
    board: Board | None = None,
    again: frozenset[str] = frozenset(),
    per_minute: float = 0.0,
    wait: Callable[[float], None] = time.sleep,
) -> Sending:
    """Send what is not out yet: mails by `transport`, posts to chats by `board`; without one, what it would carry stays.

    `again`: addresses whose letter of this day is sent again, whatever became of it. `per_minute` throttles (0: as fast as it
    goes). Raises MailError where the other side cannot be spoken to at all.
    """
    lines: list[Line] = []
    paced = False  # nobody waits before the first
    with only_run(folder / LOCK), closing(Sent(folder)) as sent, closing(transport) if transport else nullcontext():
        alerts = [*sent.notes, *(_cut_off(one) for one in sent.left_behind())]
        carriers: dict[bool, Carrier] = {}
        if transport:
            carriers[False] = ByMail(transport, sender, mailing.by)
        if board:
            carriers[True] = ByChat(board)
        round_ = _Round(Letters(mailing), sent, carriers, wait)
        for post in mailing.posts:
            if post.chat not in carriers:
                continue
            line = _foreseen(post, round_.letters, sent, again=post.address in again)
            if line.state == "planned":
                if per_minute and paced:
                    wait(60.0 / per_minute)
                line = round_.one(post, line, again=post.address in again)
                paced = line.state != "before"  # a server that refuses is not asked any faster
            elif line.state == "failed":
                round_.unwritten(post, line)
            lines.append(line)
    alerts += [f"{one.team}, {one.address}: {one.state} ({one.said})" for one in lines if one.state in ("failed", "uncertain")]
    return Sending(tuple(lines), (*alerts, *mailing.untold))


@dataclass(frozen=True, slots=True)
class _Round:
    """One sender at work: what it reads, writes into and sends by (`carriers`, by whether a post goes to a chat)."""

    letters: "Letters"
    sent: Sent
    carriers: Mapping[bool, Carrier]
    wait: Callable[[float], None]

    def one(self, post: Post, line: Line, *, again: bool) -> Line:
        """Send the letter of a planned line, unless somebody else did meanwhile."""
        told, day = self.letters.of(post), self.letters.day
        row = self.sent.plan(post.team.team_id, post.address, day, told.subject)
        if not self.sent.take(row.key, told.gist, told.severity, told.likely, again=again):
            return replace(line, state="before")
        try:
            name = f"{day}-{post.team.slug}-{row.key[:8]}"
            key, carrier = f"{row.key}.{row.tries + 1}", self.carriers[post.chat]
            outcome = tried(lambda: carrier.carry(post, told, key=key, name=name), self.wait)
        except MailError as error:
            self.sent.settle(row.key, "failed", str(error))
            raise
        state = "failed" if outcome.state == "later" else outcome.state
        self.sent.settle(row.key, state, outcome.said)
        return replace(line, state=state, said=outcome.said)

    def unwritten(self, post: Post, line: Line) -> None:
        """Note that there is no letter to send, unless one is out already."""
        row = self.sent.plan(post.team.team_id, post.address, self.letters.day, "")
        if row.state in AGAIN:
            self.sent.settle(row.key, "failed", line.said)


class Letters:
    """Each team's letter, written once however many get it."""

    def __init__(self, mailing: Mailing) -> None:
        self._mailing, self._made = mailing, {}  # type: tuple[Mailing, dict[str, Letter | MailError]]

    @property
    def day(self) -> str:
        """The day they speak of."""
        return self._mailing.as_of.isoformat()

    def of(self, post: Post) -> Letter:
        """Raises MailError where the team's chapters are gone, or make no letter."""
        if post.team.team_id not in self._made:
            try:
                self._made[post.team.team_id] = self._written(post)
            except MailError as error:
                self._made[post.team.team_id] = error
        if isinstance(made := self._made[post.team.team_id], MailError):
            raise made
        return made

    def _written(self, post: Post) -> Letter:
        try:
            chapters = [(path.stem, _notebook(path)) for path in sorted(post.notebooks.glob("*.ipynb")) if _whole(path)]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MailError(f"the chapters of {post.team.name} in {post.notebooks} cannot be read ({error}).") from error
        name = post.params.title or post.team.name
        foot = Foot(post.link, self._mailing.by)
        return letter(post.team.team_id, name, chapters, locale=post.params.locale, as_of=self._mailing.as_of, foot=foot)


def _foreseen(post: Post, letters: Letters, known: Known, *, again: bool) -> Line:
    """What is to become of a letter: planned, or why it does not leave. `again`: it leaves, whatever is known of it."""
    try:
        told = letters.of(post)
    except MailError as error:
        return Line(post.team.name, post.address, "", "failed", str(error))
    line = Line(post.team.name, post.address, told.subject, "planned")
    row = known.of(post.team.team_id, post.address, letters.day)
    if again:
        return line
    if row is not None and row.state in ("uncertain", "sending"):
        return replace(line, state="uncertain", said=UNKNOWN)
    if row is not None and row.state not in AGAIN:
        return replace(line, state="before", said=row.said)
    before = known.before(post.team.team_id, post.address, letters.day)
    why = held_back(post.params.mail_when, told, before, threshold=post.params.mail_threshold)
    return replace(line, state="held", said=why) if why else line


def _notebook(path: Path) -> Notebook:
    """What a run wrote, so that nobody has to check it: nbformat takes two seconds to import."""
    return SimpleNamespace(cells=json.loads(path.read_text("utf-8"))["cells"])


def _whole(path: Path) -> bool:
    return not path.name.endswith(".failed.ipynb")


def _cut_off(one: Mail) -> str:
    return f"{one.team}, {one.address}: an earlier sender was cut off while it sent this; nobody knows whether it went out"
