"""The mapping file: which of your columns is which of ours.

In: a YAML file. Out: a `Mapping`, checked against our schema, that says for each of our tables which file it comes from and how
each column is made. Without a file the identity mapping is used: files named like our tables, columns named like our columns.
`salesanalytics.data.intake.reshape` carries it out.
"""

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from salesanalytics.base.strict_yaml import load_yaml
from salesanalytics.data.intake.cells.reading import Decimal, PeriodEdge
from salesanalytics.data.intake.cells.times import COUNTED
from salesanalytics.data.tables.schema import TABLES, columns
from salesanalytics.errors import MappingError

Aggregate = Literal["first", "last", "min", "max", "sum", "count", "most_frequent"]
Scalar = str | bool | int | float | date


class Strict(BaseModel):
    """Base: unknown keys are errors, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _a_format(value: str) -> str:
    if value not in COUNTED and not _written_and_read(value):
        expected = f"expected how a date is written, such as %d.%m.%Y, or one of {', '.join(COUNTED)}"
        raise ValueError(expected + ("" if "%" in value else "; %d stands for the day, %m for the month, %Y for the year"))
    return value


def _written_and_read(layout: str) -> datetime | None:
    """A moment of 31 March 2026 written in a layout and read again; None where that cannot be done."""
    layout = layout.removesuffix("Z") + "%z" if layout.endswith("Z") else layout
    try:
        return datetime.strptime(datetime(2026, 3, 31, 14, 5, 6, tzinfo=UTC).strftime(layout), layout)  # noqa: DTZ007 - only its day counts
    except (ValueError, re.error):
        return None


def _an_encoding(value: str) -> str:
    try:
        "a".encode(value)
    except (LookupError, UnicodeError):
        raise ValueError("expected the name of an encoding such as utf-8 or cp1252") from None
    return value


def _a_delimiter(value: str) -> str:
    if len(value) != 1 or value in '\r\n"' or not value.isascii():
        raise ValueError('expected one character such as ";" or "\\t"')
    return value


def _different(names: list[str]) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not all(names):
        raise ValueError(f"expected every name once{f'; {twice[0]} is there twice' if twice else ', and none empty'}")
    return names


def _some(values: Any) -> Any:  # noqa: ANN401 - lists and dictionaries alike
    if not values:
        raise ValueError("is empty; name at least one, or leave it out")
    return values


def _a_factor(value: float) -> float:
    if not (0 < value < math.inf):
        raise ValueError("expected a number greater than 0")
    return value


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], AfterValidator(_some)]
Header = Annotated[list[str], AfterValidator(_some), AfterValidator(_different)]
Format = Annotated[str, AfterValidator(_a_format)]
Delimiter = Annotated[str, AfterValidator(_a_delimiter)]
Encoding = Annotated[str, AfterValidator(_an_encoding)]
Factor = Annotated[float, AfterValidator(_a_factor)]


class Lookup(Strict):
    """A value from another file: the row whose `key` equals our `by`."""

    file: str = Field(description="the other file")
    by: str = Field(description="our file's column that names the row wanted")
    key: str = Field(description="the other file's column that holds the same names")
    value: str = Field(description="the other file's column to take")
    agg: Aggregate | None = Field(default=None, description="which of several values holds; without it a key has one value")


class ColumnRule(Strict):
    """How one of our columns is made; exactly one of `from`, `coalesce`, `const`, `lookup`, `number_within` says from what."""

    source: str | list[str] | None = Field(
        default=None, alias="from", description="a column, or several names of which the first that exists is used"
    )
    coalesce: Names | None = Field(default=None, description="columns of which the first that is not empty is used, row by row")
    const: Scalar | None = Field(default=None, description="the same value in every row")
    lookup: Lookup | None = Field(default=None, description="a value from another file")
    number_within: str | None = Field(default=None, description="1, 2, 3, … within each value of this column")
    map: dict[str, Scalar | None] | None = Field(
        default=None, description="words of the source → our words; others stay as they are"
    )
    is_in: list[str] | None = Field(default=None, alias="in", description="true where the value is one of these")
    empty: list[str] = Field(default=[], description="words that mean: no value")
    default: Scalar | None = Field(default=None, description="what to put where the source is empty")
    when: str | None = Field(default=None, description="keep the value only where this column of the source is true")
    when_in: dict[str, list[str]] | None = Field(
        default=None,
        description="keep the value only where columns hold one of these, e.g. a closing day only in closed stages",
    )
    agg: Aggregate | None = Field(default=None, description="how rows of a group become one value; with group_by")
    formats: Annotated[list[Format], BeforeValidator(_list)] = Field(
        default=[],
        alias="format",
        description="how dates are written, e.g. %d.%m.%Y, several in a list; epoch_s, epoch_ms or excel for counts",
    )
    decimal: Decimal | None = Field(default=None, description="the sign that marks decimals, where cells leave it open")
    percent: bool = Field(default=False, description="45 in the source means 45%")
    times: Factor | None = Field(default=None, description="multiply by this, e.g. 1000 where the source counts in thousands")
    edge: PeriodEdge | None = Field(default=None, description="the first or last day of the month or quarter that is written")

    @model_validator(mode="after")
    def _whole_days(self) -> "ColumnRule":
        for layout in self.formats:
            read = None if layout in COUNTED else _written_and_read(layout)
            known = read and ((read.year, read.month) if self.edge else (read.year, read.month, read.day))
            if known and known != (2026, 3, 31)[: len(known)]:
                needed = "year and a month" if self.edge else "year, a month and a day"
                raise ValueError(f"format {layout} names no whole date; expected a {needed}, such as %d.%m.%Y")
        return self

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnRule":
        origins = [self.source, self.coalesce, self.lookup, self.number_within, self.const]
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("give exactly one of from, coalesce, const, lookup, number_within")
        return self


def _rule(value: object) -> object:
    """`amount: Amount` is short for `amount: {from: Amount}`, a list for names of which one exists."""
    return {"from": value} if isinstance(value, str | list) else value


class Join(Strict):
    """Columns of another file beside each row: `by` maps our file's column to the other's."""

    file: str = Field(description="the other file")
    by: Annotated[dict[str, str], AfterValidator(_some)] = Field(
        description="our file's columns → the other file's, which are equal"
    )
    prefix: str = Field(default="", description="put before the names of its columns")


class FileOptions(Strict):
    """How to read the text files of a table, where finding out is not enough."""

    delimiter: Delimiter | None = Field(default=None, description="the character between cells")
    encoding: Encoding | None = Field(default=None, description="the encoding of the text, e.g. cp1250")
    header: Header | None = Field(default=None, description="column names, for a file without a header line")


class TableRule(FileOptions):
    """Where one of our tables comes from."""

    file: str | None = Field(default=None, description="the file with its rows")
    files: Names | None = Field(default=None, description="several files, one below the other")
    rows: list[dict[str, Scalar | None]] | None = Field(
        default=None, description="the rows themselves, for small tables a CRM keeps in its settings"
    )
    where: dict[str, list[str]] = Field(
        default={}, description="only rows whose columns hold one of these; the others are counted"
    )
    join: list[Join] = Field(default=[], description="columns of other files beside each row")
    group_by: Names | None = Field(default=None, description="one row per value of these columns of the source")
    columns: dict[str, Annotated[ColumnRule, BeforeValidator(_rule)]] = Field(
        default={}, description="our column → yours, or how it is made"
    )
    note: str = Field(default="", description="for readers of the mapping")

    @model_validator(mode="after")
    def _one_place(self) -> "TableRule":
        if sum(place is not None for place in (self.file, self.files, self.rows)) != 1:
            raise ValueError("give exactly one of file, files, rows")
        return self

    @property
    def places(self) -> list[str]:
        """Files the rows come from."""
        return self.files or ([self.file] if self.file else [])


class Mapping(Strict):
    """A whole mapping file."""

    source: str = Field(default="source", description="name of the source; pages show it")
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$", description="base currency of all amounts")
    rates: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Factor] = Field(
        default={}, description="what one unit of another currency is worth in the base currency, e.g. USD: 0.92"
    )
    timezone: str = Field(default="UTC", description="zone of times written without one, and of the company's calendar days")
    as_of: date | None = Field(default=None, description="last day the data speaks of; default: the newest date found")
    record_url: str = Field(
        default="", description="where a deal stands in the CRM, with {opportunity_id} in its place; pages link deals there"
    )
    tables: dict[str, TableRule] = Field(description="our table → where its rows come from")

    @field_validator("record_url")
    @classmethod
    def _leads_to_a_record(cls, value: str) -> str:
        if value and (not re.fullmatch(r"https?://[^\s<>\"{}]+(?:\{opportunity_id\})[^\s<>\"{}]*", value)):
            raise ValueError(
                "expected a web address with {opportunity_id} in it, such as https://crm.example.com/deals/{opportunity_id}"
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            near = get_close_matches(value, available_timezones(), 1)
            hint = f"did you mean {near[0]}?" if near else "write one like Europe/Bucharest"
            raise ValueError(f"no time zone {value!r}; {hint}")
        return value


def load_mapping(path: Path) -> Mapping:
    """The mapping in `path`. Raises MappingError listing every problem of the file at once."""
    value, problems = load_yaml(path)
    mapping: Mapping | None = None
    if isinstance(value, dict):
        try:
            mapping = Mapping.model_validate(value)
        except ValidationError as error:
            problems = [*problems, *(_explain(item["loc"], item) for item in error.errors())]
        problems += list(_strangers(value.get("tables")))
    elif not problems:
        problems = [f"holds {type(value).__name__}, expected source:, tables: …"]
    if problems or mapping is None:
        raise MappingError("\n".join(f"{path.name}: {problem}" for problem in problems))
    return mapping


def _explain(place: tuple[int | str, ...], item: ErrorDetails) -> str:
    where = ".".join(str(part) for part in place if not str(part).startswith("function-"))
    if place == ("currency",):
        return f"currency: expected three capitals such as EUR (found {item['input']!r:.60})"
    if item["type"] == "extra_forbidden":
        models: dict[int, type[BaseModel]] = {3: TableRule, 2: TableRule, 1: Mapping}
        known = ColumnRule if "columns" in place else models.get(len(place), Mapping)
        names = [field.alias or name for name, field in known.model_fields.items()]
        return f"{where}: unknown key{_nearest(str(place[-1]), names)}"
    return f"{where}: {item['msg'].removeprefix('Value error, ')} (found {item['input']!r:.60})"


def _strangers(tables: object) -> Iterable[str]:
    """Tables and columns that our schema does not have."""
    for table, rule in (tables if isinstance(tables, dict) else {}).items():
        if table not in TABLES:
            yield f"tables.{table}: we have no such table{_nearest(str(table), TABLES)}"
            continue
        given = rule.get("columns") if isinstance(rule, dict) else None
        for name, made in given.items() if isinstance(given, dict) else ():
            if name not in columns(table):
                yield f"tables.{table}.columns.{name}: {table} has no such column{_nearest(str(name), columns(table))}"
            elif isinstance(made, dict) and made.get("edge") and columns(table)[name].kind != "day":
                yield f"tables.{table}.columns.{name}: edge is for days, and {name} is none; leave it out"


def _nearest(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = get_close_matches(word, names, 1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}"
