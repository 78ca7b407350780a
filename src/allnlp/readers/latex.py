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
        "TeX": "TeX",
        "LaTeX": "LaTeX",
        "alpha": "α",
        "beta": "β",
        "gamma": "γ",
        "delta": "δ",
        "epsilon": "ε",
        "varepsilon": "ε",
        "zeta": "ζ",
        "eta": "η",
        "theta": "θ",
        "iota": "ι",
        "nu": "ν",
        "xi": "ξ",
        "pi": "π",
        "rho": "ρ",
        "phi": "φ",
        "varphi": "φ",
        "chi": "χ",
        "psi": "ψ",
        "Gamma": "Γ",
        "Theta": "Θ",
        "Lambda": "Λ",
        "Sigma": "Σ",
        "Phi": "Φ",
        "Psi": "Ψ",
        "textmu": "µ",
        "textalpha": "α",
        "textbeta": "β",
        "textgamma": "γ",
        "textdelta": "δ",
        "textkappa": "κ",
        "circ": "°",
        "degree": "°",
        "prime": "′",
        "neq": "≠",
        "ne": "≠",
        "leqslant": "≤",
        "geqslant": "≥",
        "leftarrow": "←",
        "to": "→",
        "textrightarrow": "→",
        "textpm": "±",
        "texttimes": "×",
        "textasciitilde": "~",
        "textunderscore": "_",
        "textbar": "|",
        "textquotesingle": "'",
        "textquoteleft": "‘",
        "textquotedblleft": "“",
        "textquotedblright": "”",
        "copyright": "©",
        "textcopyright": "©",
        "textdollar": "$",
        "dh": "ð",
        "th": "þ",
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
_MATH = re.compile(r"\$\$?([^$]{1,2000}?)\$\$?")
_IS_MATH = re.compile(r".*[\\^_{=<>+~].*|[A-Za-z]{1,3}|[\d.,%/ -]{1,12}", re.DOTALL)


def plain_text(latex: str) -> str:
    r"""Text without commands and braces; accents and common symbols as characters.

    >>> plain_text(r"{\"U}ber {IL}-2 \& na{\"\i}ve T~cells, $p \leq 0.05$ -- \textit{in vivo}")
    'Über IL-2 & naïve T cells, p ≤ 0.05 – in vivo'
    >>> plain_text(r"CD4$^{+}$ at 20\,$^\circ$C, from $50 to US$100")
    'CD4+ at 20 °C, from $50 to US$100'
    """
    if not any(mark in latex for mark in ("\\", "{", "}", "$", "~", "--", "``", "''")):
        return latex

    def accented(found: re.Match[str]) -> str:
        letter = found[3] or found[4]
        character = unicodedata.normalize("NFC", letter + _ACCENTS[found[1] or found[2]])
        # some write quotation marks as accents
        return character if len(character) == 1 or found[1] != '"' else '"' + letter

    text = _ACCENT.sub(accented, latex)
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1] if found[1] not in ",;:!/ " else " " if found[1] in ", " else "")
        return "\ue000"

    text = _ESCAPED.sub(keep, text)
    text = re.sub(r'\\"(?=\W|$)', '"', text)
    text = _MATH.sub(_formula, text)
    text = _commands(text)
    text = text.replace("---", "—").replace("--", "–").replace("~", " ")
    text = re.sub(r"[{}]|\\\\", "", text.replace("``", "“").replace("''", "”"))
    parts = iter(kept)
    return re.sub("\ue000", lambda _: next(parts, ""), text)


def _formula(found: re.Match[str]) -> str:
    """What stands between two dollar signs, without the marks of raising and lowering; amounts of money stay."""
    inner: str = found[1]
    return re.sub(r"[_^]", "", _commands(inner)) if _IS_MATH.fullmatch(inner) else found[0]


def _commands(text: str) -> str:
    """Text with the characters that commands stand for; other commands are left out."""

    def character(found: re.Match[str]) -> str:
        return _SYMBOLS[found[1]] + (" " if found[0][-1:] == " " else "") if found[1] in _SYMBOLS else ""

    return _COMMAND.sub(character, text)
