"""Who sells, where, under whom and since when: team, territory, rep, rep_assignment, employment, rep_trait."""

import pandas as pd
import pandera.pandas as pa

from salesanalytics.data.tables.schema.columns import (
    Day,
    MaybeFlag,
    Text,
    choice,
    day,
    maybe_flag,
    money,
    number,
    ref,
    string,
)
from salesanalytics.data.tables.schema.table import OWN_RULE, UNDATED, Dated, Table, not_before, of_rep

LEAVE_TYPES = ("voluntary", "involuntary", "transfer", "unknown")
OF_LEAVING = ("leave_type", "exit_reason", "regretted")  # what is only known of a person once they have left


class Team(Table, dated=UNDATED, whose=OWN_RULE):
    """One row per team."""

    team_id: Text = string("id of the team", required=True)
    name: Text = string("name shown to people", default_from="team_id")
    parent_team_id: Text = ref("team", "team above this one")
    region: Text = string("region the team belongs to")
    manager_rep_id: Text = ref("rep", "who leads the team")

    class Config(Table.Config):
        unique = ["team_id"]


class Territory(Table, dated=UNDATED, whose=OWN_RULE):
    """One row per sales territory."""

    territory_id: Text = string("id of the territory", required=True)
    name: Text = string("name shown to people", default_from="territory_id")
    parent_territory_id: Text = ref("territory", "territory above this one")
    region: Text = string("region the territory belongs to")
    potential: float = money("yearly market potential")

    class Config(Table.Config):
        unique = ["territory_id"]


class Rep(Table, dated=Dated(born="hire_date", events={"leave_date": OF_LEAVING}, unlogged=("is_active",)), whose=OWN_RULE):
    """One row per person who sells or leads sellers, present or past; of people who came back, their last stay."""

    rep_id: Text = string("id of the rep", required=True)
    name: Text = string("name shown to people", default_from="rep_id")
    email: Text = string("work address; joins HR and CRM")
    role: Text = choice("sdr", "ae", "am", "manager", "other", meaning="what the rep does", default="ae")
    team_id: Text = ref("team", "present team, where no rep_assignment is kept")
    hire_date: Day = day("first day with the company; unknown where the source has none", since=1940)
    leave_date: Day = day("last day with the company; empty for present reps", open_end=True)
    leave_type: Text = choice(*LEAVE_TYPES, meaning="on whose account the rep left")
    exit_reason: Text = string("reason given for leaving: pay, manager, career, …")
    regretted: MaybeFlag = maybe_flag("whether the company would have kept the rep")
    is_active: MaybeFlag = maybe_flag("whether the rep is still with the company, where no leave_date is kept")
    contract: Text = choice("employee", "contractor", "temporary", meaning="kind of contract", default="employee")
    base_salary: float = money("fixed pay per year")
    ote: float = money("on-target earnings per year")
    work_mode: Text = string("office, hybrid, remote, …")

    class Config(Table.Config):
        unique = ["rep_id"]

    @pa.dataframe_check(name="leaves before hired", error="leave_date is before hire_date")
    def leaves_after_hired(cls, rep: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(rep["leave_date"], rep["hire_date"])


class RepAssignment(Table, dated=Dated(born="valid_from", events={"valid_to": ()}), whose=OWN_RULE):
    """One row per rep and span of days in one team."""

    rep_id: Text = ref("rep", "who", required=True)
    valid_from: Day = day("first day in this team", required=True, since=1940)
    valid_to: Day = day("last day in this team; empty while it lasts", open_end=True)
    team_id: Text = ref("team", "which team", required=True)
    manager_rep_id: Text = ref("rep", "manager during the span")
    territory_id: Text = ref("territory", "territory worked during the span")
    region: Text = string("region during the span")

    class Config(Table.Config):
        unique = ["rep_id", "valid_from"]

    @pa.dataframe_check(name="ends before it starts", error="valid_to is before valid_from")
    def ends_after_start(cls, span: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(span["valid_to"], span["valid_from"])


class Employment(Table, dated=Dated(born="hired_on", events={"left_on": OF_LEAVING}), whose=OWN_RULE, together=True):
    """One row per rep and stay with the company: who left and came back has several."""

    rep_id: Text = ref("rep", "who", required=True)
    hired_on: Day = day("first day of the stay", required=True, since=1940)
    left_on: Day = day("last day of the stay; empty while it lasts", open_end=True)
    leave_type: Text = choice(*LEAVE_TYPES, meaning="on whose account the rep left")
    exit_reason: Text = string("reason given for leaving: pay, manager, career, …")
    regretted: MaybeFlag = maybe_flag("whether the company would have kept the rep")
    contract: Text = choice("employee", "contractor", "temporary", meaning="kind of contract", default="employee")

    class Config(Table.Config):
        unique = ["rep_id", "hired_on"]

    @pa.dataframe_check(name="leaves before hired", error="left_on is before hired_on")
    def leaves_after_hired(cls, stay: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(stay["left_on"], stay["hired_on"])

    @pa.dataframe_check(name="hired again before leaving", error="stay overlaps one of the same rep that ends later")
    def one_stay_at_a_time(cls, stay: pd.DataFrame) -> "pd.Series[bool]":
        days = stay[["rep_id", "hired_on"]].assign(end=stay["left_on"].fillna(pd.Timestamp(2200, 1, 1)), row=range(len(stay)))
        pairs = days.merge(days, on="rep_id", suffixes=("", "_of"))
        both = (
            (pairs["row"] != pairs["row_of"]) & (pairs["hired_on"] <= pairs["end_of"]) & (pairs["hired_on_of"] <= pairs["end"])
        )
        # who is there must not count as gone, so the stay that ends later counts
        shorter = (pairs["end"] < pairs["end_of"]) | (pairs["end"] == pairs["end_of"]) & (
            pairs["hired_on"] > pairs["hired_on_of"]
        )
        return pd.Series(~days["row"].isin(pairs.loc[both & shorter, "row"]), index=stay.index)


class RepTrait(Table, dated=Dated(born="observed_on"), whose=of_rep("rep_id", "observed_on")):
    """One row per rep, kind, name and day observed: a skill, motivator or preference."""

    rep_id: Text = ref("rep", "who", required=True)
    kind: Text = choice("trait", "skill", "motivator", "feedback_preference", meaning="kind of trait", required=True)
    name: Text = string("which trait: discovery, recognition, weekly, …", required=True)
    score: float = number("strength, in the source's own scale")
    value: Text = string("word instead of a score")
    observed_on: Day = day("when it was observed", required=True)
    source: Text = string("self, manager, survey, …")

    class Config(Table.Config):
        unique = ["rep_id", "kind", "name", "observed_on"]
