"""How things look and read: blocks, charts, tables and sentences, in the reader's language.

In: tidy frames and results. Out: blocks that a notebook displays and a page collects. Never analyses or reads data.
Names are loaded on first use, so that `from salesanalytics import show` costs nothing until a chart is drawn.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .blocks import (
        MIME,
        Blocks,
        Cell,
        Column,
        Figure,
        FindingBlock,
        Missing,
        Nothing,
        Row,
        Strip,
        TableBlock,
        Tile,
        leaves,
        load_block,
        render_block,
        stylesheet,
    )
    from .charts.bars import bars
    from .charts.bullets import bullets
    from .charts.dots import dots
    from .charts.funnel import funnel
    from .charts.lines import lines
    from .charts.spark import spark
    from .charts.waterfall import waterfall
    from .dashboard import attention, pace, pipeline, quota_bullets, team, teams
    from .funnels import funnel_figure, funnel_table
    from .kpis import headline, kpi_table
    from .landings import calls, landing, landing_deals, landing_parts, landing_past
    from .leads import lead_sources
    from .pipeline_change import pipeline_waterfall
    from .plan import capacity_figure, capacity_table, quota_proposal, quota_table
    from .replan import plan_triggers
    from .sentences import findings
    from .series import bookings_fan
    from .svg import clean_svg
    from .tables import SUPPRESSED, Col, table
    from .territory import territory_balance, territory_map, territory_moves
    from .theme import picture
    from .warmth import warm_up
    from .words import Words

_BLOCKS = (
    "MIME Blocks Cell Column Figure FindingBlock Missing Nothing Row Strip TableBlock Tile leaves load_block render_block "
    "stylesheet"
)
_HOMES = {
    "blocks": _BLOCKS,
    "charts.bars": "bars",
    "charts.bullets": "bullets",
    "charts.dots": "dots",
    "charts.funnel": "funnel",
    "charts.lines": "lines",
    "charts.spark": "spark",
    "charts.waterfall": "waterfall",
    "dashboard": "attention pace pipeline quota_bullets team teams",
    "funnels": "funnel_figure funnel_table",
    "landings": "calls landing landing_deals landing_parts landing_past",
    "kpis": "headline kpi_table",
    "plan": "capacity_figure capacity_table quota_proposal quota_table",
    "leads": "lead_sources",
    "pipeline_change": "pipeline_waterfall",
    "replan": "plan_triggers",
    "sentences": "findings",
    "series": "bookings_fan",
    "svg": "clean_svg",
    "tables": "SUPPRESSED Col table",
    "territory": "territory_balance territory_map territory_moves",
    "theme": "picture",
    "warmth": "warm_up",
    "words": "Words",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_HOME)


__all__ = [  # noqa: RUF022 - blocks, then charts, then words and tables
    "MIME",
    "Blocks",
    "Cell",
    "Column",
    "Figure",
    "FindingBlock",
    "Missing",
    "Nothing",
    "Row",
    "Strip",
    "TableBlock",
    "Tile",
    "leaves",
    "load_block",
    "render_block",
    "stylesheet",
    "clean_svg",
    "bars",
    "bullets",
    "dots",
    "funnel",
    "lines",
    "picture",
    "spark",
    "waterfall",
    "Words",
    "attention",
    "calls",
    "capacity_figure",
    "capacity_table",
    "bookings_fan",
    "findings",
    "funnel_figure",
    "funnel_table",
    "headline",
    "kpi_table",
    "landing",
    "landing_deals",
    "landing_parts",
    "landing_past",
    "lead_sources",
    "pace",
    "pipeline",
    "pipeline_waterfall",
    "plan_triggers",
    "quota_bullets",
    "quota_proposal",
    "quota_table",
    "team",
    "teams",
    "territory_balance",
    "territory_map",
    "territory_moves",
    "Col",
    "SUPPRESSED",
    "table",
    "warm_up",
]
