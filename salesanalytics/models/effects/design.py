"""When a programme ran, what it is held against, and who can be compared: read off the panel before any estimate.

In: a `Panel` in which all treated begin together, and how they were chosen. Out: `Design`.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from salesanalytics.base.types import Flags, Floats, Ints
from salesanalytics.models.effects.contrast import Contrast, Scale, Sums, contrast, sums_of
from salesanalytics.models.effects.inference import carried_on, jackknife_error
from salesanalytics.models.effects.panel import NEVER, Chosen, Panel, When

DRIFT = 0.01  # how far two sides that nobody drew by lot go apart per period (sd, as a share): 12% in a year of months
LEAST_BEFORE = 4  # periods before without which nobody can say whether the two sides went alike


@dataclass(frozen=True, eq=False)  # no slots: what is read off it is worked out once
class Design:
    """`panel`: the units that can be compared, from before the programme on. `before`: periods it is held against, none of
    them within the choosing or after it; `after`: those that count, the payback included. `payback_missing`: periods of the
    payback that have not come yet. `drift`: how far the two sides may go apart per period beyond what one sees.
    """

    panel: Panel
    chosen: Chosen
    before: Ints
    after: Ints
    payback_missing: int
    scale: Scale
    drift: float

    @property
    def treated(self) -> Flags:
        return self.panel.treated

    @cached_property
    def before_all(self) -> Flags:
        """Units seen in every period it is held against."""
        return np.asarray(np.isfinite(self.panel.outcome[:, self.before]).all(axis=1))

    @cached_property
    def followed(self) -> Flags:
        """Of these, the ones seen to the end."""
        return np.asarray(self.before_all & np.isfinite(self.panel.outcome[:, self.after]).all(axis=1))

    @property
    def plain(self) -> Contrast:
        """The periods that count against those before, whatever trend the treated had."""
        return contrast(self.before, self.after, self.scale)

    @cached_property
    def compared(self) -> Panel:
        return self.panel.only(self.followed)

    @cached_property
    def groups(self) -> tuple[Sums, Flags]:
        """Sums of what was chosen as one, and which of them is treated: clusters where whole ones were, else units."""
        panel = self.compared
        group = panel.cluster if panel.by_cluster else np.arange(len(panel.units))
        treated = np.zeros(int(group.max()) + 1, dtype=np.bool_)
        treated[group[panel.treated]] = True
        outcome = np.nan_to_num(panel.outcome)
        return sums_of(outcome, group, panel.stratum), treated

    @cached_property
    def away(self) -> float:
        """How far `drift` may have carried both sides apart between the periods before and those that count (sd)."""
        away = float(self.after.mean() - self.before.mean()) * self.drift
        return away * float(np.mean(np.abs(self.compared.outcome[:, self.before]))) if self.scale == "difference" else away

    @cached_property
    def contrast(self) -> Contrast:
        """`plain`, with as much of the treated's own trend as was seen of it.

        Trends of both sides differ by `drift` per period (sd); what the periods before tell of it is set against that, as a
        mean of two sources of knowledge by their precision. So a trend that is seen well is continued, one that is not widens
        the interval, and between them nothing has to be decided. Where a lot was drawn there is none but by chance.
        """
        plain, away = self.plain, self.away
        if not self.drift:
            return plain
        sums, treated = self.groups
        seen = jackknife_error(sums, treated, replace(plain, weight=1.0), minus=plain)[1] if len(self.before) > 2 else np.nan
        weight = carried_on(away, seen)
        return replace(plain, weight=weight, blur=(1 - weight) * away)

    def gain(self, effect: Floats | float) -> Floats:
        """What an effect on the contrast's scale adds up to over the treated and the periods that count."""
        panel = self.compared
        whole = float(panel.outcome[panel.treated][:, self.after].sum())
        if self.scale == "ratio":
            return np.asarray(whole * (1 - np.exp(-np.asarray(effect))))
        return np.asarray(np.asarray(effect) * float(panel.treated.sum()) * len(self.after))


def design(panel: Panel, chosen: Chosen, *, until: When, payback: int, scale: Scale) -> Design:
    """The design of a programme that begins for all at once; `until`: its last period, missing while it lasts."""
    begins = int(panel.start[panel.start < NEVER].min())
    ends = len(panel.periods) - 1 if until is None else panel.place(until)
    last = len(panel.periods) - 1 if until is None else ends + payback
    before = np.arange(begins)
    if chosen.first is not None:
        before = before[: panel.place(chosen.first)]
    return Design(
        panel=panel,
        chosen=chosen,
        before=before,
        after=np.arange(begins, min(last, len(panel.periods) - 1) + 1),
        payback_missing=max(last - (len(panel.periods) - 1), 0),
        scale=scale,
        drift=0.0 if chosen.how == "lot" else DRIFT,
    )
