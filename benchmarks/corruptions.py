"""A source with one thing wrong in it, many times over: nothing may be lost or counted otherwise in silence.

Makes a small demo company and, per variant, spoils one column, header, file or row in a way that exports are spoiled: how
numbers and days are written, currencies, ids, headers, encodings, delimiters, copies. A variant passes where `check` gives its
report without an exception, rows in = used + set aside for every table, and no total (a sum, count or first and last day of any
column) differs from the sound source's without a line of the report that the sound source has not. Prints what passed and every
variant that did not.

    python benchmarks/corruptions.py [--variants 600] [--seed 11]
"""

import argparse
import csv
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pandas.api import types

from salesanalytics.data.intake.check import Dataset, check_source
from salesanalytics.demo import write_demo
from salesanalytics.errors import SalesAnalyticsError

TODAY = date(2026, 11, 26)
USED = ("team", "rep", "rep_assignment", "stage", "account", "opportunity", "opportunity_history", "lead", "campaign", "quota")
Rows = list[list[str]]
Spoil = Callable[[str, random.Random], str]


def _digits(cell: str) -> bool:
    return cell.replace(".", "", 1).replace("-", "", 1).isdigit()


def _is_day(cell: str) -> bool:
    return len(cell) >= 10 and cell[4:5] == "-" and cell[7:8] == "-" and cell[:4].isdigit()


def _thousands(mark: str, point: str) -> Spoil:
    def spoil(cell: str, _: random.Random) -> str:
        whole, _dot, cents = cell.partition(".")
        grouped = f"{int(whole):,}".replace(",", mark)
        return grouped + (point + cents if cents else "")

    return spoil


def _other_day(layout: str) -> Spoil:
    return lambda cell, _: datetime.fromisoformat(cell.replace("Z", "+00:00")).strftime(layout)


NUMBERS: dict[str, Spoil] = {
    "decimal comma": lambda cell, _: cell.replace(".", ","),
    "thousands comma": _thousands(",", "."),
    "thousands point": _thousands(".", ","),
    "thousands space": _thousands(" ", ","),
    "thousands apostrophe": _thousands("'", "."),
    "space inside": lambda cell, _: cell[:2] + " " + cell[2:],
    "currency before": lambda cell, rng: rng.choice(["$", "€", "£", "lei ", "USD "]) + cell,
    "currency behind": lambda cell, rng: cell + rng.choice([" $", "€", " zł", " RON", " kr"]),
    "bracket open": lambda cell, _: "(" + cell,
    "brackets": lambda cell, _: f"({cell})",
    "percent": lambda cell, _: cell + "%",
    "percent inside": lambda cell, _: cell[:1] + "%" + cell[1:],
    "minus": lambda cell, _: "-" + cell,
    "minus behind": lambda cell, _: cell + "-",
    "letters": lambda cell, _: cell + "k",
    "word": lambda _cell, rng: rng.choice(["n/a", "tbd", "nan", "inf", "#REF!", "NULL"]),
    "exponent": lambda cell, _: cell + "e3x",
    "twice": lambda cell, _: f"{cell} {cell}",
    "typographic digits": lambda cell, _: cell.replace("1", "١"),
}
DAYS: dict[str, Spoil] = {
    "day first": _other_day("%d/%m/%Y"),
    "month first": _other_day("%m/%d/%Y"),
    "points": _other_day("%d.%m.%Y"),
    "two digits": _other_day("%d-%m-%y"),
    "month name": _other_day("%d %b %Y"),
    "year alone": _other_day("%Y"),
    "month alone": _other_day("%Y-%m"),
    "week": _other_day("%G-W%V"),
    "epoch": lambda cell, _: str(int(datetime.fromisoformat(cell.replace("Z", "+00:00")).timestamp())),
    "serial": lambda cell, _: str((datetime.fromisoformat(cell[:10]) - datetime.fromisoformat("1899-12-30")).days),
    "today": lambda _cell, rng: rng.choice(["today", "now", "yesterday", "NaT"]),
    "far": lambda _cell, rng: rng.choice(["9999-12-31", "3999-12-31", "1899-12-30", "0001-01-01"]),
    "impossible": lambda cell, _: cell[:5] + "13-45",
    "zero": lambda _cell, rng: rng.choice(["0000-00-00", "0", "00/00/0000"]),
}
WORDS: dict[str, Spoil] = {
    "lower": lambda cell, _: cell.lower(),
    "upper": lambda cell, _: cell.upper(),
    "spaces": lambda cell, _: f" {cell}  ",
    "space inside": lambda cell, _: cell[:1] + " " + cell[1:],
    "cut": lambda cell, _: cell[:-1],
    "longer": lambda cell, _: cell + "AAA",
    "other letters": lambda cell, _: cell.replace("e", "é").replace("R", "Ř").replace("0", "O"),
    "tab": lambda cell, _: cell[:1] + "\t" + cell[1:],
}


@dataclass(frozen=True)
class Variant:
    """One way in which the source was spoiled."""

    table: str
    column: str
    how: str
    some: bool

    def __str__(self) -> str:
        return f"{self.table}.{self.column}: {self.how}" + (" in some rows" if self.some else "")


def small_source(folder: Path) -> Path:
    """A demo company of three teams, with the tables that the variants spoil."""
    write_demo(folder, deals=220, reps=12, teams=3)
    for file in folder.iterdir():
        if file.stem not in USED or file.suffix != ".csv":
            file.unlink()
    for name in ("account", "campaign"):
        rows = read(folder / f"{name}.csv")
        write(folder / f"{name}.csv", rows[:60])
    return folder


def read(file: Path) -> Rows:
    """Header and rows."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write(file: Path, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> None:
    """Header and rows as a file."""
    with file.open("w", encoding=encoding, errors="replace", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)


def spoil(folder: Path, rng: random.Random) -> Variant:
    """Spoils one thing in a copy of the source."""
    table = rng.choice([name for name in USED if (folder / f"{name}.csv").is_file()])
    file = folder / f"{table}.csv"
    rows = read(file)
    way = rng.choice(["cells"] * 6 + ["header", "rows", "file"])
    if way == "header":
        return _header(file, table, rows, rng)
    if way == "rows":
        return _rows(file, table, rows, rng)
    if way == "file":
        return _file(file, table, rows, rng)
    return _cells(file, table, rows, rng)


def _cells(file: Path, table: str, rows: Rows, rng: random.Random) -> Variant:
    head, body = rows[0], rows[1:]
    at = rng.randrange(len(head))
    held = [row[at] for row in body if row[at]]
    if not held:
        return Variant(table, head[at], "nothing there", some=False)
    ways = NUMBERS if all(map(_digits, held)) else DAYS if all(map(_is_day, held)) else WORDS
    how, some = rng.choice(list(ways)), rng.random() < 0.5
    for row in body:
        if row[at] and (not some or rng.random() < 0.2):
            row[at] = ways[how](row[at], rng)
    write(file, rows)
    return Variant(table, head[at], how, some)


def _header(file: Path, table: str, rows: Rows, rng: random.Random) -> Variant:
    head = rows[0]
    at, name = rng.randrange(len(head)), ""
    how = rng.choice(["upper", "spaces", "renamed", "twice", "empty", "underscore"])
    name = head[at]
    head[at] = {
        "upper": name.upper(), "spaces": f" {name} ", "renamed": f"{name}_2", "twice": head[at - 1], "empty": "",
        "underscore": name.replace("_", " "),
    }[how]  # fmt: skip
    write(file, rows)
    return Variant(table, name, f"header {how}", some=False)


def _rows(file: Path, table: str, rows: Rows, rng: random.Random) -> Variant:
    how = rng.choice(["copied", "copied otherwise", "short", "long", "blank", "header again"])
    at = rng.randrange(1, len(rows))
    row = list(rows[at])
    extra = {
        "copied": row, "copied otherwise": [*row[:-1], row[-1] + "x"], "short": row[: len(row) // 2],
        "long": [*row, "more"], "blank": [""] * len(row), "header again": rows[0],
    }[how]  # fmt: skip
    rows.insert(at + 1, extra)
    write(file, rows)
    return Variant(table, "*", f"row {how}", some=False)


def _file(file: Path, table: str, rows: Rows, rng: random.Random) -> Variant:
    how = rng.choice(["latin-1", "cp1250", "utf-16", "utf-8-sig", ";", "|", "cut", "twice", "nul", "quote"])
    if how in ("latin-1", "cp1250", "utf-16", "utf-8-sig"):
        write(file, rows, encoding=how)
    elif how in (";", "|"):
        write(file, rows, delimiter=how)
    elif how == "twice":
        shutil.copy(file, file.with_name(f"{table}.old.csv"))
    else:
        raw = file.read_bytes()
        middle = rng.randrange(len(raw) // 2, len(raw))
        spoiled = {"cut": b"", "nul": b"\0" + raw[middle:], "quote": b'\n"' + raw[middle:]}
        file.write_bytes(raw[:middle] + spoiled[how])
    return Variant(table, "*", f"file {how}", some=False)


def totals(dataset: Dataset) -> dict[str, object]:
    """Counts, sums, flags and first and last days of every table; what pages are made of."""
    found: dict[str, object] = {"currency": dataset.currency}
    for name, frame in dataset.tables.items():
        found[name] = len(frame)
        for column in frame:
            values = frame[column]
            if types.is_bool_dtype(values.dtype) or types.is_numeric_dtype(values.dtype):
                found[f"{name}.{column}"] = round(float(values.sum()), 4)
            elif types.is_datetime64_any_dtype(values.dtype):
                found[f"{name}.{column}"] = (values.min(), values.max(), int(values.notna().sum()))
            else:
                found[f"{name}.{column}"] = Counter(values.dropna().str.strip())
    return found


def wrong(sound: Dataset, spoiled: Dataset, variant: Variant) -> str:
    """What is wrong with how the spoiled source was taken; empty where nothing is."""
    quality = spoiled.quality
    for name, count in quality.counts.items():
        if not quality.fatal and (count.read != count.used + count.quarantined or count.used != len(spoiled.tables[name])):
            there = len(spoiled.tables[name])
            return f"{name}: {count.read} read, {count.used} used, {count.quarantined} set aside, {there} there"
    before = {problem.line() for problem in sound.quality.problems}
    if quality.fatal or {problem.line() for problem in quality.problems} - before:
        return ""
    own, its = totals(sound), totals(spoiled)
    differing = [key for key in own if own[key] != its.get(key) and not _its_own_words(key, variant)]
    return f"other totals without a word: {', '.join(differing[:5])}" if differing else ""


def _its_own_words(total: str, variant: Variant) -> bool:
    """A word, or a number as rightly written as before, is what the source says now: nobody can know it said another."""
    if variant.how in ("minus", "brackets"):
        return (variant.table, variant.column) in (("stage", "sort_order"), ("lead", "score"))  # may lie below zero
    if variant.how == "percent" and not variant.some:
        return (variant.table, variant.column) == ("stage", "default_probability")  # 0.4% of all deals is a share too
    return variant.how in WORDS and total.endswith(f".{variant.column}")


def try_one(source: Path, sound: Dataset, seed: int) -> tuple[Variant, str]:
    """One variant, and what is wrong with how it was taken."""
    rng = random.Random(seed)
    with TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(source, Path(folder) / "source"))
        variant = spoil(copy, rng)
        try:
            spoiled = check_source(copy, today=TODAY)
        except SalesAnalyticsError:
            return variant, ""
        except Exception as error:  # noqa: BLE001 - any other is what is looked for
            return variant, f"{type(error).__name__}: {error}"
        traces = [problem.line() for problem in spoiled.quality.problems if "cannot be read (" in problem.rule]
        return variant, traces[0] if traces else wrong(sound, spoiled, variant)


def main() -> int:
    """Tries the variants and prints those that were taken wrongly."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--variants", type=int, default=600)
    arguments.add_argument("--seed", type=int, default=11)
    given = arguments.parse_args()
    with TemporaryDirectory() as folder:
        source = small_source(Path(folder) / "demo")
        sound = check_source(source, today=TODAY)
        tried = [try_one(source, sound, given.seed * 100_000 + at) for at in range(given.variants)]
    failed = [(variant, said) for variant, said in tried if said]
    for variant, said in failed:
        print(f"{variant}: {said}")
    ways = len({(variant.table, variant.column, variant.how) for variant, _ in tried})
    print(f"{len(tried) - len(failed)} of {len(tried)} variants ({ways} different) were taken rightly or refused with a reason")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
