"""Annotations in the formats of other programs: each is read back, and its offsets give the words."""

from __future__ import annotations

import csv
import json
import re
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from allnlp.collection.filters import parse_filters
from allnlp.collection.selection import Selection, select
from allnlp.exporters.bioc import passages, write_bioc_json, write_bioc_xml
from allnlp.exporters.brat import file_names, write_brat
from allnlp.exporters.docbin import SPANS, write_docbin
from allnlp.exporters.documents import annotated
from allnlp.exporters.label_tools import label_studio_config, write_doccano, write_label_studio, write_prodigy
from allnlp.exporters.note_nlp import COLUMNS, write_note_nlp
from allnlp.exporters.pubtator import write_pubtator
from allnlp.exporters.tokens import tokens
from allnlp.exporters.web_annotation import concept_iri, write_web_annotation
from allnlp.readers.bioc import read_bioc_json, read_bioc_xml
from allnlp.readers.pubtator import read_pubtator
from allnlp.schema import Document, Mention, Sentence

Write = Callable[[Selection, Path], None]
WRITERS: tuple[Write, ...] = (
    write_brat, write_bioc_json, write_bioc_xml, write_pubtator, write_web_annotation, write_note_nlp, write_docbin,
    write_label_studio, write_doccano, write_prodigy,
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = runpy.run_path(str(Path(__file__).parents[1] / "data" / "annotated_folder.py"))["build"]
    made: Path = build(tmp_path_factory.mktemp("annotated") / "f")
    return made


@pytest.fixture(scope="module")
def selection(folder: Path) -> Selection:
    return select(folder)


@pytest.fixture(scope="module")
def documents(selection: Selection) -> dict[str, Document]:
    return {one.document.doc_id: one.document for one in annotated(selection)}


@pytest.fixture(scope="module")
def mentions(selection: Selection) -> list[Mention]:
    return [mention for one in annotated(selection) for mention in one.mentions]


def said(mentions: list[Mention]) -> list[tuple[Any, ...]]:
    return [(m.doc_id, m.start, m.end, m.text, m.label, m.concept_id, m.assertion) for m in mentions]


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_selection_gives_the_same_bytes(selection: Selection, tmp_path: Path, write: Write) -> None:
    for name in ("a", "b"):
        write(selection, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != b""


@pytest.mark.parametrize("write", WRITERS)
def test_a_selection_without_mentions_or_documents_is_written(selection: Selection, tmp_path: Path, write: Write) -> None:
    write(selection._replace(mentions=selection.mentions[:0]), tmp_path / "a")
    write(Selection(selection.folder, *(frame[:0] for frame in selection[1:])), tmp_path / "b")
    assert (tmp_path / "a").exists()
    assert (tmp_path / "b").exists()


def test_documents_are_without_duplicates_and_have_their_own_rows(selection: Selection) -> None:
    found = list(annotated(selection))
    assert [one.document.doc_id for one in found] == ["101", "10.1/A b", "10.1/a_B", "nothing", "105"]
    assert [(len(one.sentences), len(one.mentions)) for one in found] == [(4, 10), (1, 1), (1, 1), (2, 0), (2, 2)]
    assert all(m.text == one.document.text[m.start : m.end] for one in found for m in one.mentions)


def test_a_section_narrows_the_mentions_that_are_written(folder: Path, tmp_path: Path) -> None:
    write_pubtator(select(folder, parse_filters(section="title", include="all")), tmp_path / "a")
    lines = [line.split("\t")[3:] for line in (tmp_path / "a").read_text(encoding="utf-8").split("\n") if "\t" in line]
    assert [words for words, *_ in lines] == ["Tisa-cel", "Burkitt's <leukemia>", "<leukemia> & lymphoma", "CD19", "Graft versus host"]


def read_brat(path: Path) -> dict[str, tuple[str, list[list[str]]]]:
    """Texts and annotation lines by brat's standoff specification."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    names = [name.removesuffix(".ann") for name in files if name.endswith(".ann")]
    return {name: (files[f"{name}.txt"], [line.split("\t", 2) for line in files[f"{name}.ann"].split("\n") if line]) for name in names}


def test_brat_reads_the_words_at_its_offsets(selection: Selection, documents: dict[str, Document], mentions: list[Mention], tmp_path: Path) -> None:
    write_brat(selection, tmp_path / "a.zip")
    found = read_brat(tmp_path / "a.zip")
    assert [text for text, _ in found.values()] == [d.text for d in documents.values()]
    read = []
    for doc_id, (text, lines) in zip(documents, found.values(), strict=True):
        bound = {cells[0]: cells for cells in lines if cells[0][0] == "T"}
        said_of = {(cells[0][0], cells[1].split()[1]): cells for cells in lines if cells[0][0] in "AN#"}
        assert len({cells[0] for cells in lines}) == len(lines)
        for name, (_, place, words) in bound.items():
            label, offsets = place.split(" ", 1)
            parts = [tuple(map(int, part.split())) for part in offsets.split(";")]
            assert " ".join(text[a:b] for a, b in parts) == words
            assert not any(len(text[a:b].splitlines()) > 1 for a, b in parts)
            concept = said_of["N", name][1].split()[2] if ("N", name) in said_of else None
            start, end = parts[0][0], parts[-1][1]
            read.append((doc_id, start, end, text[start:end], label, concept, said_of["A", name][1].split()[2]))
    assert read == said(mentions)


def test_brat_has_parts_for_a_mention_over_a_line_end_and_a_note_with_its_cue(selection: Selection, tmp_path: Path) -> None:
    write_brat(selection, tmp_path / "a.zip")
    found = read_brat(tmp_path / "a.zip")
    assert ["T1", "TOXICITY 0 5;6 17", "Graft versus host"] in found["105"][1]
    assert ["#9", "AnnotatorNotes T9", "cytokine release syndrome; negated by: No"] in found["101"][1]


def test_brat_has_files_of_safe_and_unique_names_and_a_configuration(selection: Selection, tmp_path: Path) -> None:
    write_brat(selection, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names, conf = archive.namelist(), archive.read("annotation.conf").decode()
        assert archive.read("documents.tsv").decode().split("\n")[2:4] == ["10.1_A_b\t10.1/A b", "10.1_a_B-2\t10.1/a_B"]
    assert names[2:6] == ["101.txt", "101.ann", "10.1_A_b.txt", "10.1_A_b.ann"]
    assert re.findall(r"^\[(\w+)\]$", conf, re.MULTILINE) == ["entities", "relations", "events", "attributes"]
    assert set(selection.mentions["label"]) <= set(conf.split("\n"))
    assert file_names(["con", "..", "a/b", "A?b", "annotation"]) == ["_con", "_", "a_b", "A_b-2", "annotation-2"]
    assert len(file_names(["x" * 300])[0]) == 100


def bioc_rows(collection: Any) -> list[tuple[Any, ...]]:
    rows = []
    for document in collection.documents:
        for annotation in sorted([a for p in document.passages for a in p.annotations] + document.annotations, key=lambda a: int(a.id)):
            place, infons = annotation.total_span, annotation.infons
            rows.append(
                (document.id, place.offset, place.end, annotation.text, infons["type"], infons.get("identifier"), infons["assertion"])
            )
    return rows


@pytest.mark.parametrize(("write", "module"), [(write_bioc_xml, "biocxml"), (write_bioc_json, "biocjson")])
def test_the_package_bioc_reads_what_was_written(selection: Selection, mentions: list[Mention], tmp_path: Path, write: Write, module: str) -> None:
    validator = pytest.importorskip("bioc.validator", reason="needs the package bioc")
    reader = pytest.importorskip(f"bioc.{module}")
    path = tmp_path / "a"
    write(selection, path)
    with path.open("rb" if module == "biocxml" else "r", **({} if module == "biocxml" else {"encoding": "utf-8"})) as stream:
        collection = reader.load(stream)
    validator.validate(collection)
    assert bioc_rows(collection) == said(mentions)
    first = collection.documents[0]
    assert [(p.offset, p.infons["type"], p.infons["section"]) for p in first.passages] == [
        (0, "title", "title"), (47, "abstract", "methods"), (151, "abstract", "results"),
    ]  # fmt: skip
    negated = next(a for p in first.passages for a in p.annotations if a.infons["assertion"] == "negated")
    assert (negated.infons["cue"], negated.infons["source"], negated.infons["section"]) == ("No", "terms", "results")
    assert [a.text for a in collection.documents[-1].annotations] == ["Graft\nversus host"]


@pytest.mark.parametrize(("write", "read"), [(write_bioc_xml, read_bioc_xml), (write_bioc_json, read_bioc_json)])
def test_our_reader_of_bioc_reads_the_same_texts(selection: Selection, documents: dict[str, Document], tmp_path: Path, write: Write, read: Any) -> None:
    write(selection, tmp_path / "a")
    found = list(read(tmp_path / "a", source_file="a"))
    assert [d.text for d in found] == [d.text for d in documents.values()]
    assert [(d.pmid, d.doi, d.year, d.journal) for d in found[:2]] == [("101", "10.1/x", 2018, "J Invent"), (None, "10.1000/a#b", None, None)]


def test_what_xml_cannot_hold_is_one_character_still(selection: Selection, tmp_path: Path) -> None:
    texts = selection.documents["text"].str.replace("Only a ", "On\x01y\r a")
    write_bioc_xml(selection._replace(documents=selection.documents.assign(text=texts, title="")), tmp_path / "a")
    found = list(read_bioc_xml(tmp_path / "a", source_file="a"))
    assert found[2].text == "On\ufffdy\r atitle on CD19."  # type: ignore[union-attr]


def test_passages_are_not_cut_where_a_reader_could_not_join_them_again() -> None:
    text = "In.  At. On."
    apart = [Sentence("1", 0, "methods", 0, 3), Sentence("1", 1, "results", 5, 8), Sentence("1", 2, "conclusions", 9, 12)]
    assert [(p.section, p.start, p.end) for p in passages(text, 0, apart)] == [("methods", 0, 8), ("conclusions", 9, 12)]
    over = Mention("1", 0, 1, 6, 11, "t. On", "EVENT", None, None, "x", "present", None, None, None, "terms", "r")
    assert [(p.start, p.end) for p in passages(text, 0, apart, [over])] == [(0, 12)]
    assert passages("", 0, []) == []


def test_the_package_bioc_reads_pubtator(selection: Selection, mentions: list[Mention], tmp_path: Path) -> None:
    pubtator = pytest.importorskip("bioc.pubtator", reason="needs the package bioc")
    write_pubtator(selection, tmp_path / "a")
    with (tmp_path / "a").open(encoding="utf-8", newline="\n") as stream:
        found = pubtator.load(stream)
    assert [d.pmid for d in found] == ["101", "10.1/A_b", "10.1/a_B", "nothing", "105"]
    for document in found:
        for annotation in document.annotations:
            assert document.text[annotation.start : annotation.end].replace("\n", " ") == annotation.text
    read = [(a.text, a.type, a.id) for d in found for a in d.annotations]
    assert read == [(re.sub(r"[\n\u2028]", " ", m.text), m.label, m.concept_id or "-") for m in mentions]


def test_our_reader_of_pubtator_reads_the_same_texts(selection: Selection, documents: dict[str, Document], tmp_path: Path) -> None:
    write_pubtator(selection, tmp_path / "a")
    found = list(read_pubtator(tmp_path / "a", source_file="a"))
    assert [d.text for d in found] == [d.text.replace("\u2028", " ") for d in documents.values()]  # type: ignore[union-attr]
    content = (tmp_path / "a").read_text(encoding="utf-8")
    assert content.endswith("\n105\t31\t34\tCRS\tTOXICITY\tmesh:D000080424\n\n")
    assert "10.1/A_b|t|\n10.1/A_b|a|Only an abstract with CRS.\n10.1/A_b\t23\t26\tCRS\t" in content


def test_blanks_after_a_title_are_not_counted(selection: Selection, tmp_path: Path) -> None:
    frame = selection.documents.assign(
        title=selection.documents["title"].replace("Graft", "Graft\xa0 "),
        text=selection.documents["text"].str.replace("Graft\n", "Graft\xa0 \n"),
    )
    moved = selection.mentions.assign(**{c: selection.mentions[c] + 2 * (selection.mentions["doc_id"] == "105") for c in ("start", "end")})
    write_pubtator(selection._replace(documents=frame, mentions=moved), tmp_path / "a")
    assert "\n105\t31\t34\tCRS\t" in (tmp_path / "a").read_text(encoding="utf-8")


# W3C Web Annotation

_TERMS = {  # keys of the W3C's context that may stand in each kind of node
    "AnnotationCollection": {"@context", "id", "type", "label", "creator", "total", "first", "last"},
    "AnnotationPage": {"id", "type", "startIndex", "items"},
    "Annotation": {"id", "type", "motivation", "body", "target"},
    "SpecificResource": {"type", "purpose", "source", "selector"},
    "TextualBody": {"type", "purpose", "value", "format", "language"},
    "TextPositionSelector": {"type", "start", "end"},
    "TextQuoteSelector": {"type", "exact", "prefix", "suffix"},
    "Text": {"id", "type", "format", "via"},
    "Software": {"type", "name"},
}
_MOTIVATIONS = {"assessing", "classifying", "identifying", "tagging"}


def nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [n for v in value for n in nodes(v)]
    return [value, *(n for v in value.values() for n in nodes(v))] if isinstance(value, dict) else []


def test_web_annotations_keep_to_the_model(selection: Selection, documents: dict[str, Document], mentions: list[Mention], tmp_path: Path) -> None:
    write_web_annotation(selection, tmp_path / "a")
    collection = json.loads((tmp_path / "a").read_text(encoding="utf-8"))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    for node in nodes(collection):
        assert set(node) <= _TERMS[node["type"]]
        assert {node[key] for key in ("purpose", "motivation") if key in node} <= _MOTIVATIONS
        assert all(re.match(r"(urn:uuid|https?):", node[key]) for key in ("id", "via") if key in node)
    items = collection["first"]["items"]
    assert collection["total"] == len(items) == len({a["id"] for a in items}) == len(mentions)
    assert collection["last"] == collection["first"]["id"]
    for mention, item in zip(mentions, items, strict=True):
        place, quote = item["target"]["selector"]
        text = documents[mention.doc_id].text
        assert text[place["start"] : place["end"]] == quote["exact"] == mention.text
        assert quote["prefix"] + quote["exact"] + quote["suffix"] in text
        body = {b["purpose"]: b.get("value", b.get("source")) for b in item["body"]}
        assert (body["tagging"], body["assessing"], body.get("classifying")) == (mention.label, mention.assertion, concept_iri(mention.concept_id))


def test_a_web_annotation_names_the_text_and_the_record_that_it_is_of(selection: Selection, tmp_path: Path) -> None:
    write_web_annotation(selection, tmp_path / "a")
    items = json.loads((tmp_path / "a").read_text(encoding="utf-8"))["first"]["items"]
    sources = [item["target"]["source"] for item in items]
    assert len({s["id"] for s in sources}) == 4
    assert [sources[i].get("via") for i in (0, 10, 11)] == ["https://pubmed.ncbi.nlm.nih.gov/101/", "https://doi.org/10.1000/a%23b", None]
    assert [concept_iri(c) for c in ("mesh:D1", "allnlp:x", "own:1", "ncit:a b", "mesh:", None)] == ["https://identifiers.org/mesh:D1", *[None] * 5]


def test_note_nlp_has_the_columns_and_values_of_the_model(selection: Selection, documents: dict[str, Document], mentions: list[Mention], tmp_path: Path) -> None:
    write_note_nlp(selection, tmp_path / "a")
    with (tmp_path / "a").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert tuple(header) == COLUMNS
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [int(row["note_nlp_id"]) for row in found] == list(range(1, len(mentions) + 1))
    assert sorted({int(row["note_id"]) for row in found}) == [101, 105, 1_000_000_002, 1_000_000_003]
    for mention, row in zip(mentions, found, strict=True):
        assert documents[mention.doc_id].text[int(row["offset"]) :].startswith(row["lexical_variant"])
        assert row["lexical_variant"] == mention.text in row["snippet"]
        assert f"doc_id={mention.doc_id}; label={mention.label}; " in row["term_modifiers"]
        assert (row["nlp_system"], row["nlp_date"], row["nlp_datetime"]) == ("allnlp 0.0", "1970-01-01", "")
    by_assertion = {m.assertion: (row["term_exists"], row["term_temporal"]) for m, row in zip(mentions, found, strict=True)}
    assert by_assertion == {
        "present": ("Y", "Present"), "negated": ("N", "Present"), "hypothetical": ("N", "Present"), "historical": ("Y", "Past"),
    }  # fmt: skip


def test_spacy_reads_every_mention_of_a_docbin(selection: Selection, documents: dict[str, Document], mentions: list[Mention], tmp_path: Path) -> None:
    write_docbin(selection, tmp_path / "a")
    docs = list(DocBin().from_disk(tmp_path / "a").get_docs(Vocab()))
    assert [doc.text for doc in docs] == [d.text for d in documents.values()]
    read = []
    for doc in docs:
        group = doc.spans[SPANS]
        assert [span.id_ for span in group] == [str(i) for i in range(len(group))]
        for span, assertion in zip(group, group.attrs["assertion"], strict=True):
            place = (span.start_char, span.end_char, span.text)
            read.append((doc.user_data["doc_id"], *place, span.label_, span.kb_id_ or None, assertion))
    assert read == said(mentions)
    assert docs[0].user_data["year"] == 2018
    assert [ent.text for ent in docs[0].ents][:4] == ["Tisa-cel", "Burkitt's <leukemia>", "34 children", "CAR"]
    assert [sent.text for sent in docs[0].sents][1:3] == [
        "METHODS: Of 34 children, CAR19 cells were given after \u03b3-irradiation.",
        "A history of CRS led to exclusion.",
    ]


@given(st.text(alphabet="aB1 .-\n\u03b3\U0001f9ec\u2028", max_size=30), st.lists(st.tuples(st.integers(0, 29), st.integers(1, 9)), max_size=4))
def test_any_span_is_made_of_whole_tokens_that_lose_no_character(text: str, places: list[tuple[int, int]]) -> None:
    spans = [(start, min(start + length, len(text))) for start, length in places if start < len(text)]
    found = tokens(text, spans)
    assert "".join(text[t.start : t.end] + " " * t.has_blank for t in found) == text
    assert {start for start, _ in spans} <= {t.start for t in found}
    assert {end for _, end in spans} <= {t.end for t in found}


def test_label_studio_gets_each_mention_as_a_region_with_its_assertion(selection: Selection, mentions: list[Mention], tmp_path: Path) -> None:
    write_label_studio(selection, tmp_path / "a")
    tasks = json.loads((tmp_path / "a").read_text(encoding="utf-8"))
    config, read = label_studio_config(), []
    for task in tasks:
        (prediction,) = task["predictions"]
        assert prediction["model_version"] == "allnlp 0.0"
        regions = [r for r in prediction["result"] if r["type"] == "labels"]
        choices = {r["id"]: r["value"]["choices"] for r in prediction["result"] if r["type"] == "choices"}
        for region in regions:
            value = region["value"]
            assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
            (label,), (assertion,) = value["labels"], choices[region["id"]]
            assert f'<Label value="{label}"/>' in config
            assert f'<Choice value="{assertion}"/>' in config
            assert all(f'name="{r[key]}"' in config for r in prediction["result"] for key in ("from_name", "to_name"))
            read.append((task["data"]["doc_id"], value["start"], value["end"], value["text"], label, assertion))
    assert read == [(d, a, b, t, label, assertion) for d, a, b, t, label, _, assertion in said(mentions)]


def test_doccano_counts_utf16_code_units(selection: Selection, mentions: list[Mention], tmp_path: Path) -> None:
    write_doccano(selection, tmp_path / "a")
    rows = [json.loads(line) for line in (tmp_path / "a").read_text(encoding="utf-8").split("\n")[:-1]]
    words = [
        (row["text"].encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le"), label)
        for row in rows
        for start, end, label in row["label"]
    ]
    assert words == [(m.text, m.label) for m in mentions]
    spans = [(row["meta"]["doc_id"], s) for row in rows for s in row["meta"]["spans"]]
    assert [(d, s["start"], s["end"], s["text"], s["label"], s["concept_id"], s["assertion"]) for d, s in spans] == said(mentions)


def test_prodigy_gets_spans_of_whole_tokens(selection: Selection, mentions: list[Mention], tmp_path: Path) -> None:
    write_prodigy(selection, tmp_path / "a")
    rows = [json.loads(line) for line in (tmp_path / "a").read_text(encoding="utf-8").split("\n")[:-1]]
    read = []
    for row in rows:
        text = row["text"]
        assert "".join(t["text"] + " " * t["ws"] for t in row["tokens"]) == text
        assert [t["id"] for t in row["tokens"]] == list(range(len(row["tokens"])))
        for s in row["spans"]:
            first, last = row["tokens"][s["token_start"]], row["tokens"][s["token_end"]]
            assert text[first["start"] : last["end"]] == s["text"]
            read.append((row["meta"]["doc_id"], first["start"], last["end"], s["text"], s["label"], s["concept_id"], s["assertion"]))
    assert read == said(mentions)


def test_the_exporters_load_no_spacy_of_themselves() -> None:
    names = ("brat", "bioc", "pubtator", "web_annotation", "note_nlp", "docbin", "label_tools")
    code = f"import sys; import {', '.join(f'allnlp.exporters.{n}' for n in names)}; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
