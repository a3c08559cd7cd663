"""Pages as a browser shows them: accessible, nothing cut, no request, not too long; and the check finds what is wrong."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from salesanalytics.show.blocks import Cell, ColumnHead, Missing, Row, TableBlock
from tests.report.page.test_page import BARE, page
from tests.report.report_parts import figure, finding, md, notebook, shown, strip

LOOKS = Path(__file__).parents[3] / "scripts" / "looks"
BROWSER = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and BROWSER and (LOOKS / "node_modules").is_dir()),
    reason="needs node, a Chromium and `npm ci --prefix scripts/looks`, as `make looks` has",
)

HEADS = ("Participant la instruire", "Terminată de", "Cost, mii EUR", "La oportunități sau vânzări", "Costul unui punct")
WIDE = TableBlock(
    "Instruirile, planul și costul",
    tuple(ColumnHead(head, "left" if n % 3 == 0 else "right") for n, head in enumerate(HEADS)),
    tuple(Row(tuple(Cell("în jur de 1.234.567", detail="între 1.000 și 2.000") for _ in HEADS)) for _ in range(9)),
)
CHAPTER = notebook(
    md("# Unde se află echipa?"),
    shown(strip(), figure("Aproape de țintă"), tags=("headline",)),
    shown(finding("Șapte oportunități stau", "act", 9), finding("Ținta e aproape", "good", 1)),
    md("## Ritmul"), shown(figure("În urmă"), WIDE),
    md("## Lista"), shown(WIDE, Missing("Lipsește tabelul quota.")),
)  # fmt: skip


def looks(*pages: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", str(LOOKS / "check_pages.mjs"), *map(str, pages)], capture_output=True, text=True, timeout=120, check=False
    )


def test_a_page_of_all_kinds_of_blocks_has_no_fault_and_one_with_faults_is_told_each(tmp_path):
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text(page(("6_dashboard", CHAPTER), ("7_pay", BARE), locale="ro"), "utf-8")
    wrong = '<script></script><img src="http://127.0.0.1:9/x.png"><p style="color:#ccc;width:2000px;height:6000px">pale</p>'
    html = page(("7_pay", BARE)).replace("default-src 'none'", "img-src *")
    bad.write_text(html.replace("</main>", f"{wrong}</main>"), "utf-8")
    done = looks(good, bad)
    of_good, of_bad = done.stdout.split("bad.html")
    assert "✗" not in of_good, of_good
    for fault in (
        "holds a script",
        "asks for http://127.0.0.1:9/x.png",
        "image-alt",
        "color-contrast",
        "cut: <P>",
        "expected 6",
    ):
        assert fault in of_bad
    assert done.returncode == 1


def test_a_folder_that_is_not_there_is_named(tmp_path):
    assert "nowhere does not exist; expected a day's folder" in looks(tmp_path / "nowhere").stderr
