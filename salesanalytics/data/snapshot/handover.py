"""The handover: which tables `0_company` hands to the teams' notebooks, where they lie, and who may read which.

    <place>/<day>/<table>.parquet          a pooled table, for every team
    <place>/<day>/<table>.<team>.parquet   a team's own rows of a table, for that team alone

The place is a run's own folder, which its kernels are told by an environment variable, so that two runs on one snapshot know
nothing of each other; a notebook executed by hand uses the folder `handover` of its snapshot.

In: a place, a day, a team's id. Out: what is declared of a table, and files by the name of their table. `HANDOVER` is the one
list of tables: another name, or a table with other columns, is refused. Never reads what a table says.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from salesanalytics.base.slug import slug
from salesanalytics.base.whole_file import write_whole
from salesanalytics.errors import SnapshotError

FOLDER = "handover"
HANDED_OVER = "SALESANALYTICS_HANDOVER"
"""Environment variable: the place where the run that executes this notebook keeps the tables handed over."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A table of the handover. `per_team`: each team gets the rows with its `team_id`; otherwise every team gets all rows."""

    name: str
    columns: tuple[str, ...]
    per_team: bool
    meaning: str

    def check(self, columns: Iterable[object]) -> None:
        """Raises SnapshotError where a table to be handed over has other columns; their order is free."""
        given = [str(column) for column in columns]
        if sorted(given) == sorted(self.columns):
            return
        missing = [column for column in self.columns if column not in given]
        hints = [
            f"{name}: did you mean {near}?" for name in given if name not in self.columns if (near := _near(name, missing))
        ]
        raise SnapshotError(
            f"{self.name} was handed over with the columns {', '.join(given) or 'none'}; expected {', '.join(self.columns)}. "
            + "".join(f"{hint} " for hint in hints)
            + f"Give the table these columns, or change them in {_DECLARED_IN}."
        )


_DECLARED_IN = "HANDOVER in salesanalytics/data/snapshot/handover.py"
_TABLES = (
    Handed(
        "kpi",
        ("period", "start", "end", "key", "value", "numerator", "denominator", "teams"),
        per_team=False,
        meaning="the company's KPIs, one row per period (the month and the quarter of the day) and KPI",
    ),
    Handed(
        "funnel",
        ("start", "end", "stage", "went_on", "lost", "teams"),
        per_team=False,
        meaning="the company's funnel over the last 12 months, one row per stage",
    ),
    Handed(
        "deal_hazards",
        ("period", "start", "end", "left", "stage", "due", "size", "since", "p_won", "p_lost", "worth", "amount_from", "bias",
         "spread", "freedom", "periods"),
        per_team=False,
        meaning="how all teams' deals end in periods like the one of these days, one row per cell",
    ),
    Handed(
        "team_calls",
        ("team_id", "on", "period", "start", "end", "source", "call", "corrected", "weight", "narrower", "periods",
         "call_error", "deals_error"),
        per_team=True,
        meaning="the team's own call for the period of these days as it stood on a day, corrected, and what it weighs beside "
        "the deals; a row for today and one for the day compared with",
    ),
    Handed(
        "landings",
        ("team_id", "start", "end", "goal", "booked", "low", "middle", "high", "p_hit"),
        per_team=True,
        meaning="where the period of these days will land, as the team's own page says it too",
    ),
    Handed(
        "campaign_leads",
        ("team_id", "campaign_id", "leads"),
        per_team=True,
        meaning="leads that all teams together had from each campaign the team worked in the last 12 months, of campaigns that "
        "at least 5 teams worked",
    ),
    Handed(
        "leads_without_team",
        ("leads", "owned_when_converted"),
        per_team=False,
        meaning="leads of the last 12 months that are no team's, and whether leads get a team because they convert; one row",
    ),
    Handed(
        "leads_sold_elsewhere",
        ("team_id", "lead_id", "opened_at", "won_at", "won_amount", "open_amount"),
        per_team=True,
        meaning="what became of the team's leads whose deal another team sells, one row per lead",
    ),
    Handed(
        "bookings_months",
        ("team_id", "ds", "kind", "booked", "mean", "lo_80", "hi_80", "lo_95", "hi_95", "naive"),
        per_team=True,
        meaning="the team's bookings, one row per month: past, forecast, and past forecasts",
    ),
    Handed(
        "bookings_year",
        ("team_id", "booked", "landing", "low", "high", "goal", "months_left", "n", "checked", "wape", "bias", "coverage_80",
         "naive_wape", "year_start", "year_end", "rest_start", "rest_end", "rest", "rest_low", "rest_high"),
        per_team=True,
        meaning="where the team's planning year will end against its goal, and what is left of the running one; one row",
    ),
    Handed(
        "incentive_effects",
        ("team_id", "plan_id", "name", "kind", "start", "end", "chosen", "people", "others", "verdict", "method", "effect",
         "low", "high", "p", "smallest", "gain", "gain_low", "gain_high", "cost", "per_unit", "blocked", "needs", "ready",
         "mine", "looked_at"),
        per_team=True,
        meaning="what the company found about the incentives the team's people take part in, one row per programme; money is "
        "the team's own",
    ),
    Handed(
        "incentive_courses",
        ("team_id", "plan_id", "offset", "start", "effect", "low", "high", "counts"),
        per_team=True,
        meaning="how those who take part went apart from the others, one row per programme and stretch of days",
    ),
    Handed(
        "incentive_guards",
        ("team_id", "plan_id", "check", "stands", "found", "needed"),
        per_team=True,
        meaning="whether the data can say what an incentive did, one row per programme and guard",
    ),
    Handed(
        "rivals",
        ("team_id", "competitor", "deals", "won", "rate", "low", "high", "others", "p", "differs"),
        per_team=True,
        meaning="how the team does against each competitor, every look of all teams counted, one row per competitor",
    ),
    Handed(
        "win_signal",
        ("word", "n", "won", "base_rate", "auc", "auc_low", "auc_high", "brier", "base_brier", "ece", "p", "reason"),
        per_team=False,
        meaning="whether what is known when a deal is opened foretells if it is won, one row; none with fewer than 5 teams",
    ),
    Handed(
        "win_values",
        ("column", "band", "n", "won", "rate", "adjusted", "low", "high", "p", "differs", "worth"),
        per_team=False,
        meaning="how often deals of each kind are won, all else equal, one row per value that 5 teams or more stand behind",
    ),
    Handed(
        "sentiment_shares",
        ("team_id", "author", "by", "group", "start", "end", "texts", "scored", "counted", "share", "low", "high", "basis"),
        per_team=True,
        meaning="how the team's buyers and employees feel by what they write, one row per author and group of 5 texts on",
    ),
    Handed(
        "sentiment_turns",
        ("team_id", "author", "by", "group", "on", "n_before", "n_after", "before", "before_low", "before_high", "after",
         "after_low", "after_high", "p", "whole"),
        per_team=True,
        meaning="where sentiment turned beyond chance, every look of all teams counted, one row per group of the team and per "
        "group of all teams together",
    ),
    Handed(
        "themes",
        ("team_id", "group", "theme", "n", "about", "share", "low", "high", "n_before", "before", "changed_p", "changed",
         "n_low", "of_low", "n_high", "of_high", "scores_p", "scores"),
        per_team=True,
        meaning="what the team's buyers and employees write about, all looks of all teams counted, one row per group of 10 "
        "comments on and theme",
    ),
    Handed(
        "turnover_bands",
        ("band", "start", "leavers", "years", "people", "own", "rate", "rate_low", "rate_high"),
        per_team=False,
        meaning="how often people of all teams leave, one row per band of tenure; none with fewer than 5 teams",
    ),
    Handed(
        "ramp_months",
        ("outcome", "month", "share", "low", "high", "deals", "years", "newcomers"),
        per_team=False,
        meaning="how new sellers of all teams come up to speed, one row per outcome and month; none with fewer than 5 teams",
    ),
    Handed(
        "newcomers",
        ("by", "group", "people", "leavers", "usual_leavers", "leaves", "leaves_low", "leaves_high", "leaves_p", "newcomers",
         "opened", "usual_opened", "opens", "opens_low", "opens_high", "opens_p", "all"),
        per_team=False,
        meaning="which newcomers of all teams stay and come up to speed, one row per group; none with fewer than 5 teams",
    ),
    Handed(
        "turnover_drivers",
        ("driver", "ratio", "low", "high", "p", "people", "leavers", "c"),
        per_team=False,
        meaning="what goes with leaving over all teams, one row per driver; none with fewer than 5 teams",
    ),
    Handed(
        "scorecards",
        ("team_id", "rep_id", "role", "kpi", "n", "raw", "value", "low", "high", "usual", "p", "alike", "spread", "q1", "q2",
         "q3", "q4", "differs", "looks"),
        per_team=True,
        meaning="how the team's sellers do beside their peers, every look of all teams counted, one row per seller and KPI",
    ),
    Handed(
        "skill_gaps",
        ("team_id", "skill", "scale", "people", "scored_twice", "reliability", "mean", "spread", "below", "since", "left_out",
         "scales", "gap", "low", "high", "p", "differs", "others"),
        per_team=True,
        meaning="how far the team lies from all other teams in each skill, one row per skill",
    ),
    Handed(
        "skill_people",
        ("team_id", "rep_id", "name", "skill", "scale", "estimate", "low", "high", "gap", "gap_low", "gap_high", "chance",
         "below", "scored_on", "since"),
        per_team=True,
        meaning="the team's own people in each skill beside the whole company's, one row per person and skill",
    ),
    Handed(
        "training_effects",
        ("team_id", "training", "name", "outcome", "chosen", "first", "last", "people", "others", "verdict", "method",
         "effect", "low", "high", "p", "smallest", "blocked", "needs", "a_head", "per_point", "per_point_low",
         "per_point_high"),
        per_team=True,
        meaning="what the company found about each training, one row per training and outcome",
    ),
    Handed(
        "training_courses",
        ("team_id", "training", "outcome", "offset", "start", "effect", "low", "high", "counts"),
        per_team=True,
        meaning="how those who were trained went apart from the others, one row per training, outcome and stretch of days",
    ),
    Handed(
        "training_guards",
        ("team_id", "training", "outcome", "check", "stands", "found", "needed"),
        per_team=True,
        meaning="whether the data can say what a training did, one row per training, outcome and guard",
    ),
)  # fmt: skip
HANDOVER: dict[str, Handed] = {table.name: table for table in _TABLES}


def declared(name: str) -> Handed:
    """What is declared of the table `name`. Raises SnapshotError where there is no such table."""
    if name in HANDOVER:
        return HANDOVER[name]
    near = _near(name, HANDOVER)
    raise SnapshotError(
        f"{name!r} is no table of the handover; expected one of {', '.join(HANDOVER)}. "
        + (f"Did you mean {near!r}? " if near else "")
        + f"A new table is declared in {_DECLARED_IN}."
    )


def place_for(snapshot: Path) -> Path:
    """Where a notebook on the snapshot in this folder keeps the tables: with its run, else with the snapshot."""
    named = os.environ.get(HANDED_OVER)
    return Path(named) if named else snapshot / FOLDER


def file_of(folder: Path, table: Handed, team_id: str) -> Path | None:
    """The file of a day's table as the team (empty: the company) reads it; None for the company and rows of one team each."""
    if not table.per_team:
        return folder / f"{table.name}.parquet"
    return folder / f"{table.name}.{slug(team_id)}.parquet" if team_id else None


def is_anothers(file: Path, team_id: str) -> bool:
    """Whether a file, by its name, is what another team than this one was handed over."""
    name, _, whose = file.stem.partition(".")
    return bool(whose) and name in HANDOVER and whose != slug(team_id)


def hashes(folder: Path, team_id: str | None = None) -> dict[str, str]:
    """Name and hash of every table of a day (`team_id` None), or of those that a team (empty: the company) may read."""
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in _files(folder, team_id)}


def tables_of(place: Path, team_id: str | None = None) -> dict[str, bytes]:
    """The tables of every day, those that a team may read, by their name below the place: to be sent to another machine."""
    days = sorted(place.glob("*"))
    return {file.relative_to(place).as_posix(): file.read_bytes() for day in days for file in _files(day, team_id)}


def put_tables(place: Path, tables: Mapping[str, bytes]) -> None:
    """Put tables that came from another machine into a place."""
    for name, content in tables.items():
        write_whole(place / name, content, durable=False)


def _files(folder: Path, team_id: str | None) -> list[Path]:
    mine = ("", slug(team_id)) if team_id else ("",)
    return [file for file in sorted(folder.glob("*.parquet")) if team_id is None or file.stem.partition(".")[2] in mine]


def _near(name: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.5)), "")
