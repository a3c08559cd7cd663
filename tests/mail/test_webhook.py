"""A team's line in a chat: to the team's own webhook, once, whose address stands nowhere."""

import json
from pathlib import Path

import pytest

from salesanalytics.errors import MailError
from salesanalytics.mail.chat import body
from salesanalytics.mail.post import Mailing, mailing
from salesanalytics.mail.send import Sending, send
from salesanalytics.mail.transport import Outbox
from salesanalytics.mail.webhook import Webhooks
from tests.mail.hook_parts import HANG_UP, SECRET, listening
from tests.mail.mailing_parts import TODAY, certificate, pages, params

ONE = {"n": "mail_webhook: slack\nmail_link: https://reports.example.com/sales\n"}
BOTH = {**ONE, "s": "mail_webhook: teams\n"}
HOSTILE = "<!channel> & [a](javascript:x) *b*"


def meant(tmp_path: Path, *, defaults: str = "", **teams: str) -> Mailing:
    folder = pages(tmp_path / "reports")
    return mailing(folder, params(tmp_path / "params", defaults=defaults, **(teams or ONE)), today=TODAY, max_age=8)


def posted(what: Mailing, tmp_path: Path, waits: list[float] | None = None, **urls: str) -> Sending:
    given = {f"SALESANALYTICS_WEBHOOK_{team}": url for team, url in urls.items()}
    board = Webhooks.of_environment(what.posts, what.several, given)
    assert SECRET not in repr(board)
    pause = (waits if waits is not None else []).append
    return send(what, tmp_path / "reports", None, sender="", board=board, wait=pause)


def said(done: Sending) -> list[tuple[str, str]]:
    return [(one.state, one.said) for one in done.lines]


def test_each_team_posts_to_its_own_once(tmp_path: Path) -> None:
    what = meant(tmp_path, **BOTH)
    with listening() as north, listening(202) as south:
        first, second = (posted(what, tmp_path, N=north.url, S=south.url) for _ in range(2))
    assert [one.state for one in (*first.lines, *second.lines)] == ["sent", "sent", "before", "before"]
    assert (len(north.bodies), len(south.bodies)) == (1, 1)
    assert north.paths == [f"/services/{SECRET}?sig={SECRET}"]
    assert json.loads(north.bodies[0]) == {
        "text": "North, 22 Nov 2026: The chance of reaching the goal is 42% in North\n"
        "<https://reports.example.com/sales/2026-11-22/north.html|The whole page>"
    }
    assert "South, 22 Nov 2026" in south.bodies[0].decode()


def test_nothing_in_a_name_acts() -> None:
    slack = json.loads(body("slack", HOSTILE, "https://x.example/a|b", "Page"))
    assert slack == {"text": "&lt;!channel&gt; &amp; [a](javascript:x) *b*\n<https://x.example/a%7Cb|Page>"}
    message = json.loads(body("teams", HOSTILE, "https://x.example/a", "Page"))
    card = message["attachments"][0]["content"]
    assert message["type"] == "message"
    assert card["body"] == [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": HOSTILE}]}]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Page", "url": "https://x.example/a"}]


@pytest.mark.parametrize(
    ("answers", "posts", "state", "waits"),
    [
        ([500, 503, 200], 3, "sent", [1.0, 5.0]),
        ([500] * 4, 4, "failed", [1.0, 5.0, 15.0]),
        ([404], 1, "failed", []),
        ([(429, {"Retry-After": "7"}), 200], 2, "sent", [7.0]),
        ([(429, {"Retry-After": "9999"})], 1, "failed", []),
        ([(429, {"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}), 200], 2, "sent", [1.0]),
        ([504], 1, "uncertain", []),
        ([HANG_UP], 1, "uncertain", []),
    ],
)
def test_what_may_be_tried_again_is(
    tmp_path: Path, answers: list[int], posts: int, state: str, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    waited: list[float] = []
    with listening(*answers) as hook:
        done = posted(meant(tmp_path), tmp_path, waited, N=hook.url)
        assert ([one.state for one in done.lines], len(hook.bodies), waited) == ([state], posts, waits)
        again = posted(meant(tmp_path), tmp_path, N=hook.url)
    assert len(hook.bodies) == posts + (state == "failed")  # what is out, or may be, is left alone
    assert again.ok == (state != "uncertain")
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert SECRET.encode() not in held
    assert SECRET not in repr(done) + "".join(capsys.readouterr())


def test_a_redirect_is_followed_nowhere_and_stops_nobody_else(tmp_path: Path) -> None:
    with listening() as elsewhere, listening() as south, listening((307, {"Location": elsewhere.url})) as north:
        done = posted(meant(tmp_path, **BOTH), tmp_path, N=north.url, S=south.url)
    assert [one.state for one in done.lines] == ["failed", "sent"]
    assert "SALESANALYTICS_WEBHOOK_N" in done.alerts[0]
    assert elsewhere.bodies == []


def test_a_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, trusted = certificate(tmp_path)
    with listening(tls=context) as hook:
        state, why = said(posted(meant(tmp_path), tmp_path, N=hook.url))[0]
        assert (state, hook.bodies) == ("failed", [])
        assert "certificate" in why
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        elsewhere = hook.url.replace("localhost", "127.0.0.1")
        assert said(posted(meant(tmp_path), tmp_path, N=elsewhere))[0][0] == "failed"
        assert said(posted(meant(tmp_path), tmp_path, N=hook.url))[0][0] == "sent"


def test_nobody_listening_is_another_time(tmp_path: Path) -> None:
    with listening() as hook:
        pass
    waits: list[float] = []
    state, why = said(posted(meant(tmp_path), tmp_path, waits, N=hook.url))[0]
    assert (state, why, len(waits)) == ("failed", "it cannot be reached (Connection refused)", 3)


@pytest.mark.parametrize(
    "url",
    ["", "http://hooks.example.com/T0SECRET", "ftp://localhost/T0SECRET", "https://u:T0SECRET@x.example/", "https://x.example:T0SECRET/",
     "https://x.example/T0SECRET\r\nX: y", "https://[T0SECRET", "https://a..b/T0SECRET", "T0SECRET"],
)  # fmt: skip
def test_what_is_no_safe_address_is_told_before_anything_is_posted(tmp_path: Path, url: str) -> None:
    with pytest.raises(MailError, match="SALESANALYTICS_WEBHOOK") as told:
        posted(meant(tmp_path), tmp_path, N=url)
    assert "T0SECRET" not in str(told.value)


def test_two_teams_share_a_webhook_only_where_that_is_allowed(tmp_path: Path) -> None:
    both = {"n": "mail_webhook: slack\n", "s": "mail_webhook: slack\n"}
    with listening() as hook:
        shared = {"SALESANALYTICS_WEBHOOK": hook.url}
        what = meant(tmp_path, **both)
        with pytest.raises(MailError, match="who would read about South"):
            Webhooks.of_environment(what.posts, what.several, shared)
        allowed = meant(tmp_path, defaults="mail_several: [slack]\n", **both)
        board = Webhooks.of_environment(allowed.posts, allowed.several, shared)
        send(allowed, tmp_path / "reports", None, sender="", board=board)
    assert len(hook.bodies) == 2


def test_mails_and_posts_go_each_their_own_way(tmp_path: Path) -> None:
    what = meant(tmp_path, defaults="mail_by: ops@example.com\n", n=f"{ONE['n']}mail_to: [ana@example.com]\n")
    box = Outbox(tmp_path / "outbox")
    with listening() as hook:
        assert [one.address for one in posted(what, tmp_path, N=hook.url).lines] == ["slack"]
    done = send(what, tmp_path / "reports", box, sender="ops@example.com", board=box)
    assert [(one.address, one.state) for one in done.lines] == [("ana@example.com", "sent"), ("slack", "before")]
    assert [path.suffix for path in box.folder.iterdir()] == [".eml"]
