"""What a scheduler starts: a snapshot where it is to take one, the run, the mail; as one line for /bin/sh.

In: `Job`. Out: parts of that line, in which everything a user named is quoted, and of another for when it fails. A page that
failed keeps no other from being mailed; the exit code is that of whatever went wrong.
"""

import os
import shlex
from dataclasses import dataclass, fields
from pathlib import Path

from salesanalytics.errors import ScheduleError
from salesanalytics.schedule.due import Schedule

NOT_TODAY = 5
"""Exit code of `schedule due` where no report is due; any other lets the run go on, so that nothing but a day off stops it."""
BACK = 4
"""How many reports a run makes up for at most."""


@dataclass(frozen=True, slots=True)
class Job:
    """Paths are as the user gave them, read in `folder`; `bin` holds the command. With `source`, a snapshot of it is taken into
    a folder of its own each time, called `snapshot` and the day. `environment`: a file that sets variables, for SMTP. `home`:
    the project, where SALESANALYTICS_HOME names it.
    """

    schedule: Schedule
    folder: Path
    bin: Path
    out: str
    params: str
    snapshot: str = ""
    source: str = ""
    mapping: str = ""
    holidays: str = ""
    send: bool = False
    smtp: bool = False
    webhook: bool = False
    environment: str = ""
    home: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            text = str(getattr(self, field.name))
            if field.name != "schedule" and not text.isprintable():
                raise ScheduleError(
                    f"{field.name} is {text!r}; no scheduler takes a line break or another sign that is not seen."
                )

    @property
    def start(self) -> str:
        """Where the command is found, where it works, and what it knows of SMTP."""
        variables = [f"set -a; . {shlex.quote(os.path.join('.', self.environment))}; set +a"] if self.environment else []  # noqa: PTH118
        home = [f"export SALESANALYTICS_HOME={shlex.quote(self.home)}"] if self.home else []
        here = [f"PATH={shlex.quote(str(self.bin))}:$PATH", f"cd {shlex.quote(str(self.folder))} || exit"]
        return "; ".join([*here, *home, *variables])

    @property
    def work(self) -> str:
        """All that is to be done, after `start`."""
        return "; ".join([*self._only_when_due(), *self._snapshot(), *self._run(), "exit $made"])

    def alert(self, because: str) -> str:
        """What to do where `work` has failed, after `start`."""
        return _command("alert", "--out", self.out, "--params", self.params, "--because", because, *self._by_smtp())

    def _only_when_due(self) -> list[str]:
        if not self.holidays:
            return []
        return [_command("schedule", "due", *self._when(), "--out", self.out), f"[ $? -eq {NOT_TODAY} ] && exit 0"]

    def _when(self) -> list[str]:
        holidays = ["--holidays", self.holidays, "--on-holiday", self.schedule.on_holiday] if self.holidays else []
        return ["--when", str(self.schedule.when), *holidays]

    def _snapshot(self) -> list[str]:
        if not self.source:
            return []
        mapping = ["--mapping", self.mapping] if self.mapping else []
        return [
            f"day=$(TZ={shlex.quote(self.schedule.when.zone)} date +%F)",
            f"{_command('snapshot', self.source, *mapping)} --out {self._taken()} || exit",
        ]

    def _taken(self) -> str:
        return f'{shlex.quote(f"{self.snapshot}-")}"$day"'

    def _run(self) -> list[str]:
        read = f" --snapshot {self._taken() if self.source else shlex.quote(self.snapshot)}" if self.snapshot else ""
        given = ["--params", self.params, "--out", self.out, "--catch-up", *self._when()]
        made = [f"{_command('run', *given)}{read}", "made=$?"]
        if not self.send:
            return made
        mail = _command("send", "--out", self.out, "--params", self.params, *self._by_smtp(), *self._by_webhook())
        return [*made, f"case $made in 0|3) {mail} || exit;; esac"]

    def _by_webhook(self) -> list[str]:
        return ["--webhook"] if self.webhook else []

    def _by_smtp(self) -> list[str]:
        return ["--smtp"] if self.smtp else []


def _command(*words: str) -> str:
    return shlex.join(["salesanalytics", *words])
