"""How the last run of a folder went, or how far it is; which was the last whole one, and whether one was missed.

In: its ledger, and the moment. Out: a few lines, or JSON; nothing is written.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from salesanalytics.base.redact import without_secrets
from salesanalytics.errors import RunError, ScheduleError
from salesanalytics.report.run.ledger import FILE, PastRun, Run, read_last, read_runs
from salesanalytics.report.run.lock import is_running
from salesanalytics.report.run.missed import NOTHING, Missed, missed, stored
from salesanalytics.report.run.result import ALL, NONE
from salesanalytics.schedule.job import BACK

State = Literal["running", "done", "stopped", "cut off"]


@dataclass(frozen=True, slots=True)
class Status:
    """The last run: "stopped" where somebody or an error ended it, "cut off" where its process is gone without a word.

    `whole`: the last run that made all its pages; `missed`: reports that were due and never made, where a schedule is known;
    `note`: why that could not be told.
    """

    run: Run
    state: State
    folder: Path
    whole: PastRun | None = None
    missed: Missed = NOTHING
    note: str = ""

    @property
    def exit_code(self) -> int:
        """The run's own exit code; 0 while it runs, 4 where it was stopped or cut off."""
        if self.state == "done" and self.run.exit_code is not None:
            return self.run.exit_code
        return 0 if self.state == "running" else NONE

    def to_text(self) -> str:
        """For a terminal."""
        return "\n".join(self._lines())

    def to_json(self) -> str:
        """For a program."""
        run = self.run
        facts = {name: getattr(run, name) for name in ("began", "ended", "snapshot", "as_of", "folder", "chapters")}
        pages = [{name: value for name, value in page.items() if name not in ("run", "place", "key")} for page in run.pages]
        told = {"run": run.number, "state": self.state, "exit_code": self.exit_code, **facts, **self._due(), "pages": pages}
        return json.dumps(_each(told, without_secrets), indent=1, ensure_ascii=False)

    def _due(self) -> dict[str, Any]:
        whole, waiting = self.whole, self.missed.waiting
        return {
            "last_whole": whole and {"run": whole.number, "began": whole.began.isoformat(), "as_of": str(whole.as_of)},
            "due_since": waiting and waiting.moment.isoformat(),
            "missed": [str(due.day) for due, _ in self.missed.days],
        }

    def _lines(self) -> Iterator[str]:
        run = self.run
        ready = [page for page in run.pages if page["state"] in ("done", "reused")]
        failed = [page for page in run.pages if page["state"] == "failed"]
        waiting = len(run.pages) - len(ready) - len(failed)
        yield f"Run {run.number} of {self.folder}, data to {run.as_of}: {self._when()}"
        reused = sum(page["state"] == "reused" for page in ready)
        parts = [f"{len(ready)} of {len(run.pages)} pages ready" + (f" ({reused} unchanged)" if reused else "")]
        parts += [f"{len(failed)} failed"] if failed else []
        parts += [f"{waiting} {'to come' if self.state == 'running' else 'not made'}"] if waiting else []
        yield f"{', '.join(parts)}; they are in {run.folder}"
        for page in failed:
            kept = f" (the page of {page['kept']} was kept)" if page["kept"] else ""
            yield f"Failed: {page['name']}{kept}"
            yield from (f"  {error}" for error in page["errors"])
        yield from self._history()
        if self.state in ("stopped", "cut off"):
            yield f"Go on with it: salesanalytics run --resume --out {self.folder}"

    def _history(self) -> Iterator[str]:
        whole, waiting, days = self.whole, self.missed.waiting, [due.day for due, _ in self.missed.days]
        if whole is None:
            yield "No run has made all its pages yet."
        elif whole.number != self.run.number:
            began = _local(whole.began.isoformat())
            yield f"The last run that made all its pages: {whole.number}, began {began}, data to {whole.as_of}"
        if waiting and self.state != "running":
            yield f"A report is due since {_local(waiting.moment.isoformat())}, and no run has come to its end since."
        if days:
            yield f"Missed: {', '.join(map(_day, days))}. Make up for it: salesanalytics run --catch-up --out {self.folder}"
        if self.note:
            yield self.note

    def _when(self) -> str:
        began = _local(self.run.began)
        if self.state == "running":
            return f"running since {began}, process {self.run.pid}"
        if self.state == "done":
            return f"began {began}, ended {_local(self.run.ended or self.run.began)}"
        if self.state == "stopped":
            return f"began {began}, was stopped {_local(self.run.ended or self.run.began)}"
        return f"began {began} and was cut off"


def status(folder: Path, now: datetime | None = None) -> Status:
    """The last run of `folder`; with `now`, which reports were missed. Raises RunError where there was none."""
    run = read_last(folder)
    if run is None:
        raise RunError(f"{folder} has no {FILE}: no run has written there yet. Name the folder of a run with --out.")
    said: State = "done" if run.state == "done" else "stopped" if run.state == "stopped" else "cut off"
    if run.state == "running" and is_running(folder):
        said = "running"
    runs = read_runs(folder)
    whole = next((one for one in reversed(runs) if one.exit_code == ALL and not one.made_up_for), None)
    return Status(run, said, folder, whole, *_missed(runs, now))


def _missed(runs: Sequence[PastRun], now: datetime | None) -> tuple[Missed, str]:
    try:
        schedule = stored(runs) if now else None
    except ScheduleError as error:
        return NOTHING, f"Whether a report was missed cannot be told. {error}"
    return (missed(runs, schedule, now, BACK) if schedule and now else NOTHING), ""


def _each(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401
    """`value` with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each(one, change) for name, one in value.items()}
    return [_each(one, change) for one in value] if isinstance(value, list | tuple) else value


def _day(day: date) -> str:
    return f"{day:%a} {day}"


def _local(moment: Any) -> str:  # noqa: ANN401
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
