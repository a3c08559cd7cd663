"""Letters on their way: to their own team's people alone, once each, and what nobody knows is left alone and told."""

import multiprocessing
import os
import signal
import socketserver
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from salesanalytics.errors import MailError, ParamsError
from salesanalytics.mail.post import Mailing, mailing
from salesanalytics.mail.send import Sending, send, would_send
from salesanalytics.mail.sent import FILE
from salesanalytics.mail.transport import Outbox, Outcome, Server, Smtp
from tests.mail.mailing_parts import DAY, TODAY, Box, certificate, pages, params, server, settings

BOTH = {"n": "mail_to: [ana@example.com]\n", "s": "mail_to: [ion@example.com]\n"}
FIVE = "mail_to: [a@example.com, b@example.com, c@example.com, d@example.com, e@example.com]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return pages(tmp_path / "reports")


def meant(folder: Path, tmp_path: Path, *, today: date = TODAY, max_age: int = 8, defaults: str = "", **teams: str) -> Mailing:
    given = params(tmp_path / "params", defaults=f"mail_by: ops@example.com\n{defaults}", **(teams or BOTH))
    return mailing(folder, given, today=today, max_age=max_age)


def sent_by(folder: Path, what: Mailing, port: int, **more: object) -> Sending:
    waits: list[float] = []
    line = Smtp(Server.of_environment(settings(port, **more.pop("env", {}))))  # type: ignore[arg-type]
    return send(what, folder, line, sender="reports@example.com", wait=waits.append, **more)  # type: ignore[arg-type]


def states(done: Sending) -> list[str]:
    return [one.state for one in done.lines]


def test_each_leader_gets_the_own_teams_page_once(folder: Path, tmp_path: Path) -> None:
    what, box = meant(folder, tmp_path), Box()
    with server(box) as port:
        assert states(sent_by(folder, what, port)) == ["sent", "sent"]
        assert states(sent_by(folder, what, port)) == ["before", "before"]
    assert [envelope.rcpt_tos for envelope in box.taken] == [["ana@example.com"], ["ion@example.com"]]
    for envelope, mine, other in zip(box.taken, ("North", "South"), ("South", "North"), strict=True):
        assert isinstance(envelope.content, bytes)
        assert mine.encode() in envelope.content
        assert other.encode() not in envelope.content


def test_the_outbox_holds_files_and_a_dry_run_nothing(folder: Path, tmp_path: Path) -> None:
    what = meant(folder, tmp_path)
    before = sorted(folder.rglob("*"))
    assert [(one.team, one.address) for one in would_send(what, folder)] == [
        ("North", "ana@example.com"),
        ("South", "ion@example.com"),
    ]
    assert sorted(folder.rglob("*")) == before
    send(what, folder, Outbox(folder / "outbox"), sender="ops@example.com")
    assert len(list((folder / "outbox").glob(f"{DAY}-*.eml"))) == 2


def test_starttls_and_a_password_that_stands_nowhere(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context, trusted = certificate(tmp_path)
    box = Box()
    env = {"SECURITY": "starttls", "USER": "reports", "PASSWORD": "right", "CA": str(trusted)}
    with server(box, context) as port:
        assert states(sent_by(folder, meant(folder, tmp_path), port, env=env)) == ["sent", "sent"]
    assert box.tried == [("reports", "right")]
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"right" not in held
    assert "right" not in "".join(capsys.readouterr())


def test_a_wrong_password_is_tried_once(folder: Path, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path)
    box = Box()
    env = {"SECURITY": "starttls", "USER": "reports", "PASSWORD": "mistaken", "CA": str(trusted)}
    with server(box, context) as port, pytest.raises(MailError, match="user and password") as told:
        sent_by(folder, meant(folder, tmp_path), port, env=env)
    assert len(box.tried) == 1
    assert "mistaken" not in str(told.value) + repr(Server.of_environment(settings(25, **env)))
    assert box.taken == []


@pytest.mark.parametrize("case", ["unknown", "another name"])
def test_a_certificate_that_cannot_be_trusted_ends_it(folder: Path, tmp_path: Path, case: str) -> None:
    context, trusted = certificate(tmp_path, "localhost" if case == "unknown" else "elsewhere.example")
    env = {"SECURITY": "starttls", **({} if case == "unknown" else {"CA": str(trusted)})}
    box = Box()
    with server(box, context) as port, pytest.raises(MailError, match="certificate"):
        sent_by(folder, meant(folder, tmp_path), port, env=env)
    assert box.taken == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"HOST": "mail.example.com"}, "another machine"),  # without TLS nothing is said to it
        ({"HOST": "a..b", "SECURITY": "tls"}, "name of a mail server"),
        ({"CA": "no-such-file.pem", "SECURITY": "tls"}, "no such file"),
    ],
)
def test_settings_that_cannot_be_are_told(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(MailError, match=said):
        Server.of_environment(settings(25, **wrong))


def test_one_refusal_of_many_stops_nobody_else(folder: Path, tmp_path: Path) -> None:
    box = Box(rcpt=("250 OK", "250 OK", "550 no such user"))
    with server(box) as port:
        done = sent_by(folder, meant(folder, tmp_path, n=FIVE), port)
    assert states(done) == ["sent", "sent", "failed", "sent", "sent"]
    assert not done.ok
    assert done.alerts == ("North, c@example.com: failed (550 no such user)",)


@pytest.mark.parametrize(("answer", "resets"), [("421 closing", 0), ("451 try again", 2)])
def test_the_third_of_five_is_put_off_and_then_taken(folder: Path, tmp_path: Path, answer: str, resets: int) -> None:
    box = Box(rcpt=("250 OK", "250 OK", answer, answer))
    with server(box) as port:
        done = sent_by(folder, meant(folder, tmp_path, n=FIVE), port)
    assert states(done) == ["sent"] * 5
    assert [envelope.rcpt_tos[0][0] for envelope in box.taken] == list("abcde")
    assert box.resets == resets  # nothing more is said to a server that hangs up


@pytest.mark.parametrize("answer", ["421 busy", "451 later"])
def test_what_is_put_off_is_tried_again(folder: Path, tmp_path: Path, answer: str) -> None:
    box = Box(data=(answer, answer))
    with server(box) as port:
        assert states(sent_by(folder, meant(folder, tmp_path, n=BOTH["n"]), port)) == ["sent"]
    assert len(box.taken) == 1


def test_a_server_that_is_down_leaves_everything_for_later(folder: Path, tmp_path: Path) -> None:
    what = meant(folder, tmp_path, n=BOTH["n"])
    with server(Box()) as port:
        pass
    assert states(sent_by(folder, what, port)) == ["failed"]
    box = Box()
    with server(box) as port:
        assert states(sent_by(folder, what, port)) == ["sent"]


def test_a_connection_that_breaks_after_the_content_is_uncertain_and_left_alone(folder: Path, tmp_path: Path) -> None:
    what, box = meant(folder, tmp_path, n=BOTH["n"]), Box(data=("hang up",))
    with server(box) as port:
        first = sent_by(folder, what, port)
        assert (states(first), first.ok) == (["uncertain"], False)
        assert states(sent_by(folder, what, port)) == ["uncertain"]
        assert box.taken == []
        assert states(sent_by(folder, what, port, again=frozenset({"ana@example.com"}))) == ["sent"]
    assert len(box.taken) == 1


class Dies:
    """A transport whose process is killed once the message has left."""

    def deliver(self, mail: object, name: str) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        return Outcome("sent")

    def close(self) -> None:
        pass


def test_killed_between_sending_and_writing_it_down_no_second_mail_goes_out(folder: Path, tmp_path: Path) -> None:
    what = meant(folder, tmp_path, n=BOTH["n"])
    child = multiprocessing.get_context("fork").Process(target=_dying, args=(what, folder))
    child.start()
    child.join(30)
    assert child.exitcode == -signal.SIGKILL
    box = Box()
    with server(box) as port:
        done = sent_by(folder, what, port)
    assert (states(done), box.taken) == (["uncertain"], [])
    assert any("cut off" in alert for alert in done.alerts)


def _dying(what: Mailing, folder: Path) -> None:
    send(what, folder, Dies(), sender="reports@example.com")


class Slow(Outbox):
    """An outbox that takes its time, so that another sender comes in between."""

    def deliver(self, mail: object, name: str) -> Outcome:
        (self.folder / "begun").touch()
        time.sleep(1.5)
        return Outcome("sent")


def test_two_senders_at_once_are_one(folder: Path, tmp_path: Path) -> None:
    what = meant(folder, tmp_path, n=BOTH["n"])
    child = multiprocessing.get_context("fork").Process(target=_slowly, args=(what, folder))
    child.start()
    with _begun(folder / "begun"), pytest.raises(Exception, match="at work"):
        send(what, folder, Outbox(folder / "outbox"), sender="ops@example.com")
    child.join(30)
    assert child.exitcode == 0
    assert states(send(what, folder, Outbox(folder / "outbox"), sender="ops@example.com")) == ["before"]


def _slowly(what: Mailing, folder: Path) -> None:
    send(what, folder, Slow(folder), sender="ops@example.com")


@contextmanager
def _begun(file: Path) -> Iterator[None]:
    for _ in range(500):
        if file.exists():
            break
        time.sleep(0.02)
    yield


def test_a_leader_of_one_team_does_not_get_anothers_page(folder: Path, tmp_path: Path) -> None:
    both = {"n": "mail_to: [ana@example.com]\n", "s": "mail_to: [ana@example.com]\n"}
    with pytest.raises(MailError, match="gets the page of n already"):
        meant(folder, tmp_path, **both)
    allowed = meant(folder, tmp_path, defaults="mail_several: [ana@example.com]\n", **both)
    assert [post.team.name for post in allowed.posts] == ["North", "South"]


@pytest.mark.parametrize("wrong", ["ana@example.com\\r\\nBcc: eve@evil.org", "ana@example.com,eve@evil.org", "аna@example.com"])
def test_an_address_that_is_none_stops_all_before_anything_is_sent(folder: Path, tmp_path: Path, wrong: str) -> None:
    with pytest.raises(MailError, match="team s, mail_to"):
        meant(folder, tmp_path, n=BOTH["n"], s=f'mail_to: ["{wrong}"]\n')
    assert not (folder / FILE).exists()


def test_old_pages_are_not_mailed_as_new(folder: Path, tmp_path: Path) -> None:
    late = DAY + timedelta(days=9)
    with pytest.raises(MailError, match="9 days ago"):
        meant(folder, tmp_path, today=late)
    assert meant(folder, tmp_path, today=late, max_age=30).posts


def test_a_clock_set_back_mails_nothing_twice(folder: Path, tmp_path: Path) -> None:
    outbox = Outbox(folder / "outbox")
    for today, state in ((TODAY, "sent"), (DAY - timedelta(days=400), "before")):
        done = send(meant(folder, tmp_path, today=today), folder, outbox, sender="ops@example.com")
        assert states(done) == [state, state]


def test_a_page_that_failed_is_not_mailed_and_is_told(tmp_path: Path) -> None:
    folder = pages(tmp_path / "reports", failed="s")
    what = meant(folder, tmp_path)
    assert [post.team.name for post in what.posts] == ["North"]
    done = send(what, folder, Outbox(folder / "outbox"), sender="ops@example.com")
    assert (done.ok, done.alerts) == (False, ("South: its page failed in the last run",))


def test_a_team_without_a_letter_stops_nobody_else(folder: Path, tmp_path: Path) -> None:
    book = folder / str(DAY) / "notebooks" / "n" / "6_dashboard.ipynb"
    whole = book.read_text("utf-8")
    book.write_text("cut off", encoding="utf-8")
    outbox = Outbox(folder / "outbox")
    done = send(meant(folder, tmp_path), folder, outbox, sender="ops@example.com")
    assert (states(done), [one.partition(":")[0] for one in done.alerts]) == (["failed", "sent"], ["North, ana@example.com"])
    book.write_text(whole, encoding="utf-8")
    assert states(send(meant(folder, tmp_path), folder, outbox, sender="ops@example.com")) == ["sent", "before"]
    book.write_text("cut off", encoding="utf-8")
    for _ in range(2):
        send(meant(folder, tmp_path), folder, outbox, sender="ops@example.com")
    with sqlite3.connect(folder / FILE) as db:
        rows = db.execute("select state, tries, substr(subject, 1, 5) from mail order by team").fetchall()
    assert rows == [("sent", 1, "North"), ("sent", 1, "South")]
    db.close()


def test_without_who_set_it_up_nothing_is_sent(folder: Path, tmp_path: Path) -> None:
    given = params(tmp_path / "params", defaults="", **BOTH)
    with pytest.raises(MailError, match="mail_by"):
        mailing(folder, given, today=TODAY, max_age=8)


def test_many_are_sent_at_the_pace_asked_for(folder: Path, tmp_path: Path) -> None:
    many = "mail_to: [" + ", ".join(f"a{at}@example.com" for at in range(40)) + "]\n"
    waits: list[float] = []
    what = meant(folder, tmp_path, n=many)
    send(what, folder, Outbox(folder / "outbox"), sender="ops@example.com", per_minute=30, wait=waits.append)
    assert waits == [2.0] * 39


def test_the_ledger_says_what_was_sent_to_whom(folder: Path, tmp_path: Path) -> None:
    send(meant(folder, tmp_path), folder, Outbox(folder / "outbox"), sender="ops@example.com")
    with sqlite3.connect(folder / FILE) as db:
        rows = db.execute("select team, address, as_of, state, tries from mail order by team").fetchall()
    db.close()
    assert rows == [("n", "ana@example.com", str(DAY), "sent", 1), ("s", "ion@example.com", str(DAY), "sent", 1)]


def test_params_may_set_what_chapters_declare(folder: Path, tmp_path: Path) -> None:
    given = params(tmp_path / "params", defaults="mail_by: ops@example.com\ngross_margin: 0.4\n", **BOTH)
    assert len(mailing(folder, given, today=TODAY, max_age=8, own={"gross_margin": "float"}).posts) == 2
    with pytest.raises(ParamsError, match="gross_margin"):
        mailing(folder, given, today=TODAY, max_age=8)


def test_a_server_that_does_not_speak_tls_there_is_told_as_that(folder: Path, tmp_path: Path) -> None:
    box = Box()
    with server(box) as port, pytest.raises(MailError, match="does not speak TLS; look at SALESANALYTICS_SMTP_PORT"):
        sent_by(folder, meant(folder, tmp_path), port, env={"SECURITY": "tls"})
    assert box.taken == []


def test_a_server_that_hangs_up_while_tls_begins_is_asked_again_later(folder: Path, tmp_path: Path) -> None:
    with hanging_up() as (port, calls):
        done = sent_by(folder, meant(folder, tmp_path, n=BOTH["n"]), port, env={"SECURITY": "tls"})
    assert states(done) == ["failed"]
    assert calls() == 4


@contextmanager
def hanging_up() -> Iterator[tuple[int, Callable[[], int]]]:
    """A port where whoever answers hangs up at once; and how often that was."""
    calls = 0

    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            nonlocal calls
            calls += 1

    with socketserver.TCPServer(("127.0.0.1", 0), Silent) as listener:
        thread = threading.Thread(target=listener.serve_forever, daemon=True)
        thread.start()
        try:
            yield listener.server_address[1], lambda: calls
        finally:
            listener.shutdown()
            thread.join()


def test_after_a_refusal_the_next_waits_as_long(folder: Path, tmp_path: Path) -> None:
    box, waits = Box(rcpt=("550 no", "550 no")), []
    with server(box) as port:
        line = Smtp(Server.of_environment(settings(port)))
        send(meant(folder, tmp_path), folder, line, sender="reports@example.com", per_minute=30, wait=waits.append)
    assert waits == [2.0]
