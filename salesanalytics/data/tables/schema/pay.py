"""What people earn: incentive_plan and payout."""

from salesanalytics.data.tables.schema.columns import Day, Text, choice, day, money, number, ref, string
from salesanalytics.data.tables.schema.table import SHARED, Dated, Table, of_rep


class IncentivePlan(Table, dated=Dated(born="valid_from"), whose=SHARED):
    """One row per incentive plan."""

    plan_id: Text = string("id of the plan", required=True)
    name: Text = string("name shown to people", default_from="plan_id")
    kind: Text = choice("commission", "bonus", "spiff", "recognition", "time_off", meaning="kind of reward")
    valid_from: Day = day("first day", required=True)
    valid_to: Day = day("last day; empty while it lasts", open_end=True)
    base_rate: float = number("share of bookings paid below the first tier", least=0)
    accelerators: Text = string("tiers as JSON")
    eligible: Text = string("who takes part, as JSON: teams, roles or reps; empty: everybody")
    chosen_by: Text = choice(
        "lot", "teams", "results", "volunteers", "everybody", meaning="how it was decided who takes part; empty: nobody says"
    )
    chosen_from: Day = day("first day whose results were looked at when choosing")
    chosen_to: Day = day("last of these days")

    class Config(Table.Config):
        unique = ["plan_id"]


class Payout(Table, dated=Dated(born="paid_on"), whose=of_rep("rep_id", "period_start")):
    """One row per payment to a rep."""

    payout_id: Text = string("id of the payment", required=True)
    plan_id: Text = ref("incentive_plan", "under which plan", required=True)
    rep_id: Text = ref("rep", "to whom", required=True)
    period_start: Day = day("first day of the period paid for", required=True)
    amount: float = money("money paid")
    units: float = number("units instead of money: days off, points", least=0)
    credited_amount: float = money("bookings it was paid on")
    paid_on: Day = day("day of payment")

    class Config(Table.Config):
        unique = ["payout_id"]
