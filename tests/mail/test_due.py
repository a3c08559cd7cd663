"""Which letters leave: all, those that say something else than the last, or alarms; and who gets nothing is told why."""

from datetime import timedelta
from pathlib import Path

import pytest

from salesanalytics.errors import ParamsError
from salesanalytics.mail.post import Mailing, mailing
from salesanalytics.mail.send import Line, send, would_send
from salesanalytics.mail.transport import Outbox, Server, Smtp
from tests.mail.mailing_parts import DAY, Box, pages, params, server, settings


def week(
    tmp_path: Path, number: int, when: str, severity: str = "watch", sentence: str = "", likely: float | None = None
) -> Mailing:
    """The mailing of the week `number` after the first."""
    day = DAY + timedelta(weeks=number)
    said = sentence or f"The chance is {40 + number}%"
    pages(tmp_path / "reports", day=day, severity=severity, sentence=said, likely=likely)
    given = params(tmp_path / "params", n=f"mail_to: [ana@example.com]\n{when and f'mail_when: {when}'}\n")
    return mailing(tmp_path / "reports", given, today=day, max_age=8)


def sent(tmp_path: Path, *asked: object, again: frozenset[str] = frozenset()) -> Line:
    what = week(tmp_path, *asked)  # type: ignore[arg-type]
    outbox = Outbox(tmp_path / "reports" / "outbox")
    (line,) = send(what, tmp_path / "reports", outbox, sender="ops@example.com", again=again).lines
    return line


def test_all_leave_where_nothing_is_asked_for(tmp_path: Path) -> None:
    assert [sent(tmp_path, number, "").state for number in range(3)] == ["sent"] * 3


def test_only_what_says_something_else_leaves(tmp_path: Path) -> None:
    assert sent(tmp_path, 0, "changed").state == "sent"
    held = sent(tmp_path, 1, "changed")
    assert (held.state, held.said) == ("held", f"it says what the letter of {DAY} said")
    assert sent(tmp_path, 2, "changed", "act").state == "sent"
    assert sent(tmp_path, 3, "changed", "watch").state == "sent"
    assert sent(tmp_path, 4, "changed", "watch").said == f"it says what the letter of {DAY + timedelta(weeks=3)} said"
    assert sent(tmp_path, 4, "changed", "watch", again=frozenset({"ana@example.com"})).state == "sent"


def test_a_likely_end_that_moved_past_the_threshold_is_a_change(tmp_path: Path) -> None:
    asked = "changed\nmail_threshold: 0.05"
    ends = [1e6, 1.04e6, 1.06e6, 1.02e6, 0.99e6]
    found = [sent(tmp_path, number, asked, "watch", "", end).state for number, end in enumerate(ends)]
    assert found == ["sent", "held", "sent", "held", "sent"]  # each against the last that left


def test_a_threshold_is_a_share(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="expected a share from 0 to 1"):
        week(tmp_path, 0, "changed\nmail_threshold: 5")


def test_an_alarm_leaves_while_it_lasts_and_its_end_once(tmp_path: Path) -> None:
    weeks = ["watch", "act", "act", "good", "good"]
    found = [sent(tmp_path, number, "alarm", severity).state for number, severity in enumerate(weeks)]
    assert found == ["held", "sent", "sent", "sent", "held"]


def test_what_never_arrived_is_nothing_to_compare_with(tmp_path: Path) -> None:
    box = Box(rcpt=("550 no such user",))
    with server(box) as port:
        for number, state in enumerate(("failed", "sent")):
            line = Smtp(Server.of_environment(settings(port)))
            done = send(week(tmp_path, number, "changed"), tmp_path / "reports", line, sender="r@example.com")
            assert [one.state for one in done.lines] == [state]


def test_a_dry_run_says_who_gets_nothing_and_why_and_writes_nothing(tmp_path: Path) -> None:
    first = week(tmp_path, 0, "changed")
    assert [one.state for one in would_send(first, tmp_path / "reports")] == ["planned"]
    sent(tmp_path, 0, "changed")
    assert [one.state for one in would_send(first, tmp_path / "reports")] == ["before"]
    second = week(tmp_path, 1, "changed")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (line,) = would_send(second, tmp_path / "reports")
    assert (line.state, line.said) == ("held", f"it says what the letter of {DAY} said")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_words_that_are_not_known_are_told(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match='mail_when is "sometimes"; expected always, changed or alarm'):
        week(tmp_path, 0, "sometimes")
    given = params(tmp_path / "wrong", defaults="mail_to: [ana@example.com]\n", n="mail_webhook: https://hooks.example.com/x\n")
    with pytest.raises(ParamsError, match="stands in the environment") as told:
        mailing(tmp_path / "reports", given, today=DAY, max_age=8)
    assert "mail_to is given for all teams at once" in str(told.value)
    assert "https://hooks" not in str(told.value)
