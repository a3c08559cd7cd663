"""The tables we understand, under plain names; constraints live with the columns.

In: nothing. Out: `TABLES`, from table name to pandera model, in the order in which references point backwards
(`lead.converted_opportunity_id` and the self-references are the exceptions, and are checked last).
Only `team`, `rep` and `opportunity` are required.
"""

from dataclasses import dataclass
from typing import Any

from salesanalytics.data.tables.schema.columns import TEXT
from salesanalytics.data.tables.schema.goals import ForecastSubmission, Quota
from salesanalytics.data.tables.schema.growth import Assessment, Commitment, Feedback, TrainingEvent
from salesanalytics.data.tables.schema.pay import IncentivePlan, Invoice, OpportunitySplit, Payout
from salesanalytics.data.tables.schema.people import Employment, Rep, RepAssignment, RepTrait, Team, Territory
from salesanalytics.data.tables.schema.pipeline import (
    Account,
    Activity,
    Campaign,
    Lead,
    Opportunity,
    OpportunityHistory,
    OpportunityLine,
    Product,
    Stage,
)
from salesanalytics.data.tables.schema.table import UNDATED, Dated, Table

TABLES: dict[str, type[Table]] = {
    "team": Team,
    "territory": Territory,
    "rep": Rep,
    "rep_assignment": RepAssignment,
    "employment": Employment,
    "rep_trait": RepTrait,
    "account": Account,
    "product": Product,
    "stage": Stage,
    "campaign": Campaign,
    "opportunity": Opportunity,
    "opportunity_history": OpportunityHistory,
    "opportunity_line": OpportunityLine,
    "lead": Lead,
    "activity": Activity,
    "quota": Quota,
    "forecast_submission": ForecastSubmission,
    "training_event": TrainingEvent,
    "assessment": Assessment,
    "commitment": Commitment,
    "feedback": Feedback,
    "incentive_plan": IncentivePlan,
    "payout": Payout,
    "opportunity_split": OpportunitySplit,
    "invoice": Invoice,
}
REQUIRED_TABLES = ("team", "rep", "opportunity")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a table is: its kind, whether it must be there, what fills it and what it points at."""

    name: str
    kind: str
    meaning: str
    nullable: bool
    default: Any = None
    default_from: str | None = None
    ref: str | None = None
    choices: tuple[str, ...] = ()
    since: int | None = None
    open_end: bool = False

    @property
    def required(self) -> bool:
        """The source or the mapping has to give it: nothing else can."""
        return not self.nullable and self.default is None and self.default_from is None


def columns(table: str) -> dict[str, Column]:
    """Columns of `table` by name, in schema order."""
    fields = TABLES[table].to_schema().columns
    return {
        name: Column(name=name, meaning=field.description or "", nullable=field.nullable, **(field.metadata or {}))
        for name, field in fields.items()
    }


__all__ = ["REQUIRED_TABLES", "TABLES", "TEXT", "UNDATED", "Column", "Dated", "Table", "columns"]
