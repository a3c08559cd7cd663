"""A sparkline: the course of a few numbers as a tiny line for a table cell, without axis, text or library.

In: numbers in order. Out: SVG text, 72 by 18 units. It only accompanies the number beside it, so screen
readers do not announce it.
"""

from collections.abc import Iterable, Iterator
from math import isfinite

from salesanalytics.show._numbers import finite

WIDTH, HEIGHT, PAD = 72.0, 18.0, 2.5


def spark(values: Iterable[object]) -> str:
    """A line through `values` with a dot on the last one; gaps where a value is missing; empty text without any value."""
    numbers = [finite(value) for value in values]
    there = [number for number in numbers if number is not None]
    if not there:
        return ""
    points = _points(numbers, min(there), max(there))
    runs = "".join(_path(run) for run in _runs(points))
    x, y = [point for point in points if point is not None][-1]
    line = f'<path d="{runs}" fill="none" stroke-width="1.5" stroke-linejoin="round" style="stroke:var(--sa-ink-3, #66717c)"/>'
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" style="fill:var(--sa-us, #00707a)"/>'
    size = f'width="{WIDTH:g}" height="{HEIGHT:g}" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} aria-hidden="true">{line}{dot}</svg>'


def _points(numbers: list[float | None], low: float, high: float) -> list[tuple[float, float] | None]:
    step = (WIDTH - 2 * PAD) / max(len(numbers) - 1, 1)
    start = PAD if len(numbers) > 1 else WIDTH - PAD
    return [None if number is None else (start + step * place, _y(number, low, high)) for place, number in enumerate(numbers)]


def _y(number: float, low: float, high: float) -> float:
    extent = high - low
    share = (number - low) / extent if extent > 0 and isfinite(extent) else 0.5
    return HEIGHT - PAD - share * (HEIGHT - 2 * PAD)


def _runs(points: list[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _path(run: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
