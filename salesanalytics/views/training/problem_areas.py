"""Problem areas: a line per stage that has something to say, dots of sellers, and both as tables."""

import pandas as pd

from salesanalytics.analyses.training.problem_areas import ProblemAreas
from salesanalytics.show.blocks import Block, Blocks, Missing, Nothing
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.sentences import chart_title, table_names
from salesanalytics.show.tables import Col, table
from salesanalytics.show.words import Words

MOST_CHARTS = 2


def problem_areas_figures(found: ProblemAreas, words: Words) -> Block:
    """The stages with a month outside as lines with their limits, at most two; of none, the one that scatters most."""
    if found.missing:
        return Missing(words.say("problem_areas.missing", tables=table_names(found.missing, words)))
    if not found.points:
        return Missing(words.say("problem_areas.no_chart"))
    rows = found.table
    worst = rows[rows["outside"] != ""].sort_values(["month", "place"], ascending=[False, True])["stage"].drop_duplicates()
    if worst.empty:
        judged = rows[rows["judged"]]
        away = ((judged["share"] - judged["center"]) / (judged["center"] - judged["low"]).clip(lower=1e-9)).abs()
        worst = judged.loc[judged.index == away.idxmax(), "stage"]
    return Blocks(tuple(_in_time(str(stage), found, words) for stage in worst.head(MOST_CHARTS)))


def _in_time(stage: str, found: ProblemAreas, words: Words) -> Block:
    rows = found.table[(found.table["stage"] == stage) & (found.table["decided"] > 0)]
    said = [one for one in found.findings if one.about == ("stage", stage)]
    sure = rows[rows["judged"]]
    title = chart_title(said[0], words) if said else words.say("problem_areas.steady_title", stage=stage)
    return lines(
        rows.assign(share=rows["share"].where(rows["judged"] | (rows["month"] < sure["month"].min()))),
        "month",
        "share",
        words=words,
        low="low",
        high="high",
        goal=float(rows["center"].iloc[0]),
        goal_text=words.say("problem_areas.center", center=rows["center"].iloc[0]),
        unit="share",
        zero=False,
        title=title,
        subtitle=words.say("problem_areas.subtitle", stage=stage),
        note=words.say("problem_areas.note", rate=found.rate, n=found.points, sigma=rows["sigma_z"].iloc[0]),
        alt=words.say("problem_areas.alt", stage=stage),
    )


def problem_areas_reps(found: ProblemAreas, words: Words) -> Block:
    """The sellers in the stage in which most of them stand outside, or in which they differ most; shrunken, with intervals."""
    if found.missing or found.reps.empty:
        return Nothing()
    rows = found.reps
    by = rows.assign(out=rows["outside"] != "").groupby("stage", sort=False).agg(out=("out", "sum"), p=("p", "min"))
    stage = str(by.sort_values(["out", "p"], ascending=[False, True], kind="stable").index[0])
    shown = rows[rows["stage"] == stage]
    if len(shown) < 2:
        return Nothing()
    said = next(
        (one for one in found.findings if one.values.get("stage") == stage and one.about and one.about[0] == "rep"), None
    )
    usual = float(shown["went_on"].sum() / shown["decided"].sum())
    return dots(
        shown.assign(out=shown["outside"] != ""),
        "name",
        "shrunken",
        "shrunken_low",
        "shrunken_high",
        "decided",
        usual,
        words=words,
        reference_text=words.say("problem_areas.everybody", share=usual),
        better="high",
        marked="out",
        title=chart_title(said, words) if said else words.say("problem_areas.reps_title", stage=stage),
        subtitle=words.say("problem_areas.reps_subtitle", stage=stage, span=found.period.span),
        note=words.say("problem_areas.reps_note", rate=found.rate, n=found.cells),
        alt=words.say("problem_areas.reps_alt", stage=stage),
    )


def problem_areas_table(found: ProblemAreas, words: Words) -> Block:
    """One row per stage: its share, how much it scatters, months outside, sellers outside, deals still open."""
    if found.missing or not (found.points or found.cells):
        return Nothing()
    year = found.table[found.table["month"] >= pd.Timestamp(found.period.start)]
    records = []
    for (_, stage), rows in year.groupby(["place", "stage"]):
        people = found.reps[found.reps["stage"] == stage]
        decided = int(rows["decided"].sum())
        records.append(
            {
                "stage": stage,
                "share": rows["went_on"].sum() / decided if decided else None,
                "decided": words.say("problem_areas.decided", n=decided, open=int(rows["open"].sum())),
                "months": int((rows["outside"] != "").sum()),
                "of_months": words.say("problem_areas.of", n=int(rows["judged"].sum())),
                "people": int((people["outside"] != "").sum()),
                "of_people": words.say("problem_areas.of", n=len(people)),
                "sigma": rows["sigma_z"].iloc[0],
            }
        )
    columns = [
        Col("stage", words.say("problem_areas.stage"), detail="decided"),
        Col("share", words.say("problem_areas.share"), "percent"),
        Col("months", words.say("problem_areas.months"), "count", detail="of_months"),
        Col("people", words.say("problem_areas.people"), "count", detail="of_people"),
        Col("sigma", words.say("problem_areas.sigma"), "number"),
    ]
    if not records:
        return Nothing()
    note = words.say("problem_areas.table_note", rate=found.rate)
    return table(pd.DataFrame(records), columns, words=words, title=words.say("problem_areas.table"), note=note)
