"""Everything that is slow the first time, done once: language data, catalogues, fonts, chart code.

For a process that many others are forked from. Draws small pictures and throws them away; leaves no setting changed and starts
no thread.
"""

from datetime import date
from typing import Any, get_args

from salesanalytics import show
from salesanalytics.base.language import Language
from salesanalytics.show.blocks import Strip, Tile
from salesanalytics.show.charts.bars import bars
from salesanalytics.show.charts.bullets import bullets
from salesanalytics.show.charts.dots import dots
from salesanalytics.show.charts.lines import lines
from salesanalytics.show.charts.spark import spark
from salesanalytics.show.charts.waterfall import waterfall
from salesanalytics.show.render import render_block, stylesheet
from salesanalytics.show.tables import Col, table
from salesanalytics.show.theme import house_style, picture
from salesanalytics.show.words import Words


def warm_up() -> None:
    """Draw and write one of most kinds, in every language."""
    import pandas as pd

    for name in dir(show):
        getattr(show, name)
    for locale in get_args(Language):
        words = Words(locale)
        shape: Any = {"words": words, "title": "–", "alt": "–"}
        days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
        frame = pd.DataFrame({"day": days, "name": ["A", "B", "C"], "value": [1.0, 2.0, 4.0], "low": [0.0, 1.0, 2.0]})
        frame = frame.assign(high=frame["value"] + 1, n=30)
        drawn = (
            lines(frame, "day", "value", low="low", high="high", goal=3.0, today=days[1], **shape),
            bars(frame, "name", "value", **shape),
            bullets(frame, "name", "low", "value", **shape),
            dots(frame, "name", "value", "low", "high", "n", 2.0, **{**shape, "unit": "number"}),
            waterfall(frame.assign(role="change"), "name", "value", "role", **shape),
            table(frame, [Col("name", "–"), Col("value", "–", "money")], words=words, title="–"),
            Strip((Tile("–", words.money(1e6), words.date(days[0])),)),
        )
        spark([1.0, 2.0])
        for block in drawn:
            render_block(block)
            block._repr_mimebundle_()
    stylesheet()
    _matplotlib()


def _matplotlib() -> None:
    from matplotlib.figure import Figure

    with house_style():
        figure = Figure()
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], label="–")
        axes.set_xlabel("–")
        axes.legend()
        picture(figure, title="–", alt="–")
