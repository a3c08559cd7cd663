"""`salesanalytics send`: the last run's pages to the leaders named in params, as mail, and a line of each to a chat.

In: a folder of pages, params, and for SMTP and webhooks the environment. Out: files in the outbox, or mails and posts; a line
per letter. What may go to whom is `mail`'s business.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.cli.alert import OUTBOX, AlertOption, company, told_of
from salesanalytics.cli.errors import say_error
from salesanalytics.cli.options import TeamsOption, params_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesanalytics.mail.post import Post
    from salesanalytics.mail.send import Line


def send(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the pages are.")] = Path("reports"),
    params: Annotated[
        Path | None, typer.Option("--params", help="Folder with mail_to in each team's file, and mail_by in _defaults.yaml.")
    ] = None,
    team: TeamsOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would get what, and send nothing.")] = False,
    smtp: Annotated[
        bool, typer.Option("--smtp", help="Send by the server in SALESANALYTICS_SMTP_HOST; without it: files in the outbox.")
    ] = False,
    webhook: Annotated[
        bool,
        typer.Option("--webhook", help="Post to the webhooks in SALESANALYTICS_WEBHOOK_<TEAM>; without it: files as well."),
    ] = False,
    resend: Annotated[
        list[str] | None,
        typer.Option("--resend", metavar="ADDRESS", help="Send this one's mail of the day, or post to slack or teams, again."),
    ] = None,
    per_minute: Annotated[float, typer.Option("--per-minute", min=0, help="At most so many mails a minute; 0: no limit.")] = 60,
    max_age: Annotated[int, typer.Option("--max-age", min=0, help="Days that the data may be old.")] = 8,
    alert: AlertOption = False,
) -> None:
    """Mail each team's brief to its leaders, with the page attached or linked, and post a line of it to a chat; never twice."""
    from salesanalytics import workspace
    from salesanalytics.mail.address import checked
    from salesanalytics.mail.post import mailing, recipient
    from salesanalytics.mail.send import send as send_all
    from salesanalytics.mail.send import would_send
    from salesanalytics.mail.transport import Outbox, Server, Smtp, Transport
    from salesanalytics.mail.webhook import Board, Webhooks
    from salesanalytics.report.chapter import own_parameters

    folder, own = params_folder(params), own_parameters(workspace.chapters_folder())
    meant = mailing(out, folder, today=date.today(), max_age=max_age, teams=team or (), own=own)  # noqa: DTZ011 - the reader's day
    if not meant.posts and not meant.untold:
        typer.echo(f"Nobody gets mail: no file in {folder} has mail_to or mail_webhook.")
        return
    if dry_run:
        _say(would_send(meant, out))
        return
    outside = smtp or webhook  # then nothing becomes a file: what is not asked for is left for another time
    transport: Transport | None = None if outside else Outbox(out / OUTBOX)
    board: Board | None = None if outside else Outbox(out / OUTBOX)
    sender = meant.by
    if smtp:
        server = Server.of_environment()
        transport, sender = Smtp(server), checked(server.sender)
    if webhook:
        board = Webhooks.of_environment(meant.posts, meant.several)
    again = frozenset(recipient(one) for one in resend or ())
    done = send_all(meant, out, transport, sender=sender, board=board, again=again, per_minute=per_minute if outside else 0)
    _say(done.lines)
    for waiting in _waiting(meant.posts, smtp=smtp, webhook=webhook):
        typer.echo(waiting)
    for what in done.alerts:
        say_error(what)
    if not done.ok and alert:
        told_of(out, company(folder), smtp=smtp, about=("mail",))
    if not done.ok:
        raise typer.Exit(3 if any(one.state in ("sent", "before", "held") for one in done.lines) else 4)


def _waiting(posts: "Sequence[Post]", *, smtp: bool, webhook: bool) -> "Iterator[str]":
    """What this command was not asked to carry."""
    for by, option, left in (("mail", "--smtp", webhook and not smtp), ("posts to chats", "--webhook", smtp and not webhook)):
        if count := sum(post.chat == (option == "--webhook") for post in posts) if left else 0:
            yield f"waiting   {by}: {count} not asked for; they leave with {option}"


def _say(lines: "list[Line] | tuple[Line, ...]") -> None:
    for one in lines:
        why = f" ({one.said})" if one.state == "held" else ""
        typer.echo(f"{one.state:<10}{one.team} → {one.address}: {one.subject}{why}")
