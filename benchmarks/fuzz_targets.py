"""What benchmarks/fuzz.py calls with bytes, what must hold of the answer, and the files that it begins with."""

from __future__ import annotations

import io
import random
import re
import runpy
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, BinaryIO

from mutations import tar_of, zip_of

from allnlp.errors import AllnlpError, ReadError
from allnlp.fetching import europepmc, faults, records, search
from allnlp.readers import READERS, Deletion, Row, find_inputs, mark_duplicates, read, rows_of, sha256_of, sniff
from allnlp.readers.corrections import Corrected, read_corrections
from allnlp.readers.source import decoded, scrubbed
from allnlp.schema import Document, Failure, check, document_text

if TYPE_CHECKING:
    from allnlp.text import Lexicon

Target = Callable[[bytes], list[str]]
ROOT = Path(__file__).parents[1]
SOUND = SimpleNamespace(**runpy.run_path(str(ROOT / "tests" / "data" / "sound_rows.py")))
SEEDS = (ROOT / "tests" / "data" / "exports", ROOT / "corpora" / "demo")
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOW = datetime(2030, 1, 1, tzinfo=UTC)
_LABEL_STUDIO = (
    b'[{"id": 1, "data": {"doc_id": "7", "text": "No CRS in 5 of 9."}, "annotations": [{"id": 3, "ground_truth": true, "updated_at": "2030-01-01",'
    b' "result": [{"id": "a", "type": "labels", "value": {"start": 3, "end": 6, "text": "CRS", "labels": ["Toxicity"]}},'
    b' {"id": "a", "type": "choices", "value": {"start": 3, "end": 6, "choices": ["Negated"]}},'
    b' {"id": "a", "type": "textarea", "value": {"text": ["storm (mesh:D000080424)"]}}]}]}, {"id": 2, "data": {"text": "x"}, "predictions": []}]'
)
_BRAT = b"T1\tToxicity 3 6\tCRS\nT2\tTherapy 0 2;3 6\tNo CRS\nA1\tNegated T1\nN1\tReference T1 mesh:D000080424\tstorm\n#1\tAnnotatorNotes T1\tto check\nR1\tx Arg1:T1\n"
_SEARCH = b'{"esearchresult": {"count": "2", "idlist": ["7", "5"], "querykey": "1", "webenv": "M", "errorlist": {"phrasesnotfound": ["x"]}}}'
_PAGE = b'{"hitCount": 2, "nextCursorMark": "B", "request": {"queryString": "x"}, "resultList": {"result": [{"id": "7", "source": "MED"}, {"id": "8"}]}}'
_FAULTS = (
    b'{"error":"API rate limit exceeded","api-key":"x"}', b"<r><ERROR>Unable to obtain query #1</ERROR></r>", b"<!DOCTYPE html><title>Sign in</title>",
    b"3", b"Thu, 01 Jan 2026 00:00:05 GMT", b"Thu, 01 Jan 2026 00:00:05 +0200", b"Thu, 01 Jan 99999 00:00:05 -9999",
)  # fmt: skip


def targets() -> dict[str, Target]:
    """Every target by name: the readers, and what lies before and after them."""
    return {
        **{name: partial(check_reader, name) for name in READERS},
        "any": check_any, "archive": check_archive, "duplicates": check_duplicates, "text": check_text, "fetching": check_fetching,
        "corrections": check_corrections, "imports": check_imports,
    }  # fmt: skip


def seeds(target: str, more: Path | None = None) -> list[bytes]:
    """Valid inputs of a target; ``more`` is a folder of further ones."""
    files = [path for folder in (*SEEDS, *([more] if more else [])) for path in sorted(folder.rglob("*")) if path.is_file()]
    exports = {path.name: path.read_bytes()[:60_000] for path in files}
    exports["two.xlsx"] = _workbook()
    if target == "archive":
        small = [raw for raw in exports.values() if len(raw) < 3000]
        return [_packed(raw, i) for i, raw in enumerate(small)]
    if target == "fetching":
        return [_SEARCH, _PAGE, *_FAULTS, exports["three.pubmed.xml"], exports["two.medline.txt"]]
    if target == "corrections":
        return [_LABEL_STUDIO, _BRAT, zip_of(_BRAT)]
    if target == "imports":
        return [path.read_bytes() for path in sorted((ROOT / "tests" / "data" / "imports").iterdir())]
    if target in ("any", "duplicates", "text"):
        return list(exports.values())
    return [raw for name, raw in exports.items() if _format(raw, name) == target] or list(exports.values())


def _format(raw: bytes, name: str) -> str:
    try:
        return sniff(raw, name)
    except ReadError:
        return ""


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["PMID", "Title", "Abstract", "Year", "Date"], [99900001, "CRS in 5 of 9", "Nobody died.", 2030, datetime(2030, 2, 3)], ["7", '=HYPERLINK("x","y")', None, "2030", 43831]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _packed(raw: bytes, place: int) -> bytes:
    import bz2
    import gzip
    import lzma

    import zstandard

    ways = (zip_of, tar_of, gzip.compress, bz2.compress, lzma.compress, zstandard.compress, lambda raw: gzip.compress(tar_of(raw)), lambda raw: tar_of(raw) + tar_of(raw))
    return ways[place % len(ways)](raw)


def check_reader(name: str, raw: bytes) -> list[str]:
    """Rows of one reader: sound, the same again, and the same however the bytes arrive."""
    return _checked(partial(READERS[name], source_file="x"), raw)


def check_any(raw: bytes) -> list[str]:
    """Rows of whatever the bytes are told to be."""
    return _checked(lambda stream: rows_of(stream, "x"), raw)


def _checked(reader: Callable[[BinaryIO], Iterable[Row]], raw: bytes) -> list[str]:
    whole = SOUND.outcome(reader, io.BytesIO(raw))
    told: list[str] = SOUND.faults(whole)
    if SOUND.outcome(reader, io.BytesIO(raw)) != whole:
        told.append("the second time gives other rows")
    # the size follows from the bytes, so that an input is judged the same each time
    size = max((1, 3, 17, 1000)[len(raw) % 4], len(raw) // 4000)
    if not SOUND.are_alike(SOUND.outcome(reader, SOUND.Dripping(raw, size)), whole):
        told.append(f"pieces of {size} bytes give other rows")
    return told


def check_archive(raw: bytes) -> list[str]:
    """Inputs and rows of a file on the disk, which may be packed or an archive."""
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder  # copies of packed archives lie there too, and go with it
        try:
            path = Path(folder) / "x"
            path.write_bytes(raw)
            inputs = find_inputs([path])
            rows = [row._replace(source_file="x") for row in read(inputs)]
            told = [f"the name of a member cannot be printed: {one.name!r}" for one in inputs if _CONTROLS.search(one.name)]
            told += ["two inputs of one name"] if len({one.name for one in inputs if not one.error}) < sum(not one.error for one in inputs) else []
            told += ["an input gives no row"] if len(rows) < len(inputs) else []
            for one in inputs:
                sha256_of(one)
            again = [row._replace(source_file="x") for row in read(find_inputs([path]))]
        finally:
            tempfile.tempdir = None
    # numbered anew, for every input of an archive counts from 1
    told += SOUND.faults(SOUND.Outcome([row._replace(source_record=i) for i, row in enumerate((r for r in rows if not isinstance(r, Deletion)), 1)], ""))
    return told + (["the second time gives other rows"] if [r for r in again if isinstance(r, Document)] != [r for r in rows if isinstance(r, Document)] else [])


def check_duplicates(raw: bytes) -> list[str]:
    """Fates of the rows of an input and of altered copies: every row is kept, ids are unique, duplicates point to what stands."""
    rows = SOUND.outcome(lambda stream: rows_of(stream, "x"), io.BytesIO(raw)).rows[:60]
    random_ = random.Random(len(raw))
    for row in [row for row in rows if isinstance(row, Document)] * 2:
        other = random_.choice([one for one in rows if isinstance(one, Document)])
        column = random_.choice(("pmid", "doi", "pmcid", "title", "abstract", "year", "revised", "journal", "doc_id", "is_retracted"))
        copy = row._replace(**{column: getattr(other, column)}, source_file="y")
        rows.append(copy._replace(text=document_text(copy.title, copy.abstract)))
    rows += [Deletion(row.pmid, "z") for row in rows[:3] if isinstance(row, Document) and row.pmid]
    marked = list(mark_duplicates(rows))
    documents = [row for row in marked if isinstance(row, Document)]
    standing = {row.doc_id for row in documents if row.duplicate_of is None}
    told = ["a row is lost or added"] if len(marked) != sum(not isinstance(row, Deletion) for row in rows) else []
    told += ["a doc_id is there twice"] if len({row.doc_id for row in documents}) < len(documents) else []
    told += [f"{row.doc_id!r} repeats what does not stand" for row in documents if row.duplicate_of is not None and row.duplicate_of not in standing]
    told += ["text is not title and abstract"] if any(row.text != document_text(row.title, row.abstract) for row in documents) else []
    told += ["the second time gives other rows"] if list(mark_duplicates(rows)) != marked else []
    alone = [row for row in marked if isinstance(row, Document) and row.duplicate_of is None]
    again = list(mark_duplicates(alone))
    told += ["ids change when the documents that stand are marked again"] if [row.doc_id for row in again] != [row.doc_id for row in alone] else []
    return told


@cache
def _lexicon() -> Lexicon:
    from allnlp.terminology.tables import load
    from allnlp.text import compile_lexicon

    return compile_lexicon(load())


def check_text(raw: bytes) -> list[str]:
    """Annotation of a text: it never fails, and offsets are those of the words."""
    from allnlp.annotation.shards import annotate_document

    text = scrubbed(decoded(raw[:20_000]))
    title, _, abstract = text.partition("\n")
    title = title.replace("\r", " ")
    document = Document("1", title=title, abstract=abstract, text=document_text(title, abstract))
    found = annotate_document(document, _lexicon())
    if isinstance(found, Failure):
        return [f"annotation failed: {found.error}"]
    for table, rows in found._asdict().items():
        check(table, rows)
    told = [f"a mention is {row.text!r} at other words" for row in found.mentions if document.text[row.start : row.end] != row.text]
    told += ["a finding lies outside"] if any(not 0 <= row.start < row.end <= len(document.text) for row in found.findings) else []
    told += ["a sentence lies outside"] if any(row.end > len(document.text) for row in found.sentences) else []
    return told + (["sentences overlap"] if any(a.end > b.start for a, b in zip(found.sentences, found.sentences[1:], strict=False)) else [])


def check_fetching(raw: bytes) -> list[str]:
    """Answers of servers: records or a fault; records are read as what they were told to be."""
    faults.status_fault(503, {"Retry-After": decoded(raw[:200])}, raw, _NOW)
    faults.body_fault(raw)
    faults.is_none_of_these(raw)
    search.read_search(raw, term="t", most=10_000)
    page = europepmc.read_page(raw, cursor="*", expected=lambda count: min(count, 2))
    told = ["a page that is no count"] if isinstance(page, europepmc.Page) and page.total < 0 else []
    for found, name, document in (
        (records.xml_records(raw), "pubmed-xml", records.xml_document), (records.medline_records(raw), "medline", records.medline_document),
    ):  # fmt: skip
        if isinstance(found, records.Records) and found.by_pmid:
            whole = b"".join(document(found.by_pmid.values(), found.doctype))
            rows = [row for row in READERS[name](io.BytesIO(whole), source_file="x") if not isinstance(row, Deletion)]
            if len(rows) < len(found.by_pmid):
                told.append(f"of {len(found.by_pmid)} records of {name} {len(rows)} are read")
    return told


def check_corrections(raw: bytes) -> list[str]:
    """Marks of a person in files of brat and Label Studio."""
    told = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.txt").write_bytes(b"No CRS in 5 of 9.\nNobody died.")
        for name in ("a.ann", "a.json", "a.zip"):
            path = Path(folder) / name
            path.write_bytes(raw)
            try:
                rows = list(read_corrections(path))
            except AllnlpError:
                continue
            check("failures", [row for row in rows if isinstance(row, Failure)])
            for row in rows:
                if isinstance(row, Corrected):
                    told += [f"a mark at {mark.start} to {mark.end}" for mark in row.marks if not 0 <= mark.start < mark.end]
    return told


def check_imports(raw: bytes) -> list[str]:
    """Concepts of foreign vocabularies, and the terms that are made of them."""
    from allnlp.terminology import imports
    from allnlp.terminology.tables import load

    terminology = load()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_bytes(raw)
        try:
            formats: Sequence[str] = (imports.format_of(path),)
        except AllnlpError:
            formats = imports.FORMATS
        for format_ in formats:
            try:
                imports.choose(imports.read_concepts(path, format_), terminology, label="DISEASE", source="a.txt")
            except AllnlpError:
                continue
    return []


TARGETS: Mapping[str, Target] = targets()
