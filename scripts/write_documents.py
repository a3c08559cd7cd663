"""Writes the tables of the documents: the stages and mapping keys of the README, and the KPIs.

In: the notebooks there are, `words` (what they ask), the models of a mapping and the registry of KPIs. Out: the text between
the marks `<!-- stages … -->`, `<!-- keys … -->` and `<!-- kpis … -->`. With --check, says whether they are up to date.
"""

import re
import sys
from pathlib import Path

from pydantic import BaseModel

from salesanalytics.data.intake.mapping import ColumnRule, Join, Lookup, Mapping, TableRule
from salesanalytics.kpi import REGISTRY, Kpi
from salesanalytics.show.words import Words

TOP = Path(__file__).resolve().parent.parent
README, KPIS = TOP / "README.md", TOP / "docs" / "kpis.md"
STAGES = ("company", "planning", "recruiting", "training", "managing", "evaluating", "dashboard", "pay")
MAPPING: dict[str, type[BaseModel]] = {
    "": Mapping,
    "tables.<table>.": TableRule,
    "tables.<table>.columns.<column>.": ColumnRule,
    "… lookup.": Lookup,
    "… join.": Join,
}
WORDS = Words("en")


def stages() -> str:
    """A row per stage: what it asks, its notebook, and the folder with a module per question."""
    head = "| stage | question | notebook | its questions, a module each |\n|---|---|---|---|\n"
    return head + "".join(_stage(number, stage) for number, stage in enumerate(STAGES))


def _stage(number: int, stage: str) -> str:
    name = f"{number} {stage}" if number else "whole company"
    folder = f"salesanalytics/analyses/{stage}"
    return f"| {name} | {WORDS.say(f'{stage}.heading')} | `{number}_{stage}` | [{folder}]({folder}) |\n"


def kpis() -> str:
    """A row per KPI."""
    head = "| KPI | numerator | denominator | unit | 95% interval |\n|---|---|---|---|---|\n"
    return head + "".join(_kpi(kpi) for kpi in REGISTRY.values())


def _kpi(kpi: Kpi) -> str:
    numerator = kpi.numerator.replace("|", r"\|")  # a bare bar would end the cell
    return f"| {WORDS.say(f'kpi.{kpi.key}')} | {numerator} | {kpi.denominator} | {kpi.unit} | {kpi.interval} |\n"


def keys() -> str:
    """A row per key of a mapping: where it stands and what it is for."""
    head = "| key | what it is for |\n|---|---|\n"
    return head + "".join(_keys(where, model) for where, model in MAPPING.items())


def _keys(where: str, model: type[BaseModel]) -> str:
    rows = {field.alias or name: field.description or "" for name, field in model.model_fields.items()}
    return "".join(f"| `{where}{key}` | {meaning} |\n" for key, meaning in rows.items())


def written(text: str, mark: str, table: str) -> str:
    """A document with the table between its marks made anew."""
    place = re.compile(rf"(<!-- {mark}:[^>]*-->\n).*?(<!-- end of {mark} -->)", re.DOTALL)
    return place.sub(lambda between: between[1] + table + between[2], text)


def main() -> None:
    """Write the tables, or compare them."""
    for file, mark, table in ((README, "stages", stages()), (README, "keys", keys()), (KPIS, "kpis", kpis())):
        text = file.read_text("utf-8")
        if "--check" not in sys.argv:
            file.write_text(written(text, mark, table), "utf-8")
        elif written(text, mark, table) != text:
            sys.exit(f"The table in {file.relative_to(TOP)} does not match notebooks, words and registry; run: make documents")


if __name__ == "__main__":
    main()
