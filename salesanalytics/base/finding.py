"""What a leader should know: a finding, with its evidence and who may see it.

An analysis states a finding as a key and raw numbers; `salesanalytics.show.sentences` turns it into a sentence in the reader's
language. So no analysis holds a sentence, and no sentence holds a rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from salesanalytics.base.calendar import Period

Severity = Literal["act", "watch", "good"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The most pressing first."""
Audience = Literal["leader", "analyst"]
Subject = Literal[
    "team", "rep", "deal", "quota", "forecast", "pipeline", "territory", "source", "stage", "plan", "training", "people"
]  # fmt: skip
Says = Literal["raise", "lower", "keep", "start", "stop", "hire", "talk", "train", "check", "record"]
Horizon = Literal["now", "next", "later"]
Unit = Literal["money", "share", "days", "count", "number"]


def urgency(severity: Severity, weight: float) -> tuple[int, float]:
    """Sort key of a finding, the most pressing first: by severity, then by the money at stake (`weight`, base currency)."""
    return SEVERITIES.index(severity), -weight


PIPELINE: tuple[Subject, str] = ("pipeline", "")
"""New business for the period that runs: whether to look for it now."""


def running(period: "Period") -> tuple[Subject, str]:
    """The forecast of a period, as a subject: all that says where it will end is about the same."""
    return "forecast", period.start.isoformat()


@dataclass(frozen=True, slots=True)
class Evidence:
    """How sure we are: `n` things counted in `period`, and the interval `low`..`high` of the finding's main number.

    `low` and `high` are None where the number is a plain sum and nothing is estimated; `level` is the interval's level. `held`:
    how many of how many such intervals of the past contained what came.
    """

    n: int
    counted: str
    low: float | None = None
    high: float | None = None
    unit: Unit = "share"
    level: float = 0.95
    period: tuple[date, date] | None = None
    held: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know and what to do about it.

    `key` is `<question>.<name>`: its sentence and next step stand in `words` under that question, and `values` fills them.
    `weight` is the money at stake in the base currency (0 where there is none), and orders findings of one severity.
    So that findings of several questions can be held against each other: `about` is the kind and the id of what it speaks of
    (the id is empty where it is all of them), `says` what its next step does to that, `rests_on` the assumptions nobody
    confirmed (keys of words), `horizon` the period it is about: this one, the next, or a later one.
    """

    key: str
    severity: Severity
    values: Mapping[str, Any]
    evidence: Evidence
    weight: float = 0.0
    owner: Literal["leader", "rep", "operations"] = "leader"
    audience: Audience = field(default="leader")
    about: tuple[Subject, str] | None = None
    says: Says | None = None
    rests_on: tuple[str, ...] = ()
    horizon: Horizon = "now"

    def of(self, about: tuple[Subject, str], says: Says | None = None) -> "Finding":
        """The same finding, about this where it does not say what it is about."""
        return self if self.about else replace(self, about=about, says=self.says or says)
