"""A record's cells become a Document or a Failure; identifiers, dates and doc_id are settled here."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Sequence
from html import unescape
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote

from allnlp.readers.dates import iso_date
from allnlp.readers.dates import year as year_of
from allnlp.readers.source import scrubbed
from allnlp.schema import Document, Failure, document_text


class Deletion(NamedTuple):
    """A source's word that it has withdrawn a record that earlier files may hold."""

    pmid: str
    source_file: str


Row = Document | Failure | Deletion

_LONG = 1 << 20  # characters; the words of a text of 50 MB would take half a gigabyte
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
# older ones of Wiley and others have a volume's page in angle brackets: 10.1002/1097-0142(19990101)85:1<1::AID-CNCR1>3.0.CO;2-K
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}/[^\s\"<>]+(?:<\w*:[^\s\"<>]*>[^\s\"<>]+)?")
_QUOTED = re.compile(r"%(?:2f|3c|28|3a)", re.IGNORECASE)
_PMID = re.compile(
    r"(?:pmid|pubmed|medline|https?://(?:www\.)?(?:pubmed\.)?ncbi\.nlm\.nih\.gov/(?:pubmed/)?)?[\s:/]*(\d{1,8})(?:[.,]0+)?/?",
    re.IGNORECASE,
)
_PMID_DIGITS = 8  # at most; a cell of so many is one
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
# what spreadsheets make of a PMID
_IN_QUOTES = re.compile(r"=(?:HYPERLINK\(.*[,;]\s*)?\"([^\"]*)\"\)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,2}(?:([,.'’ \xa0\u202f])\d{3})(?:\1\d{3})")
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?E\+?0?(\d)", re.IGNORECASE)
_PMCID = re.compile(r"(?:.*?pmc)?[\s:]*(\d{3,9})(?:\.\d+)?/?", re.IGNORECASE | re.DOTALL)
_TRIAL = re.compile(
    r"NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}|EUCTR\d{4}-\d{6}-\d{2}|\d{4}-\d{6}-\d{2}(?:-\d{2})?|ChiCTR[\w-]*\d{6,}|UMIN\d{9}"
    r"|DRKS\d{8}|CTRI/\d{4}/\d+/\d+|JPRN-[\w-]+|jRCT\w?\d{9,}|KCT\d{7}|TCTR\d{11}|RBR-[A-Za-z0-9]{6,10}|RPCEC\d{8}|SLCTR/\d{4}/\d{3}|JapicCTI-\d{6}|NL-OMON\d{5}|IRCT\w{10,}|NTR\d{3,5}|NL\d{4,5}|PACTR\d{15}",
)
_RETRACTED = re.compile(r"\W*(?:RETRACTED(?: ARTICLE| PAPER| PUBLICATION)?|Retracted(?: article| paper)?)\s*[:\].—–-]")
_ACCESSION = re.compile(
    r"(?=\S{7})[A-Za-z0-9.]*[:-]?[A-Za-z0-9.-]*\d{5}[\w.-]*|(?:\d{3}-){4}\d{2}[\dX]|[0-9a-f]{40}|PPR\d+"
    r"|(?:https?://)?(?:\w+\.)?openalex\.org/\w+|[A-Z]{3,9}:\S{5,}"
)
_RETRACTED_WORDS = frozenset(("retracted publication", "retracted article", "retracted", "_retracted", "retracted paper"))
_NOTICES = ("retraction of another record", "erratum for another record", "expression of concern for another record")
_NOTICE_TYPES = MappingProxyType(
    {
        **dict.fromkeys(("retraction of publication", "retraction", "retraction note", "retraction notice"), _NOTICES[0]),
        **dict.fromkeys(("published erratum", "erratum", "correction", "corrigendum", "correction, addition"), _NOTICES[1]),
        **dict.fromkeys(("expression of concern", "editorial expression of concern"), _NOTICES[2]),
    }
)
_NOTICE_TITLE = re.compile(
    r"\W*(?:(retraction(?: note| notice)?)(?=:| to\b)|((?:author |publisher )?correction(?=:| to:)|(?:erratum|corrigendum)(?=:| to\b| for\b|$))"
    r"|((?:editorial )?expression of concern(?=:| regarding\b|$)))",
    re.IGNORECASE,
)
_NOTHING = frozenset(("", "#n/a", "#name?", "#ref!", "#value!", "#null!", "na", "n/a", "nan", "none", "null", "-", "no abstract", "no abstract available", "[no abstract available]"))


# how a record says of itself what happened to it later, by the words of PubMed's XML and the tags of MEDLINE
NOTICES = MappingProxyType(
    {
        ("RetractionIn", "RIN"): "retraction in",
        ("RetractionOf", "ROF"): "retraction of",
        ("ErratumIn", "EIN"): "erratum in",
        ("ErratumFor", "EFR"): "erratum for",
        ("ExpressionOfConcernIn", "ECI"): "expression of concern in",
        ("ExpressionOfConcernFor", "ECF"): "expression of concern for",
        ("CorrectedandRepublishedIn", "CRI"): "corrected and republished in",
        ("CorrectedandRepublishedFrom", "CRF"): "corrected and republished from",
        ("RetractedandRepublishedIn", "RRI"): "retracted and republished in",
        ("RetractedandRepublishedFrom", "RRF"): "retracted and republished from",
    }
)
_NOTICE_OF = MappingProxyType({word: words for both, words in NOTICES.items() for word in both})


def notice(kind: str, pmid: str | None) -> str:
    """What a link to a later or earlier notice says; empty for links of other kinds.

    >>> notice("ErratumIn", "123"), notice("RIN", None), notice("CommentIn", "5")
    ('erratum in 123', 'retraction in a notice', '')
    """
    words = _NOTICE_OF.get(kind)
    return f"{words} {pmid or 'a notice'}" if words else ""


def clean(text: str) -> str:
    r"""Text whose runs of blanks and line ends are one space each; typographic spaces stay.

    >>> clean(" a\n   b\u2009c ")
    'a b\u2009c'
    """
    if len(text) > _LONG and (place := text.find(" ", _LONG)) > 0:
        pieces = []
        start = 0
        while place > 0:
            pieces.append(clean(text[start:place]))
            start, place = place + 1, text.find(" ", place + _LONG)
        return " ".join(piece for piece in (*pieces, clean(text[start:])) if piece)
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
    >>> normal_doi("10.1002/1-2(2000)43:5&lt;978::AID-X4&gt;3.0.CO;2-0"), normal_doi("<a>10.1000/x</a>")
    ('10.1002/1-2(2000)43:5<978::aid-x4>3.0.co;2-0', '10.1000/x')
    """
    if "10." not in text:
        return unquoted if "10.%" in text and (unquoted := normal_doi(unquote(text))) else None
    if "%" in text and _QUOTED.search(text):
        text = unquote(text)
    if "&lt;" in text:
        text = unescape(text)
    found = _DOI.search(text)
    if not found:
        whole = text.strip()
        return whole.lower() if re.fullmatch(r"10\.[\w./()-]+", whole) else None
    doi = found[0].rstrip(".,;:'’”")
    while doi.endswith((")", "]", "}")) and doi.count(doi[-1]) > doi.count({")": "(", "]": "[", "}": "{"}[doi[-1]]):
        doi = doi[:-1].rstrip(".,;:")
    return doi.lower()


def _arabic(text: str) -> str:
    """Text with the digits of all scripts as 0 to 9.

    >>> _arabic("٣٤５")
    '345'
    """
    return text if text.isascii() else _OTHER_DIGIT.sub(lambda found: str(int(found[0])), text)


def normal_pmid(text: str) -> str | None:
    """The PMID of a cell, digits.

    What a spreadsheet made of it is undone, save where it was rounded.

    >>> normal_pmid("PMID: 123"), normal_pmid("https://pubmed.ncbi.nlm.nih.gov/123/"), normal_pmid("0")
    ('123', '123', None)
    >>> normal_pmid('="31234567"'), normal_pmid("31,234,567"), normal_pmid("3.1234567E+07"), normal_pmid("3.12E+07")
    ('31234567', '31234567', '31234567', None)
    """
    if text.isascii() and text.isdigit() and len(text) <= _PMID_DIGITS:
        return text.lstrip("0") or None
    text = _arabic(text.strip())
    if text.startswith("=") and len(text) < 500 and (quoted := _IN_QUOTES.fullmatch(text)):
        text = quoted[1].strip()
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"\D", "", text)
    elif (found := _SCIENTIFIC.fullmatch(text)) and not is_rounded(text):
        text = (found[1] + (found[2] or "")).ljust(int(found[3]) + 1, "0")
    found = _PMID.fullmatch(text)
    return found[1].lstrip("0") or None if found else None


def is_rounded(text: str) -> bool:
    """Whether a cell is a number in scientific notation with digits left out, so that no identifier can be told from it.

    A zero at the end may be missing, for spreadsheets leave it out.

    >>> is_rounded("3.12E+07"), is_rounded("3.1234567E7"), is_rounded("3.123456E7"), is_rounded("31234567")
    (True, False, False, False)
    """
    found = _SCIENTIFIC.fullmatch(text.strip())
    return found is not None and len(found[2] or "") < int(found[3]) - 1


def normal_pmcid(text: str) -> str | None:
    """The PMCID of a cell, PMC and digits.

    >>> normal_pmcid("8435807"), normal_pmcid("PMC8435807.1"), normal_pmcid("")
    ('PMC8435807', 'PMC8435807', None)
    """
    found = _PMCID.fullmatch(_arabic(text.strip()))
    return "PMC" + found[1] if found else None


def trial_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Trial registrations in cells, in order, each once.

    >>> trial_ids(["ClinicalTrials.gov/NCT01234567", "GENBANK/AB1", "NCT01234567"])
    ('NCT01234567',)
    """
    return unique(found for text in texts for found in _TRIAL.findall(text)) if texts else ()


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Values that are not empty, in order, each once.

    >>> unique(["b", "", "a", "b"])
    ('b', 'a')
    """
    return tuple(dict.fromkeys(filter(None, values))) if values else ()


def accession_numbers(values: Iterable[str]) -> tuple[str, ...]:
    """Numbers that a database gave to a record, each once; numbers of rows and keys of reference managers are none.

    >>> accession_numbers(["WOS:000123456700001", "12", "Doe2020", "CN-01234567", "2-s2.0-85012345678", "L373791783"])
    ('WOS:000123456700001', 'CN-01234567', '2-s2.0-85012345678', 'L373791783')
    """
    return unique(value for value in map(str.strip, values) if len(value) <= 100 and _ACCESSION.fullmatch(value))


def notices_of_itself(types: Iterable[str], title: str) -> tuple[str, ...]:
    """What publication types, or else the title, say of a record that is itself a notice of another.

    >>> notices_of_itself(["Correction", "Article"], ""), notices_of_itself([], "Retraction notice to: Cells in blood")
    (('erratum for another record',), ('retraction of another record',))
    >>> notices_of_itself(["Article"], "Correction of anaemia in adults"), notices_of_itself([], "Erratum to Cells")
    ((), ('erratum for another record',))
    """
    found = unique([_NOTICE_TYPES.get(type_.strip(" .").lower(), "") for type_ in types])
    if not found and (titled := _NOTICE_TITLE.match(title)):
        kind = next(i for i, group in enumerate(titled.groups()) if group)
        return (_NOTICES[kind],)
    return found


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
    return _publication(year, tuple(filter(None, dates)))


@functools.lru_cache(maxsize=8192)
def _publication(year: str, dates: tuple[str, ...]) -> tuple[int | None, str | None]:
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
    other_ids: Iterable[str] = (),
    language: str = "",
    is_retracted: bool = False,
    notices: Iterable[str] = (),
    revised: str = "",
    has_more: bool = False,
    expected: str = "a title or an abstract",
) -> Row:
    """The Document of a record's cells, or a Failure when there is nothing in them.

    Cells are strings as the source has them, cleaned by the reader; identifiers and dates in any of the usual ways.

    ``record_id`` is the record's own identifier, which names the document when it has no PMID, DOI or PMCID; ``doc_id``
    names it whatever else it has. ``dates`` go from best to worst. ``has_more`` says that the record has cells that no
    column holds, so that it is not empty. ``other_ids`` are further identifiers, such as accession numbers; ``notices`` what
    the record says of errata and retractions, ``revised`` the date of its last change. ``expected`` is what the format calls title and abstract, for the Failure.
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
    own_id = doc_id or pmid_ or doi_ or pmcid_ or record_id or hashed_id(title, abstract)
    terms = unique(keywords)
    told = unique(notices)
    # a notice that names its record says more than the type alone
    if itself := notices_of_itself(types, title):
        told += tuple(words for words in itself if not any(n.startswith(words.split(" another")[0]) for n in told))
    is_marked = not _RETRACTED_WORDS.isdisjoint([term.strip(" .").lower() for term in (*types, *terms)])
    return Document(
        doc_id=own_id,
        pmid=pmid_,
        pmcid=pmcid_,
        doi=doi_,
        title=title,
        abstract=abstract,
        text=document_text(title, abstract),
        journal=journal or None,
        year=number,
        publication_date=date,
        authors=tuple(filter(None, names)),
        publication_types=types,
        mesh_terms=unique(mesh_terms),
        keywords=terms,
        trial_ids=trial_ids(trials),
        other_ids=unique(i for i in (*accession_numbers([record_id]), *other_ids) if i not in (own_id, pmid_, doi_, pmcid_)) if record_id or other_ids else (),
        language=language or None,
        is_retracted=is_retracted or is_marked or bool(_RETRACTED.match(title)) or any(n.startswith("retraction in") for n in told),
        notices=told,
        revised=iso_date(revised) if revised else None,
        source_file=source_file,
        source_record=source_record,
    )


def failure(source_file: str, source_record: int | None, error: str, doc_id: str | None = None) -> Failure:
    """The row of a record, or of a whole file when ``source_record`` is None, that cannot be read; its error is one line."""
    place = source_file if source_record is None else f"{source_file}: record {source_record}"
    return Failure(doc_id, source_file, source_record, "read", f"{place}: {clean(scrubbed(error))}")
