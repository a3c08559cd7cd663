"""`salesanalytics alert`, and `--alert` of other commands: one mail to whoever is under mail_by when something failed.

In: a folder of pages, params, and for SMTP the environment. Out: a mail or a file in the outbox. An alert that cannot be sent
is said on stderr and changes no other command's exit code.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesanalytics.cli.errors import CANNOT, no_room, say_error
from salesanalytics.cli.options import folder_of, params_folder
from salesanalytics.errors import MailError, SalesAnalyticsError

if TYPE_CHECKING:
    from salesanalytics.mail.alert import About
    from salesanalytics.mail.transport import Server
    from salesanalytics.params import Params

OUTBOX = "outbox"
AlertOption = Annotated[
    bool, typer.Option("--alert", help="Mail whoever is under mail_by in the params when something failed.")
]


def alert(
    out: Annotated[str, typer.Option("--out", metavar="FOLDER|URL", help="Where the pages are.")] = "reports",
    params: Annotated[Path | None, typer.Option("--params", help="Folder with mail_by in _defaults.yaml.")] = None,
    smtp: Annotated[
        bool, typer.Option("--smtp", help="Send by the server in SALESANALYTICS_SMTP_HOST; without it: a file in the outbox.")
    ] = False,
    because: Annotated[
        str, typer.Option("--because", metavar="TEXT", help="Why what was scheduled failed, to be told too.")
    ] = "",
) -> None:
    """Tell whoever is under mail_by which pages and mails of the last run failed, once. Exit code 1: it could not be told."""
    from salesanalytics.mail.alert import BOTH

    if not told_of(folder_of(out), company(params_folder(params)), smtp=smtp, about=BOTH, because=because):
        raise typer.Exit(CANNOT)


def company(params: Path) -> "Params":
    """What `_defaults.yaml` says. Raises ParamsError."""
    from salesanalytics import workspace
    from salesanalytics.params import company_params
    from salesanalytics.report.chapter import own_parameters

    return company_params(params, own_parameters(workspace.chapters_folder()))


def ready(company: "Params", *, smtp: bool) -> bool:
    """Whether an alert could be sent at all; where not, that is said now, and not first when one is needed."""
    try:
        _ways(company, smtp=smtp)
    except MailError as error:
        say_error(f"No alert can be sent: {error}")
        return False
    return True


def _ways(company: "Params", *, smtp: bool) -> "tuple[str, Server | None]":
    """To whom, and by which server; None: into the outbox. Raises MailError."""
    from salesanalytics.mail.address import checked
    from salesanalytics.mail.transport import Server

    if not company.mail_by:
        raise MailError("mail_by is not set in _defaults.yaml; expected the address of who is to be told.")
    server = Server.of_environment() if smtp else None
    if server:
        checked(server.sender)
    return checked(company.mail_by), server


def told_of(folder: Path, company: "Params", *, smtp: bool, about: "Sequence[About]", because: str = "") -> bool:
    """Send the alert, where there is something to tell that was not told yet; whether all is told."""
    from salesanalytics.mail.alert import alert as alert_of
    from salesanalytics.mail.alert import tell
    from salesanalytics.mail.transport import Outbox, Smtp, Transport
    from salesanalytics.show.words import Words

    words, folder = Words(company.locale, "EUR"), folder.absolute()  # whoever reads the mail is elsewhere
    try:
        to, server = _ways(company, smtp=smtp)
        what = alert_of(folder, words, about=about, because=because, today=date.today())  # noqa: DTZ011 - the reader's day
        transport: Transport = Smtp(server) if server else Outbox(folder / OUTBOX)
        outcome = tell(what, folder, transport, sender=server.sender if server else to, to=to, words=words)
    except SalesAnalyticsError as error:
        say_error(f"The alert could not be sent: {error}")
        return False
    except OSError as error:
        say_error(f"The alert could not be sent. {no_room(error)}")
        return False
    if outcome is None:
        typer.echo("Alert: what failed was told before." if what.parts else "Alert: there is nothing to tell.")
        return True
    if outcome.state != "sent":
        say_error(f"The alert to {to} is {'uncertain' if outcome.state == 'uncertain' else 'not sent'} ({outcome.said}).")
        return False
    typer.echo(f"Alert sent to {to}: {what.parts[0].subject}")
    return True
