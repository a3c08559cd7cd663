"""Writes the README's table of KPIs from the registry; with --check, says whether it is up to date."""

import re
import sys
from pathlib import Path

from salesanalytics.kpi import REGISTRY, Kpi

README = Path(__file__).resolve().parent.parent / "README.md"
PLACE = re.compile(r"(<!-- kpis:[^>]*-->\n).*?(<!-- end of kpis -->)", re.DOTALL)
HEAD = "| KPI | numerator | denominator | unit | 95% interval |\n|---|---|---|---|---|\n"


def table() -> str:
    """The table as Markdown, a row per KPI."""
    return HEAD + "".join(_row(kpi) for kpi in REGISTRY.values())


def _row(kpi: Kpi) -> str:
    numerator = kpi.numerator.replace("|", r"\|")  # a bare bar would end the cell
    return f"| {kpi.name} | {numerator} | {kpi.denominator} | {kpi.unit} | {kpi.interval} |\n"


def main() -> None:
    """Write it into the README, or compare."""
    text = README.read_text("utf-8")
    wanted = PLACE.sub(lambda found: found[1] + table() + found[2], text)
    if "--check" not in sys.argv:
        README.write_text(wanted, "utf-8")
    elif wanted != text:
        sys.exit("The README's table of KPIs does not match the registry; run: python scripts/write_kpi_table.py")


if __name__ == "__main__":
    main()
