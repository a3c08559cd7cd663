"""What is printed is taken as it is: by systemd's own tools, by a shell, by Python; whatever the folders are called."""

import ast
import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from salesanalytics.cli.app import app
from salesanalytics.errors import ScheduleError
from salesanalytics.schedule.airflow import dag
from salesanalytics.schedule.cron import crontab
from salesanalytics.schedule.due import Schedule
from salesanalytics.schedule.job import Job
from salesanalytics.schedule.systemd import calendars, units
from salesanalytics.schedule.when import when_of
from tests.commands import command

TODAY = date(2026, 11, 27)
ODD = 'it\'s 50% "off" $HOME; {{ x }} \\n'
SYSTEMD = shutil.which("systemd-analyze")
# stands for the command: says what it was given and ends as the test wants
STANDS_IN = '#!/bin/sh\nprintf "%s\\037" "$@" >>"$SAID"; echo >>"$SAID"\neval "exit \\${CODE_$1:-0}"\n'


def job(folder: Path, **more: object) -> Job:
    """A job with everything in it, in a folder with an odd name; the command beside it stands in for ours."""
    house, bin_ = folder / ODD, folder / "b%n"
    house.mkdir(exist_ok=True)
    bin_.mkdir(exist_ok=True)
    (bin_ / "salesanalytics").write_text(STANDS_IN)
    (bin_ / "salesanalytics").chmod(0o755)
    (house / "smtp.env").write_text("SALESANALYTICS_SMTP_HOST=mail\n")
    when = when_of(str(more.pop("when", "Mon 06:00 Europe/Bucharest")))
    given = {
        "out": "re ports", "params": "params", "source": "/data/c'rm", "snapshot": "snaps/100%", "mapping": "m.yaml",
        "send": True, "smtp": True, "environment": "smtp.env", **more,
    }  # fmt: skip
    return Job(Schedule(when), folder=house, bin=bin_, **given)  # type: ignore[arg-type]


def started(line: str, folder: Path, **codes: int) -> tuple[int, list[list[str]]]:
    """Exit code of a line under /bin/sh, and the words of each command that it started."""
    said = folder / "said"
    said.unlink(missing_ok=True)
    env = {
        "PATH": "/usr/bin:/bin",
        "SAID": str(said),
        "HOME": "wrong",
        **{f"CODE_{name}": str(code) for name, code in codes.items()},
    }
    done = subprocess.run(["/bin/sh", "-c", line], env=env, cwd="/", check=False, capture_output=True)
    return done.returncode, [one.split("\037")[:-1] for one in said.read_text().splitlines()]


def cron_command(files: Mapping[str, str]) -> str:
    """The command of the crontab as cron hands it to the shell."""
    (text,) = files.values()
    (line,) = re.findall(r"^\d+ \d+ \* \* [\d,]+ (.*)$", text, re.MULTILINE)
    assert not re.search(r"(?<!\\)%", line)  # cron would make it a line break
    return str(line).replace(r"\%", "%")


def systemd_command(unit: str) -> str:
    """The last word of ExecStart, read as systemd.service(5) says."""
    (word,) = re.findall(r'^ExecStart=/bin/sh -c "(.*)"$', unit, re.MULTILINE)
    assert {"%", "$"}.isdisjoint(str(word).replace("%%", "").replace("$$", ""))  # systemd would put something in their place
    return re.sub(r"\\(.)", r"\1", str(word)).replace("$$", "$").replace("%%", "%")


def every_command(one: Job) -> dict[str, str]:
    """What each scheduler starts."""
    tree = ast.parse(*dag(one, today=TODAY).values())
    names = {node.targets[0].id: node.value.value for node in tree.body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    return {
        "cron": cron_command(crontab(one, today=TODAY, own_zone="UTC", mail_to="")),
        "systemd": systemd_command(units(one, today=TODAY, user="root")["salesanalytics.service"]),
        "airflow": names["JOB"].removeprefix("{% raw %}").removesuffix("{% endraw %}"),
    }


@pytest.mark.parametrize("scheduler", ["cron", "systemd", "airflow"])
def test_each_starts_the_same_commands_whatever_folders_are_called(tmp_path: Path, scheduler: str) -> None:
    line = every_command(job(tmp_path, holidays="h.txt"))[scheduler]
    code, said = started(line, tmp_path)
    assert (code, [words[0] for words in said]) == (0, ["schedule", "snapshot", "run", "send"])
    taken = said[1][said[1].index("--out") + 1]
    assert re.fullmatch(r"snaps/100%-\d{4}-\d\d-\d\d", taken)
    assert said[1][1] == "/data/c'rm"
    assert said[2][-2:] == ["--snapshot", taken]
    assert said[2][1:5] == ["--params", "params", "--out", "re ports"]
    assert said[3] == ["send", "--out", "re ports", "--params", "params", "--smtp"]


@pytest.mark.parametrize(
    ("codes", "ends", "commands"),
    [
        ({"schedule": 5}, 0, ["schedule"]),
        ({"schedule": 1}, 0, ["schedule", "snapshot", "run", "send"]),  # holidays that cannot be read stop nothing
        ({"snapshot": 1}, 1, ["schedule", "snapshot"]),
        ({"run": 3}, 3, ["schedule", "snapshot", "run", "send"]),
        ({"run": 4}, 4, ["schedule", "snapshot", "run"]),
        ({"run": 0, "send": 3}, 3, ["schedule", "snapshot", "run", "send"]),
    ],
)
def test_exit_codes_lead_on_or_to_an_alert(tmp_path: Path, codes: dict[str, int], ends: int, commands: list[str]) -> None:
    one = job(tmp_path, holidays="h.txt")
    code, said = started(f"{one.start}; {one.work}", tmp_path, **codes)
    assert (code, [words[0] for words in said]) == (ends, commands)
    _, said = started(every_command(one)["cron"], tmp_path, **codes)
    assert [words[0] for words in said] == [*commands, *(["alert"] if ends else [])]


def test_the_words_are_ones_that_our_commands_take(tmp_path: Path) -> None:
    from typer.main import get_command

    one = job(tmp_path, holidays="h.txt")
    _, said = started(f"{one.start}; ( {one.work} ); {one.alert('x')}", tmp_path)
    assert len(said) == 5
    for words in said:
        group, rest = get_command(app), list(words)
        while hasattr(group, "commands"):
            group = group.commands[rest.pop(0)]
        options = {option for parameter in group.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options


@pytest.mark.skipif(SYSTEMD is None, reason="there is no systemd-analyze here")
def test_systemd_takes_the_units_and_misses_no_day(tmp_path: Path) -> None:
    assert SYSTEMD is not None
    one = job(tmp_path, when="Sun 02:30 Europe/Berlin")
    made = tmp_path / "units"
    made.mkdir()
    for name, text in units(one, today=TODAY, user="root").items():
        (made / name).write_text(text)
    told = subprocess.run([SYSTEMD, "verify", *sorted(made.iterdir())], capture_output=True, text=True, check=False)
    assert (told.returncode, [line for line in told.stderr.splitlines() if "salesanalytics" in line]) == (0, [])
    # 2027-03-28 has no 02:30 in Berlin, 2027-10-31 has it twice
    elapses = [_next(spec, "2027-03-27") for spec in calendars(one, TODAY)]
    assert "2027-03-28 01:30:00" in " ".join(elapses)
    assert _next(calendars(one, TODAY)[0], "2027-10-30", 2).count("2027-10-31") == 1


def _next(calendar: str, day: str, iterations: int = 1) -> str:
    words = [SYSTEMD or "", "calendar", f"--iterations={iterations}", f"--base-time={day} 12:00:00 UTC", calendar]
    return subprocess.run(words, capture_output=True, text=True, check=True, env={"TZ": "UTC"}).stdout


def test_the_dag_is_python_and_runs_one_at_a_time_without_catching_up(tmp_path: Path) -> None:
    (text,) = dag(job(tmp_path), today=TODAY).values()
    compile(text, "dag.py", "exec")
    assert "CronTriggerTimetable('0 6 * * 1', timezone=ZONE)" in text
    assert "catchup=False" in text
    assert "max_active_runs=1" in text
    assert "{% raw %}PATH=" in text


def test_cron_is_told_whether_the_zone_is_heeded_and_no_line_is_cut_off(tmp_path: Path) -> None:
    own = crontab(job(tmp_path), today=TODAY, own_zone="Europe/Bucharest", mail_to="ops@example.com")["salesanalytics.crontab"]
    other = crontab(job(tmp_path), today=TODAY, own_zone="UTC", mail_to="")["salesanalytics.crontab"]
    assert ("CRON_TZ=" in own, "MAILTO=ops@example.com\n" in own) == (False, True)
    assert "CRON_TZ=Europe/Bucharest\n" in other
    assert "Debian and Ubuntu" in other
    with pytest.raises(ScheduleError, match="print systemd"):
        crontab(job(tmp_path, out="o" * 500), today=TODAY, own_zone="UTC", mail_to="")
    with pytest.raises(ScheduleError, match="line break"):
        job(tmp_path, out="a\nb")


def test_as_a_shell_starts_it(tmp_path: Path) -> None:
    told = command("schedule", "print", "systemd", "--into", tmp_path / "units", "--at", "02:30", "--days", "sun", "--timezone",
                   "Europe/Berlin", cwd=tmp_path)  # fmt: skip
    assert (told.returncode, told.stderr, len(list((tmp_path / "units").iterdir()))) == (0, "", 3)
    assert "02:30 does not exist in Europe/Berlin on 20" in (tmp_path / "units" / "salesanalytics.timer").read_text()
    home = {"SALESANALYTICS_HOME": "/pro ject"}
    clear = command("schedule", "print", "cron", "--timezone", "Europe/Berlin", cwd=tmp_path, env=home).stdout
    assert "export SALESANALYTICS_HOME='/pro ject';" in clear
    assert "No clock change of the next 5 years touches 06:00" in clear
    wrong = command("schedule", "print", "cron", "--timezone", "Bukarest")
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (1, False)
    every = "mon,tue,wed,thu,fri,sat,sun"
    assert command("schedule", "due", "--when", f"{every} 06:00 UTC").returncode == 0


def test_posts_to_chats_are_asked_for_where_wanted(tmp_path: Path) -> None:
    assert "--webhook" not in job(tmp_path).work
    assert job(tmp_path, webhook=True).work.count("--smtp --webhook") == 1
