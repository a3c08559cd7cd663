"""Which currencies a sign or word beside an amount can stand for.

In: a mark as written. Out: ISO 4217 codes, several where a sign is shared ($, kr, ¥). Sources: ISO 4217 and the signs of
Unicode's CLDR for it.
"""

import re

_CODES = """
COD AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP
PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND
TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
"""
CODES = frozenset(_CODES.split())
SIGNS = {
    "$": "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP",
    "us$": "USD", "ca$": "CAD", "c$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "r$": "BRL",
    "mx$": "MXN", "nt$": "TWD", "€": "EUR", "£": "GBP", "¥": "JPY CNY", "￥": "JPY CNY", "円": "JPY", "元": "CNY",
    "₹": "INR", "rs": "INR PKR LKR", "rs.": "INR PKR LKR", "₽": "RUB", "₺": "TRY", "tl": "TRY", "₴": "UAH", "zł": "PLN",
    "zl": "PLN", "kč": "CZK", "ft": "HUF", "kr": "SEK NOK DKK ISK", "kr.": "DKK SEK NOK ISK", "lei": "RON MDL",
    "leu": "RON MDL", "лв": "BGN", "лв.": "BGN", "fr.": "CHF", "sfr.": "CHF", "r": "ZAR", "₩": "KRW", "฿": "THB",
    "₫": "VND", "₪": "ILS", "₱": "PHP", "₦": "NGN",
}  # fmt: skip
MARK = "|".join(map(re.escape, sorted([*SIGNS, *map(str.lower, CODES)], key=len, reverse=True)))
"""A pattern, in lower case, of everything that may stand beside an amount."""


def currencies(mark: str) -> tuple[str, ...]:
    """Codes that `mark` can stand for, the most usual one first; none for a mark that is no currency."""
    code = mark.strip().upper()
    return (code,) if code in CODES else tuple(SIGNS.get(mark.strip().lower(), "").split())
