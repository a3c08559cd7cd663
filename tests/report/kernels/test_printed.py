"""What a cell prints is kept up to a bound, however many pieces it comes in, and what is left out is counted."""

from nbformat.v4 import output_from_msg

from salesanalytics.report.kernels.printed import LONGEST, OVERHEAD, PIECE, Printed


def printed(*pieces: str, names: tuple[str, ...] = ("stdout",), cell: int = 0, into: Printed | None = None) -> list[dict]:
    outputs: list[dict] = []
    kept = into or Printed()
    for place, piece in enumerate(pieces):
        content = {"name": names[place % len(names)], "text": piece}
        outputs.append(output_from_msg({"header": {"msg_type": "stream"}, "content": content}))
        kept.keep(outputs, cell)
    return outputs


def size(outputs: list[dict]) -> int:
    return sum(len(output["text"]) + OVERHEAD for output in outputs)


def test_small_pieces_become_one_text():
    (one,) = printed("a\n", "b\n", "c\n")
    assert one["text"] == "a\nb\nc\n"


def test_what_fits_is_kept_to_the_letter():
    pieces = [f"{number}\n" for number in range(20_000)]
    outputs = printed(*pieces)
    assert "".join(output["text"] for output in outputs) == "".join(pieces)
    assert len(outputs) <= sum(map(len, pieces)) / PIECE + 1


def test_a_flood_is_cut_and_the_rest_counted():
    first, last = printed("x" * (LONGEST + 5), "y" * 7)
    assert first["text"] == "x" * LONGEST
    assert last["text"] == "\n[12 more characters were printed]\n"


def test_pieces_of_two_streams_by_turns_are_bounded_too():
    outputs = printed(*["x"] * 12_000, names=("stdout", "stderr"))
    assert [output["name"] for output in outputs[:3]] == ["stdout", "stderr", "stdout"]
    assert size(outputs) < LONGEST + 1_000
    kept = len(outputs) - 1
    assert outputs[-1]["text"] == f"\n[{12_000 - kept:,} more characters were printed]\n"


def test_each_cell_has_its_own_room():
    kept = Printed()
    assert len(printed("x" * LONGEST, "more", into=kept)) == 2
    (one,) = printed("next", cell=1, into=kept)
    assert one["text"] == "next"


def test_a_cell_that_clears_its_outputs_has_its_room_again():
    kept = Printed()
    printed("x" * LONGEST, "more", into=kept)
    (one,) = printed("again", into=kept)
    assert one["text"] == "again"
