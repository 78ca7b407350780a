"""The running text of a JATS body: sections by their headings; tables, figures, formulas, notes and references left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allnlp.readers.elements import Element, flat, local

_LEFT_OUT = frozenset(
    "table-wrap table-wrap-group table fig fig-group disp-formula disp-formula-group chem-struct-wrap ref-list fn fn-group table-wrap-foot"
    " supplementary-material media graphic array glossary label".split()
)
_NUMBERING = re.compile(r"(?:\d+(?:\.\d+)*\.?|[IVX]+\.)\s+(?=\S)")
# what is left of "[12, 14]" when the citations are gone
_HOLLOW = re.compile(r"\s?[\[(][\s,;\u2010-\u2015-]*[\])]")
_CITED = re.compile(r"[\s\d,;.\[\]()\u2010-\u2015a-e*-]*")


def body_text(body: Element) -> str:
    """Text of a body; a section is 'Heading: text', a section within it 'Heading. text', so that the outer one goes on.

    The element is changed: what is left out is taken from it.
    """
    for element in list(body.iter()):
        if isinstance(element.tag, str) and (local(element) in _LEFT_OUT or _is_citation(element)):
            _take_out(element)
    return _HOLLOW.sub("", " ".join(_parts(body, 0)))


def _parts(parent: Element, depth: int) -> Iterator[str]:
    for element in parent:
        if not isinstance(element.tag, str):
            continue
        if local(element) != "sec":
            text = flat(element)
            if text and not (local(element) == "title" and depth):
                yield text
            continue
        heading = _NUMBERING.sub("", flat(element.find("title")), count=1).rstrip(":. ")
        text = " ".join(_parts(element, depth + 1))
        if text:
            yield f"{heading}{'. ' if depth else ': '}{text}" if heading else text


def _is_citation(element: Element) -> bool:
    """Whether an element is the number of a reference, or a superscript of such numbers."""
    name = local(element)
    if name == "xref":
        return element.get("ref-type") == "bibr" and _CITED.fullmatch(flat(element)) is not None
    if name == "sup" and len(element):
        return all(local(e) == "xref" and e.get("ref-type") == "bibr" for e in element) and _CITED.fullmatch(flat(element)) is not None
    return False


def _take_out(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
