"""Record elements of XML of any size, one at a time; entities are never expanded, damaged records are stepped over."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from allnlp.errors import ReadError
from allnlp.readers.record import clean
from allnlp.readers.source import LOG, decoded, utf8_chunks

Element = etree._Element

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PARSER: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": True,
    "remove_comments": True,
    "remove_pis": True,
}
_ENTITY = re.compile(rb"&(?!#|(?:lt|gt|amp|quot|apos);)")
_PROLOG = re.compile(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_SKIPPED = frozenset(("tex-math", "annotation", "annotation-xml", "object-id", "graphic", "inline-graphic", "fn"))
_BLOCKS = frozenset(("p", "title", "sec", "list", "list-item", "def-list", "def-item", "def", "term", "break", "disp-formula"))


class Broken(NamedTuple):
    """A record, or the rest of a file, that is not well-formed."""

    error: str
    is_record: bool


def root_name(head: bytes) -> str:
    """Local name of the root element; empty when there is none in the bytes.

    >>> root_name(b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "a.dtd"><x:a>')
    'a'
    """
    found = _ROOT.search(_PROLOG.sub(b"", head[:8192])) or _ROOT.search(_PROLOG.sub(b"", head))
    return found[1].decode("ascii", "replace").rpartition(":")[2] if found else ""


def local(element: Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def flat(element: Element | None) -> str:
    """Text of an element without its markup; blanks are one space each, formulas are given once."""
    if element is None:
        return ""
    text = element.text
    if not len(element):
        if not text:
            return ""
        return " ".join(text.split()) if text.isascii() else clean(text)
    parts: list[str] = [text or ""]
    # an explicit stack, for nesting may be as deep as the file is long
    stack: list[Any] = list(reversed(element))
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        if item.tail:
            stack.append(item.tail)
        name = local(item) if isinstance(item.tag, str) else ""
        if not name or name in _SKIPPED:
            continue
        if name in _BLOCKS:
            parts.append(" ")
            stack.append(" ")
        stack.extend(reversed(item))
        if item.text:
            parts.append(item.text)
    return clean("".join(parts))


def without(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Bytes outside the elements of a name; what nobody reads need not be parsed.

    >>> b"".join(without(iter([b"<a><r>1<r/", b">2</", b"r>3</a>"]), "r"))
    b'<a>3</a>'
    """
    tag = re.compile(rb"<(/?)%s\b[^>]*>" % name.encode())
    depth, carry = 0, b""
    for piece in pieces:
        data = carry + piece
        start = data.rfind(b"<", max(len(data) - 4096, 0))
        end = len(data) if start < 0 or b">" in data[start:] else start
        carry, kept, place = data[end:], [], 0
        for found in tag.finditer(data, 0, end):
            if not depth:
                kept.append(data[place : found.start()])
            depth += -bool(depth) if found[1] else not found[0].endswith(b"/>")
            place = found.end()
        if not depth:
            kept.append(data[place:end])
        yield b"".join(kept)
    yield carry if not depth else b""


def elements(stream: BinaryIO, *tags: str, skip: str = "") -> Iterator[Element | Broken]:
    """Elements with one of the local names, in the order of the file, each freed when the next is asked for.

    Args:
        stream: a whole XML document, of any size.
        tags: local names of the records.
        skip: name of an element inside the records that is not wanted.

    Damage: the record that is not well-formed is given as `Broken` and reading goes on with the next record, as far as
    the stream can be read again from its start.

    Raises:
        ReadError: the file declares entities, or its compression is damaged.
    """
    parser: Any = etree.XMLPullParser(events=("end",), tag=[f"{{*}}{tag}" for tag in tags], **_PARSER)
    count = 0
    has_entities = False
    error: etree.XMLSyntaxError | None = None
    tail = b""
    pieces = utf8_chunks(stream)
    for chunk in without(pieces, skip) if skip else pieces:
        if not count:
            tail = tail[-16:] + chunk
            if b"<!ENTITY" in tail:
                raise ReadError("the file declares XML entities of its own, which are refused; export it again without them")
        has_entities = has_entities or _ENTITY.search(chunk) is not None
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError as found:
            error = found
        for _, element in parser.read_events():
            count += 1
            if has_entities:
                _name_entities(element)
            yield element
            _free(element)
        if error:
            break
    if not error:
        try:
            parser.close()
            return
        except etree.XMLSyntaxError as found:
            error = found
    del parser
    reason = f"the XML is not well-formed: {error.msg or error}"
    if not stream.seekable():
        yield Broken(f"{reason}; the records before that place are read. Export the file again", is_record=False)
        return
    stream.seek(0)
    LOG.warning("%s; the records after that place are read one by one", reason)
    yield from _salvaged(stream, tags, count, reason)


def _free(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    while element.getprevious() is not None:
        del parent[0]
    parent.remove(element)


def _name_entities(element: Element) -> None:
    """Put the character of an HTML name (``&alpha;``) in the place of its reference, which is left unresolved."""
    for entity in list(element.iter(etree.Entity)):
        name = str(entity.text).strip("&;")
        text = html.entities.html5.get(name + ";", f"&{name};") + (entity.tail or "")
        parent, before = entity.getparent(), entity.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + text
        elif parent is not None:
            parent.text = (parent.text or "") + text
        if parent is not None:
            entity.tail = None
            parent.remove(entity)


def _salvaged(stream: BinaryIO, tags: tuple[str, ...], skip: int, reason: str) -> Iterator[Element | Broken]:
    """Records after the first ``skip``, each parsed by itself from its bytes."""
    tail = b""

    def watched() -> Iterator[bytes]:
        nonlocal tail
        for chunk in utf8_chunks(stream):
            tail = (tail + chunk)[-4096:]
            yield chunk

    parser = etree.XMLParser(**_PARSER)
    is_told = False
    for number, (piece, is_whole) in enumerate(_pieces(watched(), tags)):
        if number < skip:
            continue
        if not is_whole:
            is_told = True
            yield Broken(f"{reason}; the record has no end. Export it again", is_record=True)
            continue
        text = _ILLEGAL.sub("\ufffd", decoded(piece))
        try:
            element = etree.fromstring(b'<!DOCTYPE record SYSTEM "record">' + text.encode(), parser)
        except etree.XMLSyntaxError as error:
            is_told = True
            yield Broken(f"the record is not well-formed XML: {error.msg}. Export it again", is_record=True)
            continue
        _name_entities(element)
        yield element
    if not is_told and not tail.rstrip(b"\0 \t\r\n").endswith(b">"):
        yield Broken(f"{reason}; the records before that place are read. Export the file again", is_record=False)
    elif not is_told and not re.search(rb"</[\w.:-]+\s*>\s*\Z", tail[-200:].rstrip(b"\0")):
        yield Broken(f"{reason}; the file may be cut off. Export it again", is_record=False)
    elif not is_told and re.search(rb"</(?:[\w.-]+:)?(?:%s)\s*>\s*\Z" % b"|".join(map(str.encode, tags)), tail):
        yield Broken(f"{reason}; the records are read, the file's end is missing. Export it again", is_record=False)


def _pieces(pieces: Iterator[bytes], tags: tuple[str, ...]) -> Iterator[tuple[bytes, bool]]:
    """Bytes from the start to the end tag of each record, and whether the end tag is there."""
    tag = re.compile(rb"<(/?)(?:[\w.-]+:)?(?:%s)(?=[\s/>])[^>]*>" % b"|".join(map(str.encode, tags)))
    buffer, scan, start = b"", 0, -1
    for chunk in pieces:
        buffer += chunk
        for found in tag.finditer(buffer, scan):
            scan = found.end()
            is_end, is_single = bool(found[1]), found[0].endswith(b"/>")
            if start >= 0:
                yield buffer[start : found.end() if is_end else found.start()], is_end
            elif is_single:
                yield found[0], True
            start = -1 if is_end or is_single else found.start()
        scan = max(scan, len(buffer) - 512)
        drop = start if start >= 0 else scan
        buffer, scan, start = buffer[drop:], scan - drop, 0 if start >= 0 else -1
    if start >= 0:
        yield buffer, False
