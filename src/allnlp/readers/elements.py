"""Record elements of XML of any size, one at a time; entities are never expanded, damaged records are stepped over."""

from __future__ import annotations

import contextlib
import html.entities
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from allnlp.errors import ReadError
from allnlp.readers.record import Row, clean, failure
from allnlp.readers.source import HEAD, LOG, Source, decoded, opened, utf8_chunks

Element = etree._Element
STANDS_FOR = "stands-for"  # attribute: of how many records an element is in the place

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
_DECLARED = b"<!ENTITY"
_REFUSED = "the file declares XML entities of its own, which are refused; export it again without them"
_ENTITY = re.compile(rb"&(?!#|(?:lt|gt|amp|quot|apos);)")
_PROLOG = re.compile(rb"[^<]*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_NAMESPACE = re.compile(rb"\sxmlns(?::[\w.-]+)?\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*')")
_NAMESPACE_FAULTS = range(200, 206)  # libxml2's numbers; it loses nothing when it goes on after them
_SHORT = 64  # characters
_LONGEST = 1 << 27  # bytes of a record; one without end is not followed further
_LONGEST_TAG = 1 << 16  # bytes; an article's may declare many namespaces
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
    found = _ROOT.search(head, _end_of_prolog(head))
    return found[1].decode("ascii", "replace").rpartition(":")[2] if found else ""


def _end_of_prolog(head: bytes) -> int:
    place = 0
    while found := _PROLOG.match(head, place):
        place = found.end()
    return place


def local(element: Element) -> str:
    """Name of an element without its namespace, or a prefix that stands for none."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def cleaned(text: str) -> str:
    """As `clean`, at once where the blanks are single ones already."""
    if len(text) < _SHORT:
        return " ".join(text.split()) if text.isascii() else clean(text)
    if "  " in text or "\n" in text or "\t" in text or "\r" in text or text[0] == " " or text[-1] == " ":
        return clean(text)
    return text


def flat(element: Element | None) -> str:
    """Text of an element without its markup; blanks are one space each, formulas are given once."""
    if element is None:
        return ""
    text = element.text
    if not len(element):
        return cleaned(text) if text else ""
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
    r"""Bytes outside the elements of a name, and the ends of their lines; what nobody reads need not be parsed.

    >>> b"".join(without(iter([b"<a><r>1\n<r/", b">2</", b"r>3</a>"]), "r"))
    b'<a>\n3</a>'
    """
    tag = re.compile(rb"<(/?)%s\b[^<>]*+>" % name.encode())
    depth, carry = 0, b""
    for piece in pieces:
        data = carry + piece
        start = data.rfind(b"<", max(len(data) - 4096, 0))
        end = len(data) if start < 0 or b">" in data[start:] else start
        carry, kept, place = data[end:], [], 0
        for found in tag.finditer(data, 0, end):
            kept.append(b"\n" * data.count(b"\n", place, found.start()) if depth else data[place : found.start()])
            depth += -bool(depth) if found[1] else not found[0].endswith(b"/>")
            place = found.end()
        kept.append(b"\n" * data.count(b"\n", place, end) if depth else data[place:end])
        yield b"".join(kept)
    yield carry if not depth else b""


def cut_before(pieces: Iterable[bytes], mark: bytes) -> Iterator[bytes]:
    """The same bytes, with every mark, which cannot overlap itself, at the beginning of a piece; so it does not matter how they arrived.

    >>> list(cut_before([b"ab<", b"!c<!d."], b"<!"))
    [b'ab', b'<!c', b'<!d', b'.']
    """
    carry = b""
    for piece in pieces:
        first, *others = (carry + piece).split(mark)
        *whole, last = first, *(mark + part for part in others)
        cut = max(len(last) - len(mark) + 1, 0)
        cut = 0 if cut < len(mark) and last.startswith(mark) else cut
        yield from filter(None, (*whole, last[:cut]))
        carry = last[cut:]
    yield carry


def _are_declared(pieces: Iterable[bytes], tags: tuple[str, ...]) -> bool:
    """Whether entities are declared before the first record begins."""
    tag = re.compile(rb"<(?:[\w.-]+:)?(?:%s)[\s/>]" % b"|".join(map(str.encode, tags)))
    tail = b""
    for piece in cut_before(pieces, _DECLARED):
        if piece.startswith(_DECLARED):
            return True
        tail = tail[-512:] + piece
        if tag.search(tail):
            return False
    return False


def elements(
    stream: BinaryIO, *tags: str, source_file: str, skip: str = "", aside: Callable[[Iterator[bytes]], Iterator[bytes]] | None = None
) -> Iterator[Element | Broken]:
    """Elements with one of the local names, in the order of the file, each freed when the next is asked for.

    Args:
        stream: a whole XML document, of any size.
        tags: local names of the records.
        source_file: input file, as given.
        skip: name of an element inside the records that is not wanted.
        aside: changes the bytes before they are parsed: it may put an empty element of the same name in the place of records
            that it has read itself, and tell their number by the attribute `STANDS_FOR`.

    Damage: the record that is not well-formed is given as `Broken` and reading goes on with the next record, as far as
    the stream can be read again from its start.

    Raises:
        ReadError: the file declares entities, or its compression is damaged.
    """
    parser: Any = etree.XMLPullParser(events=("end",), tag=[f"{{*}}{tag}" for tag in tags], **_PARSER)
    count = 0
    has_entities = False
    unended = 0  # bytes since the last record; what is no record stays in memory until one ends
    error: etree.XMLSyntaxError | None = None
    pieces = utf8_chunks(stream) if aside is None else aside(utf8_chunks(stream))
    for chunk in cut_before(without(pieces, skip) if skip else pieces, _DECLARED):
        if not count and chunk.startswith(_DECLARED):
            raise ReadError(_REFUSED)
        has_entities = has_entities or _ENTITY.search(chunk) is not None
        unended += len(chunk)
        if unended > _LONGEST:
            raise ReadError(f"no record ends within {_LONGEST >> 20} MB ({', '.join(tags)}); the records before that are read. Export the file again")
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError as found:
            error = found
        for _, element in parser.read_events():
            stood_for = element.get(STANDS_FOR, "") if aside is not None else ""
            count += int(stood_for) if stood_for.isdecimal() else 1
            unended = 0
            if has_entities:
                _name_entities(element)
            yield element
            _free(element, tags)
        if error:
            break
    if not error:
        try:
            parser.close()
            return
        except etree.XMLSyntaxError as found:
            error = found
    del parser
    reason = f"the XML is not well-formed: {clean(error.msg or str(error))}"
    if not stream.seekable():
        yield Broken(f"{reason}; the records before that place are read. Export the file again", is_record=False)
        return
    stream.seek(0)
    if not count and _are_declared(utf8_chunks(stream), tags):
        raise ReadError(_REFUSED)
    stream.seek(0)
    LOG.warning("%s: %s; the records after that place are read one by one", source_file, reason)
    yield from _salvaged(stream, tags, count, reason)


def element_rows(source: Source, *tags: str, row: Callable[[Element, str, int], Row], source_file: str) -> Iterator[Row]:
    """A row for each element with one of the local names, numbered from 1; a damaged one is a Failure.

    Args:
        source: path or binary stream.
        tags: local names of the records.
        row: makes it of the element, the file and the number.
        source_file: input file, as given.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    number = 0
    with opened(source) as stream:
        for element in elements(stream, *tags, source_file=source_file):
            if isinstance(element, Broken):
                number += element.is_record
                yield failure(source_file, number if element.is_record else None, element.error)
            else:
                number += 1
                yield row(element, source_file, number)


def _free(element: Element, tags: tuple[str, ...]) -> None:
    """Take a record away with what stands before it; one inside another record stays, for the text after it is the other's."""
    parent = element.getparent()
    if parent is None or local(parent) in tags or (parent.getparent() is not None and any(local(outer) in tags for outer in parent.iterancestors())):
        return
    while element.getprevious() is not None:
        del parent[0]
    parent.remove(element)


def _name_entities(element: Element) -> None:
    """Put the character of an HTML name (``&alpha;``) in the place of its reference, which is left unresolved."""
    for parent in dict.fromkeys(entity.getparent() for entity in element.iter(etree.Entity)):
        if parent is None:
            continue
        before: Element | None = None
        parts = [parent.text or ""]
        for child in list(parent):
            if child.tag is etree.Entity:
                name = str(child.text).strip("&;")
                parts += [html.entities.html5.get(name + ";", f"&{name};"), child.tail or ""]
                child.tail = None
                parent.remove(child)
                continue
            _set_text(parent, before, parts)
            before, parts = child, [child.tail or ""]
        _set_text(parent, before, parts)


def _set_text(parent: Element, before: Element | None, parts: list[str]) -> None:
    """Write the text that follows a child, or begins its parent."""
    if len(parts) > 1 and before is not None:
        before.tail = "".join(parts)
    elif len(parts) > 1:
        parent.text = "".join(parts)


def _salvaged(stream: BinaryIO, tags: tuple[str, ...], skip: int, reason: str) -> Iterator[Element | Broken]:
    """Records after the first ``skip``, each parsed by itself from its bytes."""
    tail = b""
    scope = _scope(_head(stream))

    def watched() -> Iterator[bytes]:
        nonlocal tail
        for chunk in utf8_chunks(stream):
            tail = (tail + chunk)[-4096:]
            yield chunk

    is_told = False
    for number, (piece, is_whole) in enumerate(_pieces(watched(), tags)):
        if number < skip:
            continue
        if not is_whole:
            is_told = True
            yield Broken(f"{reason}; the record has no end. Export it again", is_record=True)
            continue
        try:
            element = _alone(_ILLEGAL.sub("\ufffd", decoded(piece)), scope)
        except etree.XMLSyntaxError as error:
            is_told = True
            yield Broken(f"the record is not well-formed XML: {clean(error.msg or str(error))}. Export it again", is_record=True)
            continue
        _name_entities(element)
        yield element
    if not is_told and not tail.rstrip(b"\0 \t\r\n").endswith(b">"):
        yield Broken(f"{reason}; the records before that place are read. Export the file again", is_record=False)
    elif not is_told and not re.search(rb"</[\w.:-]+\s*>\s*\Z", tail[-200:].rstrip(b"\0")):
        yield Broken(f"{reason}; the file may be cut off. Export it again", is_record=False)
    elif not is_told and re.search(rb"</(?:[\w.-]+:)?(?:%s)\s*>\s*\Z" % b"|".join(map(str.encode, tags)), tail):
        yield Broken(f"{reason}; the records are read, the file's end is missing. Export it again", is_record=False)


def _head(stream: BinaryIO) -> bytes:
    """First bytes of a stream that stands at its start, and is put back there."""
    head = bytearray()
    with contextlib.suppress(ReadError):  # which is told where the rest is read
        for chunk in utf8_chunks(stream):
            head += chunk
            if len(head) >= HEAD:
                break
    stream.seek(0)
    return bytes(head[:HEAD])


def _scope(head: bytes) -> bytes:
    r"""Names of namespaces that the root element declares, which its records use; empty where its tag does not end.

    >>> _scope(b'<?xml version="1.0"?><feed a="1" xmlns="urn:a"\n xmlns:b="urn:b"><entry/>'), _scope(b'<feed xmlns="urn:a"')
    (b' xmlns="urn:a" xmlns:b="urn:b"', b'')
    """
    root = _ROOT.search(head, _end_of_prolog(head))
    end = head.find(b">", root.start()) if root else -1
    return b"".join(found[0] for found in _NAMESPACE.finditer(head[root.start() : end])) if root and end >= 0 else b""


def _alone(text: str, scope: bytes) -> Element:
    """The element of a record's own text.

    Raises:
        XMLSyntaxError: it is not well-formed; an unknown namespace does no harm.
    """
    whole = b'<!DOCTYPE record SYSTEM "record"><record%s>%s</record>' % (scope, text.encode())
    try:
        return etree.fromstring(whole, etree.XMLParser(**_PARSER))[0]
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", 0) not in _NAMESPACE_FAULTS:
            raise
    return etree.fromstring(whole, etree.XMLParser(recover=True, **_PARSER))[0]


def _pieces(pieces: Iterator[bytes], tags: tuple[str, ...]) -> Iterator[tuple[bytes, bool]]:
    """Bytes from the start to the end tag of each record, and whether the end tag is there."""
    tag = re.compile(rb"<(/?)(?:[\w.-]+:)?(?:%s)(?=[\s/>])[^<>]*+>" % b"|".join(map(str.encode, tags)))
    buffer, scan, start = b"", 0, -1
    held: list[bytes] = []
    wanted = 0  # a long record is joined when it has doubled, not at every piece
    for chunk in chain(pieces, (b"",)):
        held.append(chunk)
        wanted -= len(chunk)
        if chunk and wanted > 0:
            continue
        buffer, held = b"".join((buffer, *held)), []
        for found in tag.finditer(buffer, scan):
            scan = found.end()
            is_end, is_single = bool(found[1]), found[0].endswith(b"/>")
            if start >= 0:
                yield buffer[start : found.end() if is_end else found.start()], is_end
            elif is_single:
                yield found[0], True
            start = -1 if is_end or is_single else found.start()
        begun = buffer.rfind(b"<", scan)  # of a tag that may go on in the next piece
        is_cut = begun >= 0 and len(buffer) - begun < _LONGEST_TAG and b">" not in buffer[begun:]
        scan = begun if is_cut else len(buffer)
        if start >= 0 and len(buffer) - start > _LONGEST:
            yield b"", False
            start = -1
        drop = start if start >= 0 else scan
        buffer, scan, start = buffer[drop:], scan - drop, 0 if start >= 0 else -1
        wanted = min(len(buffer), _LONGEST // 8)
    if start >= 0:
        yield buffer, False
