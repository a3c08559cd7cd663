"""`salesanalytics send` as a shell starts it: what it says, what it leaves, and its exit codes."""

from pathlib import Path

from tests.commands import command
from tests.mail.hook_parts import listening
from tests.mail.mailing_parts import pages, params

AGE = ("--max-age", 36500)  # the pages of a test are as old as the test


def test_files_by_default_once_and_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    folder = pages(tmp_path / "reports")
    given = params(tmp_path / "params", n="mail_to: [ana@example.com]\n")
    asked = ("send", "--out", folder, "--params", given, *AGE)
    planned = command(*asked, "--dry-run")
    assert (planned.returncode, planned.stderr) == (0, "")
    assert planned.stdout.startswith("planned   North → ana@example.com: North, 22 Nov 2026")
    assert not (folder / "outbox").exists()
    assert command(*asked).stdout.startswith("sent ")
    assert command(*asked).stdout.startswith("before ")
    assert len(list((folder / "outbox").glob("*.eml"))) == 1


def test_what_is_wrong_is_said_in_a_line(tmp_path: Path) -> None:
    folder = pages(tmp_path / "reports")
    nobody = command("send", "--out", folder, "--params", params(tmp_path / "none"), *AGE)
    assert (nobody.returncode, "Nobody gets mail" in nobody.stdout) == (0, True)
    given = params(tmp_path / "params", n="mail_to: [ana@example.com]\n")
    for more, said in (
        (("--out", tmp_path / "empty"), "no run that came to its end"),
        (("--team", "west"), "made no page of west"),
        (("--smtp",), "SALESANALYTICS_SMTP_HOST"),
    ):
        told = command("send", "--out", folder, "--params", given, *AGE, *more, env={"SALESANALYTICS_SMTP_HOST": ""})
        assert told.returncode == 1
        assert said in told.stderr
        assert "Traceback" not in told.stderr


def test_a_post_goes_to_the_webhook_of_the_environment_and_files_stay_away(tmp_path: Path) -> None:
    folder = pages(tmp_path / "reports")
    given = params(tmp_path / "params", n="mail_webhook: slack\nmail_to: [ana@example.com]\n")
    asked = ("send", "--out", folder, "--params", given, *AGE, "--webhook")
    with listening() as hook:
        done = command(*asked, env={"SALESANALYTICS_WEBHOOK_N": hook.url})
        again = command(*asked, "--resend", "slack", env={"SALESANALYTICS_WEBHOOK_N": hook.url})
    assert [(one.returncode, one.stderr) for one in (done, again)] == [(0, ""), (0, "")]
    assert done.stdout.startswith("sent      North → slack: North, 22 Nov 2026")
    assert len(hook.bodies) == 2
    assert not (folder / "outbox").exists()


def test_params_are_the_projects_own_wherever_it_is_asked_from_and_a_named_folder_has_to_be_there(tmp_path: Path) -> None:
    folder = pages(tmp_path / "reports")
    params(tmp_path / "params", n="mail_to: [ana@example.com]\n")
    home = {"SALESANALYTICS_HOME": str(tmp_path)}
    assert "North → ana@example.com" in command("send", "--out", folder, *AGE, "--dry-run", env=home).stdout
    lost = command("send", "--out", folder, "--params", tmp_path / "parms", *AGE, env=home)
    assert (lost.returncode, "parms is no folder" in lost.stderr) == (1, True)


def test_what_was_not_asked_for_is_said_to_wait(tmp_path: Path) -> None:
    folder = pages(tmp_path / "reports")
    given = params(tmp_path / "params", n="mail_webhook: slack\nmail_to: [ana@example.com]\n")
    with listening() as hook:
        done = command(
            "send", "--out", folder, "--params", given, *AGE, "--webhook", env={"SALESANALYTICS_WEBHOOK_N": hook.url}
        )
    assert "waiting   mail: 1 not asked for; they leave with --smtp" in done.stdout
