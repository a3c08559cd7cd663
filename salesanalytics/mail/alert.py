"""One mail to whoever set the mail up, when pages or mails failed: what, on which data, and what to do.

In: the ledgers of the last run and of its mails, and why a scheduled job failed. Out: `Alert`, and what became of it. What an
error or a server said is left out, because it may quote data: a page is told by its chapter and cell, a refusal by its code.
Each failure is told once: `alert.sqlite` is written before and after, and what was being sent when a sender died is not told
again.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from salesanalytics.base.redact import shown
from salesanalytics.errors import MailError
from salesanalytics.mail.sent import FILE as MAILS
from salesanalytics.mail.sent import LOCK
from salesanalytics.mail.transport import Outcome, Transport, tried
from salesanalytics.report.run.ledger import Run, read_last
from salesanalytics.report.run.ledger_file import as_os_errors, opened, read_only
from salesanalytics.report.run.lock import is_running
from salesanalytics.show.words import Words

FILE = "alert.sqlite"
About = Literal["run", "mail"]
BOTH: tuple[About, ...] = ("run", "mail")
_TABLES = "create table if not exists alert (key text primary key, state text not null, changed text not null) strict;"
_CODE = re.compile(r"[245]\d\d\b")


@dataclass(frozen=True, slots=True)
class Part:
    """One failure: `key` is its own and no other's."""

    key: str
    subject: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """All failures to tell of, the gravest first."""

    parts: tuple[Part, ...]


def alert(folder: Path, words: Words, *, about: Sequence[About] = BOTH, because: str = "", today: date) -> Alert:
    """What there is to tell of the last run of `folder`, told or not; `because`: why what was scheduled failed, on `today`.

    Raises RunError and MailError where a ledger cannot be read.
    """
    run = read_last(folder)
    parts = []
    if because:
        parts.append(_job(folder, run, because, today, words))
    if run and "run" in about:
        parts += _pages(folder, run, words)
    if run and "mail" in about:
        parts += _mails(folder, run, words)
    return Alert(tuple(parts))


def tell(
    told: Alert,
    folder: Path,
    transport: Transport,
    *,
    sender: str,
    to: str,
    words: Words,
    wait: Callable[[float], None] = time.sleep,
) -> Outcome | None:
    """Send what has not been told yet, in one mail; None: there is nothing. Raises MailError; it is to be told still then."""
    with closing(_Told(folder)) as known, closing(transport):
        parts = known.take(told.parts)
        if not parts:
            return None
        outcome = Outcome("failed")
        try:
            mail, name = _message(parts, sender, to, words), f"alert-{parts[0].key[:8]}"
            outcome = tried(lambda: transport.deliver(mail, name), wait)
        finally:
            known.settle(parts, "failed" if outcome.state == "later" else outcome.state)
    return outcome


def _job(folder: Path, run: Run | None, because: str, today: date, words: Words) -> Part:
    if run is None:
        last = words.say("alert.none", folder=str(folder))
    else:
        last = words.say("alert.last", run=run.number, as_of=date.fromisoformat(run.as_of), folder=str(folder))
    said = words.say("alert.job", because=shown(because).rstrip("."))
    return Part(_key("job", because, today.isoformat(), run and run.number), words.say("alert.subject.job"), (said, last))


def _pages(folder: Path, run: Run, words: Words) -> Iterator[Part]:
    """The pages that failed in a run, or that it did not come to its end."""
    known = {"run": run.number, "as_of": date.fromisoformat(run.as_of), "snapshot": shown(run.snapshot)}
    failed = [page for page in run.pages if page["state"] == "failed"]
    do = words.say("alert.do_run", folder=run.folder, out=str(folder))
    if run.state != "done" and not (run.state == "running" and is_running(folder)):
        subject = words.say("alert.subject.ended", as_of=known["as_of"])
        yield Part(_key("ended", run.number, run.began), subject, (words.say("alert.ended", **known), do))
    elif failed:
        counts = {"failed": len(failed), "pages": len(run.pages)}
        lines = [line for page in failed for line in _page(page, words)]
        yield Part(
            _key("pages", run.number, run.began, [(page["team"], _where(page)) for page in failed]),
            words.say("alert.subject.pages", as_of=known["as_of"], **counts),
            (words.say("alert.pages", **known, **counts), *lines, do),
        )


def _page(page: Mapping[str, Any], words: Words) -> Iterator[str]:
    yield words.say("alert.page", name=page["name"], where="; ".join(_where(page)))
    if page["kept"]:
        yield words.say("alert.kept", day=date.fromisoformat(page["kept"]))


def _where(page: Mapping[str, Any]) -> list[str]:
    """Chapter and cell of each error, without what it said."""
    return list(dict.fromkeys(str(error).partition(": ")[0] for error in page["errors"]))


def _mails(folder: Path, run: Run, words: Words) -> Iterator[Part]:
    """Mails of the run's day that failed, or of which nobody knows."""
    rows = _unsent(folder, run.as_of)
    as_of, out = date.fromisoformat(run.as_of), str(folder)
    names = {page["team"]: page["name"] for page in run.pages}
    if rows:
        failed = sum(state == "failed" for _, _, state, _, _ in rows)
        counts = {"failed": failed, "uncertain": len(rows) - failed}
        lines = [_mail(names.get(team, team), address, state, said, words) for team, address, state, said, _ in rows]
        yield Part(
            _key("mail", run.as_of, [(team, address, state, tries) for team, address, state, _, tries in rows]),
            words.say("alert.subject.mail", as_of=as_of, count=len(rows)),
            (words.say("alert.mail", as_of=as_of, **counts), *lines, words.say("alert.do_mail", out=out)),
        )


def _mail(team: str, address: str, state: str, said: str, words: Words) -> str:
    if state != "failed":
        return words.say("alert.uncertain", team=team, address=address)
    code = _CODE.match(said)
    if code is None:
        return words.say("alert.no_answer", team=team, address=address)
    return words.say("alert.failed", team=team, address=address, code=code[0])


def _unsent(folder: Path, as_of: str) -> list[tuple[str, str, str, str, int]]:
    """Team, address, state, answer and tries of what is not out for certain; a sender at work is given its time."""
    path = folder / MAILS
    states = ("failed", "uncertain") if is_running(folder / LOCK) else ("failed", "uncertain", "sending")
    if not path.exists():
        return []
    marks = ", ".join("?" * len(states))
    sql = f"select team, address, state, said, tries from mail where as_of = ? and state in ({marks}) order by team, address"  # noqa: S608
    try:
        with closing(read_only(path)) as db:
            return db.execute(sql, (as_of, *states)).fetchall()
    except sqlite3.Error as error:
        raise MailError(f"{path} is not a readable ledger of mails ({error}); what became of them cannot be told.") from error


def _message(parts: Sequence[Part], sender: str, to: str, words: Words) -> EmailMessage:
    """Plain text: whoever gets it reads it on whatever is at hand."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, " ".join(shown(parts[0].subject).split())
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{parts[0].key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    body = "\n\n".join("\n".join(shown(line) for line in part.lines) for part in parts)
    mail.set_content(f"{body}\n\n-- \n{words.say('alert.foot')}\n")
    return mail


def _key(*parts: object) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


class _Told:
    """What has been told: sending, sent, failed (to be told still) or uncertain."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        self._db, _ = opened(self._path, _TABLES, lambda db: db.execute("select * from alert limit 1").fetchall())

    def take(self, parts: Sequence[Part]) -> list[Part]:
        """Those that this sender tells now; then nobody else does."""
        sql = (
            "insert into alert (key, state, changed) values (?, 'sending', ?)"
            " on conflict (key) do update set state = 'sending', changed = excluded.changed where state = 'failed'"
        )
        with as_os_errors(self._path):
            return [part for part in parts if self._db.execute(sql, (part.key, _now())).rowcount == 1]

    def settle(self, parts: Sequence[Part], state: str) -> None:
        """What became of them."""
        with as_os_errors(self._path):
            self._db.executemany(
                "update alert set state = ?, changed = ? where key = ?", [(state, _now(), one.key) for one in parts]
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
