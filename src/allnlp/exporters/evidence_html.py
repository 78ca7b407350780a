"""An evidence table as one offline page: each value a link to its sentence below, with the words that it was read from marked."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Sequence
from html import escape
from importlib import metadata
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from allnlp.collection.evidence_table import EvidenceTable
from allnlp.collection.frames import records
from allnlp.exporters.files import Origin
from allnlp.tables import MANIFEST, read_manifest, sha256

_CLASSES = MappingProxyType(
    {"title": "title", "review": "review"}
    | dict.fromkeys(("therapies", "diseases", "population", "registration"), "left")
    | dict.fromkeys(("doc_id", "year", "n_patients", "antigens"), "short")
)


def evidence_html(evidence: EvidenceTable, origin: Origin) -> str:
    """One page that needs no script and calls nothing; for the screen in light and dark, for the keyboard and for paper."""
    style = files("allnlp.exporters").joinpath("evidence.css").read_text(encoding="utf-8")
    cells = _by_document(evidence)
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Evidence table of {escape(evidence.folder.name)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>",
        f"<h1>Evidence table</h1>\n<p>{_counted(len(evidence.table), 'study', 'studies')} of <code>{escape(str(evidence.folder))}</code>. Each value leads to its sentence."
        ' A value with <span class="doubt">?</span> is doubtful and a person should look at it.</p>',
        *(f'<p class="note">{escape(note)}</p>' for note in evidence.notes),
        _table(evidence, cells),
        '<h2 id="sentences">Sentences</h2>',
        *(_study(i, reference, cells.get(reference["doc_id"], [])) for i, reference in enumerate(records(evidence.references))),
        _foot(origin),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _by_document(evidence: EvidenceTable) -> dict[str, list[dict[str, Any]]]:
    cells: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for cell in records(evidence.cells):
        cells[cell["doc_id"]].append(cell)
    return cells


def _table(evidence: EvidenceTable, cells: dict[str, list[dict[str, Any]]]) -> str:
    headers = [str(c) for c in evidence.table.columns]
    classes = {h: _class(h, is_empty=bool(evidence.table[h].isna().all())) for h in headers}
    lines = [
        '<div class="scroll" role="region" aria-label="Evidence table" tabindex="0">\n<table>\n<thead>\n<tr>',
        "".join(f'<th scope="col"{classes[h]}>{escape(_head(h))}</th>' for h in headers),
        "</tr>\n</thead>\n<tbody>",
    ]
    for i, row in enumerate(records(evidence.table)):
        of_column: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for cell in cells.get(row["doc_id"], []):
            of_column[cell["column"]].append(cell)
        lines.append(f'<tr id="r{i}">')
        for header in headers:
            tag = 'th scope="row"' if header == "study" else f"td{classes[header]}"
            lines.append(f"<{tag}>{_cell(i, header, row[header], of_column[header])}</{tag[:2]}>")
        lines.append("</tr>")
    return "\n".join([*lines, "</tbody>\n</table>\n</div>"])


def _class(header: str, *, is_empty: bool) -> str:
    names = [_CLASSES.get(header, ""), "empty" if is_empty else ""]
    return f' class="{" ".join(filter(None, names))}"' if any(names) else ""


def _head(header: str) -> str:
    return header.replace("_", " ").replace(">=", "≥").replace("<=", "≤")


def _cell(place: int, header: str, whole: Any, cells: Sequence[dict[str, Any]]) -> str:
    """A cell's values as links to their sentences; of a number that stands twice the table shows one."""
    if header == "study":
        return f'<a href="#d{place}">{escape(str(whole))}</a>'
    if not cells:
        return escape(str(whole)) if whole is not None else '<span class="none" aria-label="not stated">–</span>'
    by_text: dict[str, dict[str, Any]] = {}
    for cell in cells:
        kept = by_text.setdefault(cell["text"], dict(cell))
        kept["needs_review"] = kept["needs_review"] or cell["needs_review"]
    found = [c for c in by_text.values() if not c["is_repeat"]]
    links = []
    for c in found:
        doubt = f' <span class="doubt" title="{escape(c["review_reason"] or "")}">?</span>' if c["needs_review"] else ""
        links.append(f'<a href="#s{place}-{_anchor(c)}">{escape(c["text"])}</a>{doubt}')
    return "<br>".join(links)


def _anchor(cell: dict[str, Any]) -> str:
    return str(cell["sentence"]) if cell["sentence"] is not None else "record"


def _study(place: int, reference: dict[str, Any], cells: Sequence[dict[str, Any]]) -> str:
    """A study's sentences, each with the values that were read from it."""
    r = reference
    links = [f'<a href="https://pubmed.ncbi.nlm.nih.gov/{escape(r["pmid"])}/">PMID {escape(r["pmid"])}</a>'] if r["pmid"] else []
    links += [f'<a href="https://doi.org/{escape(r["doi"])}">doi:{escape(r["doi"])}</a>'] if r["doi"] else []
    about = [escape(str(x)) for x in (r["journal"], r["year"]) if x] + links
    id_beside = f" <small>{escape(r['doc_id'])}</small>" if r["doc_id"] != r["study"] else ""
    told = f' <strong class="doubt">{escape(r["notices"])}</strong>' if r["notices"] else ""
    lines = [
        f'<section aria-labelledby="d{place}">\n<h3 id="d{place}">{escape(r["study"])}{id_beside}</h3>',
        f'<p class="title">{escape(r["title"] or "")} <span class="about">{" · ".join(about)}</span>{told} <a class="back" href="#r{place}">to its row</a></p>\n<ol>',
    ]
    by_sentence: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for cell in sorted(cells, key=lambda c: c["sentence"] if c["sentence"] is not None else 10**9):
        by_sentence[_anchor(cell)].append(cell)
    for anchor, found in by_sentence.items():
        text = found[0]["sentence_text"]
        said = marked(text, [c["evidence"] for c in found if c["finding"] is not None]) if text else escape(found[0]["evidence"])
        where = f"{found[0]['sentence']} {found[0]['section']}" if text else "record"
        values = "".join(f"<li>{_said(c)}</li>" for c in found)
        lines.append(f'<li id="s{place}-{anchor}"><span class="where">{escape(where)}</span> <q>{said}</q>\n<ul>{values}</ul></li>')
    return "\n".join([*lines, "</ol>\n</section>"])


def _said(cell: dict[str, Any]) -> str:
    doubt = f' <span class="doubt">? {escape(cell["review_reason"] or "doubtful")}</span>' if cell["needs_review"] else ""
    return f"<b>{escape(cell['column'].replace('_', ' '))}</b> {escape(cell['text'])}{doubt}"


def marked(text: str, words: Sequence[str]) -> str:
    """HTML of a text with every stretch of it marked that is one of the words; they may overlap.

    >>> marked("a < b in 3 of 4", ["3 of 4", "b in 3"])
    'a &lt; <mark>b in 3 of 4</mark>'
    """
    inside = [False] * len(text)
    for word in words:
        at = text.find(word)
        if at >= 0:
            inside[at : at + len(word)] = [True] * len(word)
    out, i = [], 0
    while i < len(text):
        j = i
        while j < len(text) and inside[j] == inside[i]:
            j += 1
        out.append(f"<mark>{escape(text[i:j])}</mark>" if inside[i] else escape(text[i:j]))
        i = j
    return "".join(out)


def _foot(origin: Origin) -> str:
    manifest = read_manifest(origin.folder)
    about = [f"allnlp {metadata.version('allnlp')}", f"terminology {manifest.get('terminology') or 'unknown'}"]
    about += [f"{MANIFEST} sha256 {sha256(origin.folder / MANIFEST)}"]
    made = f"<p>Made by <code>{escape(shlex.join(origin.command))}</code></p>" if origin.command else ""
    return f"<footer>{made}<p>{escape(' · '.join(about))}</p></footer>"


def _counted(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"
