"""Learn what our own sentences teach about texts, and write it beside them; with --check, only say whether that was done.

In: salesanalytics/models/sentiment/examples. Out: salesanalytics/models/sentiment/general.npz.
"""

import sys

from salesanalytics.models.sentiment import general


def main() -> int:
    """1 where the file is older than what it is learned from."""
    if "--check" not in sys.argv:
        general.LEARNT.write_bytes(general.learnt())
        return 0
    if general.LEARNT.is_file() and general.fingerprint_of_learnt() == general.fingerprint():
        return 0
    print(f"{general.LEARNT.name} was learned from other sentences, or words are read in another way now.")
    print("Run scripts/write_general.py.")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
