"""YAML typed by hand comes out as typed, or with a line that says how to write it."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.base.strict_yaml import load_yaml, read_document


@pytest.fixture
def typed(tmp_path: Path):
    """What a file with this text gives: its value and its problems."""

    def load(text: str | bytes):
        file = tmp_path / "file.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_yaml(file)

    return load


def test_plain_values_are_read_as_usual(typed):
    value, problems = typed("a: 1\nb: -2.5\nc: true\nd: null\ne: 2026-09-30\nf: [x, 'no']\ng: {h: \"0123\"}\nempty:\n")
    assert problems == []
    assert value == {
        "a": 1, "b": -2.5, "c": True, "d": None, "e": date(2026, 9, 30), "f": ["x", "no"], "g": {"h": "0123"}, "empty": None,
    }  # fmt: skip


@pytest.mark.parametrize("nothing", ["", "# only a remark\n", "---\n"])
def test_a_file_that_says_nothing_is_no_problem(typed, nothing):
    assert typed(nothing) == (None, [])


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("no", "true/false"), ("Yes", "true/false"), ("ON", "true/false"), ("off", "true/false"),
        ("0123", "the number 83"), ("12:30", "the number 750"), ("1_000", "the number 1000"), ("0x1F", "the number 31"),
        (".inf", "the number inf"), ("089", "a number or a text"), ("1e3", "a number or a text"),
    ],
)  # fmt: skip
def test_words_that_yaml_would_change_are_named_with_the_remedy(typed, word, meaning):
    value, problems = typed(f"first: x\ncountry: {word}\n")
    assert value["country"] == word
    assert len(problems) == 1
    assert problems[0].startswith("line 2: ")
    assert meaning in problems[0]
    assert f'write "{word}" in quotes' in problems[0]


def test_a_surprising_word_is_found_as_key_and_in_a_list_too(typed):
    _, problems = typed("no: [yes]\n")
    assert [problem.split(" would")[0] for problem in problems] == ["line 1: no", "line 1: yes"]


def test_a_key_given_twice_is_named_at_any_depth_and_the_first_is_kept(typed):
    value, problems = typed("a:\n  - b: 1\n    c: 2\n    b: 3\n")
    assert value == {"a": [{"b": 1, "c": 2}]}
    assert problems == ["line 4: b is given twice (first on line 2); keep one"]


def test_a_key_is_given_twice_when_python_could_not_tell_them_apart(typed):
    assert "given twice" in typed("1: a\ntrue: b\n")[1][0]


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!python/name:os.system", "!!binary", "!mine", "!!str"])
def test_tags_are_refused_and_build_nothing(typed, tag):
    value, problems = typed(f"a: {tag} eA==\n")
    assert value == {"a": "eA=="}
    assert len(problems) == 1
    assert tag in problems[0]


def test_all_problems_of_a_file_are_told_at_once_in_order(typed):
    _, problems = typed("a: no\na: 1\nb: 0123\nc: !!set {x}\nd: 2026-02-30\n")
    assert [problem.partition(":")[0] for problem in problems] == ["line 1", "line 2", "line 3", "line 4", "line 5"]


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        ("a: 1\nb: c: d\n", 2, "in quotes"),
        ("a:\n\tb: 1\n", 2, "use spaces"),
        ("a:\tb\n", 1, "use spaces"),
        ("a: [1, 2\nb: 3\n", 2, "never closed"),
        ("a: 'x\n", 2, "never closed"),
        ("a: @x\n", 1, "in quotes"),
        ("a: 1\n- b\n", 2, "indentation"),
        ("a: 1\n---\nb: 2\n", 2, "one document a file"),
        ("a: *b\n", 1, "not in the file above"),
        ("a: &a [*a]\n", 1, "without end"),
        ("[a]: 1\n", 1, "a key is one word"),
        ("a: {<<: {b: 1}}\n", 1, "write the lines out"),
        ("a: x\x07\n", 1, "control character"),
        ("a: " + "[" * 500, 1, "nested deeper"),
        ("a: 2026-13-45\n", 1, "not a day of the calendar"),
        ("a: " + "9" * 5000, 1, "too long"),
    ],
)
def test_broken_files_get_one_line_that_says_where_and_what_to_do(typed, text, line, remedy):
    _, problems = typed(text)
    assert len(problems) == 1
    assert problems[0].startswith(f"line {line}: ")
    assert remedy in problems[0]
    assert "\n" not in problems[0]


def test_repeats_that_would_blow_up_are_stopped(typed):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    _, problems = typed("\n".join(lines))
    assert len(problems) == 1
    assert "blow up" in problems[0]


def test_a_few_repeats_are_fine(typed):
    assert typed("a: &a [1, 2]\nb: *a\n") == ({"a": [1, 2], "b": [1, 2]}, [])


def test_other_encodings_are_named_with_their_line(typed):
    assert typed("a: 1\nb: Iași\n".encode("utf-16"))[1] == ["line 1: not UTF-8 text (byte 0xff); save the file as UTF-8"]
    assert typed("a: 1\nb: caf\xe9\n".encode("latin-1"))[1] == ["line 2: not UTF-8 text (byte 0xe9); save the file as UTF-8"]


def test_a_byte_order_mark_is_no_part_of_the_first_key(typed):
    assert typed("\ufeffa: 1\n") == ({"a": 1}, [])


def test_a_file_too_large_to_be_written_by_hand_is_not_read(typed):
    assert "larger than 256 kB" in typed("a" * 300_000)[1][0]


def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(tmp_path):
    assert "No such file" in load_yaml(tmp_path / "none.yaml")[1][0]
    assert "is no plain file" in load_yaml(tmp_path)[1][0]


def test_the_line_of_every_key_is_known(tmp_path):
    file = tmp_path / "file.yaml"
    file.write_text("a: 1\nb:\n  c: 2\n")
    assert read_document(file).lines == {("a",): 1, ("b",): 2, ("b", "c"): 3}
