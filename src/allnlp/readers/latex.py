"""Plain text of the LaTeX that stands in BibTeX values; pure."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType

_ACCENTS = MappingProxyType(
    {
        "`": "\u0300",
        "'": "\u0301",
        "^": "\u0302",
        "~": "\u0303",
        '"': "\u0308",
        "=": "\u0304",
        ".": "\u0307",
        "u": "\u0306",
        "v": "\u030c",
        "H": "\u030b",
        "c": "\u0327",
        "k": "\u0328",
        "r": "\u030a",
        "d": "\u0323",
        "b": "\u0331",
    }
)
_SYMBOLS = MappingProxyType(
    {
        "ss": "ß",
        "o": "ø",
        "O": "Ø",
        "l": "ł",
        "L": "Ł",
        "ae": "æ",
        "AE": "Æ",
        "oe": "œ",
        "OE": "Œ",
        "aa": "å",
        "AA": "Å",
        "i": "i",
        "j": "j",
        "alpha": "α",
        "beta": "β",
        "gamma": "γ",
        "delta": "δ",
        "epsilon": "ε",
        "kappa": "κ",
        "lambda": "λ",
        "mu": "μ",
        "sigma": "σ",
        "tau": "τ",
        "omega": "ω",
        "Delta": "Δ",
        "Omega": "Ω",
        "geq": "≥",
        "ge": "≥",
        "leq": "≤",
        "le": "≤",
        "pm": "±",
        "times": "×",
        "cdot": "·",
        "sim": "~",
        "approx": "≈",
        "rightarrow": "→",
        "infty": "∞",
        "textless": "<",
        "textgreater": ">",
        "textregistered": "®",
        "texttrademark": "™",
        "textdegree": "°",
        "textendash": "–",
        "textemdash": "—",
        "textquoteright": "’",
        "textbackslash": "\\",
        "ldots": "…",
        "dots": "…",
    }
)
_ACCENT = re.compile(r"""\\(?:([`'^~"=.])\s*|([uvHckrdb])(?:\s+|(?=\{)))(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))""")
_COMMAND = re.compile(r"\\([A-Za-z]+)[ \t]*(?:\{\})?")
_ESCAPED = re.compile(r"\\([&%$#_{}~^ ,;:!/-])")


def plain_text(latex: str) -> str:
    r"""Text without commands and braces; accents and common symbols as characters.

    >>> plain_text(r"{\"U}ber {IL}-2 \& na{\"\i}ve T~cells, $p \leq 0.05$ -- \textit{in vivo}")
    'Über IL-2 & naïve T cells, p ≤ 0.05 – in vivo'
    """
    if not any(mark in latex for mark in "\\{}$~") and "--" not in latex:
        return latex

    def accented(found: re.Match[str]) -> str:
        letter = found[3] or found[4]
        return unicodedata.normalize("NFC", letter + _ACCENTS[found[1] or found[2]])

    text = _ACCENT.sub(accented, latex)
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1] if found[1] not in ",;:!/ " else " " if found[1] in ", " else "")
        return "\ue000"

    text = _ESCAPED.sub(keep, text)
    text = _COMMAND.sub(lambda found: _SYMBOLS[found[1]] + (" " if found[0][-1:] == " " else "") if found[1] in _SYMBOLS else "", text)
    text = text.replace("---", "—").replace("--", "–").replace("~", " ")
    text = re.sub(r"[{}$]|\\\\", "", text)
    parts = iter(kept)
    return re.sub("\ue000", lambda _: next(parts, ""), text)
