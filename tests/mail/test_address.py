"""What is no address, or could be read as two, never comes near a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesanalytics.errors import MailError
from salesanalytics.mail.address import checked


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana.Pop+x@EXAMPLE.com", "Ana.Pop+x@example.com"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_plain_addresses_pass(text: str, address: str) -> None:
    assert checked(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "ana", "@example.com", "ana@", "ana@example.com,eve@evil.org", "ana@example.com eve@evil.org", "a@b@c",
        "ana@example.com\r\nBcc: eve@evil.org", "ana@example.com\nX", "<ana@example.com>", "Ana <ana@example.com>",
        "аna@example.com", "ana@exаmple.com", "ana@example.com\u202e", "ana\u200b@example.com",
        "ana@example..com", ".ana@example.com",
        "ana@-example.com", '"ana;x"@example.com', f"{'a' * 65}@example.com", f"ana@{'a' * 260}.com",
        "ana@example.com;eve@evil.org",
    ],
)  # fmt: skip
def test_tricks_do_not(text: str) -> None:
    with pytest.raises(MailError, match="no mail address"):
        checked(text)


@given(st.text(max_size=60))
def test_whatever_passes_is_one_line_of_plain_signs(text: str) -> None:
    try:
        found = checked(text)
    except MailError:
        return
    assert found.isascii()
    assert found.count("@") == 1
    assert not set(found) & set("\r\n,;<> \"'()[]\\:") - {"'"}
