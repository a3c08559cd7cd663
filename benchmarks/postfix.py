"""Whether each recipient gets exactly one mail through real servers: `send` → postfix (STARTTLS, AUTH) → dovecot (IMAP, TLS).

Both servers run with settings, ports, queue and mailboxes of their own in a temporary folder, and are stopped at the end. The
newest run of a folder of pages is sent to made-up recipients by the command line; the sender is killed a few times and started
again, then once more when all is out. Mails are counted where a reader finds them, by IMAP. Exit code 1 where somebody got two,
or none without its being told as uncertain.

    apt-get install postfix dovecot-imapd        # Debian or Ubuntu; starting postfix takes root
    python benchmarks/postfix.py --out reports --recipients 200 --kills 3
"""

import argparse
import collections
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _mail.servers import DOMAIN, PATH, Servers, running, wait_for

from salesanalytics.mail.sent import FILE
from salesanalytics.report.run.ledger import FILE as RUNS
from salesanalytics.report.run.ledger import read_last
from salesanalytics.report.run.ledger_file import read_only


def main() -> None:
    """Send, kill, send again, count, and say by exit code whether everybody got one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("reports"))
    parser.add_argument("--recipients", type=int, default=200)
    parser.add_argument("--kills", type=int, default=3)
    asked = parser.parse_args()
    run = read_last(asked.out)
    if run is None:
        sys.exit(f"{asked.out} holds no run. Make one with: make report")
    lacking = [name for name in ("postfix", "dovecot", "openssl") if not shutil.which(name, path=PATH)]
    if lacking or os.geteuid():
        sys.exit(f"this takes root, postfix, dovecot and openssl; lacking: {', '.join(lacking) or 'root'}")
    teams = [str(page["team"]) for page in run.pages if page["team"]]
    readers = [f"reader{number}@{DOMAIN}" for number in range(asked.recipients)]
    with tempfile.TemporaryDirectory(prefix="mail-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        _prepare(folder, asked.out, teams, readers)
        with running(folder, readers) as servers:
            began = time.monotonic()
            for kill in range(asked.kills):
                _send(servers, killed_after=asked.recipients * (2 * kill + 1) // (2 * asked.kills + 1))
            codes = [_send(servers), _send(servers)]
            took = time.monotonic() - began
            servers.settle()
            found = {reader: servers.mails_of(reader) for reader in readers}
        states = dict(_rows(folder, "select address, state from mail"))
    sys.exit(_told(found, states, codes, took))


def _prepare(folder: Path, out: Path, teams: list[str], readers: list[str]) -> None:
    """Params that deal the readers out among the teams, and the run's ledger, which says where its pages are."""
    (folder / "params").mkdir()
    (folder / "reports").mkdir()
    (folder / "params" / "_defaults.yaml").write_text(f"mail_by: reports@{DOMAIN}\n", encoding="utf-8")
    for number, team in enumerate(teams):
        mine = ", ".join(readers[number :: len(teams)])
        text = f'team: "{team}"\nmail_to: [{mine}]\n'
        (folder / "params" / f"{number}.yaml").write_text(text, encoding="utf-8")
    with (
        contextlib.closing(read_only(out / RUNS)) as old,
        contextlib.closing(sqlite3.connect(folder / "reports" / RUNS)) as new,
    ):
        old.backup(new)


def _send(servers: Servers, killed_after: int | None = None) -> int:
    """`salesanalytics send --smtp` to its end, or killed once so many mails are written down as sent; its exit code."""
    places = ["--out", servers.folder / "reports", "--params", servers.folder / "params"]
    line = [sys.executable, "-m", "salesanalytics.cli.start", "send", "--smtp", "--per-minute", 0, "--max-age", 36500, *places]
    with subprocess.Popen([*map(str, line)], env=servers.environment, stdout=subprocess.DEVNULL) as sender:
        if killed_after is not None:
            wait_for(lambda: _count(servers.folder) >= killed_after or sender.poll() is not None, "too few mails were sent")
            time.sleep(random.uniform(0, 0.02))  # noqa: S311 - a letter takes about as long
            sender.kill()
    return sender.returncode


def _count(folder: Path) -> int:
    return len(_rows(folder, "select key from mail where state = 'sent'"))


def _rows(folder: Path, sql: str) -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(folder / "reports" / FILE)) as db:
        try:
            return db.execute(sql).fetchall()
        except sqlite3.OperationalError:  # the sender has not begun
            return []


def _told(found: dict[str, list[str]], states: dict[str, str], codes: list[int], took: float) -> int:
    """Print who has how many, and by what the ledger says; 1 where somebody has two, or none though it says sent."""
    print(f"{len(found)} recipients, {took:.1f} s; exit codes of the last two senders: {codes[0]}, {codes[1]}")
    for (state, mails), readers in sorted(collections.Counter((states[one], len(ids)) for one, ids in found.items()).items()):
        print(f"  {state:<10} {mails} in the mailbox: {readers} recipients")
    wrong = [one for one, ids in found.items() if len(ids) > 1 or (not ids and states[one] == "sent")]
    print(f"exactly one each, or told as uncertain: {'no, ' + ', '.join(wrong) if wrong else 'yes'}")
    return int(bool(wrong))


if __name__ == "__main__":
    main()
