"""One-to-ones: whom to talk to next and what about: what was agreed, deals that need help, one strength, one gap, one question.

In: `rep`, `commitment` (one row per agreement; the days of the talks are read off it), `rep_trait` (how often and in which form
people want to talk), the scorecards, and deals that need a hand (`attention`). Out: one row per person of the team, managers
left out. Who has not said how often gets two weeks, spoken, and it is said. A talk of an earlier stay with the company, or in
another team, is not this one's. A strength or a gap is only what the scorecards call beyond chance; without any there is none.
It sets out what is due and agreed; whether somebody does well is for analysts alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesanalytics.analyses.dashboard.attention import Attention, attention
from salesanalytics.analyses.managing.scorecards import Scorecards
from salesanalytics.base.calendar import Period
from salesanalytics.base.finding import Evidence, Finding
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.data.tables.teams import spans
from salesanalytics.facts.employment import stays
from salesanalytics.facts.quotas import managers

EVERY_DAYS, FORM, CADENCE = 14, "spoken", "every_two_weeks"
"""What holds for who has not said."""
SOON_DAYS = 7
CADENCES = {
    "weekly": ("weekly", 7), "every week": ("weekly", 7), "saptamanal": ("weekly", 7), "in fiecare saptamana": ("weekly", 7),
    "every two weeks": ("every_two_weeks", 14), "biweekly": ("every_two_weeks", 14), "fortnightly": ("every_two_weeks", 14),
    "la doua saptamani": ("every_two_weeks", 14), "o data la doua saptamani": ("every_two_weeks", 14),
    "monthly": ("monthly", 28), "every month": ("monthly", 28), "lunar": ("monthly", 28),
}  # fmt: skip
FORMS = {
    "spoken": "spoken", "verbal": "spoken", "vorbit": "spoken", "written": "written", "scris": "written",
    "data first": "data_first", "intai cifrele": "data_first", "side by side": "side_by_side", "alaturi": "side_by_side",
}  # fmt: skip
PEOPLE = [
    "rep_id", "name", "form", "form_said", "cadence", "cadence_said", "every", "last_on", "due_on", "days_overdue", "state",
    "open", "overdue", "done", "dropped", "deals", "amount", "strength", "strength_apart", "gap", "gap_apart", "question",
]  # fmt: skip
AGREED = ["rep_id", "name", "what", "by", "made_on", "due_on", "state", "days_overdue"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OneToOnes(Result):
    """`table`: one row per person: rep_id, name, form and cadence (as wished, else the usual) and whether each was said, every
    (days), last_on (the last talk; missing: none yet), due_on, days_overdue, state (overdue, soon, later, unknown), open and
    overdue commitments, done and dropped ones since the last talk, deals that need help and their amount, strength and gap (a
    KPI each, beyond chance, or "") and how far from peers, question (a key of words).
    `commitments`: one row per commitment carried over: rep_id, name, what, by, made_on, due_on, state (open, overdue, done,
    dropped), days_overdue. `deals`: rows of `Attention.table` with rep_id. `recorded`: one-to-ones are written down at all;
    `compared`: there are scorecards to read strengths off.
    """

    commitments: pd.DataFrame
    deals: pd.DataFrame
    recorded: bool
    compared: bool

    def of(self, rep_id: str) -> "OneToOnes":
        """The same for one person."""
        table, commitments, deals = (
            rows[rows["rep_id"] == rep_id].reset_index(drop=True) for rows in (self.table, self.commitments, self.deals)
        )
        return replace(self, table=table, commitments=commitments, deals=deals)


def one_to_ones(
    tables: Tables, *, as_of: date, period: Period, cards: Scorecards | None = None, needs: Attention | None = None
) -> OneToOnes:
    """The next talk with everybody who is in the team on `as_of`.

    `cards`: the scorecards, for strengths and gaps; without them none are named. `needs`: the deals that need a hand, where
    they have been worked out.
    """
    tables = known_on(tables, as_of)
    people = _people(tables, as_of)
    talks = _talks(tables, people)
    commitments = _carried_over(talks, as_of)
    needs = needs or attention(tables, as_of=as_of, period=period)
    owner = tables["opportunity"].set_index("opportunity_id")["owner_rep_id"]
    deals = needs.table.assign(rep_id=needs.table["opportunity_id"].map(owner))
    recorded = "commitment" in tables and len(tables["commitment"]) > 0
    table = _undated(people, _wishes(tables))
    if recorded:
        table = _dated(table, talks, tables["commitment"]["made_on"].min(), as_of)
    table = _counted(table, commitments, deals).merge(_cards(cards), how="left", on="rep_id")
    table = table.fillna({"strength": "", "gap": ""})
    table = table.assign(question=[_question(row) for row in table.to_dict("records")])
    table = table.sort_values(["days_overdue", "name", "rep_id"], ascending=[False, True, True], ignore_index=True)[PEOPLE]
    deals = deals[deals["rep_id"].isin(table["rep_id"])].reset_index(drop=True)
    answer = OneToOnes(
        as_of=as_of, period=period, table=table, commitments=commitments, deals=deals,
        recorded=recorded, compared=cards is not None and len(cards.table) > 0,
    )  # fmt: skip
    return answer.saying(*_findings(answer))


def _people(tables: Known, as_of: date) -> pd.DataFrame:
    """Everybody in the team today but who leads it: rep_id, name, hired (this stay), since (in the team, this stay)."""
    today, rep = pd.Timestamp(as_of), tables["rep"]
    span = spans(tables)
    span = span[~(span["valid_from"] > today) & ~(span["valid_to"] < today)]
    stay = stays(tables)
    stay = stay[~(stay["hired"] > today) & ~(stay["left"] <= today)].drop_duplicates("rep_id", keep="last")
    people = span.drop_duplicates("rep_id", keep="last").merge(stay[["rep_id", "hired"]], on="rep_id")
    leading = [*managers(tables)["rep_id"], *rep.loc[rep["role"] == "manager", "rep_id"]]
    people = people[~people["rep_id"].isin(leading)]
    begun = people["valid_from"].where(~(people["hired"] > people["valid_from"]), people["hired"])
    name = people["rep_id"].map(rep.set_index("rep_id")["name"]).fillna(people["rep_id"])
    return pd.DataFrame({"rep_id": people["rep_id"], "name": name, "hired": people["hired"], "since": begun}).reset_index(
        drop=True
    )


def _talks(tables: Known, people: pd.DataFrame) -> pd.DataFrame:
    """The commitments of these people's present stay, with `last`: the day of each one's last talk."""
    if "commitment" not in tables:
        return pd.DataFrame(
            columns=["rep_id", "name", "hired", "made_on", "what", "by", "due_on", "state", "closed_on", "last"]
        )
    talks = tables["commitment"].merge(people[["rep_id", "name", "hired"]], on="rep_id")
    talks = talks[~(talks["made_on"] < talks["hired"])]
    return talks.assign(last=talks.groupby("rep_id")["made_on"].transform("max"))


def _carried_over(talks: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What was agreed on and is open, and what was done or dropped since the last talk; the most overdue first."""
    rows = talks[talks["what"].notna()]
    rows = rows.assign(due_on=rows["due_on"].where(~(rows["due_on"] < rows["made_on"])))  # a due day before it is a slip
    closed = rows["state"].isin(["done", "dropped"])
    fresh = (rows["closed_on"] >= rows["last"]) | (rows["closed_on"].isna() & (rows["made_on"] == rows["last"]))
    rows = rows[~closed | fresh]
    days = (pd.Timestamp(as_of) - rows["due_on"]).dt.days.clip(lower=0) if len(rows) else pd.Series(dtype="float64")
    late = ~rows["state"].isin(["done", "dropped"]) & (days > 0)
    state = rows["state"].fillna("open").mask(late, "overdue")
    rows = rows.assign(state=state, days_overdue=days.where(late, 0).fillna(0).astype("int64"))
    return rows.sort_values(
        ["days_overdue", "due_on", "rep_id", "what"], ascending=[False, True, True, True], ignore_index=True
    )[AGREED]


def _wishes(tables: Known) -> pd.DataFrame:
    """Per person the latest wish that can be read: form, cadence and every (days); missing where there is none."""
    wishes: dict[str, dict[str, Any]] = {}
    said = (
        tables["rep_trait"]
        if "rep_trait" in tables
        else pd.DataFrame(columns=["kind", "rep_id", "name", "value", "observed_on"])
    )
    said = said[said["kind"] == "feedback_preference"].sort_values(["observed_on", "name"], kind="stable")
    for row in said[["rep_id", "name", "value"]].to_dict("records"):
        word = _plain(row["value"] if isinstance(row["value"], str) else row["name"])
        mine = wishes.setdefault(str(row["rep_id"]), {})
        if word in CADENCES:
            mine["cadence"], mine["every"] = CADENCES[word]
        elif word in FORMS:
            mine["form"] = FORMS[word]
    rows = pd.DataFrame([{"rep_id": rep, **wish} for rep, wish in wishes.items()])
    return rows.reindex(columns=["rep_id", "form", "cadence", "every"])


def _plain(word: str) -> str:
    return " ".join(word.casefold().translate(str.maketrans("ăâîșşțţ_-", "aaisstt  ")).split())


def _undated(people: pd.DataFrame, wishes: pd.DataFrame) -> pd.DataFrame:
    """People and their wishes, where no one-to-one is written down: nothing can be due."""
    rows = people.merge(wishes.astype({"rep_id": people["rep_id"].dtype}), how="left", on="rep_id")
    never = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")
    return rows.assign(
        form_said=rows["form"].notna(), cadence_said=rows["cadence"].notna(), form=rows["form"].fillna(FORM),
        cadence=rows["cadence"].fillna(CADENCE), every=rows["every"].fillna(EVERY_DAYS).astype("int64"),
        last_on=never, due_on=never, days_overdue=0, state="unknown",
    )  # fmt: skip


def _dated(rows: pd.DataFrame, talks: pd.DataFrame, begin: pd.Timestamp, as_of: date) -> pd.DataFrame:
    """The same with the last talk, and when the next one is due: from the last, else from the first day in the team.

    `begin`: the first talk that was written down at all; earlier ones could not be seen.
    """
    today = pd.Timestamp(as_of)
    last = pd.to_datetime(rows["rep_id"].map(talks.groupby("rep_id")["made_on"].max()))
    since = rows["since"].where(rows["since"] > begin, begin)
    due = last.fillna(since) + pd.to_timedelta(rows["every"], unit="D")
    late = (today - due).dt.days.clip(lower=0).astype("int64")
    state = np.select([late > 0, (due - today).dt.days <= SOON_DAYS], ["overdue", "soon"], "later")
    return rows.assign(last_on=last, due_on=due, days_overdue=late, state=state)


def _counted(table: pd.DataFrame, commitments: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    states = commitments.groupby(["rep_id", "state"]).size()
    counts = {
        name: [int(states.get((rep, name), 0)) for rep in table["rep_id"]] for name in ("open", "overdue", "done", "dropped")
    }
    needing = deals.groupby("rep_id")["amount"].agg(["size", "sum"])
    number, amount = (table["rep_id"].map(needing[name]).fillna(0) for name in ("size", "sum"))
    urgent = table["rep_id"].map(deals.groupby("rep_id")["urgent"].any()).eq(True)
    return table.assign(**counts, deals=number.astype("int64"), amount=amount.astype("float64"), urgent=urgent)


def _cards(cards: Scorecards | None) -> pd.DataFrame:
    """Per person the clearest strength and gap beyond chance, and how far from the peers (as a share of what is usual)."""
    columns = ["rep_id", "strength", "strength_apart", "gap", "gap_apart"]
    if cards is None or cards.table.empty:
        return pd.DataFrame(columns=columns)
    rows = cards.table[cards.table["differs"] & cards.table["good"].notna()].sort_values(["p", "kpi"])
    rows = rows.assign(apart=rows["value"] / rows["usual"] - 1)
    parts = []
    for name, good in (("strength", True), ("gap", False)):
        first = rows[rows["good"].eq(good).astype(bool)].drop_duplicates("rep_id").set_index("rep_id")
        parts.append(pd.DataFrame({name: first["kpi"], f"{name}_apart": first["apart"]}))
    both = pd.concat(parts, axis=1).rename_axis("rep_id").reset_index()
    return both[columns]


def _question(row: Mapping[Any, Any]) -> str:
    """What to ask: what was agreed comes first, then deals that decide the period, then what the cards say."""
    asked = {"overdue": row["overdue"] > 0, "deals": row["urgent"], "gap": bool(row["gap"]), "strength": bool(row["strength"])}
    return next((question for question, holds in asked.items() if holds), "open")


def _findings(found: OneToOnes) -> list[Finding]:
    people = len(found.table)
    evidence = Evidence(people, "reps")
    about: dict[str, Any] = {"about": ("people", "")}
    if not people:
        return [Finding("one_to_ones.nobody", "watch", {}, evidence, owner="operations", **about, says="record")]
    if not found.recorded:
        return [
            Finding("one_to_ones.not_recorded", "watch", {"n": people}, evidence, owner="operations", **about, says="record")
        ]
    told = []
    late = found.table[found.table["days_overdue"] > 0]
    if len(late):
        first = late.iloc[0]
        values = {"n": len(late), "all": people, "name": first["name"], "days": int(first["days_overdue"])}
        told.append(Finding("one_to_ones.overdue", "watch", values, evidence, **about, says="talk"))
    kept = found.commitments
    overdue = kept[kept["state"] == "overdue"]
    if len(overdue):
        values = {"n": len(overdue), "open": int((kept["state"] == "open").sum()), "days": int(overdue["days_overdue"].max())}
        told.append(Finding("one_to_ones.agreed", "watch", values, Evidence(len(kept), "commitments"), **about, says="talk"))
    if not told:
        told = [Finding("one_to_ones.in_time", "good", {"n": people}, evidence, **about, says="keep")]
    return told
