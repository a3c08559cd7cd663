"""How texts lean with no labels: sentences of our own, and what must not change an answer."""

import subprocess
import sys
import tracemalloc
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.errors import DataError
from salesanalytics.models.sentiment.lexicon import SHORTEST_STEM, Language, entries, lexicon, written
from salesanalytics.models.sentiment.prior import LONGEST_READ, lean

GOOD_EN = """
No complaints from the warehouse since we went live.
Verbal yes from the CFO, she asked for the contract.
They are ready to sign on Monday.
Not bad at all, and the rollout took two days.
Although it is pricey, it works great for our drivers.
Champion is pushing internally, budget approved.
They want to expand the pilot to three more plants.
He couldn't be happier with the service.
Exceptional onboarding!
"""
BAD_EN = """
Our champion left and they went dark.
Their single point of contact left last week.
Pushed to next quarter again, no budget before March.
Great demo, but they chose a cheaper competitor.
Don't buy it, the handle broke after two days.
I don't think they are happy with the price.
The scanner arrived in May; it is hardly usable.
Nobody listens here and the quota is unrealistic.
They stopped returning calls.
"""
SILENT_EN = """
Pitch scheduled for Tuesday, close date in June.
We'll send the deck and he'll forward it.
Lead source is the trade show, 1,200 units a year.
Legal reviews the warranty terms on Friday.
Back on Monday; up to 10 users, decision by 10/10.
"""
GOOD_RO = """
Merge ca uns, n-am ce reproșa.
Fără probleme de când l-am montat.
Nu e rău deloc, chiar mă așteptam la mai puțin.
E cam scump, dar merită fiecare leu.
Deși a durat transportul, suntem foarte mulțumiți.
Clientul e gata de semnat, bugetul e aprobat.
Nu pot decât să-i recomand.
Nu am întâlnit echipă mai bună.
Hotel pe cinste, personal amabil.
Vor să extindă contractul la încă două depozite.
"""
BAD_RO = """
Lasă mult de dorit, nu merită banii.
Bătaie de joc, nu răspunde nimeni la telefon.
A înghețat bugetul și nu mai răspunde la mailuri.
Livrare rapidă, dar produsul s-a stricat după o lună.
Nu sunt deloc mulțumită de servicii.
Nu recomand, e prost făcut.
Omul nostru a plecat din firmă și ei au ales un concurent mai ieftin.
M-am săturat de raportări inutile, îmi caut altceva.
Un film plictisitor, lipsit de haz.
"""
SILENT_RO = """
Bunica locuiește în București, lângă hotelul din colț.
Bună ziua, trimit oferta luni. O zi bună!
Am utilizat utilajul conform statutului; obiectivul este la Franța Unită.
Întâlnire marți la ora 10, decizia se ia joi.
Demo pe 10.10, discount de 10 la sută, contract pe 3 ani.
"""


def lines(block: str) -> list[str]:
    return block.strip().splitlines()


def leans(block: str, language: str) -> dict[str, float]:
    texts = lines(block)
    return dict(zip(texts, lean(texts, [language] * len(texts))[:, 0], strict=True))


@pytest.mark.parametrize(("block", "language"), [(GOOD_EN, "en"), (GOOD_RO, "ro")])
def test_praise_leans_up(block: str, language: str) -> None:
    assert {text: value for text, value in leans(block, language).items() if not value > 0.2} == {}


@pytest.mark.parametrize(("block", "language"), [(BAD_EN, "en"), (BAD_RO, "ro")])
def test_blame_leans_down(block: str, language: str) -> None:
    assert {text: value for text, value in leans(block, language).items() if not value < -0.15} == {}


@pytest.mark.parametrize(("block", "language"), [(SILENT_EN, "en"), (SILENT_RO, "ro")])
def test_everyday_talk_says_nothing(block: str, language: str) -> None:
    assert {text: value for text, value in leans(block, language).items() if value} == {}


def strength(text: str, language: str = "ro") -> float:
    _, positive, negative = lean([text], [language])[0]
    return float(positive - negative)


@pytest.mark.parametrize(
    ("said", "denied", "language"),
    [
        ("e bun", "nu e bun", "ro"),
        ("sunt mulțumiți", "nu sunt prea mulțumiți", "ro"),
        ("am fost dezamăgit", "n-am fost niciodată dezamăgit", "ro"),
        ("are defecte", "fără niciun defect", "ro"),
        ("good", "not very good", "en"),
        ("they were helpful", "they weren't helpful", "en"),
        ("it failed", "it never failed", "en"),
    ],
)
def test_a_denied_word_says_the_opposite_more_weakly(said: str, denied: str, language: str) -> None:
    assert strength(said, language) * strength(denied, language) < 0
    assert abs(strength(denied, language)) < abs(strength(said, language))


def test_a_negator_reaches_no_further_than_its_clause() -> None:
    assert strength("Nu recomand, e prost") < strength("Nu recomand") < 0
    assert strength("Nu recomand pentru că e prost") < strength("Nu recomand")
    assert strength("Nu am văzut luni dimineață în fabrică tehnicieni pricepuți") > 0
    assert strength("Nu știm prețul și calitatea e bună") > 0
    assert strength("No budget, great people", "en") > strength("No budget", "en")


def test_two_negators_deny_once_in_romanian() -> None:
    assert strength("Nici azi nu merită banii") < 0
    assert strength("nu e deloc bun") == pytest.approx(strength("nu e bun"))


def test_a_negator_flips_what_says_the_same_as_its_first_word() -> None:
    assert strength("nu are probleme sau defecte") > strength("nu are probleme")
    assert strength("no faults or defects", "en") > strength("no faults", "en")
    assert strength("nu sunt mulțumiți de produse proaste") < strength("nu sunt mulțumiți de produse") < 0


def test_a_phrase_does_not_reach_over_a_denial() -> None:
    assert strength("bugetul a fost aprobat") > 0 > strength("bugetul nu a fost aprobat")
    assert strength("budget was approved", "en") > 0 > strength("budget was not approved", "en")


def test_a_short_word_may_end_with_a_point() -> None:
    assert strength("f. bun") == strength("foarte bun") > strength("bun")


def test_degrees_are_in_order() -> None:
    for some, plain, much in [("cam bun", "bun", "foarte bun"), ("cam prost", "prost", "extrem de prost")]:
        assert abs(strength(some)) < abs(strength(plain)) < abs(strength(much))
    assert strength("somewhat good", "en") < strength("good", "en") < strength("very good", "en") < strength("very good!", "en")


def test_what_comes_after_but_decides() -> None:
    assert strength("scump, dar bun") > 0 > strength("bun, dar scump")
    assert strength("slow but good", "en") > 0 > strength("good but slow", "en")


def test_what_is_conceded_counts_less() -> None:
    assert strength("deși e scump, e bun") > strength("e scump, e bun")
    assert strength("although slow, it is good", "en") > strength("slow, it is good", "en")


def test_a_question_says_less() -> None:
    assert 0 < strength("E bun?") < strength("E bun.")


ROMANIAN = sorted({entry.rstrip("*") for entry, _ in written("ro") if "|" not in entry and "..." not in entry})
WITH_MARKS = [
    "Mulțumiți",
    "dezamăgită",
    "fără",
    "reproșuri",
    "înșelat",
    "hoți",
    "însă",
    "șmecheri",
    "plăcută",
    "Bătaie de joc",
    "țeapă",
]


@given(st.lists(st.sampled_from([*WITH_MARKS, *ROMANIAN, ",", ".", "nu", "foarte", "dar"]), max_size=8))
@settings(max_examples=60, deadline=None)
def test_marks_and_case_change_nothing(words: list[str]) -> None:
    text = " ".join(words)
    cedillas = text.translate(str.maketrans("șțȘȚ", "şţŞŢ"))
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    spellings = [text, cedillas, bare, text.upper(), unicodedata.normalize("NFD", text)]
    rows = lean(spellings, ["ro"] * len(spellings))
    assert (rows == rows[0]).all()


@given(st.lists(st.text(max_size=200), max_size=5), st.sampled_from(["en", "ro"]))
@settings(max_examples=60, deadline=None)
def test_any_text_is_answered_within_bounds(texts: list[str], language: str) -> None:
    rows = lean(texts, [language] * len(texts))
    assert rows.shape == (len(texts), 3)
    assert np.isfinite(rows).all()
    assert (np.abs(rows[:, 0]) <= 1).all()
    assert (rows[:, 1:] >= 0).all()
    assert (np.sign(rows[:, 0]) == np.sign(np.round(rows[:, 1] - rows[:, 2], 9))).all()


def test_a_text_in_another_language_is_not_read() -> None:
    assert not lean(["excellent, superb", "prost"], ["fr", "und"]).any()


def test_emptiness_says_nothing() -> None:
    assert not lean(["", "   ", "\n\n", "...", "12345", "\x00"], ["en", "ro", "en", "ro", "en", "ro"]).any()
    assert lean([], []).shape == (0, 3)


@pytest.mark.parametrize("language", ["en", "ro"])
def test_emoji_and_emoticons_speak_in_both_languages(language: str) -> None:
    assert (lean(["👍👍", "🎉", ":)", "❤️"], [language] * 4)[:, 0] > 0).all()
    assert (lean(["👎", "😡", ":(", "💔"], [language] * 4)[:, 0] < 0).all()
    assert not lean(["see https://awful.example/a:/b", "🏢 10:30"], [language] * 2).any()


def test_markup_is_not_read_and_its_text_is() -> None:
    page = "<p class='awful'>Great&nbsp;service</p><script>var terrible = 'worst';</script><!-- bad -->"
    assert (lean([page], ["en"]) == lean(["Great service"], ["en"])).all()
    assert strength("s&#259; &#537;ti&#539;i: mul&#539;umit") > 0
    assert not lean(["<script>awful awful", "<" * 5000], ["en", "en"]).any()


def test_a_pasted_file_costs_no_more_than_its_start() -> None:
    sentence = "foarte mulțumit, dar nu recomand <b>deloc</b>. "
    pasted = sentence * (10_000_000 // len(sentence))
    assert (lean([pasted], ["ro"]) == lean([pasted[:LONGEST_READ]], ["ro"])).all()
    assert lean(["a" * 10_000_000, "<script" * 1_000_000], ["ro", "en"]).shape == (2, 3)


def calls(text: str, language: str) -> int:
    """Python functions called to read a text, which is the work it is."""
    lean([text], [language])
    count = 0

    def seen(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        lean([text], [language])
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(("block", "language"), [(GOOD_RO + BAD_RO, "ro"), (GOOD_EN + BAD_EN, "en")])
def test_the_work_is_a_few_calls_a_word(block: str, language: str) -> None:
    once, thrice = calls(block, language), calls(block * 3, language)
    assert once < 12 * len(block.split())
    assert thrice < 3.1 * once


def test_one_endless_word_is_cut_before_it_is_looked_up() -> None:
    assert strength("excelent" + "ab" * 10_000) == strength("excelent")
    tracemalloc.start()
    lean(["ba" * 10_000], ["ro"])
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_equal_strengths_cancel_to_nothing() -> None:
    assert lean(["foarte bun. foarte lent"], ["ro"])[0, 0] == 0
    value, positive, negative = lean(["cam defect. foarte ok. cam plăcut!. nu e rapid"], ["ro"])[0]
    assert value == 0 < positive == pytest.approx(negative)


def test_texts_and_languages_go_together() -> None:
    with pytest.raises(DataError, match="2 texts came with 1 languages; expected one language for each"):
        lean(["a", "b"], ["en"])


def test_a_text_does_not_depend_on_those_beside_it() -> None:
    texts = [*lines(GOOD_RO), *lines(BAD_RO)]
    together = lean(texts, ["ro"] * len(texts))
    alone = np.vstack([lean([text], ["ro"]) for text in reversed(texts)])[::-1]
    assert (together == alone).all()


@pytest.mark.parametrize("language", ["en", "ro"])
def test_no_entry_is_written_twice_or_out_of_range(language: Language) -> None:
    own = written(language)
    assert len({entry for entry, _ in own}) == len(own)
    assert all(-4 <= valence <= 4 for _, valence in own)
    spoken = {entry for entry, valence in own if valence}
    assert spoken.isdisjoint(entries(language).parts)


def test_no_stem_is_shorter_than_what_is_looked_up() -> None:
    stems = [entry for entry, _ in [*written("en"), *written("ro")] if entry.endswith("*") and " " not in entry]
    assert min(map(len, stems)) > SHORTEST_STEM


def test_romanian_is_widely_covered() -> None:
    single = [entry for entry, valence in written("ro") if valence and " " not in entry]
    phrases = [entry for entry, valence in written("ro") if valence and " " in entry]
    assert len(single) >= 2500
    assert len(phrases) >= 1000


def test_a_longer_stem_keeps_a_stranger_out() -> None:
    word = lexicon("ro")
    assert word("bucurie").valence > 0 == word("bucuresti").valence
    assert word("stricat").valence < 0 == word("strictete").valence
    assert word("utile").valence > 0 == word("utilizare").valence


def test_sales_words_lose_a_general_valence() -> None:
    for word in ["pitch", "close", "fire", "kill", "lead", "interest", "share", "challenge", "warranty", "please", "support"]:
        assert lexicon("en")(word).valence == 0, word
    assert lexicon("en")("issue").valence < 0


def test_vader_is_loaded_without_a_client_for_the_web() -> None:
    code = "from salesanalytics.models.sentiment import prior as p; p.lean(['good'], ['en']); import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert {"vaderSentiment.vaderSentiment", "requests"} & set(done.stdout.split()) == {"vaderSentiment.vaderSentiment"}
