import pytest

from salesanalytics.errors import DataError
from salesanalytics.show import clean_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>evil</body></foreignObject>",
        "<rect onclick='evil()' onload='evil()'/>",
        "<a xlink:href='javascript:evil()'><text>evil</text></a>",
        "<image href='http://evil/x.png'/>",
        "<use href='http://evil/x.svg#a'/>",
        "<use xlink:href='data:image/svg+xml,evil'/>",
        "<rect fill='url(http://evil/#a)'/>",
        "<rect style='fill:url(//evil/x)'/>",
        r"<rect style='fill:\75rl(//evil/x)'/>",
        "<rect style='mask:image-set(evil)'/>",
        "<rect style='background:evil; position:fixed'/>",
        "<style>* { background: evil }</style>",
        "<animate attributeName='href' to='evil'/>",
        "<set attributeName='onclick' to='evil'/>",
        "<rect href='evil' class='evil' data-x='evil'/>",
        "<metadata>evil</metadata>",
    ],
)
def test_nothing_hostile_survives(inside):
    cleaned = clean_svg(f"{HEAD}{inside}<path d='M0 0L1 1'/></svg>")
    assert "evil" not in cleaned
    assert "script" not in cleaned
    assert '<path d="M0 0L1 1"></path>' in cleaned


@pytest.mark.parametrize(
    ("svg", "message"),
    [
        ("<svg", "not well-formed"),
        ("", "not well-formed"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "expected an <svg>"),
        ('<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>', "defines entities of its own"),
        ('<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', "defines entities of its own"),
    ],
)
def test_what_is_no_picture_is_refused(svg, message):
    with pytest.raises(DataError, match=message):
        clean_svg(svg)


def test_references_inside_the_picture_are_renamed_together():
    inside = (
        "<clipPath id='c'><rect/></clipPath><path clip-path='url(#c)'/><path style='clip-path: url(\"#c\")'/><g id='unused'/>"
    )
    cleaned = clean_svg(f"{HEAD}{inside}<use xlink:href='#c'/></svg>", prefix="p-")
    assert '<clipPath id="p-0">' in cleaned
    assert '<path clip-path="url(#p-0)">' in cleaned
    assert '<path style="clip-path:url(#p-0)">' in cleaned
    assert '<use href="#p-0">' in cleaned
    assert "unused" not in cleaned


def test_text_is_kept_and_escaped():
    cleaned = clean_svg(f"{HEAD}<text>a &lt;b&gt; &amp; <tspan>ș</tspan> c</text></svg>")
    assert "<text>a &lt;b&gt; &amp; <tspan>ș</tspan> c</text>" in cleaned


def test_cleaning_twice_changes_nothing():
    once = clean_svg(f"{HEAD}<g><text style='font-size: calc(12px * var(--chart-text, 1))'>x</text></g></svg>")
    assert "calc(12px * var(--chart-text, 1))" in once
    assert clean_svg(once) == once


def test_a_label_makes_it_one_image():
    cleaned = clean_svg('<svg aria-hidden="true"><path d="M0 0"/></svg>', label='Won & "lost"')
    assert 'role="img" aria-label="Won &amp; &quot;lost&quot;"' in cleaned
    assert "aria-hidden" not in cleaned
