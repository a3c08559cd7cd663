"""`salesanalytics one-to-one`: the sheet for the next talk with a rep.

In: a rep, a snapshot. Out: one HTML file. What is on the sheet, `analyses.managing` works out; here the rep's team is found and
names become ids. It compares the rep with peers, so it is made for whoever holds the talk and goes to nobody by itself.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.base.language import Language
from salesanalytics.cli.options import AsOfOption, SnapshotOption

if TYPE_CHECKING:
    from salesanalytics.data.snapshot import View


def one_to_one(
    rep: Annotated[str, typer.Argument(help="Id or name of the rep.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it; ends in .html.")],
    snapshot: SnapshotOption = None,
    as_of: AsOfOption = None,
    locale: Annotated[Language, typer.Option("--locale", help="Language of the sheet.")] = "en",
) -> None:
    """Write the sheet for the next one-to-one with a rep: what was agreed, deals that need help, one strength, one gap."""
    from salesanalytics.analyses.company.pooling import may_be_told
    from salesanalytics.analyses.managing.one_to_ones import one_to_ones
    from salesanalytics.analyses.managing.scorecards import cards_of, scorecards
    from salesanalytics.base.calendar import period_of
    from salesanalytics.base.whole_file import write_whole
    from salesanalytics.cli.pay_inputs import company, rep_of
    from salesanalytics.report.page.page import Head
    from salesanalytics.report.page.sheet import sheet_page
    from salesanalytics.report.plan import About
    from salesanalytics.show.words import Words
    from salesanalytics.views.managing.one_to_ones import one_to_one_sheet

    if out.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"{out} is no HTML file; end the name in .html", param_hint="--out")
    whole = company(snapshot, as_of)
    who, name = rep_of(whole, rep)
    team = _team_of(whole, who, name)
    view, period = whole.snapshot.team(team, whole.as_of), period_of(whole.as_of)
    every = cards_of(whole.by_team(), as_of=whole.as_of, period=period, together=may_be_told)
    cards = scorecards(view.tables, as_of=view.as_of, period=period, company=every[every["team_id"] == team])
    found = one_to_ones(view.tables, as_of=view.as_of, period=period, cards=cards).of(who)
    if found.table.empty:
        _refuse(f"{name} ({who}) leads the team {team!r}; a sheet is for somebody who is led.")
    words = Words(locale, view.currency)
    about = About(view.as_of, whole.snapshot.source, view.currency, dict(whole.snapshot.quality), whole.snapshot.as_of)
    head = Head(name, locale, view.as_of, None, "analyst")
    sheet = sheet_page(head, words.say("one_to_ones.sheet"), one_to_one_sheet(found, words), about)
    write_whole(out, sheet)
    typer.echo(f"{out}: the sheet for {name} ({who}), team {team!r}, as of {view.as_of}.")
    typer.echo("It compares the rep with peers: for whoever holds the talk, not to be passed on.")


def _team_of(view: "View", who: str, name: str) -> str:
    """The team the rep is in on the day. Raises DataError where the rep has left, or is in none."""
    import pandas as pd

    from salesanalytics.data.tables.teams import spans
    from salesanalytics.facts.employment import stays

    today, mine = pd.Timestamp(view.as_of), stays(view.tables)
    last = mine[mine["rep_id"] == who].iloc[-1]
    if last["left"] <= today:
        _refuse(
            f"{name} ({who}) left on {last['left'].date()}; there is nobody to talk to. Ask for an earlier day with --as-of."
        )
    span = spans(view.tables)
    there = span[(span["rep_id"] == who) & ~(span["valid_from"] > today) & ~(span["valid_to"] < today)]
    if there.empty:
        _refuse(
            f"{name} ({who}) is in no team on {view.as_of}; expected a row of rep_assignment that holds then, or rep.team_id."
        )
    return str(there["team_id"].iloc[-1])


def _refuse(said: str) -> None:
    from salesanalytics.errors import DataError

    raise DataError(said)
