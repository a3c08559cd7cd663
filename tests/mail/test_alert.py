"""Alerts to whoever set the mail up: what failed, once, without a word of what the data or a server said."""

import email
import re
import sqlite3
from contextlib import closing
from email.policy import default
from pathlib import Path

import pytest

from salesanalytics.mail.alert import FILE, alert, tell
from salesanalytics.mail.sent import Sent
from salesanalytics.mail.transport import Outcome, Server, Smtp
from salesanalytics.report.run.ledger import FILE as LEDGER
from salesanalytics.show.words import Words
from tests.commands import command
from tests.mail.mailing_parts import DAY, TODAY, Box, pages, params, server, settings
from tests.report.faults.house import house

SECRET = "6_dashboard, cell 3: ValueError: Acme Ltd owes 77,000 at https://u:hunter2@crm.example"
WORDS = Words("en", "EUR")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run that failed for South, with an error that quotes data."""
    made = pages(tmp_path / "reports", failed="s")
    with closing(sqlite3.connect(made / LEDGER)) as db, db:
        db.execute("update page set errors = json_array(?), kept = '2026-11-15' where team = 's'", (SECRET,))
        db.execute("update page set state = 'done' where team = ''")
    return made


def letters(folder: Path) -> list[str]:
    """The alerts in the outbox as somebody reads them, subject first."""
    found = [
        email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted((folder / "outbox").glob("alert-*.eml"))
    ]
    return [f"{mail['To']}\n{mail['Subject']}\n{mail.get_content()}" for mail in found]


def unsent(folder: Path, *states: tuple[str, str, str]) -> None:
    """Mails of the day to North with an address, a state and an answer."""
    with closing(Sent(folder)) as sent:
        for address, state, said in states:
            row = sent.plan("n", address, str(DAY), "subject")
            sent.settle(row.key, state, said)  # type: ignore[arg-type]


def test_failed_pages_and_mails_are_told_once_in_one_mail_without_what_errors_said(folder: Path, tmp_path: Path) -> None:
    unsent(folder, ("ana@example.com", "failed", "550 no such user Acme"), ("ion@example.com", "uncertain", "hunter2"),
           ("eva@example.com", "sent", "ok"))  # fmt: skip
    asked = ("alert", "--out", folder, "--params", params(tmp_path / "params"))
    first = command(*asked)
    assert (first.returncode, first.stderr) == (0, "")
    (told,) = letters(folder)
    for said in (
        "ops@example.com\nSales reports to 22 Nov 2026: 1 of 3 pages failed",
        "on data to 22 Nov 2026 from s: 1 of 3 pages failed",
        "- South: 6_dashboard, cell 3",
        "page of 15 Nov 2026 was kept",
        "run --resume --out",
        "1 failed, and of 1 nobody knows",
        "- North, ana@example.com: failed, the server answered 550",
        "- North, ion@example.com: uncertain",
    ):
        assert said in " ".join(told.split(" "))
    assert not re.search("Acme|77,000|hunter2|ValueError|eva@", told)
    assert "told before" in command(*asked).stdout
    assert len(letters(folder)) == 1


def test_a_job_that_failed_before_any_run_is_told_too_each_day_once(tmp_path: Path) -> None:
    empty = tmp_path / "none"
    asked = (
        "alert",
        "--out",
        empty,
        "--params",
        params(tmp_path / "params", defaults="mail_by: ops@example.com\nlocale: ro\n"),
    )
    assert "nothing to tell" in command(*asked).stdout
    for _ in range(2):
        assert command(*asked, "--because", "salesanalytics.service failed").returncode == 0
    (told,) = letters(empty)
    assert "Rularea programată a eșuat: salesanalytics.service failed." in told
    assert "nu a pornit încă nicio rulare" in told


def test_by_smtp_what_was_refused_is_told_another_time_and_what_is_uncertain_never_again(folder: Path) -> None:
    waits: list[float] = []
    box = Box(data=("550 no", "hang up"))

    def once(port: int) -> Outcome | None:
        found = alert(folder, WORDS, today=TODAY)
        line = Smtp(Server.of_environment(settings(port)))
        return tell(found, folder, line, sender="reports@example.com", to="ops@example.com", words=WORDS, wait=waits.append)

    with server(box) as port:
        outcomes = [once(port) for _ in range(3)]
    assert [outcome and outcome.state for outcome in outcomes] == ["failed", "uncertain", None]
    assert box.taken == []


def test_a_run_with_failed_pages_tells_so_itself_and_keeps_its_exit_code(tmp_path: Path) -> None:
    with house(tmp_path, trouble="raise ValueError('Acme owes 77,000')", north=1) as made:
        asked = ("--params", params(tmp_path / "params", north="", defaults="mail_by: ops@example.com\n"), "--alert")
        done = made.run(*asked)
        assert (done.code, "Alert sent to ops@example.com" in done.out) == (3, True)
        (told,) = letters(made.out)
        assert "1 of 2 pages failed" in told
        assert "6_dashboard, cell 3" in told
        assert "Acme" not in told


def test_a_teller_that_was_killed_has_told(folder: Path) -> None:
    class Dies:
        def deliver(self, mail: object, name: str) -> Outcome:
            raise KeyboardInterrupt

        def close(self) -> None:
            with closing(sqlite3.connect(folder / FILE)) as db, db:  # as after SIGKILL
                db.execute("update alert set state = 'sending'")

    found = alert(folder, WORDS, today=TODAY)
    with pytest.raises(KeyboardInterrupt):
        tell(found, folder, Dies(), sender="a@example.com", to="b@example.com", words=WORDS)
    assert tell(found, folder, Dies(), sender="a@example.com", to="b@example.com", words=WORDS) is None


def test_an_alert_that_cannot_be_sent_is_said_and_changes_no_exit_code(folder: Path, tmp_path: Path) -> None:
    nobody = command("alert", "--out", folder, "--params", params(tmp_path / "nobody", defaults="locale: en\n"))
    assert (nobody.returncode, "mail_by is not set" in nobody.stderr, "Traceback" in nobody.stderr) == (1, True, False)
    given = params(tmp_path / "params", s="mail_to: [ion@example.com]\n")
    wrong = settings(1, SECURITY="plain")
    sent = command("send", "--out", folder, "--params", given, "--max-age", 36500, "--alert", env=wrong)
    assert (sent.returncode, "nothing to tell" in sent.stdout) == (4, True)  # South's page is a matter of the run's own alert
    unsent(folder, ("ion@example.com", "failed", "550"))
    told = command("alert", "--out", folder, "--params", given, "--smtp", env=wrong)
    assert (told.returncode, "SECURITY is 'plain'" in told.stderr, letters(folder)) == (1, True, [])
