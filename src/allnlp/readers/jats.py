"""JATS: articles of PubMed Central and of publishers, one a file, in a set, or in an OAI answer; front matter, and the body if wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from allnlp.readers.elements import Element, element_rows, flat, local
from allnlp.readers.jats_body import body_text
from allnlp.readers.notices import jats_notice
from allnlp.readers.record import Row, failure, record
from allnlp.readers.source import Source

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NO_NAME = "unknown"  # of an element whose name is damaged
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NOT_ABSTRACTS = frozenset(
    "graphical toc teaser video short web-summary key-points keypoints precis highlights author-highlights editor objectives".split()
)
_DATES = ("ppub", "pub", "epub", "epub-ppub", "collection", "")


def read_jats(source: Source, *, source_file: str, body: bool = False) -> Iterator[Row]:
    """Rows of JATS XML: title, abstract and identifiers of each article; reviews and translations inside an article are not read.

    Args:
        source: path or binary stream.
        source_file: input file, as given.
        body: the sections of the body follow the abstract; tables, figures, formulas and references never do.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    return element_rows(source, "article", "Reply", row=partial(_article, body=body), source_file=source_file)


def _article(element: Element, source_file: str, number: int, *, body: bool) -> Row:
    if local(element) == "Reply":
        reason = element.get("error") or "no article"
        return failure(source_file, number, f"PubMed Central answered: {reason}", element.get("id"))
    for e in element.iter("{*}*"):
        e.tag = name if _NAME.fullmatch(name := local(e)) else _NO_NAME
    meta = element.find("front/article-meta")
    if meta is None:
        meta = element.find("front-stub")
    if meta is None:
        return failure(source_file, number, "article has no front/article-meta; expected title and abstract in it")
    ids = {str(e.get("pub-id-type")): flat(e) for e in meta.iterfind("article-id")}
    pmcid = ids.get("pmcid") or ids.get("pmc") or ids.get("pmc-id") or ""
    is_known = bool(ids.get("pmid") or pmcid or ids.get("doi"))
    sections = element.find("body") if body else None
    abstract = _abstract(meta, element.get(_LANGUAGE) or "en")
    dates = _dates(meta)
    journal = element.find("front/journal-meta")
    title = flat(meta.find("title-group/article-title"))
    subtitle = flat(meta.find("title-group/subtitle"))
    return record(
        source_file=source_file,
        source_record=number,
        title=f"{title}: {subtitle}" if title and subtitle else title,
        abstract=" ".join(text for text in (abstract, body_text(sections) if sections is not None else "") if text),
        pmid=ids.get("pmid", ""),
        pmcid=pmcid,
        doi=ids.get("doi", ""),
        record_id="" if is_known else ids.get("publisher-id", ""),
        journal=_journal(journal),
        year=dates[0] if dates else "",
        dates=dates,
        authors=_authors(meta),
        publication_types=(element.get("article-type") or "",),
        keywords=[
            flat(e)
            for group in meta.iterfind("kwd-group")
            if "abbr" not in (group.get("kwd-group-type") or "") and (group.get(_LANGUAGE) or "en").startswith("en")
            for e in group.iter("kwd")
        ],
        trials=[" ".join(flat(e) for e in abstract.iter("ext-link")) for abstract in meta.iterfind("abstract")],
        language=element.get(_LANGUAGE) or "",
        notices=[jats_notice(e.get("related-article-type") or "", _related(e)) for e in meta.iterfind("related-article")],
        expected="an article-title or an abstract",
    )


def _journal(journal: Element | None) -> str:
    if journal is None:
        return ""
    paths = ("journal-title-group/journal-title", "journal-title", "journal-id")
    return next((text for text in (flat(journal.find(path)) for path in paths) if text), "")


def _dates(meta: Element) -> list[str]:
    """Publication dates, of the issue first."""
    found: dict[str, str] = {}
    for date in meta.iterfind("pub-date"):
        kind = date.get("pub-type") or date.get("publication-format") or ""
        kind = {"electronic": "epub", "print": "ppub"}.get(kind, kind)
        parts = [flat(date.find(name)) for name in ("year", "month", "day")]
        if parts[0]:
            is_number = not parts[1] or parts[1].isdigit()
            found.setdefault(kind, ("-" if is_number else " ").join(part for part in parts if part))
    return [found[kind] for kind in _DATES if kind in found] or list(found.values())


def _authors(meta: Element) -> list[str]:
    names = []
    for contributor in meta.iterfind("contrib-group/contrib"):
        if (contributor.get("contrib-type") or "author") != "author":
            continue
        name = contributor.find(".//name")
        if name is None:
            names.append(flat(contributor.find(".//string-name")) or flat(contributor.find(".//collab")))
            continue
        parts = (flat(name.find("surname")), flat(name.find("given-names")))
        names.append(", ".join(part for part in parts if part))
    return names


def _related(link: Element) -> str | None:
    """PMID, DOI or PMCID of a related article."""
    name = (link.get(_HREF) or flat(link.find("pub-id")) or flat(link)).strip()
    name = name.partition("doi.org/")[2] or name
    return (name if name.startswith(("10.", "PMC")) or name.isdigit() else None) or None


def _abstract(meta: Element, language: str) -> str:
    """The article's main abstract in English; a summary or another language only when there is nothing else."""

    def rank(abstract: Element) -> int:
        is_main = local(abstract) == "abstract"
        foreign = not (abstract.get(_LANGUAGE) or (language if is_main else "")).startswith("en")
        return 4 * foreign + 2 * bool(abstract.get("abstract-type")) + (not is_main)

    candidates = [e for e in meta if local(e) in ("abstract", "trans-abstract") and e.get("abstract-type") not in _NOT_ABSTRACTS]
    return next((text for text in map(_sections, sorted(candidates, key=rank)) if text), "")


def _sections(abstract: Element) -> str:
    """Sections as 'LABEL: text', joined by a space; the heading 'Abstract' is left out."""
    parts: list[str] = []
    label = ""
    for element in abstract:
        if local(element) == "sec":
            text = _sections(element)
        elif local(element) == "title":
            label = flat(element)
            continue
        else:
            text = flat(element)
        if text:
            parts.append(text)
    body = " ".join(parts) if parts else flat(abstract) if not len(abstract) else ""
    if not body or label.lower().rstrip(":. ") in ("", "abstract", "summary", "author summary"):
        return body
    return f"{label.rstrip(':. ')}: {body}"
