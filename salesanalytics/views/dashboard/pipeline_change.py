"""What moved the pipeline, as a waterfall.

In: a change of the pipeline (`table` with step, role, amount, deals; the two days; `period` where only deals due in it count;
`history`, `without_amount`, `findings`). Out: one figure whose title is the first finding.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from salesanalytics.show.blocks import Figure, Missing, Nothing
from salesanalytics.show.charts.waterfall import waterfall
from salesanalytics.show.sentences import Found
from salesanalytics.show.words import Words

if TYPE_CHECKING:
    import pandas as pd


class _Ends(Protocol):
    @property
    def end(self) -> dt.date: ...


class Change(Protocol):
    """What is drawn."""

    @property
    def table(self) -> "pd.DataFrame": ...
    @property
    def findings(self) -> Sequence[Found]: ...
    @property
    def start(self) -> dt.date: ...
    @property
    def end(self) -> dt.date: ...
    @property
    def period(self) -> _Ends | None: ...
    @property
    def history(self) -> bool: ...
    @property
    def without_amount(self) -> int: ...


def pipeline_change_figure(change: Change, words: Words) -> Figure | Missing | Nothing:
    """One bar per step from what was open to what is; a line of words where there never was a deal."""
    rows = change.table
    if not rows["deals"].sum():
        return Missing(words.say("missing.pipeline"))
    if not (rows["amount"].iloc[0] or rows["amount"].iloc[-1]):
        return Missing(words.say("missing.waterfall"))
    names = [words.say(f"waterfall.step.{step}") for step in rows["step"]]
    told = change.findings[0] if change.findings else None
    until = change.period.end if change.period else None
    return waterfall(
        rows.assign(name=names),
        "name",
        "amount",
        "role",
        words=words,
        title=words.say(f"waterfall.title.{told.key}", **told.values) if told else words.say("waterfall.title.none"),
        subtitle=words.say(
            "waterfall.subtitle_due" if until else "waterfall.subtitle", start=change.start, end=change.end, until=until
        ),
        note=_note(change, words),
        alt=words.say("waterfall.alt", start=rows["amount"].iloc[0], end=rows["amount"].iloc[-1]),
    )


def _note(change: Change, words: Words) -> str:
    notes = [words.say("waterfall.deals", n=change.table["deals"].iloc[0])]
    if change.without_amount:
        notes.append(words.say("waterfall.nameless", n=change.without_amount))
    if not change.history:
        notes.append(words.say("waterfall.no_history"))
    return " ".join(notes)
