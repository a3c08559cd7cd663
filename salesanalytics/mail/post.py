"""Which letters go to whom: the last run's pages, and the addresses in the params of each page's own team.

In: a folder of pages, params. Out: `Post`, one per team and address, checked; or MailError with every problem. What a run did
not make, or made of older data than a period's mail may be, is not sent as if it were new. Nothing is sent here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from salesanalytics.base.slug import slug
from salesanalytics.base.team import TeamInfo, find_team
from salesanalytics.errors import MailError
from salesanalytics.mail.address import checked
from salesanalytics.mail.chat import is_chat
from salesanalytics.params import NO_OWN, Own, Params, TeamParams, company_params, params_for
from salesanalytics.report.plan import NOTEBOOKS
from salesanalytics.report.run.ledger import Run, read_last

MADE = ("done", "reused")


@dataclass(frozen=True, slots=True)
class Post:
    """One team's page to one address; or a line of it to a chat, whose name is the address then."""

    team: TeamInfo
    address: str
    params: TeamParams
    page: Path
    notebooks: Path

    @property
    def chat(self) -> bool:
        """Whether it is posted to a webhook."""
        return is_chat(self.address)

    @property
    def link(self) -> str:
        """Where the page lies for whoever reads the mail; empty: it is attached."""
        base = self.params.mail_link.rstrip("/")
        return f"{base}/{self.page.parent.name}/{self.page.name}" if base else ""


@dataclass(frozen=True, slots=True)
class Mailing:
    """All that is to go out of one run; `untold`: teams whose page is not to be mailed, and why.

    `several`: addresses and chats that may get what several teams are told.
    """

    run: Run
    as_of: date
    by: str
    posts: tuple[Post, ...]
    untold: tuple[str, ...]
    several: frozenset[str] = frozenset()


def mailing(
    folder: Path,
    params: Path | None,
    *,
    today: date,
    max_age: int,
    teams: Sequence[str] = (),
    own: Own = NO_OWN,
) -> Mailing:
    """What the last run of `folder` made, for whom. `today`: the day; data older than `max_age` days is not mailed. `own`: the
    parameters that chapters declare, which files may set too.
    """
    run = read_last(folder)
    if run is None or run.state != "done":
        raise MailError(f"{folder} holds no run that came to its end. Run salesanalytics run --out {folder} first.")
    as_of = date.fromisoformat(run.as_of)
    if as_of < today - timedelta(days=max_age):
        raise MailError(
            f"the pages of {folder} speak of data to {as_of}, {(today - as_of).days} days ago; they would be mailed as new. "
            f"Run again with newer data, or allow it with --max-age."
        )
    known = [TeamInfo(page["team"], page["name"], slug(page["team"])) for page in run.pages if page["team"]]
    asked = {team: find_team(known, team) for team in teams}
    if unknown := [team for team, info in asked.items() if info is None]:
        raise MailError(
            f"the last run made no page of {', '.join(unknown)}; expected one of {', '.join(t.name for t in known)}."
        )
    every = params_for(params, known, strict=False, own=own)
    whole = company_params(params, own)
    problems = list(_problems(every, whole))
    if problems:
        raise MailError("\n".join(["the mail cannot be planned:", *(f"  {one}" for one in problems)]))
    by_team = {one.team: one for one in every}
    pages = {page["team"]: page for page in run.pages}
    posts: list[Post] = []
    untold = []
    for team in [info for info in asked.values() if info] or known:
        one, page = by_team[team.team_id], pages[team.team_id]
        if (one.mail_to or one.mail_webhook) and page["state"] not in MADE:
            untold.append(f"{team.name}: its page failed in the last run")
        else:
            posts += _posts(team, one, page, run)
    by = checked(whole.mail_by) if any(not post.chat for post in posts) else ""
    return Mailing(run, as_of, by, tuple(posts), tuple(untold), frozenset(map(recipient, whole.mail_several)))


def still_meant(post: Post, to: str) -> bool:
    """Whether a message goes to an address of its own team's params: asked once more before it leaves."""
    return to in _meant(post.params.mail_to)


@lru_cache
def _meant(mail_to: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(checked, mail_to))


def recipient(text: str) -> str:
    """A chat, or an address. Raises MailError where it is neither."""
    return text if is_chat(text) else checked(text)


def _posts(team: TeamInfo, params: TeamParams, page: Mapping[str, Any], run: Run) -> list[Post]:
    notebooks = Path(run.folder) / NOTEBOOKS / team.slug
    addresses = dict.fromkeys([*map(checked, params.mail_to), *([params.mail_webhook] if params.mail_webhook else [])])
    return [Post(team, address, params, Path(page["file"]), notebooks) for address in addresses]


def _problems(every: Sequence[TeamParams], whole: Params) -> Iterator[str]:
    """Addresses that are none, and people who would read another team's page without being named for it."""
    several = set()
    for one in whole.mail_several:
        try:
            several.add(recipient(one))
        except MailError as error:
            yield f"_defaults.yaml, mail_several: {error}"
    first: dict[str, str] = {}
    for params in every:
        for address in params.mail_to:
            try:
                to = checked(address)
            except MailError as error:
                yield f"team {params.team}, mail_to: {error}"
                continue
            other = first.setdefault(to, params.team)
            if other != params.team and to not in several:
                yield (
                    f"team {params.team}, mail_to: {to} gets the page of {other} already. Who may read several teams' pages is "
                    "named under mail_several in _defaults.yaml."
                )
    if first:
        try:
            checked(whole.mail_by)
        except MailError:
            yield "_defaults.yaml, mail_by: not set; expected the address of who set the mail up, which stands in its foot."
