"""Training: published numbers of control charts and Rasch, and what is planted in the demo company over many seeds.

python benchmarks/training.py [--data DIR] [--seeds N] [--first SEED]

`--data`: a folder with nhs_accidents.csv (columns i, r, n) and lsat.csv (pattern, count), for the published numbers; without
it these are left out, with a line. Then pages without any change: how often one shows a month outside. Then `--seeds` demo
companies: bias and coverage of the negotiation course's effect (mean rise of the chance to go on over the decisions after it,
and of the score), how often the course without effect is called one, coverage of skills, and how often somebody called
clearly below is not. Exit code 1 where a mark is missed.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from salesanalytics.analyses.training.skills import skills
from salesanalytics.analyses.training.training_effect import training_effect
from salesanalytics.data.tables.as_of import Known, known_on
from salesanalytics.demo import DEFAULT_AS_OF, build_demo
from salesanalytics.demo.growth import LEARNT, SKILLS
from salesanalytics.demo.settings import Settings
from salesanalytics.models.skills.rasch import rasch
from salesanalytics.stats.control import laney, page_limits

MOST_BIAS, COVERAGE, MOST_FALSE = 0.05, (0.93, 0.97), 0.06
LSAT = (-3.6153, -1.3224, -0.3176, -1.7301, -2.7802)
PAGES, STAGES, MONTHS = 400, 5, 24


@dataclass
class Marks:
    """What was found beside what was wanted; `missed` counts."""

    missed: int = 0
    lines: list[str] = field(default_factory=list)

    def hold(self, what: str, found: str, holds: bool) -> None:
        self.missed += not holds
        self.lines.append(f"{what}: {found}")
        print(f"{'ok    ' if holds else 'MISSED'} {what}: {found}", flush=True)


def published(folder: Path | None, marks: Marks) -> None:
    """Laney's p′ chart of qicharts2's accidents, and ltm's rasch of LSAT."""
    files = [] if folder is None else [folder / name for name in ("nhs_accidents.csv", "lsat.csv")]
    missing = [str(file) for file in files if not file.is_file()]
    if not files or missing:
        print(f"left out: published numbers need {', '.join(missing) or '--data DIR'}")
        return
    accidents, lsat = pd.read_csv(files[0]), pd.read_csv(files[1], dtype={"pattern": str})
    chart = laney(accidents["r"].to_numpy(), accidents["n"].to_numpy())
    outside = [
        int(((chart.share < low) | (chart.share > high)).sum())
        for low, high in (chart.limits(overdispersed=False), chart.limits())
    ]
    said = f"p {chart.center:.6f}, sigma z {chart.sigma_z:.4f}, outside p {outside[0]}, p′ {outside[1]}"
    marks.hold("accidents .952900, 10.6404, 16, 0", said, said == "p 0.952900, sigma z 10.6404, outside p 16, p′ 0")
    rows = np.repeat([[float(one) for one in pattern] for pattern in lsat["pattern"]], lsat["count"], axis=0)
    found = rasch(rows)
    told = () if found is None else tuple(float(one) for one in found.difficulty.round(4))
    marks.hold("LSAT " + " ".join(map(str, LSAT)), " ".join(map(str, told)), told == LSAT)


def unchanged(spread: float, size: int, rng: np.random.Generator) -> bool:
    """Whether a page on which nothing changes shows a month outside."""
    charts = []
    for share in rng.uniform(0.6, 0.85, STAGES):
        n = rng.poisson(size, MONTHS) + 1
        weight = 1 / np.clip((spread**2 - 1) / np.maximum(n - 1, 1), 1e-9, 0.99) - 1
        charts.append(laney(rng.binomial(n, rng.beta(share * weight, (1 - share) * weight)), n))
    judged = np.arange(MONTHS) >= MONTHS - 12
    below, above = page_limits(charts, [judged] * STAGES, draws=1000)
    away = np.concatenate([chart.z[judged] / chart.spread for chart in charts])
    return bool(((away < -below) | (away > above)).any())


def false_alarms(marks: Marks) -> None:
    for spread, size in ((1.0, 12), (1.0, 40), (1.3, 40), (2.0, 40)):
        rng = np.random.default_rng(int(10 * spread + size))
        share = float(np.mean([unchanged(spread, size, rng) for _ in range(PAGES)]))
        allowed = 0.05 + 2 * np.sqrt(0.05 * 0.95 / PAGES)
        marks.hold(f"pages without change, scatter {spread}, {size} a month (5%)", f"{share:.3f} of {PAGES}", share <= allowed)


def skill_rows(tables: Known, seed: int) -> Iterator[tuple[float, float, float, float, bool, bool]]:
    """Estimate, low, high, truth, called below, truly below, of each person and skill on the test's scale."""
    settings = Settings(seed=seed, as_of=DEFAULT_AS_OF)
    gift = settings.rng("skill").standard_normal(3000)
    own = settings.rng("skill profile").normal(0, 6, (3000, len(SKILLS)))
    twice = set(tables["employment"].loc[tables["employment"].duplicated("rep_id"), "rep_id"])  # whose second stay has its own
    rows = skills(tables, as_of=DEFAULT_AS_OF).people
    rows = rows[rows["skill"].isin(SKILLS) & (rows["scale"] == "test:100") & ~rows["rep_id"].isin(twice)]
    who, which = rows["rep_id"].str[2:].astype(int).to_numpy() - 1, rows["skill"].map(SKILLS.index).to_numpy()
    event = tables["training_event"]
    done = event[event["topic"] == "negotiation"].set_index("rep_id")["completed_on"]
    tested = tables["assessment"].groupby(["rep_id", "skill"])["taken_on"].max()
    last = pd.Series([tested.get((rep, skill), pd.NaT) for rep, skill in zip(rows["rep_id"], rows["skill"], strict=True)])
    learnt = (rows["skill"].to_numpy() == "negotiation") & (rows["rep_id"].map(done).to_numpy() < last.to_numpy())
    truth = 62 + 6 * gift[who] + own[who, which] + LEARNT * learnt
    mean = pd.Series(truth).groupby(rows["skill"].to_numpy()).transform("mean").to_numpy()
    numbers = rows[["estimate", "low", "high"]].to_numpy()
    for (estimate, low, high), true, called, usual in zip(numbers, truth, rows["below"], mean, strict=True):
        yield estimate, low, high, true, bool(called), bool(true < usual)


def planted(seeds: range, marks: Marks) -> None:
    """The demo company's trainings and skills."""
    late, score, social, people, onboarding = [], [], [], [], 0
    for seed in seeds:
        made, truth = build_demo(seed=seed, as_of=DEFAULT_AS_OF)
        tables = known_on(made, DEFAULT_AS_OF)
        table = training_effect(tables, as_of=DEFAULT_AS_OF).table.set_index(["training", "outcome"])
        true = truth["trainings"]["TR-NEGOTIATION"]["effect_on_step_share"]
        late.append((*table.loc[("negotiation", "late"), ["effect", "low", "high"]], true))
        score.append((*table.loc[("negotiation", "score"), ["effect", "low", "high"]], LEARNT))
        social.append(table.loc[("social selling", "late"), ["verdict", "low", "high"]].tolist())
        onboarding += table.loc[("onboarding", "late"), "verdict"] == "not_identifiable"
        people += list(skill_rows(tables, seed))
    n = len(seeds)
    _recovered("negotiation, decisions in later stages", np.array(late, dtype=float), n, marks)
    _recovered("negotiation, score", np.array(score, dtype=float), n, marks)
    judged = [row for row in social if row[0] != "not_identifiable"]
    claimed = sum(row[0] == "effect" for row in judged)
    allowed = (MOST_FALSE * len(judged)) + 2 * np.sqrt(0.05 * 0.95 * max(len(judged), 1))
    holds = np.mean([low <= 0 <= high for _, low, high in judged]) if judged else np.nan
    said = f"called an effect {claimed} of {len(judged)} judged (of {n}); 95% range holds 0 in {holds:.3f}"
    marks.hold("social selling, no effect", said, claimed <= allowed)
    marks.hold("onboarding cannot be told", f"{onboarding} of {n}", onboarding == n)
    values = np.array(people, dtype=float)
    inside = float(((values[:, 1] <= values[:, 3]) & (values[:, 3] <= values[:, 2])).mean())
    marks.hold(
        f"skills: 95% range holds the true score ({len(values):,})", f"{inside:.3f}", COVERAGE[0] <= inside <= COVERAGE[1]
    )
    called = values[:, 4] == 1
    wrong = float((values[called, 5] == 0).mean())
    marks.hold(f"skills: of {int(called.sum()):,} called below, not below (5%)", f"{wrong:.3f}", wrong <= 0.07)


def _recovered(what: str, rows: np.ndarray, n: int, marks: Marks) -> None:
    known = rows[np.isfinite(rows[:, 0])]
    truth = float(known[:, 3].mean())
    away = known[:, 0] - known[:, 3]
    bias, error = float(away.mean()) / truth, float(away.std(ddof=1) / np.sqrt(len(away))) / truth
    held = float(((known[:, 1] <= known[:, 3]) & (known[:, 3] <= known[:, 2])).mean())
    slack = 2 * np.sqrt(0.05 * 0.95 / len(known))
    said = f"truth {truth:.4f}, bias {bias:+.1%} (SE {error:.1%}), 95% range holds it in {held:.3f}; judged {len(known)} of {n}"
    marks.hold(what, said, abs(bias) <= MOST_BIAS + 2 * error and held >= COVERAGE[0] - slack)


def main() -> int:
    """All parts; 1 where a mark is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1000)
    asked, marks = parser.parse_args(), Marks()
    published(asked.data, marks)
    false_alarms(marks)
    planted(range(asked.first, asked.first + asked.seeds), marks)
    return int(marks.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
