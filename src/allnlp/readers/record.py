"""A record's cells become a Document or a Failure; identifiers, dates and doc_id are settled here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from allnlp.readers.dates import iso_date
from allnlp.readers.dates import year as year_of
from allnlp.schema import Document, Failure, document_text

Row = Document | Failure

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_PMID = re.compile(
    r"(?:pmid|pubmed|medline|https?://(?:www\.)?(?:pubmed\.)?ncbi\.nlm\.nih\.gov/(?:pubmed/)?)?[\s:/]*(\d{1,8})(?:\.0+)?/?",
    re.IGNORECASE,
)
_PMCID = re.compile(r"(?:.*?pmc)?[\s:]*(\d{3,9})(?:\.\d+)?/?", re.IGNORECASE | re.DOTALL)
_TRIAL = re.compile(
    r"NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}|EUCTR\d{4}-\d{6}-\d{2}|\d{4}-\d{6}-\d{2}(?:-\d{2})?|ChiCTR[\w-]*\d{6,}|UMIN\d{9}"
    r"|DRKS\d{8}|CTRI/\d{4}/\d+/\d+|JPRN-[\w-]+|jRCT\w?\d{9,}|KCT\d{7}|IRCT\w{10,}|NTR\d{3,5}|NL\d{4,5}|PACTR\d{15}",
)
_RETRACTED = re.compile(r"\W*(?:RETRACTED(?: ARTICLE| PAPER| PUBLICATION)?|Retracted(?: article| paper)?)\s*[:\].—–-]")
_NOTHING = frozenset(("", "na", "n/a", "nan", "none", "null", "-", "no abstract", "no abstract available", "[no abstract available]"))


def clean(text: str) -> str:
    r"""Text whose runs of blanks and line ends are one space each; typographic spaces stay.

    >>> clean(" a\n   b\u2009c ")
    'a b\u2009c'
    """
    if text.isascii():
        return " ".join(text.split())
    return _SPACES.sub(" ", text).strip(" ")


def is_nothing(cell: str) -> bool:
    """Whether a cell says that there is no value.

    >>> is_nothing("NA"), is_nothing("[No abstract available]"), is_nothing("Nancy")
    (True, True, False)
    """
    return cell.strip(" .\t\n").lower() in _NOTHING if len(cell) < 30 else False


def normal_doi(text: str) -> str | None:
    """The DOI of a text, lower case, without resolver.

    >>> normal_doi("https://doi.org/10.1182/Blood.1."), normal_doi("doi: 10.1000/a(b)c)"), normal_doi("none")
    ('10.1182/blood.1', '10.1000/a(b)c', None)
    """
    if "10." not in text:
        return unquoted if "10.%" in text and (unquoted := normal_doi(unquote(text))) else None
    if "%2f" in text.lower():
        text = unquote(text)
    found = _DOI.search(text)
    if not found:
        whole = text.strip()
        return whole.lower() if re.fullmatch(r"10\.[\w./()-]+", whole) else None
    doi = found[0].rstrip(".,;:'’”")
    while doi.endswith((")", "]", "}")) and doi.count(doi[-1]) > doi.count({")": "(", "]": "[", "}": "{"}[doi[-1]]):
        doi = doi[:-1].rstrip(".,;:")
    return doi.lower()


def normal_pmid(text: str) -> str | None:
    """The PMID of a cell, digits.

    >>> normal_pmid("PMID: 123"), normal_pmid("https://pubmed.ncbi.nlm.nih.gov/123/"), normal_pmid("0")
    ('123', '123', None)
    """
    found = _PMID.fullmatch(text.strip())
    return found[1].lstrip("0") or None if found else None


def normal_pmcid(text: str) -> str | None:
    """The PMCID of a cell, PMC and digits.

    >>> normal_pmcid("8435807"), normal_pmcid("PMC8435807.1"), normal_pmcid("")
    ('PMC8435807', 'PMC8435807', None)
    """
    found = _PMCID.fullmatch(text.strip())
    return "PMC" + found[1] if found else None


def trial_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Trial registrations in cells, in order, each once.

    >>> trial_ids(["ClinicalTrials.gov/NCT01234567", "GENBANK/AB1", "NCT01234567"])
    ('NCT01234567',)
    """
    return unique(found for text in texts for found in _TRIAL.findall(text))


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Values that are not empty, in order, each once.

    >>> unique(["b", "", "a", "b"])
    ('b', 'a')
    """
    return tuple(dict.fromkeys(value for value in values if value))


def hashed_id(title: str, abstract: str) -> str:
    """The doc_id of a record that has no identifier.

    >>> hashed_id("a", "b")
    'sha1:fcd127ffa1016069'
    """
    return "sha1:" + hashlib.sha1(f"{title}\n{abstract}".encode()).hexdigest()[:16]


def publication(year: str, dates: Iterable[str]) -> tuple[int | None, str | None]:
    """Year, and the first date that fits it; a date without a year is taken to be of that year.

    >>> publication("2018", ["SEP 3"]), publication("", ["2016/09//"]), publication("2019", ["2020-01-02"])
    ((2018, '2018-09-03'), (2016, '2016-09'), (2019, '2019'))
    """
    number = year_of(year) if year else None
    best: str | None = None
    for text in dates:
        date = iso_date(text) or (iso_date(f"{text} {number}") if number and text.strip() else None)
        if date and (number is None or int(date[:4]) == number):
            number = int(date[:4])
            if best is None or len(best) == 4 < len(date):
                best = date
    return number, best or (str(number) if number else None)


def record(
    *,
    source_file: str,
    source_record: int,
    title: str = "",
    abstract: str = "",
    pmid: str = "",
    pmcid: str = "",
    doi: str = "",
    record_id: str = "",
    doc_id: str = "",
    journal: str = "",
    year: str = "",
    dates: Sequence[str] = (),
    authors: Iterable[str] = (),
    publication_types: Iterable[str] = (),
    mesh_terms: Iterable[str] = (),
    keywords: Iterable[str] = (),
    trials: Iterable[str] = (),
    language: str = "",
    is_retracted: bool = False,
    has_more: bool = False,
    expected: str = "a title or an abstract",
) -> Row:
    """The Document of a record's cells, or a Failure when there is nothing in them.

    Cells are strings as the source has them, cleaned by the reader; identifiers and dates in any of the usual ways.

    ``record_id`` is the record's own identifier, which names the document when it has no PMID, DOI or PMCID; ``doc_id``
    names it whatever else it has. ``dates`` go from best to worst. ``has_more`` says that the record has cells that no
    column holds, so that it is not empty. ``expected`` is what the format calls title and abstract, for the Failure.
    """
    pmid_ = normal_pmid(pmid) if pmid else None
    doi_ = normal_doi(doi) if doi else None
    pmcid_ = normal_pmcid(pmcid) if pmcid else None
    names = tuple(authors)
    if not (title or abstract or pmid_ or doi_ or pmcid_ or record_id or doc_id or journal or names or has_more):
        return failure(source_file, source_record, f"the record is empty; expected {expected}. Remove it or export it again")
    title = title.replace("\n", " ").replace("\r", " ")  # one line and as long, so that the source's offsets hold
    number, date = publication(year, dates)
    types = unique(publication_types)
    return Document(
        doc_id=doc_id or pmid_ or doi_ or pmcid_ or record_id or hashed_id(title, abstract),
        pmid=pmid_,
        pmcid=pmcid_,
        doi=doi_,
        title=title,
        abstract=abstract,
        text=document_text(title, abstract),
        journal=journal or None,
        year=number,
        publication_date=date,
        authors=tuple(name for name in names if name),
        publication_types=types,
        mesh_terms=unique(mesh_terms),
        keywords=unique(keywords),
        trial_ids=trial_ids(trials),
        language=language or None,
        is_retracted=is_retracted or "Retracted Publication" in types or bool(_RETRACTED.match(title)),
        source_file=source_file,
        source_record=source_record,
    )


def failure(source_file: str, source_record: int | None, error: str, doc_id: str | None = None) -> Failure:
    """The row of a record, or of a whole file when ``source_record`` is None, that cannot be read."""
    place = source_file if source_record is None else f"{source_file}: record {source_record}"
    return Failure(doc_id, source_file, source_record, "read", f"{place}: {error}")
