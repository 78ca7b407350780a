"""Text in one way of writing, of the same length, for the rules that read numbers."""

from __future__ import annotations

import re
import types
from collections.abc import Sequence

_PLAIN = types.MappingProxyType(
    {
        "\u2008": " ", "\u2009": " ", "\u202f": " ", "\u00a0": " ", "\u200a": " ", "\u2002": " ", "\u2003": " ", "\t": " ", "\n": " ", "~": " ",
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2a7e": "\u2265", "\u2a7d": "\u2264", "\u2267": "\u2265", "\u2266": "\u2264",
        "\u066a": "%", "\uff05": "%", "\uff1d": "=", "\u2215": "/", "\u2044": "/", "\uff0c": ",", "\uff08": "(", "\uff09": ")",
    }
)  # fmt: skip
_ODD = "".join(_PLAIN)
_ODD_IN_ASCII = tuple((char, same) for char, same in _PLAIN.items() if char.isascii())
_ODD_SIGN = re.compile(f"[{re.escape(_ODD)}]")
_THIN = re.compile(r"(?<=\d)[\u2009\u202f\u00a0](?=\d{3}(?!\d))")  # 11 277 with a thin blank
_SPACED = re.compile(r"(\d{1,3}) \d{3} ?[(\[]")
_MIDDLE_DOTS = ("\u00b7", "\u2027", "\u2219", "\u22c5")
_MIDDLE_DOT = re.compile(r"(?<=\d)[\u00b7\u2027\u2219\u22c5](?=\d)|(?<![\w.])[\u00b7\u2027\u2219\u22c5](?=\d)")


def plain(text: str) -> str:
    r"""Text of the same length with one kind of blank, dash, decimal point and comparison sign.

    >>> plain("26\u00b75% (95% CI 12\u00b79\u201344\u00b74), P\\,<\\,.001")
    '26.5% (95% CI 12.9-44.4), P  <  .001'
    """
    is_ascii = text.isascii()
    if not is_ascii and ("\u2009" in text or "\u202f" in text or "\u00a0" in text):
        text = _THIN.sub(",", text)
    out = _with_commas(text)
    if is_ascii:
        for char, same in _ODD_IN_ASCII:
            out = out.replace(char, same)
    else:
        for char in set(_ODD_SIGN.findall(out)):
            out = out.replace(char, _PLAIN[char])
    if "\\," in out:
        out = out.replace("\\,", "  ")
    if "&" in out:
        out = out.replace("&lt;", "<   ").replace("&gt;", ">   ").replace("&#xa0;", "      ")
    return out if is_ascii or not holds(out, _MIDDLE_DOTS) else _MIDDLE_DOT.sub(".", out)


def holds(text: str, words: Sequence[str]) -> bool:
    """Whether a text holds one of some words.

    >>> holds("26.5%", ("percent", "%"))
    True
    """
    for word in words:  # noqa: SIM110 - any() takes twice the time
        if word in text:
            return True
    return False


def _with_commas(text: str) -> str:
    """A blank that parts thousands becomes a comma: "4857 of 11 277 [43.1%]"."""
    at = text.find(" of ")
    while at >= 0:
        m = _SPACED.match(text, at + 4) if text[at + 4 : at + 5].isdigit() else None
        if m is not None:
            text = f"{text[: m.end(1)]},{text[m.end(1) + 1 :]}"
        at = text.find(" of ", at + 4)
    return text
