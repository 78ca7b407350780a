"""Every format that a folder can leave as: its name, the endings of its files, what it holds, and the function that writes it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.collection.filters import Filters
from allnlp.errors import NothingFound, OptionError
from allnlp.exporters.files import Origin, check_path, placed
from allnlp.schema import LABELS


class Format(NamedTuple):
    """A format of files."""

    name: str
    endings: tuple[str, ...]  # the first is its own, the others it shares
    takes: str  # selection, table, references or network
    holds: str
    writer: str  # module of this room and function, imported when it is asked for


_ALL = "documents with their mentions"

FORMATS = (
    Format("xlsx", (".xlsx",), "selection", "all tables as sheets, with the meaning of each column", "workbook:write_workbook"),
    Format("csv", (".csv",), "table", "one table (--table), for spreadsheets and R", "table:write_table"),
    Format("tsv", (".tsv",), "table", "the same with tabs", "table:write_table"),
    Format("json", (".json",), "table", "one table (--table) as a list of rows", "table:write_table"),
    Format("parquet", (".parquet",), "table", "one table (--table), for pandas, DuckDB and Arrow", "table:write_table"),
    Format("sqlite", (".sqlite", ".sqlite3", ".db"), "selection", "all tables in SQLite, for Datasette", "databases:write_sqlite"),
    Format("duckdb", (".duckdb", ".db"), "selection", "all tables in DuckDB", "databases:write_duckdb"),
    Format("ris", (".ris",), "references", "references, for Covidence, Rayyan, Zotero and EndNote", "references:write_ris"),
    Format("nbib", (".nbib",), "references", "references as PubMed writes them", "references:write_nbib"),
    Format("brat", (".brat.zip", ".zip"), "selection", f"{_ALL}, for brat", "brat:write_brat"),
    Format("bioc-xml", (".bioc.xml", ".xml"), "selection", f"{_ALL} as BioC XML", "bioc:write_bioc_xml"),
    Format("bioc-json", (".bioc.json", ".json"), "selection", f"{_ALL} as BioC JSON", "bioc:write_bioc_json"),
    Format("pubtator", (".pubtator", ".txt"), "selection", f"{_ALL} as PubTator", "pubtator:write_pubtator"),
    Format("web-annotation", (".jsonld",), "selection", f"{_ALL} as W3C Web Annotation", "web_annotation:write_web_annotation"),
    Format("note-nlp", (".note_nlp.csv", ".csv"), "selection", "mentions as the table NOTE_NLP of OMOP", "note_nlp:write_note_nlp"),
    Format("docbin", (".spacy",), "selection", f"{_ALL} as spaCy's DocBin, to train on", "docbin:write_docbin"),
    Format("label-studio", (".labelstudio.json", ".json"), "selection", f"{_ALL}, for Label Studio", "label_tools:write_label_studio"),
    Format("doccano", (".doccano.jsonl", ".jsonl"), "selection", f"{_ALL}, for doccano", "label_tools:write_doccano"),
    Format("prodigy", (".prodigy.jsonl", ".jsonl"), "selection", f"{_ALL}, for Prodigy", "label_tools:write_prodigy"),
    Format("graphml", (".graphml",), "network", "network of concepts, for Gephi, Cytoscape, igraph, yEd", "networks:write_graphml"),
    Format("gexf", (".gexf",), "network", "network of concepts, for Gephi", "networks:write_gexf"),
    Format("cytoscape", (".cyjs",), "network", "network of concepts, for Cytoscape", "networks:write_cytoscape"),
    Format("vosviewer-map", (".map.txt", ".txt"), "network", "the same for VOSviewer, in two files", "vosviewer:write_vosviewer_map"),
    Format("vosviewer", (".vosviewer.json", ".json"), "network", "the same in one file", "vosviewer:write_vosviewer_json"),
)


class Pairs(NamedTuple):
    """Which network is built."""

    labels: tuple[str, ...] = ()  # none are all
    level: str | None = None
    min_documents: int | None = None
    top: int | None = None


class Exported(NamedTuple):
    """What was written."""

    files: tuple[Path, ...]
    counts: tuple[tuple[int, str], ...]  # as 12 documents
    notes: tuple[str, ...] = ()


NO_PAIRS = Pairs()


def find_format(path: Path, name: str | None = None) -> Format:
    """The format of a file, by the longest ending that is a format's own, else by one that is shared.

    >>> find_format(Path("cart.bioc.json")).name, find_format(Path("cart.json")).name, find_format(Path("a.xml")).name
    ('bioc-json', 'json', 'bioc-xml')
    >>> find_format(Path("cart.json"), "label-studio").name
    'label-studio'

    Args:
        path: the file.
        name: name of the format, where the ending does not tell it.

    Raises:
        OptionError: no such format, another ending than the format's, or one that means none or several formats.
    """
    if name is not None:
        found = next((f for f in FORMATS if f.name == name.strip().lower().replace("_", "-")), None)
        if found is None:
            raise OptionError(f"format {name!r} is none of {', '.join(f.name for f in FORMATS)}. See: allnlp export --list")
        if not _ends(path, found.endings):
            endings = " or ".join(found.endings)
            raise OptionError(f"{path}: a file of the format {found.name} ends in {endings}. Name it so, or give another --format.")
        return found
    own = sorted((f for f in FORMATS if _ends(path, f.endings[:1])), key=lambda f: -len(f.endings[0]))
    shared = [f for f in FORMATS if _ends(path, f.endings)]
    if own or len(shared) == 1:
        return (own or shared)[0]
    if shared:
        names, endings = " or ".join(f.name for f in shared), " or ".join(f.endings[0] for f in shared)
        raise OptionError(f"{path}: the ending {path.suffix!r} may mean {names}. Say which with --format, or end in {endings}.")
    raise OptionError(f"{path}: the ending {path.suffix!r} tells no format. Use one of {', '.join(f.endings[0] for f in FORMATS)}.")


def _ends(path: Path, endings: Sequence[str]) -> bool:
    return path.name.lower().endswith(tuple(endings))


def check_options(form: Format, *, table: str | None, tags: bool, pairs: Pairs) -> None:
    """Refuse options that the format has no use for.

    Raises:
        OptionError: says which formats have.
    """
    given = (
        (table is not None, "--table", "table"),
        (tags, "--tags", "references"),
        (pairs != NO_PAIRS, "--labels, --level, --min or --top", "network"),
    )
    for is_given, option, takes in given:
        if is_given and form.takes != takes:
            fitting = ", ".join(f.endings[0] for f in FORMATS if f.takes == takes)
            raise OptionError(f"{option}: nothing to do with the format {form.name}, only with {fitting}. Leave it out.")


def export(
    folder: Path,
    path: Path,
    *,
    format: str | None = None,
    filters: Filters | None = None,
    table: str | None = None,
    tags: bool = False,
    pairs: Pairs = NO_PAIRS,
    command: Sequence[str] = (),
) -> Exported:
    """Write the documents of a folder that fit filters, or a network of their concepts, in another format.

    Beside each file stands FILE.provenance.json.

    Args:
        folder: the annotated folder.
        path: the file; its ending tells the format.
        format: name of the format, where the ending does not tell it.
        filters: documents and mentions that are written; by default all, whatever their assertion.
        table: the table of a .csv, .tsv, .json or .parquet; mentions by default.
        tags: add what allnlp read to references.
        pairs: which network is built.
        command: the words that ask for the same again, for the record.

    Raises:
        OptionError: no format, an option that it has no use for, no such folder for the file.
        NothingFound: no document fits, or no pair of concepts.
        FolderError: no annotated folder, or a damaged one.
        OSError: the file cannot be written; one that was there before stays.
    """
    form = find_format(path, format)
    check_options(form, table=table, tags=tags, pairs=pairs)
    check_path(path, [path.suffix.lower()])
    if form.takes == "network":
        return _export_network(folder, path, form, filters, pairs, command)
    from allnlp.collection.selection import select

    if form.takes == "table":
        _check_table(table)
    selection = select(folder, filters)
    if selection.documents.empty:
        raise NothingFound(f"{folder}: no document fits ({filters.said() if filters else 'there is none'}). Leave out a filter.")
    origin = Origin(folder, tuple(command))
    more: dict[str, Any] = {}
    if form.takes in ("table", "references"):
        more = {"table": table or "mentions"} if form.takes == "table" else {"tags": tags}
    with placed(path, origin) as work:
        if form.name == "xlsx":
            _writer(form)(selection, work, origin)
        else:
            _writer(form)(selection, work, **more)
    return Exported((path,), ((len(selection.documents), "documents"), (len(selection.mentions), "mentions")))


def _check_table(table: str | None) -> None:
    from allnlp.exporters.table import TABLES

    if table is not None and table not in TABLES:
        raise OptionError(f"no table {table!r} to export. Tables: {', '.join(TABLES)}.")


def _export_network(folder: Path, path: Path, form: Format, filters: Filters | None, pairs: Pairs, command: Sequence[str]) -> Exported:
    from allnlp.collection.index import Index
    from allnlp.collection.network import build_network

    asked: dict[str, Any] = {"level": pairs.level, "min_documents": pairs.min_documents, "top": pairs.top}
    network = build_network(
        Index(folder), labels=pairs.labels or LABELS, filters=filters or Filters(), **{k: v for k, v in asked.items() if v is not None}
    )  # fmt: skip
    if network.edges.empty:
        raise NothingFound(f"{folder}: no two concepts are named together often enough. Lower --min, or leave out a filter.")
    origin = Origin(folder, tuple(command), ("networkx",))
    files = []
    if form.name == "vosviewer-map":
        from allnlp.exporters.vosviewer import write_vosviewer_network

        links = links_path(path)
        with placed(links, origin) as work:
            write_vosviewer_network(network, work)
        files.append(links)
    with placed(path, origin) as work:
        _writer(form)(network, work)
    return Exported((path, *files), ((len(network.nodes), "concepts"), (len(network.edges), "pairs")), tuple(getattr(network, "notes", ())))


def links_path(path: Path) -> Path:
    """The network file that goes with a map file of VOSviewer.

    >>> str(links_path(Path("a/cart.map.txt"))), str(links_path(Path("cart.txt")))
    ('a/cart.network.txt', 'cart.network.txt')
    """
    return path.with_name(path.name[: -len(path.suffix)].removesuffix(".map") + f".network{path.suffix}")


def _writer(form: Format) -> Callable[..., None]:
    module, _, function = form.writer.partition(":")
    writer: Callable[..., None] = getattr(importlib.import_module(f"allnlp.exporters.{module}"), function)
    return writer
