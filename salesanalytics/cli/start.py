"""The program from its first moment to its exit code. Imports nothing heavy: whoever stops it early is heard too.

In: the words of a shell. Out: what the command says, and an exit code (see `errors`).
"""

import os
import sys

from salesanalytics.cli import stops
from salesanalytics.cli.streams import told
from salesanalytics.cli.zone import settle_zone


def main() -> None:
    """Entry point: errors of ours are one line, anything else says where to look, and a signal ends it with its code."""
    code = 1
    stopped = False
    try:
        stops.listen()
        code = _command()
        stops.deafen()
    except stops.Stopped as stop:
        code, stopped = stop.code, True
    if stopped:
        from salesanalytics.report.scratch import clear

        clear()
        stops.say()
        os._exit(code)  # what threads are at work can only wait for each other
    sys.exit(code)


def _command() -> int:
    out = told()
    from salesanalytics.base.redact import shown
    from salesanalytics.cli.errors import CANNOT, DEBUG, end_of, no_room, say_error

    debug = DEBUG in sys.argv
    sys.argv = [word for word in sys.argv if word != DEBUG]
    note = settle_zone()
    if note:
        print(shown(note), file=sys.stderr)
    code = end_of(_app, debug=debug)
    out.flush()
    if out.trouble and not code:
        say_error(f"what this command says could not be written. stdout: {no_room(out.trouble)}")
        return CANNOT
    return code


def _app() -> None:
    from salesanalytics.cli.app import app

    app()


if __name__ == "__main__":
    main()
