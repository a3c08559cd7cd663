"""Names every circle of imports: between modules, and between the rooms of one folder. Ends with 1 where there is one.

In: the source of the package, stub files included. Every import counts, wherever it stands: at the top of a module, inside a
function, or for the type checker alone. A module that is imported imports its package's `__init__` as well, but nobody wrote
that down, so it does not count. Nothing is imported to find out.

Usage: python scripts/check_circles.py [FOLDER of the package, default salesanalytics]
"""

import ast
import itertools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

Graph = dict[str, dict[str, str]]
"""Importer to imported, with the place of one such import."""


def modules(package: Path) -> dict[str, list[Path]]:
    """The files of every module, by dotted name; a module and its stub are one."""
    found: dict[str, list[Path]] = {}
    for file in sorted(package.rglob("*.py*")):
        if file.suffix in (".py", ".pyi"):
            parts = file.relative_to(package.parent).with_suffix("").parts
            found.setdefault(".".join(parts[:-1] if parts[-1] == "__init__" else parts), []).append(file)
    return found


def imports(package: Path) -> Graph:
    """Which module imports which, by dotted names."""
    files = modules(package)
    graph: Graph = {name: {} for name in files}
    for name, places in files.items():
        for file in places:
            for target, line in _imported(file, name, file.stem == "__init__", files):
                if target != name:
                    graph[name].setdefault(target, f"{file}:{line}")
    return graph


def _imported(file: Path, name: str, is_package: bool, known: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            targets = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, name, is_package)
            targets = [(base, alias.name) for alias in node.names]
        else:
            continue
        for base, last in targets:
            if target := _module(f"{base}.{last}" if last else base, known):
                yield target, node.lineno


def _absolute(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    """The module that `from … import` names, its dots resolved."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    parts = parts[: len(parts) - node.level + is_package]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _module(target: str, known: Mapping[str, object]) -> str:
    """The module of ours that a dotted name leads to: itself, or the one that holds it; empty where it is not ours."""
    if target in known:
        return target
    holder = target.rpartition(".")[0]
    return holder if holder in known else ""


def rooms(graph: Graph, folder: str) -> Graph:
    """The imports between the parts of one folder; a part is a module, a folder below, or the folder's own `__init__`."""

    def part(name: str) -> str:
        return ".".join(name.split(".")[: folder.count(".") + 2]) if name != folder else f"{folder}.__init__"

    inside = {name: targets for name, targets in graph.items() if name == folder or name.startswith(f"{folder}.")}
    made: Graph = {part(name): {} for name in inside}
    for name, targets in inside.items():
        for target, place in targets.items():
            if target in inside and part(target) != part(name):
                made[part(name)].setdefault(part(target), f"{place} ({name} -> {target})")
    return made


def circles(graph: Graph) -> list[list[str]]:
    """A shortest circle through every name that has one, each circle once; all names of a knot are in one of them."""
    found: list[list[str]] = []
    seen: set[str] = set()
    for name in sorted(graph):
        if name not in seen and (circle := _shortest(graph, name)):
            seen.update(circle)
            found.append(circle)
    return found


def _shortest(graph: Graph, start: str) -> list[str]:
    """The shortest way from a name back to itself; empty where there is none."""
    ways, reached = [[start]], {start}
    for way in ways:
        if start in graph[way[-1]]:
            return [*way, start]
        fresh = sorted(graph[way[-1]].keys() - reached)
        reached.update(fresh)
        ways += [[*way, target] for target in fresh]
    return []


def found(package: Path) -> list[str]:
    """Every circle as lines to print: its names, then where each of its imports stands."""
    graph = imports(package)
    folders = sorted({name[:end] for name in graph for end in range(len(name)) if name[end] == "."})
    levels = [("modules", graph), *((f"rooms of {folder}", rooms(graph, folder)) for folder in folders)]
    told: dict[frozenset[str], str] = {}
    for kind, level in levels:
        for circle in circles(level):  # modules of one folder are its rooms as well, and are named once
            told.setdefault(frozenset(name.removesuffix(".__init__") for name in circle), _told(kind, level, circle))
    return list(told.values())


def _told(kind: str, graph: Graph, circle: list[str]) -> str:
    places = [f"    {graph[one][other]}" for one, other in itertools.pairwise(circle)]
    return "\n".join([f"{kind}: {' -> '.join(circle)}", *places])


def main() -> None:
    """Print every circle; exit code 1 where there is one."""
    told = found(Path(sys.argv[1] if len(sys.argv) > 1 else "salesanalytics"))
    print("\n".join(told) or "no circle of imports")
    sys.exit(bool(told))


if __name__ == "__main__":
    main()
