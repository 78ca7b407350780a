"""Text in one way of writing, of the same length, for the rules that read numbers."""

from __future__ import annotations

import re
import types

_PLAIN = types.MappingProxyType(
    {
        "\u2008": " ", "\u2009": " ", "\u202f": " ", "\u00a0": " ", "\u200a": " ", "\u2002": " ", "\u2003": " ", "\t": " ", "\n": " ", "~": " ",
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2a7e": "\u2265", "\u2a7d": "\u2264", "\u2267": "\u2265", "\u2266": "\u2264",
        "\u066a": "%", "\uff05": "%", "\uff1d": "=", "\u2215": "/", "\u2044": "/", "\uff0c": ",", "\uff08": "(", "\uff09": ")",
    }
)  # fmt: skip
_THIN = re.compile(r"(?<=\d)[\u2009\u202f\u00a0](?=\d{3}(?!\d))")  # 11 277 with a thin blank
_SPACED = re.compile(r"(\d{1,3}) \d{3} ?[(\[]")
_MIDDLE_DOT = re.compile(r"(?<=\d)[\u00b7\u2027\u2219\u22c5](?=\d)|(?<![\w.])[\u00b7\u2027\u2219\u22c5](?=\d)")


def plain(text: str) -> str:
    r"""Text of the same length with one kind of blank, dash, decimal point and comparison sign.

    >>> plain("26\u00b75% (95% CI 12\u00b79\u201344\u00b74), P\\,<\\,.001")
    '26.5% (95% CI 12.9-44.4), P  <  .001'
    """
    if any(blank in text for blank in "\u2009\u202f\u00a0"):
        text = _THIN.sub(",", text)
    text = _with_commas(text)
    out = text
    for char in set(text) & _PLAIN.keys():
        out = out.replace(char, _PLAIN[char])
    if "\\," in out:
        out = out.replace("\\,", "  ")
    if "&" in out:
        out = out.replace("&lt;", "<   ").replace("&gt;", ">   ").replace("&#xa0;", "      ")
    return _MIDDLE_DOT.sub(".", out) if any(dot in out for dot in "\u00b7\u2027\u2219\u22c5") else out


def _with_commas(text: str) -> str:
    """A blank that parts thousands becomes a comma: "4857 of 11 277 [43.1%]"."""
    at = text.find(" of ")
    while at >= 0:
        m = _SPACED.match(text, at + 4) if text[at + 4 : at + 5].isdigit() else None
        if m is not None:
            text = f"{text[: m.end(1)]},{text[m.end(1) + 1 :]}"
        at = text.find(" of ", at + 4)
    return text
