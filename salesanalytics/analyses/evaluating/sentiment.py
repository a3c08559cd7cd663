"""How buyers and employees feel, by what they write: shares that are right on average, and what has dropped.

In: texts of `feedback`, labels where people gave some, else the scores that authors gave beside their texts. Out: the share
of positive texts by author, outcome or stage of the deal, product, aspect, account, quarter and month, corrected for the
model's errors, with intervals; and where it turned. A text whose author's own score takes no side (7 and 8, 3 of 5) counts on
neither: it would be split between them as the model pleases. Texts in other languages, and without letters, are counted and
not scored. What employees write is told from five texts on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from salesanalytics.base.calendar import trailing_year
from salesanalytics.base.finding import Evidence, Finding, Says, Severity, Subject
from salesanalytics.base.result import Result
from salesanalytics.base.types import Flags, Floats, Tables
from salesanalytics.data.tables.as_of import known_on
from salesanalytics.facts.written_answers import written_answers
from salesanalytics.models.sentiment.turns import KEY, LEAST, TURNS, turns
from salesanalytics.stats.suppression import FEW, told

if TYPE_CHECKING:  # a team's page reads what the company worked out, and should not pay for the model
    from salesanalytics.models.sentiment.estimator import SentimentModel
    from salesanalytics.models.sentiment.reading import Texts

SHARES = ["team_id", "author", "by", "group", "start", "end", "texts", "scored", "counted", "share", "low", "high", "basis"]
SIGNS = ["sign", "usual", "now", "p", "alarm", "n"]
NEW_DAYS, UNLIKE = 91, 0.01  # the newest texts, and how often they may be called unlike those before although nothing changed
READ = ["feedback_id", "language", "chance", "verdict", "reason"]
WHOLE = ""  # the company's team_id
QUARTERS = 8
RECENT_DAYS = 183  # what fell longer ago is no news, and what fell in all teams together is not this team's to act on
TURNING = ("all", "outcome", "product", "aspect")
VOICES: tuple[Subject, str] = ("people", "")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sentiment(Result):
    """`table`: one row per team ("": all of them), author, way to group (`by`: all, outcome, stage, product, aspect, account,
    quarter, and month of buyers) and group: start and end of its days, texts, scored, counted (share positive as a classifier
    counts), share with low and high (95%, corrected), basis (labels, assumed).

    `turns`: one row per group whose level turned beyond chance within two years (permutations, Holm over all groups looked
    at): on (the day), numbers and shares before and after. `texts`: one row per text: language, chance (of positive),
    verdict, reason. `labelled`: texts that the model learned from; `not_scored`: texts of twelve months without a score.
    `signs`: whether the n texts of the last quarter are unlike those before, one row per sign: usual, now, p, alarm, n.
    """

    turns: pd.DataFrame
    texts: pd.DataFrame
    labelled: int
    not_scored: int
    signs: pd.DataFrame

    @classmethod
    def told(cls, shares: pd.DataFrame | None, turns: pd.DataFrame | None, as_of: date) -> "Sentiment":
        """What the company handed over, as a team's page tells it: the team's own groups, and turns of all teams together."""
        found = _nothing(as_of)
        if shares is not None and turns is not None:
            whose = turns["team_id"].mask(turns["whole"].astype(bool), WHOLE)
            found = replace(found, table=shares[SHARES], turns=turns.assign(team_id=whose)[TURNS])
        return found.saying(*_findings(found))


def sentiment(
    tables: Tables, by_team: Mapping[str, Tables] | None = None, *, as_of: date, labels: pd.DataFrame | None = None
) -> Sentiment:
    """Of all texts in these tables, and of each team's. `labels`: feedback_id and label (1 positive, 0 negative) by people who
    read the texts; the authors' scores label the others.
    """
    from salesanalytics.models.sentiment.estimator import SentimentModel
    from salesanalytics.models.sentiment.reading import read_texts

    rows = written_answers(known_on(tables, as_of))
    if rows.empty:
        return _nothing(as_of).saying()
    texts = read_texts(rows["text"])
    model = SentimentModel(scale="binary").fit(texts, _labels(rows, labels))
    read = model.read(texts).assign(feedback_id=rows["feedback_id"].to_numpy())
    scored = rows.assign(language=read["language"].to_numpy(), chance=read["chance"].to_numpy())
    aside = rows["neither"] if labels is None else rows["neither"] & ~rows["feedback_id"].isin(labels["feedback_id"])
    groups = _groups(scored[~aside], by_team or {}, as_of)
    year = trailing_year(as_of).holds(rows["on"]).to_numpy()
    found = replace(
        _nothing(as_of),
        table=_shares(model, read, _within(groups, scored, as_of)),
        turns=turns(model, read, scored["on"], groups[groups["by"].isin(TURNING)], _first_quarter(as_of)),
        texts=read[READ],
        labelled=int(model.counts_["labelled"]),
        not_scored=int((year & read["chance"].isna().to_numpy()).sum()),
        signs=_signs(model, texts, read["chance"].to_numpy(), _lately(rows["on"], as_of)),
    )
    return found.saying(*_findings(found))


def _nothing(as_of: date) -> Sentiment:
    shares, turns, texts = (pd.DataFrame(columns=names) for names in (SHARES, TURNS, READ))
    none = pd.DataFrame(columns=SIGNS)
    year = trailing_year(as_of)
    return Sentiment(as_of=as_of, period=year, table=shares, turns=turns, texts=texts, labelled=0, not_scored=0, signs=none)


def _lately(on: "pd.Series[pd.Timestamp]", as_of: date) -> Flags:
    return (on > pd.Timestamp(as_of) - pd.Timedelta(days=NEW_DAYS)).to_numpy(dtype=bool)


def _signs(model: "SentimentModel", texts: "Texts", chance: Floats, new: Flags) -> pd.DataFrame:
    """Signs that the newest texts are unlike those before; empty where either are too few to tell."""
    from salesanalytics.models.sentiment.drift import drift, usual_texts

    if new.all() or not new.any():
        return pd.DataFrame(columns=SIGNS)
    held = model.held_out_[~new[model.held_out_["row"].to_numpy(dtype=np.int64)]]
    return drift(usual_texts(texts.at(~new), model.seed), texts.at(new), chance[new], held, UNLIKE).table.assign(
        n=int(new.sum())
    )


def _labels(rows: pd.DataFrame, given: pd.DataFrame | None) -> list[int | None] | None:
    """One label per text, people's before the author's score; None where there are too few of either side to learn from."""
    label = rows["label"]
    if given is not None and len(given):
        by_people = given.drop_duplicates("feedback_id", keep="last").set_index("feedback_id")["label"].astype("float64")
        label = rows["feedback_id"].map(by_people).fillna(label)
    return None if label.nunique() < 2 else [None if one != one else int(one) for one in label]


def _groups(scored: pd.DataFrame, by_team: Mapping[str, Tables], as_of: date) -> pd.DataFrame:
    """Which texts belong to which groups: KEY and `row`, the place of the text."""
    from salesanalytics.models.sentiment.aspects import spoken

    whose, said = [(WHOLE, scored)], spoken(scored)
    for team, tables in by_team.items():
        mine = written_answers(known_on(tables, as_of))["feedback_id"]
        whose.append((team, scored[scored["feedback_id"].isin(mine)]))
    return pd.concat([part for team, rows in whose for part in _grouped(rows, said, team)], ignore_index=True)


def _grouped(scored: pd.DataFrame, said: "pd.Series[str]", team: str) -> Iterator[pd.DataFrame]:
    """`said`: the aspects that texts speak of, once for each."""
    for author, rows in scored.groupby("author", sort=True):
        aspects = said[said.index.isin(rows.index)]
        by = {"all": pd.Series("", index=rows.index), "quarter": _first_days(rows["on"], "Q"), "aspect": aspects}
        if author == "buyer":  # of employees, a quarter less its months could give single people away
            by |= {"month": _first_days(rows["on"], "M")}
            by |= {name: rows[name] for name in ("outcome", "stage", "product", "account")}
        for name, group in by.items():
            known = group.dropna()
            yield pd.DataFrame({"team_id": team, "author": author, "by": name, "group": known.astype(str), "row": known.index})


def _first_days(on: "pd.Series[pd.Timestamp]", of: str) -> "pd.Series[str]":
    return on.dt.to_period(of).dt.start_time.dt.strftime("%Y-%m-%d")


def _first_quarter(as_of: date) -> pd.Timestamp:
    return (pd.Timestamp(as_of).to_period("Q") - QUARTERS + 1).start_time


def _within(groups: pd.DataFrame, scored: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The texts of twelve months, and of eight quarters where it is by quarter; with the days each group speaks of."""
    year = trailing_year(as_of)
    on = pd.Series(scored["on"].to_numpy()[groups["row"].to_numpy()], index=groups.index)
    by_quarter = (groups["by"] == "quarter") & (on >= _first_quarter(as_of))
    kept = groups[by_quarter | ((groups["by"] != "quarter") & year.holds(on))]
    quarters, months, whole = kept["by"] == "quarter", kept["by"] == "month", pd.Timestamp(year.end)
    first = pd.to_datetime(kept["group"].where(quarters | months, str(year.start)))
    last = (first + pd.offsets.QuarterEnd(0)).where(quarters, (first + pd.offsets.MonthEnd(0)).where(months, whole))
    return kept.assign(start=first.dt.date, end=last.where(last < whole, whole).dt.date)


def _shares(model: "SentimentModel", read: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Corrected shares of groups of five texts and more; of employees also none that would give a smaller one away."""
    groups = groups[_may_be_told(groups)]
    if groups.empty:
        return pd.DataFrame(columns=SHARES)
    number = groups.groupby(KEY, sort=True).ngroup()
    found = model.prevalence(read.iloc[groups["row"].to_numpy()], number.to_numpy())
    about = groups.assign(number=number).drop_duplicates("number").set_index("number")
    return about.join(found.set_index("group").drop(columns="fits"))[SHARES].reset_index(drop=True)


def _may_be_told(groups: pd.DataFrame) -> "pd.Series[bool]":
    counts = groups.groupby(KEY, sort=False).size().rename("n").reset_index()
    shown = counts["n"] >= FEW
    of_staff = counts[counts["author"] == "employee"]
    for _, cells in of_staff.groupby(["team_id", "by"], sort=False):
        shown[cells.index] &= told(cells["n"].to_numpy()).cells
    keys = pd.MultiIndex.from_frame(counts.loc[shown, KEY])
    return pd.Series(pd.MultiIndex.from_frame(groups[KEY]).isin(keys), index=groups.index)


def _findings(found: Sentiment) -> list[Finding]:
    """What turned, this team's and all teams' together; else how buyers and employees stand."""
    told_ = [_turned(row, found) for row in found.turns.to_dict("records")]
    whole = found.table[found.table["by"] == "all"]
    whole = whole[whole["team_id"] == whole["team_id"].min()]  # of all teams together where they are there
    told_ += [_standing(row, found) for row in whole.to_dict("records") if row["scored"] >= LEAST]
    if not told_ and len(found.table):
        n = int(whole["texts"].sum())
        told_ = [Finding("sentiment.too_few", "watch", {"n": n, "least": LEAST}, _seen(n, found), about=VOICES, says="record")]
    return told_ + _unlike(found)


def _unlike(found: Sentiment) -> list[Finding]:
    """That the newest texts are unlike those before, by the surest sign."""
    alarms = found.signs[found.signs["alarm"].eq(True)].sort_values("p", kind="stable")
    told_ = []
    for row in alarms.head(1).to_dict("records"):
        since = found.as_of - timedelta(days=NEW_DAYS - 1)
        values = {"now": row["now"], "usual": row["usual"], "on": since}
        evidence = Evidence(int(row["n"]), "texts", period=(since, found.as_of))
        key = f"sentiment.unlike_{row['sign']}"
        told_.append(Finding(key, "watch", values, evidence, owner="operations", about=VOICES, says="record"))
    return told_


def _seen(n: float, found: Sentiment, low: float | None = None, high: float | None = None) -> Evidence:
    return Evidence(int(n), "texts", low, high, period=found.period.span)


def _turned(row: Mapping[Any, Any], found: Sentiment) -> Finding:
    fell = row["after"] < row["before"]
    values = {name: row[name] for name in ("on", "before", "after")} | {"n": row["n_after"]}
    values["what"] = (row["author"], row["by"], row["group"])
    key = f"sentiment.{'fell' if fell else 'rose'}_{'company' if row['team_id'] == WHOLE else 'team'}"
    evidence = Evidence(int(row["n_after"]), "texts", row["after_low"], row["after_high"], period=(row["on"], found.as_of))
    here = row["team_id"] == found.table["team_id"].min()
    lately = found.as_of - row["on"] <= timedelta(days=RECENT_DAYS)
    severity: Severity = ("act" if here and lately else "watch") if fell else "good"
    says: Says = "talk" if fell else "keep"
    return Finding(key, severity, values, evidence, about=VOICES, says=says)


def _standing(row: Mapping[Any, Any], found: Sentiment) -> Finding:
    values = {"share": row["share"], "counted": row["counted"], "n": row["scored"]}
    evidence = _seen(row["scored"], found, row["low"], row["high"])
    return Finding(f"sentiment.{row['author']}", "watch", values, evidence, about=VOICES, says="keep")
