"""How to cite a folder's annotation in a paper: the program, a paragraph of methods, and the flow of records."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import pandas as pd

from allnlp.collection.summary import Summary, summarise
from allnlp.errors import FolderError
from allnlp.tables import MANIFEST, read_manifest
from allnlp.terminology import load

TITLE, LICENSE = "allnlp: from a PubMed export to evidence tables", "Apache-2.0"
_NAMES = (
    ("spacy", "spaCy"), ("scispacy", "scispaCy"), ("ahocorasick-rs", "ahocorasick-rs"), ("duckdb", "DuckDB"), ("lxml", "lxml"),
)  # fmt: skip
_LABELS = (
    ("THERAPY", "therapies"), ("ANTIGEN", "antigens"), ("DISEASE", "diseases"), ("POPULATION", "populations"), ("TOXICITY", "toxicities"),
    ("OUTCOME", "outcomes"),
)  # fmt: skip
# as docs/accuracy.md has them; a test compares
_ACCURACY = (
    "Of abstracts annotated by hand before any error of the program on them was looked at, each set by the rules of its day, the"
    " developers report a strict F of {strict} for mentions of therapies, antigens, populations and toxicities in the four newest sets,"
    " and an F of {core} (median {median}) for concept and number of findings in 17 sets of 20."
)
FIGURES = {"strict": "0.80 to 0.88", "core": "0.59 to 0.87", "median": "0.79"}


class Citation(NamedTuple):
    """What a paper says of a folder's annotation; the same folder gives the same text."""

    methods: str  # a paragraph
    flow_text: str  # the flow of records, as a sentence or two
    flow: pd.DataFrame  # file (null: all), step, records; as the boxes of a PRISMA diagram
    bibtex: str
    software: dict[str, str]  # type, title, version, license: the fields of a CITATION.cff
    versions: dict[str, str]  # of the packages that made the folder
    terminology: str
    options: dict[str, Any]


def cite(folder: Path) -> Citation:
    """Citation, methods and flow of records of an annotated folder, from what its manifest and its tables hold.

    The version is that of the program that annotated the folder, not of the one that runs.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """
    manifest = read_manifest(folder)
    summary = summarise(folder)
    try:
        version = str(manifest["versions"]["allnlp"])
        flow = flow_of_records(manifest)
        methods = " ".join([*_program(manifest), *_inputs(manifest), *_counted(manifest, summary), *_options(manifest), _accuracy(version)])
    except (KeyError, TypeError, AttributeError) as error:
        raise FolderError(f"{folder / MANIFEST}: damaged, no {error}. Annotate again with --overwrite.") from None
    software = {"type": "software", "title": TITLE, "version": version, "license": LICENSE}
    made_by = dict(manifest["versions"]), str(manifest["terminology"]), dict(manifest["options"])
    return Citation(methods, flow_text(manifest["counts"]), flow, bibtex(software), software, *made_by)


def bibtex(software: dict[str, str]) -> str:
    """An entry of BibLaTeX for the program; it has no year, since a version says more and the folder holds no date.

    >>> print(bibtex({"title": "allnlp: a tool", "version": "1.2", "license": "MIT"}))
    @software{allnlp_1_2,
      title   = {{allnlp}: a tool},
      version = {1.2},
      note    = {Computer software, licence MIT},
      key     = {allnlp}
    }
    """
    title = software["title"].replace("allnlp", "{allnlp}", 1)
    note = f"Computer software, licence {software['license']}"
    rows = {"title": title, "version": software["version"], "note": note, "key": "allnlp"}
    body = ",\n".join(f"  {name:<7} = {{{value}}}" for name, value in rows.items())
    return f"@software{{allnlp_{software['version'].replace('.', '_')},\n{body}\n}}"


_STEPS = (
    ("read", "records read"), ("duplicates", "duplicates left out"), ("without_text", "left out, neither title nor abstract"),
    ("failed", "failed to be read or annotated"), ("annotated", "annotated"), ("without_abstract", "of these annotated by the title alone"),
)  # fmt: skip


def flow_of_records(manifest: dict[str, Any]) -> pd.DataFrame:
    """What became of the records, of all files and of each; read = duplicates + without text + failed + annotated.

    >>> flow_of_records({"counts": {"read": 3, "duplicates": 1, "annotated": 2}, "inputs": []}).head(2).values.tolist()
    [['all files', 'records read', 3], ['all files', 'duplicates left out', 1]]
    """
    files = [("all files", manifest["counts"]), *((str(i["file"]), i) for i in manifest["inputs"])]
    rows = [(name, words, int(counts.get(step, 0))) for name, counts in files for step, words in _STEPS]
    return pd.DataFrame(rows, columns=["file", "step", "records"])


def flow_text(counts: dict[str, Any]) -> str:
    """The same in words.

    >>> flow_text({"read": 12, "duplicates": 2, "without_text": 0, "failed": 1, "annotated": 9, "without_abstract": 1})
    'Of 12 records, 2 were duplicates, 0 had neither title nor abstract and 1 failed; 9 were annotated, 1 of them by the title alone.'
    """
    n = {step: int(counts.get(step, 0)) for step, _ in _STEPS}
    repeated = f"{n['duplicates']:,} were duplicates" if n["duplicates"] != 1 else "1 was a duplicate"
    return (
        f"Of {_many(n['read'], 'record')}, {repeated},"
        f" {n['without_text']:,} had neither title nor abstract and {n['failed']:,} failed;"
        f" {n['annotated']:,} {'were' if n['annotated'] != 1 else 'was'} annotated, {n['without_abstract']:,} of them by the title alone."
    )


def _program(manifest: dict[str, Any]) -> list[str]:
    """Program, version, packages and vocabulary."""
    versions = manifest["versions"]
    packages = ", ".join(f"{shown} {versions[name]}" for name, shown in _NAMES if name in versions)
    vocabulary = _vocabulary(str(manifest["terminology"]), str(versions["allnlp"]))
    return [
        f"Titles and abstracts were annotated with allnlp {versions['allnlp']}{f' ({packages})' if packages else ''}.",
        f"It finds names by {vocabulary} and by rules, and tells present from negated, hypothetical"
        " and historical mentions; numbers of toxicities and outcomes are read by rules from the sentences that report them.",
    ]


def _vocabulary(terminology: str, version: str) -> str:
    """Which vocabulary it was; the folder holds its hash alone, which the shipped one can be compared with."""
    if version != metadata.version("allnlp"):
        return f"a vocabulary (hash {terminology})"
    if terminology == load().version:
        return f"its own vocabulary (hash {terminology})"
    return f"a vocabulary (hash {terminology}) other than the one that comes with this version [say which terms were added]"


def _inputs(manifest: dict[str, Any]) -> list[str]:
    """Files with their hashes, and the flow of records."""
    files = manifest["inputs"]
    named = "; ".join(_file(f) for f in files[:_MOST_FILES])
    more = f"; and {len(files) - _MOST_FILES:,} more (allnlp cite --flow lists them)" if len(files) > _MOST_FILES else ""
    unread = int(manifest["counts"].get("files_failed", 0))
    out = [f"The input was {_many(len(files), 'file')}: {named}{more}."] if files else []
    return [*out, flow_text(manifest["counts"]), *([f"{_many(unread, 'file')} could not be read to the end."] if unread else [])]


_MOST_FILES = 8  # named in a paragraph


def _file(entry: dict[str, Any]) -> str:
    digest = f", SHA-256 {str(entry['sha256'])[:12]}" if entry.get("sha256") else ""
    return f"{PurePath(str(entry['file'])).name} ({_many(int(entry.get('read', 0)), 'record')}{digest})"


def _counted(manifest: dict[str, Any], summary: Summary) -> list[str]:
    """Mentions by label, and findings."""
    of = {str(row["label"]): row for row in summary.labels.to_dict("records")}
    labels = [(words, of[label]) for label, words in _LABELS if label in of and int(of[label]["mentions"])]
    said = [f"{words} ({_many(int(row['mentions']), 'mention')} in {_many(int(row['documents']), 'document')})" for words, row in labels]
    findings = int(manifest["counts"].get("findings", 0))
    out = [f"It annotated {_listed(said)}." if said else "It annotated no mention."]
    return [*out, f"It read {_many(findings, 'number')} of toxicities and outcomes (findings)."]


def _options(manifest: dict[str, Any]) -> list[str]:
    """Options that change what is annotated."""
    options = manifest["options"]
    said = [f"at most {int(options['limit']):,} records were read"] if options.get("limit") is not None else []
    if options.get("body"):
        said.append("of JATS articles, the sections were read, too")
    columns = options.get("columns") or {}
    if columns:
        said.append("columns were named: " + ", ".join(f"{theirs!r} as {ours}" for ours, theirs in sorted(columns.items())))
    text = "; ".join(said)
    return [f"{text[0].upper()}{text[1:]}." if said else "Options were left at their defaults."]


def _accuracy(version: str) -> str:
    """What is known of the accuracy: of the running version what its page says, of another that it has a page."""
    page = f"docs/accuracy.md of allnlp {version}"
    is_this = version == metadata.version("allnlp")
    known = f"{_ACCURACY.format(**FIGURES)} See {page}." if is_this else f"For its measured accuracy see {page}."
    return f"{known} The annotation of the present records was not checked by the program; say here what you checked by hand."


def _many(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' if n != 1 else ''}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
