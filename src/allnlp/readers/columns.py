"""Which column of a table, or key of an object, is which cell of a document: the names that people use."""

from __future__ import annotations

import ast
import difflib
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from allnlp.errors import OptionError, ReadError
from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, clean, is_nothing, normal_doi, normal_pmcid, normal_pmid, record

Cell = str | list[str]
Places = Mapping[str, Sequence[int]]

# best name first: the first of them that has a value in a row gives the cell
_NAMES = MappingProxyType(
    {
        "title": (
            "title|article title|primary title|document title|item title|ti|t1|title of article|paper title"
            "|display name|study title|brief title|official title|reference title|title english|titel|titre"
            "|titulo|título|original title|translated title|scientific title|public title|short title"
        ),
        "abstract": (
            "abstract|abstract note|notes abstract|abstract text|abstracttext|abstract english|ab|n2|abstracts"
            "|resumen|résumé|zusammenfassung|original abstract|summary|brief summary|description|text"
        ),
        "pmid": ("pmid|pubmed id|pubmedid|pubmed|pm|ids pmid|externalids pubmed|pubmed pmid|originalpaperpubmedid|ids pubmed"),
        "pmcid": "pmcid|pmc id|pmc|ids pmcid|externalids pubmedcentral",
        "doi": ("doi|di|do|item doi|digital object identifier|originalpaperdoi|ids doi|externalids doi|doi link|doi url|link to doi"),
        "record_id": (
            "uid|ut|ut unique wos id|unique wos id|eid|lens id|openalex id|accession number|accession no|an"
            "|cochrane review id|central id|nct number|trialid|paperid|corpusid|wos id"
        ),
        # what a program numbers its rows by: names a record that has nothing better
        "serial": (
            "id|doc id|docid|document id|record id|recordid|unique id|key|item key|paper id|publication id|article id|rayyan id"
            "|covidence|ref|refid|ref id|reference id|itemid|item id|citation key"
        ),
        "journal": (
            "journal|journal title|journal book|source title|publication title|journal name|journaltitle"
            "|container title|publication name|secondary title|jf|t2|jo|so|full journal name"
            "|journalinfo journal title|primary location source display name|host venue display name|venue"
            "|publicationvenue name|publication|periodical|journal full title|journal abbreviation"
            "|abbreviated source title|alternate title3|alternate title2|parenttitle|fulljournalname"
        ),
        "year": (
            "year|publication year|pub year|pubyear|published year|year published|year of publication|py|y1|pub date year|jahr|année|año"
        ),
        "date": (
            "publication date|date published|published date|date of publication|pub date|pubdate|cover date"
            "|date|published|firstpublicationdate|electronicpublicationdate|issued|issue date|online date|da|dp"
            "|pd|originalpaperdate|issued raw|issued literal|published online|published print"
        ),
        "month": "month|published month|publication month",
        "day": "day|publication day",
        "authors": (
            "authorlist author|authors|author s|author names|author|au|author full names|af|a1|first authors|primary authors"
            "|authorstring|authorships author display name|authorships|creators|creator|autor"
            "|auteurs"
        ),
        "publication_types": (
            "publication type|publication types|document type|item type|content type|pubtypelist pubtype"
            "|publicationtypes|pubtype|article type|articletype|dt|reference type|type of reference|typename|type"
        ),
        "mesh_terms": "mesh terms|mesh headings|mesh|mh|mesh major|meshheadinglist meshheading",
        "keywords": "author keywords|keywords|keyword|keywordlist keyword|kw|de|key words",
        "trials": ("clinical trial numbers|clinical trial number|nct number|trial registration|trial id|registration|trial ids|nct id"),
        "language": "language|language of original document|languages|la",
        "notices": "notices",
        "other_ids": "other ids|nihms id|corpus id",
        "revised": "revised|date revised|dateofrevision|date of revision",
        "remarks": "note|extra|notes",
        "is_retracted": "is retracted|isretracted|retracted|retractionnature",
        "citation": "source|citation",
    }
)
SYNONYMS: MappingProxyType[str, tuple[str, ...]] = MappingProxyType({k: tuple(v.split("|")) for k, v in _NAMES.items()})

_PLACE_OF = MappingProxyType({name: (column, rank) for column, names in SYNONYMS.items() for rank, name in enumerate(names)})
_WEAK = frozenset(("text", "description", "summary", "display name", "short title", "study title"))
_NAMING = ("pmid", "pmcid", "doi", "record_id", "serial", "title", "authors", "journal")
# numbers of databases in a column that also holds numbers of rows
_ACCESSION = re.compile(
    r"(?:https?://)?(?:\w+\.)?openalex\.org/\w+|W\d{6,}|pub\.\d{6,}|PPR\d+|[A-Z]{3,9}:\S+|2-s2\.0-\d+|L\d{6,}|[0-9a-f]{40}|(?:\d{3}-){4}\d{2}[\dX]|CN-\d{8}"
)
# Zotero's field for all that it has none for
_REMARK = re.compile(r"(?:^|\n)[ \t]*(PMID|PMCID|DOI):[ \t]*(\S+)")
_PUBMED_CITATION = re.compile(r"[^.;]{2,200}\. ((?:19|20)\d\d[^;:.]{0,30})[;:.]")
_OWN_WORDS = MappingProxyType({"id": "record_id", "publication_date": "date", "trial_ids": "trials"})
_EMBASE_SOURCE = re.compile(r"(.{2,200}?)\.? \(((?:19|20)\d\d)\)")
_INITIALS = re.compile(r"[^\W\d_][\w'’ -]* (?:[A-Z]\.?[ -]?){1,4}(?: (?:Jr|Sr|[IV]+)\.?)?\.?")
_MARKS = re.compile(r"[\W_]+")
_FEW, _SHORT = 100, 2000  # names of columns, and their characters, up to which what they are is kept for the next record
_TRUE = frozenset(("true", "1", "yes", "y", "retracted", "retraction"))


def normal_name(name: str) -> str:
    """A column's name without case, marks and double blanks.

    >>> normal_name("Author(s)"), normal_name("UT (Unique WOS ID)"), normal_name("abstract_note ")
    ('author s', 'ut unique wos id', 'abstract note')
    """
    return _MARKS.sub(" ", name.lower()).strip()


def _normal_names(names: Sequence[str]) -> list[str]:
    """The names by `normal_name`, each worked out once: a line of a hundred thousand marks has as many, and all are empty."""
    known = {name: normal_name(name) for name in dict.fromkeys(names)}
    return [known[name] for name in names]


def places(names: Sequence[str], columns: Mapping[str, str] | None = None) -> dict[str, list[int]]:
    """Where the cells of a document are: their places in a row, best first.

    >>> places(["PMID", "Article Title", "Abstract"])
    {'pmid': [0], 'title': [1], 'abstract': [2]}

    Args:
        names: names of the columns.
        columns: the user's own choice, document's column to table's column; goes before every other.

    Raises:
        ReadError: ``columns`` names a column that the table does not have.
    """
    if not columns and _are_few(names):
        return {column: list(found) for column, found in _places_of(tuple(names)).items()}
    return _places(names, columns)


@functools.lru_cache(maxsize=64)
def _places_of(names: tuple[str, ...]) -> Mapping[str, Sequence[int]]:
    """The same for names as many records of a file have them."""
    return MappingProxyType(_places(names, None))


def _are_few(names: Sequence[str]) -> bool:
    return len(names) <= _FEW and sum(map(len, names)) <= _SHORT


def _places(names: Sequence[str], columns: Mapping[str, str] | None) -> dict[str, list[int]]:
    normal = _normal_names(names)
    # Web of Science's two-letter names: ID are keywords there
    has_codes = "ti" in normal and "so" in normal
    ranked: dict[str, list[tuple[int, int]]] = {}
    for i, name in enumerate(normal):
        column, rank = _PLACE_OF.get(name, ("", 0))
        if column and not (has_codes and name == "id"):
            ranked.setdefault(column, []).append((rank, i))
    found = {column: [i for _, i in sorted(pairs)] for column, pairs in ranked.items()}
    for chosen, name in (columns or {}).items():
        column = _OWN_WORDS.get(chosen, chosen)
        if name not in names and normal_name(name) not in normal:
            raise ReadError(f"no column is named {name!r}; found {', '.join(map(repr, names[:20]))}. Check the name after --column")
        i = names.index(name) if name in names else normal.index(normal_name(name))
        found[column] = [i, *(j for j in found.get(column, []) if j != i)]
    return found


def check_columns(columns: Mapping[str, str] | None) -> None:
    """Refuse a choice of columns for a cell that documents do not have.

    Raises:
        OptionError: names it, and the near ones.
    """
    for chosen in columns or ():
        if _OWN_WORDS.get(chosen, chosen) not in SYNONYMS:
            near = difflib.get_close_matches(chosen, [*SYNONYMS, *_OWN_WORDS], 3) or list(SYNONYMS)
            raise OptionError(f"columns: {chosen!r} is no column of documents; did you mean {', '.join(near)}?")


def is_header(names: Sequence[str], columns: Mapping[str, str] | None = None) -> bool:
    """Whether names of columns are those of bibliographic records: a title or an abstract is among them.

    >>> is_header(["PMID", "Title"]), is_header(["name", "description"]), is_header(["id", "text"])
    (True, False, True)
    """
    if columns and {normal_name(name) for name in columns.values()} <= set(_normal_names(names)):
        return True
    return _is_header_of(tuple(names)) if _are_few(names) else _is_header(names)


@functools.lru_cache(maxsize=64)
def _is_header_of(names: tuple[str, ...]) -> bool:
    return _is_header(names)


def _is_header(names: Sequence[str]) -> bool:
    found = places(names)
    texts = [normal_name(names[i]) for key in ("title", "abstract") for i in found.get(key, ())]
    if set(texts) - _WEAK:
        return True
    # a program's package, too, has a description and authors
    naming = [key for key in _NAMING if key != "authors" or set(texts) - {"description"}]
    return bool(texts) and any(key in found and any(normal_name(names[i]) not in _WEAK for i in found[key]) for key in naming)


def row(cells: Sequence[Cell], where: Places, *, source_file: str, source_record: int, is_exact: bool = False) -> Row:
    """The Document of a table's row.

    Args:
        cells: the row; shorter rows are as if the rest were empty.
        where: from `places`.
        source_file: input file, as given.
        source_record: the row's place, from 1.
        is_exact: title and abstract stay as they stand, and the row's own id is the doc_id: offsets count in them.
    """

    def raw(column: str) -> Cell:
        is_kept = is_exact and column in ("title", "abstract")
        for i in where.get(column, ()):
            if i < len(cells) and (cells[i] if is_kept else not _is_empty(cells[i])):
                return cells[i]
        return ""

    def one(column: str) -> str:
        cell = raw(column)
        return clean(cell if isinstance(cell, str) else "; ".join(cell)) if cell else ""

    def text(column: str) -> str:
        cell = raw(column)
        whole = cell if isinstance(cell, str) else " ".join(cell)
        if is_exact:
            return whole
        return "" if is_nothing(whole) else unmarked(whole.replace("\r\n", "\n").replace("\r", "\n").strip())

    def identifier(column: str, name: str) -> str:
        return one(column) or remarks.get(name, "")

    remarks = dict(reversed(_REMARK.findall(_joined(raw("remarks")))))
    citation = one("citation")
    source, cited = _EMBASE_SOURCE.match(citation), _PUBMED_CITATION.match(citation)
    year = one("year") or (source[2] if source else "")
    pmid, pmcid, doi = identifier("pmid", "PMID"), identifier("pmcid", "PMCID"), identifier("doi", "DOI")
    serial, own_id = one("serial"), one("record_id")
    is_known = bool(own_id or (pmid and normal_pmid(pmid)) or (doi and normal_doi(doi)) or (pmcid and normal_pmcid(pmcid)))
    return record(
        source_file=source_file,
        source_record=source_record,
        title=text("title"),
        abstract=text("abstract"),
        pmid=pmid,
        pmcid=pmcid,
        doi=doi,
        record_id=own_id or ("" if is_known else serial),
        doc_id=(serial or own_id) if is_exact else "",
        journal=one("journal") or (source[1] if source else ""),
        year=year,
        dates=(_parted_date(year, one("month"), one("day")), one("date"), cited[1] if cited else ""),
        authors=names_of(raw("authors")),
        publication_types=terms_of(raw("publication_types"), ";|"),
        mesh_terms=terms_of(raw("mesh_terms"), ";|"),
        keywords=terms_of(raw("keywords")),
        trials=terms_of(raw("trials")),
        other_ids=(*terms_of(raw("other_ids"), ";|"), serial if _ACCESSION.fullmatch(serial) else ""),
        language=one("language"),
        is_retracted=one("is_retracted").lower() in _TRUE,
        notices=terms_of(raw("notices"), ";|"),
        revised=one("revised"),
        has_more=any(not _is_empty(cell) for cell in cells),
    )


def _joined(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "\n".join(cell)


def _parted_date(year: str, month: str, day: str) -> str:
    """A date whose parts have columns of their own; months are numbers or words."""
    return ("-" if month.isdigit() else " ").join(part for part in (year, month, day) if part)


def _is_empty(cell: Cell) -> bool:
    return not cell or (isinstance(cell, str) and (not cell.strip() or is_nothing(cell)))


def _literal(cell: str) -> list[str] | None:
    """Values of a cell that a Python or JSON list was written into."""
    if not (cell.startswith("[") and cell.endswith("]")):
        return None
    try:
        value = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return [clean(str(item)) for item in value] if isinstance(value, list) else None


def names_of(cell: Cell) -> list[str]:
    """Authors of a cell, in order.

    >>> names_of("Doe J, Roe RA."), names_of("Doe, Jane"), names_of("Doe, J.; Roe, R."), names_of("Jane Doe|Rob Roe")
    (['Doe J', 'Roe RA'], ['Doe, Jane'], ['Doe, J.', 'Roe, R.'], ['Jane Doe', 'Rob Roe'])
    """
    if not isinstance(cell, str):
        return [clean(name) for name in cell]
    if not cell:
        return []
    cell = clean(cell)
    literal = _literal(cell)
    if literal is not None:
        return literal
    for separator in ("|", ";", " and "):
        if separator in cell:
            return [name.strip() for name in cell.split(separator) if name.strip()]
    parts = [part.strip() for part in cell.split(",") if part.strip()]
    if len(parts) > 1 and (all(_INITIALS.fullmatch(part) for part in parts) or (len(parts) > 2 and all(" " in p for p in parts))):
        # "Doe J, Roe R." ends with a full stop of the list's own
        if parts[-1].endswith(".") and not parts[0].endswith("."):
            parts[-1] = parts[-1].rstrip(".")
        return parts
    return [cell] if cell else []


def terms_of(cell: Cell, separators: str = ";|,") -> list[str]:
    """Terms of a cell that is a list; commas in brackets do not part.

    >>> terms_of("a; b, c"), terms_of("a, b (c, d)"), terms_of("['x', 'y']")
    (['a', 'b, c'], ['a', 'b (c, d)'], ['x', 'y'])
    """
    if not isinstance(cell, str):
        return [clean(term) for term in cell]
    if not cell:
        return []
    cell = clean(cell)
    literal = _literal(cell)
    if literal is not None:
        return literal
    for separator in separators:
        if separator in cell:
            parts: Iterable[str] = re.split(r",(?![^(]*\))", cell) if separator == "," else cell.split(separator)
            return [part.strip() for part in parts if part.strip()]
    return [cell] if cell else []
