"""Text without the HTML and JATS markup that services leave in titles and abstracts; pure."""

from __future__ import annotations

import html
import re

from allnlp.readers.record import clean

_HEADING = re.compile(r"<(h[1-6]|jats:title|title)\b[^<>]{0,200}>([^<>]{0,200}(?:<[^<>]{0,100}>[^<>]{0,200}){0,4}?)</\1\s*>", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:jats:)?(?:p|sec|list|list-item|div|br|ul|ol|li|disp-formula|abstract|section)\b[^<>]{0,500}>", re.IGNORECASE)
# known names only: "p<i and q>j" is no markup
_INLINE = re.compile(
    r"</?(?:jats:(?:[a-z-]+)|mml:(?:[a-z]+)|(?:i|b|u|em|strong|sub|sup|italic|bold|underline|sc|scp|span|a|font|small|ext-link|xref"
    r"|inline-formula|inline-graphic|named-content|monospace|alternatives|tex-math|math|h[1-6]))(?=[\s/>])[^<>]{0,500}>",
    re.IGNORECASE,
)
_NO_LABELS = frozenset(("", "abstract", "summary"))


def unmarked(text: str) -> str:
    """Text with headings as 'LABEL: ', without tags, and with characters in the place of their HTML names.

    >>> unmarked("<h4>Background</h4>IFN-&gamma; at 10<sup>6</sup>/kg.<h4>Results</h4>p&lt;0.05")
    'Background: IFN-γ at 106/kg. Results: p<0.05'
    >>> unmarked("<jats:title>Abstract</jats:title><jats:p>Cells <jats:italic>in vivo</jats:italic>.</jats:p>"), unmarked("n<5 & m>3")
    ('Cells in vivo.', 'n<5 & m>3')
    """
    if "<" in text:
        marked = _INLINE.sub("", _BLOCK.sub(" ", _HEADING.sub(_label, text)))
        text = text if marked == text else clean(marked)
    return html.unescape(text) if "&" in text else text


def _label(found: re.Match[str]) -> str:
    label = clean(_INLINE.sub("", found[2])).rstrip(":. ")
    return " " if label.lower() in _NO_LABELS else f" {label}: "
