"""How people learn and what is said: training_event, assessment, commitment, feedback."""

import pandas as pd
import pandera.pandas as pa

from salesanalytics.data.tables.schema.columns import Day, Moment, Text, choice, day, moment, money, number, ref, string
from salesanalytics.data.tables.schema.table import Dated, Table, not_before, of_rep


class TrainingEvent(Table, dated=Dated(born="started_on", events={"completed_on": ()}), whose=of_rep("rep_id", "started_on")):
    """One row per training and rep who took part."""

    training_id: Text = string("id of the training", required=True)
    rep_id: Text = ref("rep", "who took part", required=True)
    topic: Text = string("what was taught")
    started_on: Day = day("first day")
    completed_on: Day = day("last day; empty if not completed")
    hours: float = number("hours spent", least=0)
    cost: float = money("cost for this rep")
    chosen_by: Text = choice(
        "lot", "manager", "wish", "everybody", meaning="how it was decided who takes part; empty: nobody says"
    )

    class Config(Table.Config):
        unique = ["training_id", "rep_id"]


class Assessment(Table, dated=Dated(born="taken_on"), whose=of_rep("rep_id", "taken_on")):
    """One row per assessment of one skill of one rep."""

    assessment_id: Text = string("id of the assessment", required=True)
    rep_id: Text = ref("rep", "who was assessed", required=True)
    skill: Text = string("which skill", required=True)
    taken_on: Day = day("when", required=True)
    score: float = number("points reached", required=True, least=0)
    max_score: float = number("points possible", required=True, least=0)
    training_id: Text = string("training it belongs to")

    class Config(Table.Config):
        unique = ["assessment_id"]

    @pa.dataframe_check(name="score out of range", error="max_score is 0, or score is above it")
    def within_range(cls, assessment: pd.DataFrame) -> "pd.Series[bool]":
        return (assessment["max_score"] > 0) & (assessment["score"] <= assessment["max_score"])


class Commitment(Table, dated=Dated(born="made_on", events={"closed_on": ("state",)}), whose=of_rep("rep_id", "made_on")):
    """One row per commitment made in a one-to-one; a row without `what` says that one was held and nothing agreed on."""

    commitment_id: Text = string("id of the commitment", required=True)
    rep_id: Text = ref("rep", "with whom the one-to-one was held", required=True)
    made_on: Day = day("day of the one-to-one", required=True)
    manager_rep_id: Text = ref("rep", "who held it")
    by: Text = choice("rep", "manager", meaning="who committed", default="rep")
    what: Text = string("what was agreed on")
    due_on: Day = day("by when")
    state: Text = choice("open", "done", "dropped", meaning="how it stands; open where nothing says")
    closed_on: Day = day("day it was done or dropped")

    class Config(Table.Config):
        unique = ["commitment_id"]

    @pa.dataframe_check(name="closed before it was made", error="closed_on is before made_on")
    def closed_after_made(cls, commitment: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(commitment["closed_on"], commitment["made_on"])


class Feedback(
    Table,
    dated=Dated(born="occurred_at", days=("occurred_at",)),
    whose=of_rep("rep_id", "occurred_at"),
):
    """One row per answer of a buyer or an employee."""

    feedback_id: Text = string("id of the answer", required=True)
    author_kind: Text = choice("buyer", "employee", meaning="who answered", required=True)
    occurred_at: Moment = moment("when", required=True)
    text: Text = string("what was written")
    language: Text = string("language code: en, ro, …")
    score: float = number("score given")
    score_scale: Text = choice("nps", "csat5", "stars5", "none", meaning="scale of the score", default="none")
    rep_id: Text = ref("rep", "about which rep")
    account_id: Text = ref("account", "from which customer")
    opportunity_id: Text = ref("opportunity", "about which deal")
    product_id: Text = ref("product", "about which product")
    team_id: Text = ref("team", "from or about which team")
    channel: Text = string("mail, survey, call, …")

    class Config(Table.Config):
        unique = ["feedback_id"]

    @pa.dataframe_check(name="score outside its scale", error="score lies outside score_scale (nps 0-10, csat5 and stars5 1-5)")
    def score_in_scale(cls, feedback: pd.DataFrame) -> "pd.Series[bool]":
        score, scale = feedback["score"], feedback["score_scale"]
        nps = ~scale.eq("nps") | score.between(0, 10)
        five = ~scale.isin(["csat5", "stars5"]) | score.between(1, 5)
        return score.isna() | (nps & five)
