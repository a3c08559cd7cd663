"""What people earn, and on what: incentive_plan, payout, opportunity_split and invoice."""

import pandas as pd
import pandera.pandas as pa

from salesanalytics.data.tables.schema.columns import (
    Day,
    Text,
    choice,
    day,
    money,
    number,
    ref,
    share,
    signed_money,
    string,
)
from salesanalytics.data.tables.schema.table import OF_DEAL, SHARED, Dated, Table, not_before, of_rep


class IncentivePlan(Table, dated=Dated(born="valid_from"), whose=SHARED):
    """One row per incentive plan."""

    plan_id: Text = string("id of the plan", required=True)
    name: Text = string("name shown to people", default_from="plan_id")
    kind: Text = choice("commission", "bonus", "spiff", "recognition", "time_off", meaning="kind of reward")
    valid_from: Day = day("first day", required=True)
    valid_to: Day = day("last day; empty while it lasts", open_end=True)
    base_rate: float = number("share of bookings paid below the first tier", least=0)
    accelerators: Text = string("tiers as JSON")
    eligible: Text = string("who takes part, as JSON: teams, roles (both must hold), and reps beside them; empty: everybody")
    chosen_by: Text = choice(
        "lot", "teams", "results", "volunteers", "everybody", meaning="how it was decided who takes part; empty: nobody says"
    )
    chosen_from: Day = day("first day whose results were looked at when choosing")
    chosen_to: Day = day("last of these days")
    groups: Text = string("whose effect is looked at apart, as JSON: a list of tenure, role, motivator")
    groups_stated_on: Day = day("day these were written down; after the first day they do not count")

    class Config(Table.Config):
        unique = ["plan_id"]


class Payout(Table, dated=Dated(born="paid_on"), whose=of_rep("rep_id", "period_start", by_deal=False)):
    """One row per payment to a rep."""

    payout_id: Text = string("id of the payment", required=True)
    plan_id: Text = ref("incentive_plan", "under which plan", required=True)
    rep_id: Text = ref("rep", "to whom", required=True)
    period_start: Day = day("first day of the period paid for", required=True)
    amount: float = signed_money("money paid; negative: taken back")
    units: float = number("units instead of money: days off, points", least=0)
    credited_amount: float = money("bookings it was paid on")
    paid_on: Day = day("day of payment")
    opportunity_id: Text = ref("opportunity", "for which deal; empty: for the whole period")
    component: Text = string("part of the pay: commission, accelerator, spiff, mbo, draw, clawback, …")
    plan_version: Text = string("version of the plan it was worked out by")

    class Config(Table.Config):
        unique = ["payout_id"]


SPLIT_OFF = 2e-4  # how far shares as people write them (33.33%) may be from 100% together


class OpportunitySplit(Table, dated=Dated(rule="with its deal"), whose=OF_DEAL, together=True):
    """One row per deal, rep and kind of credit; the revenue shares of a deal add up to 1, overlay shares to anything."""

    opportunity_id: Text = ref("opportunity", "which deal", required=True)
    rep_id: Text = ref("rep", "who is credited", required=True)
    kind: Text = choice("revenue", "overlay", meaning="share of the deal itself, or credit beside it", default="revenue")
    share: float = share("share of the deal's amount that is credited", required=True)

    class Config(Table.Config):
        unique = ["opportunity_id", "rep_id", "kind"]

    @pa.dataframe_check(
        name="revenue shares are not 100%", error="the revenue shares of the deal add up to more or less than 1"
    )
    def shares_whole(cls, split: pd.DataFrame) -> "pd.Series[bool]":
        revenue = split["kind"] == "revenue"
        whole = split["share"].where(revenue).groupby(split["opportunity_id"]).transform("sum")
        return ~revenue | ((whole - 1).abs() <= SPLIT_OFF)


class Invoice(Table, dated=Dated(born="invoiced_on", events={"paid_on": ("paid_amount",)}), whose=OF_DEAL):
    """One row per invoice or credit note of a deal."""

    invoice_id: Text = string("id of the invoice or credit note", required=True)
    opportunity_id: Text = ref("opportunity", "for which deal", required=True)
    invoiced_on: Day = day("day it was written", required=True)
    amount: float = signed_money("money asked for; negative: a credit note", required=True)
    paid_on: Day = day("day it was paid, or paid back; empty if not yet")
    paid_amount: float = signed_money("money that came in, where it is not the amount")

    class Config(Table.Config):
        unique = ["invoice_id"]

    @pa.dataframe_check(name="paid before it was written", error="paid_on is before invoiced_on")
    def paid_after_invoiced(cls, invoice: pd.DataFrame) -> "pd.Series[bool]":
        return not_before(invoice["paid_on"], invoice["invoiced_on"])

    @pa.dataframe_check(name="paid the other way", error="paid_amount and amount have different signs")
    def paid_same_way(cls, invoice: pd.DataFrame) -> "pd.Series[bool]":
        return ~(invoice["amount"] * invoice["paid_amount"] < 0)
