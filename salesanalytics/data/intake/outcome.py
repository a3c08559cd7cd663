"""What deals need beyond the rules of single columns: their pipeline, whether they are closed and won, a stage and a team.

In: the typed deals, or a sieve that goes through a table's rules, and the tables before it. Out: deals with flags; rows whose
stage, owner or scope leads nowhere are set aside; leads of no team are counted.
"""

from datetime import date
from typing import Any

import pandas as pd

from salesanalytics.base.slug import MAX_LENGTH
from salesanalytics.data.intake.quality import Problem, Quality, sample
from salesanalytics.data.intake.rules import Sieve, same_ids
from salesanalytics.data.tables.among import among
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.data.tables.past_deals import guess_is_lost
from salesanalytics.data.tables.schema import TEXT, columns
from salesanalytics.data.tables.teams import calendar_day, deal_team, lead_team, sellers, spans

NO_TEAM = "Give leads an owner when they come, or name the team in whose queue they wait in lead.team_id"


def with_outcome(deals: pd.DataFrame, stage: pd.DataFrame | None, quality: Quality) -> pd.DataFrame:
    """Deals with their pipeline and the flags closed and won, which the stage tells where the source has none."""
    return _only_closed_have_a_day(_with_flags(_with_pipeline(deals, stage), stage, quality), quality)


def _only_closed_have_a_day(deals: pd.DataFrame, quality: Quality) -> pd.DataFrame:
    """A closing day on a deal that is not closed is a plan: it is emptied, so that nothing takes it for a fact."""
    planned = deals["closed_at"].notna() & deals["is_closed"].eq(False).fillna(False)
    if not planned.any():
        return deals
    rule = "closed_at stands on deals that are not closed (left empty)"
    remedy = "Where one column holds plan and fact, map closed_at with when_in: the stages that are closed"
    few = sample(deals.loc[planned, "opportunity_id"].head(50))
    quality.add(Problem("opportunity", rule, int(planned.sum()), "note", few, remedy))
    return deals.assign(closed_at=deals["closed_at"].mask(planned))


def told_of_dates(tables: dict[str, pd.DataFrame], quality: Quality, today: date, timezone: str) -> None:
    """Says where the expected close of closed deals may be what the CRM wrote when they closed: nothing is learnt from it."""
    if "opportunity" not in tables or quality.fatal:
        return
    deals = tables["opportunity"]
    dated = deals["is_closed"] & deals["expected_close_date"].notna()
    end = known_on(tables, today, timezone).end
    if dated.any() and guess_is_lost(deals, tables.get("opportunity_history"), end).all():
        same = dated & (deals["expected_close_date"] == calendar_day(deals["closed_at"], timezone))
        rule = (
            "when closed deals had been expected to close is unknown: no log tells it, and the date may have been overwritten "
            f"(it is the closing day in {int(same.sum()):,}). It is not learnt from, and slippage is not worked out"
        )
        remedy = "Give the log of expected_close_date in opportunity_history"
        quality.add(Problem("opportunity", rule, int(dated.sum()), "note", (), remedy))


def in_one_team(assignment: pd.DataFrame, quality: Quality) -> pd.DataFrame:
    """Assignments of which none lasts into a later one to another team: a day is in the team that a rep came to last."""
    ordered = assignment.sort_values(["rep_id", "valid_from"], kind="stable")
    moved = ordered["team_id"].ne(ordered.groupby("rep_id")["team_id"].shift()) & ordered["rep_id"].eq(
        ordered["rep_id"].shift()
    )
    arrived = ordered["valid_from"].where(moved).groupby(ordered["rep_id"]).shift(-1)
    left = arrived.groupby(ordered["rep_id"]).bfill() - pd.Timedelta(days=1)
    late = (ordered["valid_to"].isna() | (ordered["valid_to"] > left)) & left.notna()
    if not late.any():
        return assignment
    rule = "lasts into an assignment of the same rep to another team: taken to end on the day before it"
    rows = ordered.loc[late]
    few = sample(rows["rep_id"].astype(str) + " / " + rows["valid_from"].dt.strftime("%Y-%m-%d"))
    quality.add(Problem("rep_assignment", rule, int(late.sum()), "note", few))
    return assignment.assign(valid_to=ordered["valid_to"].mask(late, left).reindex(assignment.index))


def sold_by_their_sellers(tables: dict[str, pd.DataFrame], quality: Quality) -> None:
    """Gives closed deals back to who owned them when they closed, where the log tells of a later change of owner."""
    if not {"opportunity", "opportunity_history", "rep"} <= set(tables):
        return
    deals = tables["opportunity"]
    seller = sellers(deals, tables["opportunity_history"])
    moved = seller.ne(deals["owner_rep_id"]) & among(seller, spans(tables)["rep_id"])
    if moved.any():
        rule = "changed hands after it was closed: counts for who owned it then"
        quality.add(Problem("opportunity", rule, int(moved.sum()), "note", sample(deals.loc[moved, "opportunity_id"].head(50))))
        tables["opportunity"] = deals.assign(owner_rep_id=deals["owner_rep_id"].mask(moved, seller))


def _with_pipeline(deals: pd.DataFrame, stage: pd.DataFrame | None) -> pd.DataFrame:
    """Where the source names no pipeline of its deals and there is only one, it is that one."""
    default = columns("opportunity")["pipeline"].default
    if stage is None or stage["pipeline"].nunique() != 1 or not deals["pipeline"].eq(default).all():
        return deals
    return deals.assign(pipeline=stage["pipeline"].iloc[0]).astype({"pipeline": TEXT})


def _with_flags(deals: pd.DataFrame, stage: pd.DataFrame | None, quality: Quality) -> pd.DataFrame:
    """Where the source has no closed and won flags, the stage says it."""
    if deals["is_closed"].notna().any() and deals["is_won"].notna().any():
        return deals
    if stage is None:
        remedy = "Give a stage table, or is_closed and is_won, e.g. is_won: {from: Stage, in: [Won]}"
        quality.add(Problem("opportunity", "nothing says which deals are closed and won", 0, "fatal", (), remedy))
        return deals.fillna({"is_closed": False, "is_won": False})
    key = pd.MultiIndex.from_frame(deals[["pipeline", "stage"]])
    flags = stage.drop_duplicates(["pipeline", "stage"]).set_index(["pipeline", "stage"])[["is_closed", "is_won"]].reindex(key)
    # an unknown stage is reported as such; its flags only have to be something
    outcome = {str(name): flags[name].eq(True).to_numpy() for name in flags}
    return deals.assign(**outcome).astype(dict.fromkeys(outcome, "boolean"))


def _named(tables: dict[str, pd.DataFrame], scope: str) -> "pd.Series[Any] | None":
    """What a quota or forecast of this scope may be set for; None where any name will do."""
    if scope == "region":
        return tables["team"]["region"].dropna() if "team" in tables else None
    table = {"manager": "rep"}.get(scope, scope)
    return tables[table][f"{table}_id"] if table in tables else None


def special(sieve: Sieve, tables: dict[str, pd.DataFrame], today: date, timezone: str) -> None:
    """Rules of a table that look at two columns and another table."""
    frame = sieve.frame
    stage = tables.get("stage")
    remedy = "Add the stage to the stage table, or map the word under tables.opportunity.columns.stage.map"
    if sieve.table == "team":
        _long_names(sieve)
    if sieve.table == "opportunity":
        sieve.quarantine(frame["is_deleted"].fillna(False).astype(bool), "deleted in the source")
        if stage is not None:
            known = pd.MultiIndex.from_frame(stage[["pipeline", "stage"]])
            strange = pd.Series(~pd.MultiIndex.from_frame(frame[["pipeline", "stage"]]).isin(known), index=frame.index)
            elsewhere = strange & among(frame["stage"], stage["stage"])
            rule = f"its pipeline has no such stage; there are the pipelines {', '.join(stage['pipeline'].unique())}"
            sieve.quarantine(
                elsewhere, rule, "Give the deal the pipeline of its stage, or add the stage to it", show="pipeline"
            )
            sieve.quarantine(strange, f"stage is none of {', '.join(stage['stage'].unique())}", remedy, show="stage")
        if "rep" in tables:
            homeless = deal_team(frame, spans(tables), today, timezone).isna()
            sieve.quarantine(
                homeless,
                "its owner was never in a team",
                "Give the owner a team: rep.team_id, or a row of rep_assignment",
                show="owner_rep_id",
            )
    if sieve.table == "lead" and {"team", "rep"} <= tables.keys():
        _without_team(sieve, tables, timezone)
    if sieve.table == "opportunity_history" and stage is not None:
        unknown = frame["field"].eq("stage") & ~among(frame["new_value"], stage["stage"])
        sieve.quarantine(unknown, "new_value is no known stage", remedy, show="new_value")
    if sieve.table in ("quota", "forecast_submission"):
        for scope in frame["scope"].dropna().unique():
            ids = _named(tables, str(scope))
            if ids is not None:
                unknown = sieve.frame["scope"].eq(scope) & ~among(sieve.frame["scope_id"], ids)
                unknown = same_ids(sieve, "scope_id", unknown, ids)
                sieve.quarantine(unknown, f"scope_id is none of the known ones of scope {scope}", show="scope_id")


def _without_team(sieve: Sieve, tables: dict[str, pd.DataFrame], timezone: str) -> None:
    """Leads that are nobody's count for the company and for no team, which has to be said."""
    lead = sieve.kept()
    alone = lead["owner_rep_id"].isna() & lead["team_id"].isna()
    homeless = lead_team(lead, spans(tables), tables["team"]["team_id"], timezone).isna()
    for rows, rule, remedy in (
        (homeless, f"of no team, out of {len(lead):,} leads; they count for the company and on no team's page", NO_TEAM),
        (alone & ~homeless, f"without owner, out of {len(lead):,} leads; they count for the only team", ""),
    ):
        if rows.any():
            named = sample(lead.loc[rows, "lead_id"])
            sieve.problems.append(Problem("lead", rule, int(rows.sum()), "note", named, remedy))


def _long_names(sieve: Sieve) -> None:
    """An id too long for a file's name costs no page, but the page is not called as the team is."""
    long = sieve.frame["team_id"].str.len().gt(MAX_LENGTH).fillna(False).astype(bool) & ~sieve.out
    if long.any():
        rule = f"team_id has more than {MAX_LENGTH} characters: its page and its folder are called by a shorter name"
        remedy = "Put what is shown into name, and a short id into team_id"
        sieve.problems.append(Problem(sieve.table, rule, int(long.sum()), "note", sieve.names(long, None), remedy))
