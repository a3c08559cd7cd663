"""Exports that are not UTF-8: names arrive as they were written, and the report says what was assumed."""

import random
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from salesanalytics.data.intake.check import check_source
from salesanalytics.data.intake.csv_file import read_csv
from salesanalytics.data.intake.encoding import assumed_encoding
from salesanalytics.data.intake.source import CsvOptions
from salesanalytics.errors import SourceError
from tests.tiny import deal, write_csv, write_source

TODAY = date(2026, 9, 1)
PLAIN = ["Anna Smith", "Globex Ltd", "Dan Popa", "Initech", "Berlin", "Cluj"]
ROMANIAN = [
    "Ştefan Ţurcanu",
    "Ioana Păun",
    "Mihăiţă Şerban",
    "Firmă nouă",
    "Iaşi",
    "Galaţi",
    "Ţiriac",
    "Câştigată",
    "Îngheţată",
]
GERMAN = ["Jürgen Groß", "Süd-Öl GmbH", "Käthe Schäfer", "Übersee KG", "Köln", "MÜLLER"]
FRENCH = ["François Lefèvre", "Zoé Bélanger", "Hôtel du Château", "Œuvres", "Évry", "Noël", "Anaïs Côté", "l’Élysée"]
SPANISH = ["Begoña Ibáñez", "José Muñoz", "Ángel Güell", "Compañía Española", "Córdoba", "¿Qué tal?", "1ª, 2º"]
PORTUGUESE = ["João Gonçalves", "Conceição", "Luís Magalhães", "Camões", "São Paulo"]
NORDIC = ["Åsa Öberg", "Søren Kjær", "Märta Lindström", "Tromsø"]
SIGNS = ["€ 500", "£5", "“Red” Tom", "O’Neil – Sons", "Dell™", "Acme®", "25°C", "5 m²", "½", "1\u00a0000"]
POLISH = ["Łukasz Wójcik", "Małgorzata Dąbrowska", "Gdańsk", "Świnoujście", "Poznań", "Paweł"]
HUNGARIAN = ["Kőrösi", "Erdős", "Győri Keksz", "Székesfehérvár Kőszeg"]
CZECH = ["Jiří Dvořák", "Říhová", "Ondřej Šťastný"]

ALL = [
    *((names, encoding) for names in (ROMANIAN, POLISH, HUNGARIAN, CZECH) for encoding in ("cp1250", "iso8859_2")),
    *((names, encoding) for names in (GERMAN, SPANISH, PORTUGUESE, NORDIC) for encoding in ("cp1252", "iso8859_15")),
    (FRENCH[:7], "iso8859_15"),
    (FRENCH, "cp1252"),
    (SIGNS, "cp1252"),
]
LARGE = [
    *ALL,
    *((names, encoding) for names in (GERMAN, FRENCH, SPANISH, NORDIC) for encoding in ("mac_roman",)),
    *((names, encoding) for names in (POLISH, CZECH) for encoding in ("mac_latin2", "cp852")),
    (GERMAN, "cp850"),
    (ROMANIAN, "cp852"),
    (["Ayşe Yıldız", "Gökhan Şahin", "İstanbul", "Oğuz Işık", "Güneş Gıda"], "cp1254"),
    (["Jonas Šarūnas", "Žalgiris", "Rūta Kęstutė", "Marijampolė", "Panevėžys"], "cp1257"),
    (["Иванов", "Ромашка", "Санкт-Петербург", "Казань"], "cp1251"),
    (["Παπαδόπουλος", "Αθήνα", "Εταιρεία"], "cp1253"),
]


def read(folder: Path, names: list[str], encoding: str) -> list[str]:
    """The names as they come back from a CRM's export: plain ASCII but for the names."""
    rows = [{"id": f"O-{number}", "owner": name, "stage": "Won"} for number, name in enumerate(names)]
    return list(read_csv(write_csv(folder / "deals.csv", rows, encoding)).frame["owner"])


@pytest.mark.parametrize(("names", "encoding"), ALL)
def test_one_name_in_three_rows_is_enough(tmp_path: Path, names: list[str], encoding: str) -> None:
    for name in names:
        assert read(tmp_path, ["Anna Smith", name, "Dan Popa"], encoding) == ["Anna Smith", name, "Dan Popa"]


def test_a_single_name_that_reads_well_in_both_is_taken_as_western(tmp_path: Path) -> None:
    assert read(tmp_path, ["Třinec"], "cp1250") == ["Tøinec"]
    assert read(tmp_path, ["Třinec", "Jiří"], "cp1250") == ["Třinec", "Jiří"]


@pytest.mark.parametrize(("names", "encoding"), LARGE)
def test_a_large_export_is_read_as_it_was_written(tmp_path: Path, names: list[str], encoding: str) -> None:
    written = random.Random(0).choices([*names, *PLAIN * 9], k=3_000)
    assert read(tmp_path, written, encoding) == written


def test_romanian_with_commas_below_arrives_with_cedillas(tmp_path: Path) -> None:
    # both spellings have the same bytes; cp1250, far more common than ISO 8859-16, knows cedillas only
    assert read(tmp_path, ["Ștefan Țurcanu", "Ploiești"], "iso8859_16") == ["Ştefan Ţurcanu", "Ploieşti"]


def test_romanian_in_both_spellings_from_a_macintosh(tmp_path: Path) -> None:
    written = ["Ștefan Țurcanu", "Ioana Păun", "Mihăiță Șerban", "Ploiești"]
    assert read(tmp_path, written, "mac_romanian") == written


def test_a_few_foreign_customers_do_not_change_the_reading(tmp_path: Path) -> None:
    written = [*ROMANIAN, "Jürgen Groß", "Café Zoé"]
    assert read(tmp_path, written, "cp1250") == written
    written = [*FRENCH, *SPANISH, *PORTUGUESE, *SIGNS]
    assert read(tmp_path, written, "cp1252") == written


def test_a_western_majority_at_the_top_does_not_hide_the_rest(tmp_path: Path) -> None:
    written = [*["Köln"] * 20_000, *ROMANIAN]
    assert read(tmp_path, written, "cp1250") == written


def test_utf8_with_one_foreign_line_stays_utf8(tmp_path: Path) -> None:
    rows = "".join(f"{number},{name}\n" for number, name in enumerate([*GERMAN, *FRENCH]))
    (tmp_path / "deals.csv").write_bytes(f"id,owner\n{rows}".encode() + "99,Jérôme\n".encode("cp1252"))
    raw = read_csv(tmp_path / "deals.csv")
    assert list(raw.frame["owner"])[:-1] == [*GERMAN, *FRENCH]
    assert "utf_8 (with damaged characters; 2 unreadable characters)" in raw.remarks[0]


def test_a_few_stray_bytes_do_not_change_the_reading() -> None:
    assert assumed_encoding(b"id,owner\n1,M\xfcller\n2,\x81\x8d\x8f\n") == "cp1252"


def test_the_report_names_the_assumption_and_the_remedy(tmp_path: Path) -> None:
    folder = write_source(tmp_path)
    write_csv(folder / "team.csv", [{"team_id": "north", "name": "Iaşi"}, {"team_id": "south", "name": "Sud"}], "cp1250")
    dataset = check_source(folder, today=TODAY)
    (note,) = dataset.quality.level("note")
    assert "team.csv is not valid UTF-8 and was read as cp1250 (Windows, Central Europe)" in note.line()
    assert "set encoding: in the mapping" in note.line()
    assert dataset.tables["team"]["name"].tolist() == ["Iaşi", "Sud"]


def test_a_named_encoding_is_obeyed_without_a_remark(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "deals.csv", [{"id": "1", "owner": "Köln"}], "mac_roman")
    raw = read_csv(file, CsvOptions(encoding="mac_roman"))
    assert (list(raw.frame["owner"]), raw.remarks) == (["Köln"], ())


def test_a_named_encoding_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "deals.csv", [deal(1, "Köln", "Won", 1, "2026-05-01")], "cp1252")
    with pytest.raises(SourceError, match=r"deals\.csv is not utf-8 text .* Correct encoding: in the mapping"):
        read_csv(file, CsvOptions(encoding="utf-8"))


@pytest.mark.parametrize(
    "raw",
    [
        b"a,b\n" + b"x,y\n" * 10_000 + b"W\0on,1\n",
        b"a,b\nx,y\n" * 2000 + "o7,\u0163\n".encode("utf-16-le"),
        "a,b\nx,y\n".encode("utf-32"),
    ],
    ids=["a stray byte", "a pasted line", "utf-32"],
)
def test_bytes_of_two_encodings_are_refused_with_their_line(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(raw)
    with pytest.raises(SourceError, match=r"x\.csv, line \d+: holds binary data"):
        read_csv(tmp_path / "x.csv")


def test_one_endless_line_costs_no_more_than_a_long_one() -> None:
    raw = b"a,b\n1," + "größe".encode("cp1252") * 2_000_000
    tracemalloc.start()
    assert assumed_encoding(raw) == "cp1252"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1.5 * len(raw)  # the line itself, and nothing made of all of it
