"""Bytes of a text file become text, whichever encoding they are in.

In: the file's bytes. Out: the text, and a remark where the encoding had to be assumed. UTF-8 and byte order marks are
certain. Anything else is an assumption, and is always reported with the way to correct it.

In most code pages every byte is some letter, so only the words tell them apart. charset-normalizer weighs letters by how
frequent they are in running text, and lists of names are none: twelve of twelve lists of French names in cp1252 were read as
cp1250. For Latin letters we therefore count, for every code page, the words that could belong to a European language
(`Müller` could, `Mźller` could, `M³ller` could not). charset-normalizer decides where these words are few: other scripts,
which it tells apart well.
"""

import io
import re

REPLACED = "\ufffd"
SAMPLE = 5_000  # lines; ten of them are usually enough, and a large file must not cost more than a small one
LONGEST = 20_000  # bytes of a line that are looked at
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

# Where two explain equally many words the earlier one is taken: the commoner one in exports. ISO 8859-16 is left out, as its
# Romanian letters lie where cp1250 has them. UTF-8 is for a file that is spoiled by a few lines in another encoding.
LATIN = {
    "cp1252": "Windows, Western Europe",
    "iso8859_15": "Latin-9, Western Europe",
    "cp1250": "Windows, Central Europe",
    "iso8859_2": "Latin-2, Central Europe",
    "mac_roman": "Macintosh, Western Europe",
    "mac_romanian": "Macintosh, Romanian",
    "mac_latin2": "Macintosh, Central Europe",
    "cp850": "DOS, Western Europe",
    "cp852": "DOS, Central Europe",
    "cp1254": "Windows, Turkish",
    "cp1257": "Windows, Baltic",
    "utf_8": "with damaged characters",
}
OTHER_SCRIPTS = {
    "cp1251": "Windows, Cyrillic",
    "koi8_r": "Russian",
    "cp1253": "Windows, Greek",
    "cp1256": "Windows, Arabic",
    "cp932": "Windows, Japanese",
    "gb18030": "Chinese",
    "big5": "Chinese, traditional",
    "cp949": "Windows, Korean",
}

# Letters beside a-z. A letter has its usual neighbours where another language's letter lies on the same byte: ã (Portuguese)
# stands before o or e, ă (Romanian) does not; ñ stands before a vowel, ń does not. Estonian is left out: its õ is Hungarian ő.
LETTERS = {
    "Romanian": "[ăâîșțşţ]",
    "German": "[äöüß]",
    "French, Dutch": "[àâæçéèêëîïôùûüÿ]|œ(?=[ui])",
    "Spanish": "[áéíóúü]|ñ(?=[aeiouáéíóú])",
    "Catalan": "[àçèéíïòóúü]",
    "Portuguese": "[áâàçéêíóôúü]|ã(?=[oe])|õ(?=e)",
    "Italian": "[àèéìòù]$",
    "Nordic": "[åäæöøéü]",
    "Icelandic": r"[áéíóúýöæð]|þ(?=\w*[áéíóúýöæð])",
    "Polish": "[ąćęłóśźż]|ń(?![aeiou])",
    "Czech, Slovak": "[áäčďéěíĺľňóôŕřšťúůýž]",
    "Hungarian": "[áéíóöőúüű]",
    "Croatian, Slovene": "[čćđšž]",
    "Turkish": "[âçğıîöşüû\u0307]",  # İ in small letters is i and a dot above
    "Lithuanian": "[ąčęėįšųūž]",
    "Latvian": "[āčēģīķļņšūž]",
}
_WORD = re.compile("|".join(f"(?:[a-z]|{letters})+" for letters in LETTERS.values()))
_SIGN = re.compile(r"[€£¥¢§©®™°±×½¼¾µ·¿¡]|[a-z]+[™®©]|[¿¡](?P<word>\w+)|°[cf]|µ[a-z]|[a-z]?[ºª²³¹]")
_APART = re.compile(r"[’–—\xa0]|^[‘“”„‚«»‹›…•]+|[‘“”„‚«»‹›…•]+$")
_TOKEN = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")


def declared_encoding(raw: bytes) -> str:
    """The encoding a byte order mark at the beginning names; empty without one."""
    return next((name for mark, name in BYTE_ORDER_MARKS if raw.startswith(mark)), "")


def decode_undeclared(raw: bytes) -> tuple[str, str]:
    """The text of bytes without a byte order mark, and the encoding assumed in words; these are empty for plain UTF-8.

    Never fails: what is no character in the assumed encoding becomes �.
    """
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        encoding = assumed_encoding(raw)
    text = raw.decode(encoding, errors="replace")
    lost = text.count(REPLACED)
    return text, f"{encoding} ({(LATIN | OTHER_SCRIPTS)[encoding]}{f'; {lost:,} unreadable characters' if lost else ''})"


def assumed_encoding(raw: bytes) -> str:
    """The most plausible encoding of bytes that are not UTF-8."""
    # ASCII is the same in all of them
    lines = [line for line in io.BytesIO(raw) if not line.isascii()]
    lines = [line[:LONGEST] for line in lines[:: len(lines) // SAMPLE + 1]]
    tokens = {token for line in lines for token in _TOKEN.findall(line)}
    explained = {encoding: sum(_is_plausible(token.decode(encoding, "replace")) for token in tokens) for encoding in LATIN}
    best = max(explained, key=explained.__getitem__)
    return best if 2 * explained[best] >= len(tokens) else _other_script(b"".join(lines)) or best


def _other_script(raw: bytes) -> str:
    """What charset-normalizer takes the bytes for, where that is another script than Latin."""
    from charset_normalizer import from_bytes  # slow to import, and needed by few

    best = from_bytes(raw, cp_isolation=[*LATIN, *OTHER_SCRIPTS]).best()
    return best.encoding if best and best.encoding in OTHER_SCRIPTS else ""


def _is_plausible(token: str) -> bool:
    """Whether the token's parts are words of one language each, or signs where signs may stand."""
    return all(_is_word(part) or _is_sign(part) for part in _APART.split(token) if not part.isascii())


def _is_word(part: str) -> bool:
    # a wrong code page puts capitals inside words: MŸller
    cased = len(part) == 1 or part.isupper() or part[1:].islower()
    return cased and bool(_WORD.fullmatch(part.lower()))


def _is_sign(part: str) -> bool:
    sign = _SIGN.fullmatch(part.lower())
    return sign is not None and (not sign["word"] or _is_word(sign["word"]))
