"""What is sold, to whom, and how each deal moved: account, product, stage, campaign, lead, opportunity and what hangs on it."""

import pandas as pd
import pandera.pandas as pa

from salesanalytics.data.tables.schema.columns import (
    Day,
    Moment,
    Text,
    choice,
    day,
    flag,
    moment,
    money,
    number,
    ref,
    share,
    string,
    whole,
)
from salesanalytics.data.tables.schema.table import OF_DEAL, OWN_RULE, SHARED, UNDATED, Dated, Table, not_before, of_rep

CHANGING = ("stage", "amount", "expected_close_date", "probability", "forecast_category", "owner_rep_id")
"""Columns of a deal whose changes `opportunity_history` keeps."""


class Account(Table, dated=Dated(events={"first_won_on": (), "churned_on": ()}, unlogged=("owner_rep_id",)), whose=OWN_RULE):
    """One row per customer or prospect company."""

    account_id: Text = string("id of the account", required=True)
    name: Text = string("name shown to people", default_from="account_id")
    industry: Text = string("industry of the customer")
    segment: Text = string("small, mid-market, enterprise, …")
    country: Text = string("country of the customer")
    annual_revenue: float = money("the customer's revenue per year")
    employees: float = number("people the customer employs", least=0)
    owner_rep_id: Text = ref("rep", "who looks after the account")
    territory_id: Text = ref("territory", "territory of the account")
    parent_account_id: Text = ref("account", "company above this one")
    first_won_on: Day = day("day of the first won deal", since=1900)
    churned_on: Day = day("day the customer left")

    class Config(Table.Config):
        unique = ["account_id"]


class Product(Table, dated=UNDATED, whose=SHARED):
    """One row per product."""

    product_id: Text = string("id of the product", required=True)
    name: Text = string("name shown to people", default_from="product_id")
    family: Text = string("product family")
    list_price: float = money("price before discount")
    unit_cost: float = money("cost of one unit")
    launched_on: Day = day("first day on sale", since=1900)
    retired_on: Day = day("last day on sale", open_end=True)

    class Config(Table.Config):
        unique = ["product_id"]


class Stage(Table, dated=UNDATED, whose=SHARED):
    """One row per pipeline and stage."""

    pipeline: Text = string("name of the pipeline", default="default")
    stage: Text = string("name of the stage", required=True)
    sort_order: int = whole("place in the pipeline, smallest first")
    default_probability: float = share("win probability the CRM shows for the stage")
    is_closed: bool = flag("a deal in this stage is over")
    is_won: bool = flag("a deal in this stage is won")
    forecast_category: Text = choice("omitted", "pipeline", "best_case", "commit", "closed", meaning="forecast category")

    class Config(Table.Config):
        unique = ["pipeline", "stage"]

    @pa.dataframe_check(name="won but not closed", error="is_won without is_closed")
    def won_is_closed(cls, stage: pd.DataFrame) -> "pd.Series[bool]":
        return stage["is_closed"] | ~stage["is_won"]


class Campaign(Table, dated=Dated(born="start_date"), whose=SHARED):
    """One row per marketing campaign."""

    campaign_id: Text = string("id of the campaign", required=True)
    name: Text = string("name shown to people", default_from="campaign_id")
    channel: Text = string("webinar, fair, search, …")
    start_date: Day = day("first day")
    end_date: Day = day("last day")
    budget: float = money("planned cost")
    spend: float = money("actual cost")

    class Config(Table.Config):
        unique = ["campaign_id"]

    @pa.dataframe_check(name="ends before it starts", error="end_date is before start_date")
    def ends_after_start(cls, campaign: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(campaign["end_date"], campaign["start_date"])


class Lead(
    Table,
    dated=Dated(
        born="created_at",
        events={"first_response_at": (), "qualified_at": (), "converted_at": ("converted_opportunity_id",)},
        days=("created_at",),
    ),
    whose=OWN_RULE,
):
    """One row per lead."""

    lead_id: Text = string("id of the lead", required=True)
    created_at: Moment = moment("when the lead came in", required=True)
    source: Text = string("where it came from")
    campaign_id: Text = ref("campaign", "campaign that brought it")
    owner_rep_id: Text = ref("rep", "who works the lead")
    team_id: Text = ref("team", "team in whose queue the lead waits; empty: its owner's")
    first_response_at: Moment = moment("first answer by a person; empty if none yet")
    qualified_at: Moment = moment("when it was qualified")
    converted_at: Moment = moment("when it became an opportunity")
    converted_opportunity_id: Text = ref("opportunity", "the opportunity it became")
    score: float = number("score given by marketing")
    status: Text = string("status in the source's words")

    class Config(Table.Config):
        unique = ["lead_id"]

    @pa.dataframe_check(name="answered before it came", error="first_response_at is before created_at")
    def answered_after_created(cls, lead: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(lead["first_response_at"], lead["created_at"])


class Opportunity(
    Table,
    dated=Dated(rule="deal", restored=CHANGING, days=("created_at", "closed_at")),
    whose=OWN_RULE,
):
    """One row per opportunity (deal), as it stood when exported."""

    opportunity_id: Text = string("id of the opportunity", required=True)
    name: Text = string("name of the deal; what its owner calls it")
    account_id: Text = ref("account", "the customer")
    owner_rep_id: Text = ref("rep", "who sells it", required=True)
    pipeline: Text = string("name of the pipeline", default="default")
    stage: Text = string("present stage", required=True)
    forecast_category: Text = choice("omitted", "pipeline", "best_case", "commit", "closed", meaning="forecast category")
    amount: float = money("value of the deal; empty while unknown")
    currency: Text = string("currency the deal was made in", default="EUR")
    probability: float = share("win probability the CRM shows")
    created_at: Moment = moment("when it was opened; unknown where the source has none")
    expected_close_date: Day = day("when the owner expects it to close")
    closed_at: Moment = moment("when it was won or lost")
    is_closed: bool = flag("won or lost")
    is_won: bool = flag("won")
    type: Text = choice("new", "expansion", "renewal", meaning="kind of business")
    lead_source: Text = string("where the deal came from")
    campaign_id: Text = ref("campaign", "campaign that brought it")
    product_id: Text = ref("product", "main product, where no lines are kept")
    loss_reason: Text = string("why it was lost")
    competitor: Text = string("against whom")
    next_step: Text = string("what happens next")
    is_deleted: bool = flag("deleted in the source", default=False)

    class Config(Table.Config):
        unique = ["opportunity_id"]

    @pa.dataframe_check(name="won but not closed", error="is_won without is_closed")
    def won_is_closed(cls, deal: pd.DataFrame) -> "pd.Series[bool]":
        return deal["is_closed"] | ~deal["is_won"]

    @pa.dataframe_check(name="closed without a closing date", error="is_closed without closed_at")
    def closed_has_date(cls, deal: pd.DataFrame) -> "pd.Series[bool]":
        return ~deal["is_closed"] | deal["closed_at"].notna()

    @pa.dataframe_check(name="closed before created", error="closed_at is before created_at")
    def closed_after_created(cls, deal: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(deal["closed_at"], deal["created_at"])

    @pa.dataframe_check(name="won without amount", error="is_won with an empty amount")
    def won_has_amount(cls, deal: pd.DataFrame) -> "pd.Series[bool]":
        return ~deal["is_won"] | deal["amount"].notna()


class OpportunityHistory(Table, dated=Dated(born="changed_at", days=("changed_at",)), whose=OF_DEAL, repeats=True):
    """One row per opportunity, moment and field that changed; changes of one moment stand in their order."""

    opportunity_id: Text = ref("opportunity", "which deal", required=True)
    changed_at: Moment = moment("when it changed", required=True)
    field: Text = choice(*CHANGING, meaning="what changed", required=True)
    old_value: Text = string("value before; empty at creation")
    new_value: Text = string("value after")
    changed_by: Text = string("who changed it")

    class Config(Table.Config):
        unique = ["opportunity_id", "changed_at", "field"]


class OpportunityLine(Table, dated=Dated(rule="with its deal"), whose=OF_DEAL):
    """One row per opportunity and product line."""

    opportunity_id: Text = ref("opportunity", "which deal", required=True)
    line_no: int = whole("number of the line", least=0)
    product_id: Text = ref("product", "what is sold", required=True)
    quantity: float = number("how many", least=0)
    unit_price: float = money("price of one after discount")
    discount: float = share("discount on the list price")
    amount: float = money("value of the line")

    class Config(Table.Config):
        unique = ["opportunity_id", "line_no"]


class Activity(
    Table,
    dated=Dated(born="occurred_at", days=("occurred_at",)),
    whose=of_rep("rep_id", "occurred_at"),
):
    """One row per call, mail, meeting, …"""

    activity_id: Text = string("id of the activity", required=True)
    rep_id: Text = ref("rep", "who did it", required=True)
    kind: Text = choice("call", "email", "meeting", "demo", "task", "note", "message", meaning="what it was", required=True)
    occurred_at: Moment = moment("when", required=True)
    duration_s: float = number("how long, in seconds", least=0)
    outcome: Text = string("result in the source's words")
    opportunity_id: Text = ref("opportunity", "for which deal")
    account_id: Text = ref("account", "with which customer")
    lead_id: Text = ref("lead", "for which lead")
    direction: Text = string("inbound or outbound")

    class Config(Table.Config):
        unique = ["activity_id"]
