"""Where the share of positive texts turned for good: by group, beyond chance, and no echo of another group's turn.

In: the chance of each text and its day, and which texts each group holds. Out: one row per group that turned, the surest first,
with corrected shares of all its texts before and after.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from salesanalytics.base.types import Ints
from salesanalytics.stats.compare import holm
from salesanalytics.stats.drop import Turn, turn

if TYPE_CHECKING:
    from salesanalytics.models.sentiment.estimator import SentimentModel

KEY = ["team_id", "author", "by", "group"]
TURNS = [*KEY, "on", "n_before", "n_after", "before", "before_low", "before_high", "after", "after_low", "after_high", "p"]
LEAST = 15  # scored texts before a turn and after it
LEVEL = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A group that may have turned: whose it is, the places of its scored texts in order of time, and its largest gap."""

    team: str
    author: str
    by: str
    group: str
    places: Ints
    turn: Turn

    @property
    def gap(self) -> float:
        return abs(self.turn.after - self.turn.before)

    def told(self, on: "pd.Series[pd.Timestamp]") -> tuple[Any, ...]:
        """KEY, the day, and how many texts stand before and after."""
        place = self.turn.place
        first = on.iloc[self.places[place]].to_period("M").start_time.date()
        return self.team, self.author, self.by, self.group, first, place, len(self.places) - place


def turns(
    model: "SentimentModel", read: pd.DataFrame, on: "pd.Series[pd.Timestamp]", groups: pd.DataFrame, since: pd.Timestamp
) -> pd.DataFrame:
    """`read`: what `model.read` said of the texts, in order of time, and `on` their days; `groups`: KEY and `row`, the place of
    a text. Turns are looked for in months from `since` on; p is adjusted over all groups (Holm). A turn that is gone without
    the texts of a surer one of the same team and author is its echo, and left out.
    """
    chance, month = read["chance"].to_numpy(), on.to_numpy().astype("datetime64[M]")
    first = since.to_datetime64().astype("datetime64[M]")

    def look_at(places: Ints) -> Turn | None:
        begun = np.flatnonzero(np.diff(month[places]) > np.timedelta64(0, "M")) + 1
        return turn(chance[places], begun[month[places[begun]] >= first], LEAST)

    looks = []
    for _, members in groups.groupby(KEY, sort=True):
        team, author, by, group, _ = members[[*KEY, "row"]].iloc[0]
        places = members["row"].to_numpy()[np.isfinite(chance[members["row"]])]
        found = look_at(places)
        if found is not None:
            looks.append(_Look(team, author, by, group, places, found))
    p = holm([look.turn.p for look in looks])
    surest = sorted(np.flatnonzero(p < LEVEL), key=lambda at: (p[at], -looks[at].gap))
    kept = _without_echoes([(looks[at], float(p[at])) for at in surest], len(looks), look_at)
    rows = [(*look.told(on), *_sides(model, read.iloc[look.places], look.turn), luck) for look, luck in kept]
    return pd.DataFrame(rows, columns=TURNS)


def _without_echoes(
    surest: Sequence[tuple[_Look, float]], looks: int, look_at: Callable[[Ints], Turn | None]
) -> Iterator[tuple[_Look, float]]:
    surer: dict[tuple[str, str], Ints] = {}  # texts of the turns kept so far, by team and author
    for look, luck in surest:
        before = surer.get((look.team, look.author), np.array([], dtype=np.int64))
        rest = look_at(np.setdiff1d(look.places, before)) if len(before) else look.turn
        if rest is not None and (not len(before) or rest.p * looks < LEVEL):
            surer[look.team, look.author] = np.union1d(before, look.places)
            yield look, luck


def _sides(model: "SentimentModel", read: pd.DataFrame, turned: Turn) -> list[float]:
    """Corrected shares with their ranges, before the turn and after it."""
    shares = model.prevalence(read, np.arange(len(read)) >= turned.place).sort_values("group")
    return [float(one) for row in shares[["share", "low", "high"]].to_numpy() for one in row]
