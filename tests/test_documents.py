"""README, docs, ARCHITECTURE and environment.yml speak of what is there, and of all of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from salesanalytics.cli.app import app
from salesanalytics.data.tables.schema import TABLES
from salesanalytics.kpi import REGISTRY
from salesanalytics.show.words import Words

README = Path("README.md").read_text("utf-8")
DOCUMENTS = [*Path().glob("*.md"), *Path("docs").glob("*.md")]
EXPLAINED = "".join(path.read_text("utf-8") for path in [Path("README.md"), *Path("docs").glob("*.md")])
ARCHITECTURE = Path("ARCHITECTURE.md").read_text("utf-8")


def test_the_question_of_a_notebook_is_the_readmes() -> None:
    for path in Path("notebooks").glob("*.ipynb"):
        title = re.search(r'"# ([^"\\]+\?)', path.read_text())
        assert title is not None
        assert title[1] in README


@pytest.mark.parametrize("script", ["write_environment.py", "write_documents.py"])
def test_written_files_are_up_to_date(script: str) -> None:
    done = subprocess.run([sys.executable, f"scripts/{script}", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_folder_of_the_package_is_on_the_map() -> None:
    top = Path("salesanalytics")
    rooms = {
        path.relative_to(top).as_posix()
        for path in [*top.iterdir(), *top.glob("*/*")]
        if path.is_dir() and any(path.glob("*.py"))
    }
    rooms |= {path.stem for path in top.glob("*.py") if path.stem != "__init__"}
    first = re.findall(r"^\| (`.*?`) \|", ARCHITECTURE, re.MULTILINE)
    named = {room for cell in first for room in re.findall(r"`([\w/]+)`", cell)}
    inner = {"show/charts", "demo/planted", "data", "models"}
    inner |= {room for room in rooms if room.split("/")[0] in ("analyses", "views")}  # a folder per stage
    assert rooms - named - inner == set()
    assert {room for room in named if not (top / room).exists() and not (top / f"{room}.py").exists()} == set()


def test_every_link_in_the_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target, section in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", document.read_text("utf-8")):
            place = document.parent / target if target else document
            assert place.exists(), (document, target)
            assert not section or section in _sections(place), (document, target, section)


def _sections(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_document_is_named_in_the_readme() -> None:
    assert {path for path in DOCUMENTS if path.name != "README.md" and f"({path})" not in README} == set()


def test_every_command_is_explained() -> None:
    names = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    names |= {
        f"{group.name} {command.name or command.callback.__name__}"  # type: ignore[union-attr]
        for group in app.registered_groups
        for command in group.typer_instance.registered_commands  # type: ignore[union-attr]
    }
    assert {name for name in names if not re.search(rf"(salesanalytics|make) {name}\b", EXPLAINED)} == set()


def test_every_kpi_has_a_name_in_both_languages() -> None:
    for locale in ("en", "ro"):
        words = Words(locale)  # type: ignore[arg-type]
        assert all(words.say(f"kpi.{key}") for key in REGISTRY)


def test_every_column_says_what_it_is() -> None:
    for name, model in TABLES.items():
        assert model.grain().startswith("One row per"), name
        assert all(field.description for field in model.to_schema().columns.values()), name


def test_every_make_target_the_documents_name_exists() -> None:
    targets = set(re.findall(r"^\.PHONY: (\w+)", Path("Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        (str(document), target)
        for document in DOCUMENTS
        for target in re.findall(r"(?:`|^\$ )make (\w+)", document.read_text("utf-8"), re.MULTILINE)
    }
    assert {target for _, target in named} >= {"report", "test", "check", "lab"}
    assert {(document, target) for document, target in named if target not in targets} == set()


def test_make_help_lists_every_target() -> None:
    text = Path("Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: (\w+)", text, re.MULTILINE))
    assert targets == set(re.findall(r"^(\w+):.*## ", text, re.MULTILINE))
    assert {"setup", "report", "test", "check", "lab", "help"} <= targets


def test_the_lock_pins_every_version_with_hashes_and_no_address() -> None:
    lock = Path("requirements.lock").read_text()
    pins = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    assert len(pins) > 100
    assert lock.count("--hash=sha256:") > len(pins)
    assert "://" not in lock
    assert "index-url" not in lock


def test_the_sample_page_and_its_picture_are_real() -> None:
    assert Path("reports/sample/page.png").read_bytes().startswith(b"\x89PNG\r\n")
    for name in ("north", "romania"):
        page = Path(f"reports/sample/{name}.html").read_text("utf-8")
        assert page.count("<figure") >= 4
        assert "default-src 'none'" in page
