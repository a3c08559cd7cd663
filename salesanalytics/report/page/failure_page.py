"""The page that stands beside a team's last good one when its new one could not be made: where it stopped, why, what to do.

In: a failed page's result. Out: one HTML document with relative links. It never takes the place of the page itself.
"""

from salesanalytics.base.language import Language
from salesanalytics.report.page.frame import environment, framed
from salesanalytics.report.page_result import PageResult
from salesanalytics.report.plan import Plan
from salesanalytics.show.words import Words


def failure_page(result: PageResult, plan: Plan, locale: Language) -> str:
    """What failed, in the reader's language; errors themselves are in the words of whoever raised them."""
    return environment().get_template("failed.html.j2").render(
        words=Words(locale, plan.about.currency),
        **framed(plan.about.brand),
        name=result.name,
        source=plan.about.source,
        as_of=plan.about.as_of,
        errors=[(error.chapter, error.cell, error.what) for error in result.errors],
        kept=result.kept,
        link=result.page.name,
        notebooks=[
            str((job.output.parent / f"{job.output.stem}.failed.ipynb").relative_to(plan.folder))
            for job in plan.all_jobs
            if job.team == result.team and any(error.chapter == job.chapter for error in result.errors)
        ],
    )  # fmt: skip
