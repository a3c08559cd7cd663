"""What mail programs do not know of a letter's HTML, by caniemail's data, which stays where npm puts it.

In: an `.eml` file of the outbox, and a folder with the npm package @jsx-email/doiuse-email (MIT). Out: what a program does not
support, and what in part, each with how often and what becomes of it. Exit code 1 where something is not supported at all,
but for what is JUDGED.

    npm install --prefix /tmp/lint @jsx-email/doiuse-email
    python scripts/lint_letter.py reports/outbox/LETTER.eml --modules /tmp/lint
"""

import argparse
import collections
import json
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

CLIENTS = ("gmail.*", "outlook.windows", "outlook.macos", "outlook.ios", "outlook.android", "apple-mail.*")
JUDGED = ("`<body> element`",)  # many put a <div> in its place; its colour stands on the outer table as well
CODE = """
import { doIUseEmail } from '@jsx-email/doiuse-email';
import { readFileSync } from 'node:fs';
const { html, clients } = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(doIUseEmail(html, { emailClients: clients })));
"""


def main() -> None:
    """Read, ask, and say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("letter", type=Path)
    parser.add_argument("--modules", type=Path, required=True)
    asked = parser.parse_args()
    body = message_from_bytes(asked.letter.read_bytes(), policy=default).get_body(("html",))
    if body is None:
        sys.exit(f"{asked.letter} holds no HTML; expected a letter that salesanalytics send wrote")
    done = subprocess.run(
        ["node", "--input-type=module", "-e", CODE],
        input=json.dumps({"html": body.get_content(), "clients": CLIENTS}),
        cwd=asked.modules, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"node ended with {done.returncode}; is @jsx-email/doiuse-email in {asked.modules}?\n{done.stderr}")
    found = json.loads(done.stdout)
    for kind in ("errors", "warnings", "notes"):
        for line, times in collections.Counter(found.get(kind, ())).most_common():
            print(f"{kind[:-1]:<8}{times:>3} × {line}")
    sys.exit(int(any(not line.startswith(JUDGED) for line in found.get("errors", ()))))


if __name__ == "__main__":
    main()
