"""The command line as a whole: demo, check, snapshot, run, status, send, alert, schedule, plan, pay, one-to-one, lab.

In: the words of a shell. Out: what the command says, and an exit code (see `cli.errors`). Each command is in the module of its
topic. Everything heavy is imported inside the command that needs it, so that `--help` is quick.
"""

from typing import Annotated

import typer

from salesanalytics import __version__
from salesanalytics.cli.alert import alert
from salesanalytics.cli.data import check, demo, snapshot
from salesanalytics.cli.lab import lab
from salesanalytics.cli.one_to_one import one_to_one
from salesanalytics.cli.pay import pay_app
from salesanalytics.cli.plan import plan_app
from salesanalytics.cli.run import run, status
from salesanalytics.cli.schedule import schedule_app
from salesanalytics.cli.send import send
from salesanalytics.cli.words import Commands

app = typer.Typer(
    cls=Commands,
    help="From CRM and HR data to one honest page per sales team.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (demo, check, snapshot, run, status, send, alert):
    app.command()(_command)
app.command("one-to-one")(one_to_one)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(lab)
app.add_typer(plan_app, name="plan")
app.add_typer(pay_app, name="pay")
app.add_typer(schedule_app, name="schedule")


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit
