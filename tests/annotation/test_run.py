"""A run from inputs to an annotated folder."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import allnlp
from allnlp.annotation import Counts, Progress, annotate_collection, annotate_document
from allnlp.errors import FolderError, OptionError, ReadError, TerminologyError
from allnlp.schema import TABLES, Document, Failure, Mention, Sentence
from allnlp.tables import read_manifest, read_table, verify
from allnlp.text import Annotation, Lexicon


def export(path: Path, *records: dict[str, Any] | str) -> Path:
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records), encoding="utf-8")
    return path


def record(number: int, **cells: Any) -> dict[str, Any]:
    return {"id": f"d{number}", "title": f"CRS after tisagenlecleucel {number}", "abstract": "No CRS was seen in 34 children.", **cells}


def add_up(counts: Counts) -> bool:
    return counts.read == counts.annotated + counts.duplicates + counts.without_text + counts.failed


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return export(tmp_path / "small.jsonl", *(record(i) for i in range(3)))


# --- rows


def test_the_offsets_of_every_row_of_the_demo_give_its_text(folder: Path) -> None:
    texts = dict(read_table(folder, "documents")[["doc_id", "text"]].itertuples(index=False))
    mentions = read_table(folder, "mentions")
    assert len(mentions) > 500
    assert all(texts[m.doc_id][m.start : m.end] == m.text for m in mentions.itertuples())


def test_the_words_of_every_cue_are_where_they_should_be(folder: Path) -> None:
    texts = dict(read_table(folder, "documents")[["doc_id", "text"]].itertuples(index=False))
    cued = read_table(folder, "mentions").dropna(subset=["cue_start"])
    assert len(cued) > 20
    assert all(texts[m.doc_id][int(m.cue_start) : int(m.cue_end)] == m.assertion_cue for m in cued.itertuples())


def test_every_mention_lies_in_a_sentence_of_its_document(folder: Path) -> None:
    joined = read_table(folder, "mentions").merge(read_table(folder, "sentences"), on=["doc_id", "sentence"], suffixes=("", "_of_sentence"))
    assert len(joined) == len(read_table(folder, "mentions"))
    assert ((joined.start_of_sentence <= joined.start) & (joined.start < joined.end_of_sentence)).all()


def test_concepts_count_what_the_mentions_say(folder: Path) -> None:
    mentions, concepts = read_table(folder, "mentions"), read_table(folder, "concepts").set_index("concept_id")
    by_concept = mentions[mentions.label != "EVENT"].dropna(subset=["concept_id"]).groupby("concept_id")
    assert set(concepts.index) == set(by_concept.groups)
    assert (by_concept.size() == concepts.n_mentions.reindex(by_concept.size().index)).all()
    assert (by_concept.doc_id.nunique() == concepts.n_documents.reindex(by_concept.size().index)).all()
    negated = by_concept.assertion.agg(lambda values: (values == "negated").sum())
    assert (negated == concepts.n_negated.reindex(negated.index)).all()


def test_every_mention_of_a_concept_has_its_label_and_name(folder: Path) -> None:
    joined = read_table(folder, "mentions").merge(read_table(folder, "concepts"), on="concept_id", suffixes=("", "_of_concept"))
    assert len(joined) > 500
    joined = joined[joined.label != "EVENT"]  # a verb is no mention of the outcome that it tells of
    by_context = joined.label.isin(["TOXICITY", "DISEASE"]) & joined.label_of_concept.isin(["TOXICITY", "DISEASE"])
    assert ((joined.label == joined.label_of_concept) | by_context).all()
    assert (joined.name == joined.name_of_concept).all()


def test_a_duplicate_has_a_row_but_no_mentions(folder: Path) -> None:
    documents = read_table(folder, "documents")
    (duplicate,) = documents[documents.duplicate_of.notna()].doc_id
    assert duplicate not in set(read_table(folder, "mentions").doc_id)
    assert duplicate not in set(read_table(folder, "sentences").doc_id)


def test_the_counts_of_the_demo_are_as_its_readme_says(folder: Path) -> None:
    counts = Counts(**read_manifest(folder)["counts"])
    assert (counts.read, counts.annotated, counts.duplicates, counts.without_abstract, counts.failed) == (40, 39, 1, 1, 0)
    assert add_up(counts)


def test_an_annotated_folder_says_what_made_it(folder: Path, demo: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest["versions"]["allnlp"] == allnlp.__version__
    assert {Path(i["file"]).name for i in manifest["inputs"]} == {p.name for p in demo.iterdir()}
    assert all(len(i["sha256"]) == 64 for i in manifest["inputs"])
    assert sum(i["read"] for i in manifest["inputs"]) == manifest["counts"]["read"]
    verify(folder)


# --- the same again


@pytest.mark.parametrize("format", ["parquet", "csv", "tsv", "jsonl", "xlsx"])
def test_two_runs_are_byte_identical(format: str, demo: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        annotate_collection([demo / "demo.ris"], tmp_path / name, format=format)
    files = {p.name for p in (tmp_path / "one").iterdir()}
    assert len(files) == len(TABLES) + 2
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_the_same_run_again_does_nothing(small: Path, tmp_path: Path) -> None:
    first = annotate_collection([small], tmp_path / "out")
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "out").iterdir()}
    again = annotate_collection([small], tmp_path / "out")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.counts == first.counts
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize(("change", "what"), [({"format": "csv"}, "options"), ({"limit": 2}, "options"), ({"columns": {"title": "x"}}, "options")])
def test_a_folder_of_other_options_is_refused(change: dict[str, Any], what: str, small: Path, tmp_path: Path) -> None:
    annotate_collection([small], tmp_path / "out")
    with pytest.raises(FolderError, match=f"holds a run of other {what}.*--overwrite"):
        annotate_collection([small], tmp_path / "out", **change)


def test_a_folder_of_other_inputs_is_refused(small: Path, tmp_path: Path) -> None:
    annotate_collection([small], tmp_path / "out")
    export(small, record(9))
    with pytest.raises(FolderError, match="holds a run of other inputs"):
        annotate_collection([small], tmp_path / "out")


def test_overwrite_replaces_the_folder(small: Path, tmp_path: Path) -> None:
    annotate_collection([small], tmp_path / "out")
    export(small, record(9))
    outcome = annotate_collection([small], tmp_path / "out", overwrite=True, format="csv")
    assert (outcome.is_new, outcome.counts.read) == (True, 1)
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_a_folder_changed_since_the_run_is_refused(small: Path, tmp_path: Path) -> None:
    annotate_collection([small], tmp_path / "out")
    (tmp_path / "out" / "mentions.parquet").write_bytes(b"")
    with pytest.raises(FolderError, match="was changed since the run"):
        annotate_collection([small], tmp_path / "out")


def test_a_file_in_place_of_the_folder_is_refused(small: Path, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(FolderError, match="is a file"):
        annotate_collection([small], tmp_path / "out")


def test_a_file_of_the_users_in_the_folder_is_refused_and_stays(small: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "documents.csv").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(FolderError, match=r"documents\.csv: is in the way"):
            annotate_collection([small], tmp_path / "out", format="csv", overwrite=overwrite)
    annotate_collection([small], tmp_path / "out")
    assert (tmp_path / "out" / "documents.csv").read_text() == "mine"


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_an_input_that_would_be_written_over_or_taken_away_is_refused(format: str, small: Path, tmp_path: Path) -> None:
    annotate_collection([small], tmp_path / "out", format="jsonl")
    before = (tmp_path / "out" / "documents.jsonl").read_bytes()
    with pytest.raises(FolderError, match=r"documents\.jsonl: is an input and would be written over"):
        annotate_collection([tmp_path / "out" / "documents.jsonl"], tmp_path / "out", format=format, overwrite=True)
    assert (tmp_path / "out" / "documents.jsonl").read_bytes() == before


def test_an_input_in_the_folder_that_is_no_table_of_it_is_read(small: Path) -> None:
    assert annotate_collection([small], small.parent).counts.read == 3
    assert small.is_file()


def test_an_input_of_a_tables_name_in_the_folder_is_refused_and_stays(tmp_path: Path) -> None:
    source = export(tmp_path / "documents.jsonl", record(1))
    with pytest.raises(FolderError, match="is an input"):
        annotate_collection([tmp_path], tmp_path, format="jsonl")
    assert annotate_collection([tmp_path], tmp_path).counts.read == 1
    assert source.is_file()


@pytest.mark.parametrize("change", [{"counts": None}, {"counts": {"read": 1}}, {"inputs": ["x"]}])
def test_a_manifest_without_its_counts_is_damaged(change: dict[str, Any], small: Path, tmp_path: Path) -> None:
    annotate_collection([small], tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    manifest = {**json.loads(path.read_text(encoding="utf-8")), **change}
    path.write_text(json.dumps({k: v for k, v in manifest.items() if v is not None}), encoding="utf-8")
    with pytest.raises(FolderError, match=r"manifest\.json: damaged"):
        annotate_collection([small], tmp_path / "out")
    assert annotate_collection([small], tmp_path / "out", overwrite=True).is_new


# --- what goes wrong is counted


def archive(path: Path, damage: str) -> Path:
    """A zip archive whose one member is encrypted by its flag, or does not fit its checksum."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("in.jsonl", json.dumps(record(7)) + "\n")
    raw = bytearray(path.read_bytes())
    central = raw.index(b"PK\x01\x02")
    if damage == "encrypted":
        raw[6] |= 1
        raw[central + 8] |= 1
    else:
        raw[14] ^= 255
        raw[central + 16] ^= 255
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(("damage", "reason"), [("encrypted", "encrypted"), ("checksum", "checksum")])
def test_an_archive_that_cannot_be_unpacked_is_a_row_and_the_run_goes_on(damage: str, reason: str, small: Path, tmp_path: Path) -> None:
    outcome = annotate_collection([archive(tmp_path / "a.zip", damage), small], tmp_path / "out")
    assert (outcome.counts.files_failed, outcome.counts.annotated >= 3) == (1, True)
    (failure,) = read_table(tmp_path / "out", "failures").itertuples()
    assert failure.source_file.endswith("a.zip/in.jsonl")
    assert reason in failure.error
    assert outcome.reasons == (failure.error,)


def test_a_file_that_cannot_be_opened_is_a_row_and_the_run_goes_on(small: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "gone.nbib").symlink_to(tmp_path / "nowhere")
    counts = annotate_collection([tmp_path / "in", small], tmp_path / "out").counts
    assert (counts.read, counts.files_failed) == (3, 1)
    assert not annotate_collection([tmp_path / "in", small], tmp_path / "out").is_new


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_row_and_the_run_goes_on(small: Path, tmp_path: Path) -> None:
    (tmp_path / "closed.nbib").touch(0o000)
    outcome = annotate_collection([tmp_path / "closed.nbib", small], tmp_path / "out")
    assert (outcome.counts.read, outcome.counts.files_failed) == (3, 1)
    assert "check the rights" in outcome.reasons[0]


@pytest.mark.parametrize("number", [7_800_000_000, 10**19])
def test_a_very_large_number_does_not_end_the_run(number: int, tmp_path: Path) -> None:
    source = export(tmp_path / "a.jsonl", record(1, abstract=f"A total of {number:,} people were at risk of leukemia."))
    counts = annotate_collection([source], tmp_path / "out").counts
    assert (counts.annotated, counts.failed) == (1, 0)


def test_a_number_that_no_column_holds_is_none(lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    from allnlp.annotation import shards as module

    made = Mention("1", 0, 0, 0, 1, "n", "POPULATION", None, None, "n", "present", None, None, None, "populations", "p")
    large = [made._replace(n=2**63 - 1), made._replace(n=2**63)]
    monkeypatch.setattr(module, "annotate_text", lambda *_, **__: Annotation([Sentence("1", 0, "title", 0, 3)], large))
    result = annotate_document(Document("1", title="n", abstract="n", text="n\nn"), lexicon)
    assert not isinstance(result, Failure)
    assert [m.n for m in result.mentions] == [2**63 - 1, None]


@pytest.mark.parametrize(
    ("cells", "sections"), [({"title": "CRS.", "text": "CRS."}, ["title"]), ({"abstract": "CRS.", "text": "CRS."}, ["other"])]
)
def test_a_record_that_is_only_a_title_has_its_section(cells: dict[str, str], sections: list[str], lexicon: Lexicon) -> None:
    result = annotate_document(Document("1", **cells), lexicon)
    assert not isinstance(result, Failure)
    assert [s.section for s in result.sentences] == sections


def test_a_record_that_cannot_be_read_is_a_row_and_the_run_goes_on(tmp_path: Path) -> None:
    source = export(tmp_path / "some.jsonl", record(1), '{"id": "d2", "title": ', record(3))
    counts = annotate_collection([source], tmp_path / "out").counts
    assert (counts.read, counts.annotated, counts.failed) == (3, 2, 1)
    assert add_up(counts)
    (failure,) = read_table(tmp_path / "out", "failures").itertuples()
    assert (failure.source_record, failure.step) == (2, "read")
    assert str(source) in failure.source_file


def test_a_file_that_cannot_be_read_is_a_row_and_the_run_goes_on(small: Path, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    counts = annotate_collection([tmp_path / "photo.png", small], tmp_path / "out").counts
    assert (counts.read, counts.annotated, counts.failed, counts.files_failed) == (3, 3, 0, 1)
    assert add_up(counts)
    (failure,) = read_table(tmp_path / "out", "failures").itertuples()
    assert "photo.png" in failure.error


def test_all_fates_are_told_apart_and_add_up(tmp_path: Path) -> None:
    source = export(
        tmp_path / "all.jsonl",
        record(1),
        record(1, id="other", title="CRS after tisagenlecleucel 1"),
        {"id": "d3", "title": "", "abstract": "", "journal": "Blood"},
        record(4, abstract=""),
        "{",
    )
    counts = annotate_collection([source], tmp_path / "out").counts
    assert counts[:6] == Counts(5, 2, 1, 1, 1, 1, 0, 0, 0, 0)[:6]
    assert add_up(counts)


def test_a_fault_of_ours_is_a_row_and_the_run_goes_on(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from allnlp.annotation import shards as module

    real = module.annotate_text

    def faulty(doc_id: str, *words: Any, **options: Any) -> Any:
        if doc_id == "d1":
            raise IndexError("made for this test")
        return real(doc_id, *words, **options)

    monkeypatch.setattr(module, "annotate_text", faulty)
    counts = annotate_collection([small], tmp_path / "out").counts
    assert (counts.read, counts.annotated, counts.failed) == (3, 2, 1)
    (failure,) = read_table(tmp_path / "out", "failures").itertuples()
    assert (failure.doc_id, failure.step) == ("d1", "annotate")
    assert "IndexError: made for this test" in failure.error


def test_a_duplicate_is_not_annotated(lexicon: Lexicon) -> None:
    document = Document("2", title="CRS", text="CRS", duplicate_of="1")
    assert annotate_document(document, lexicon) == ([], [], [], [])


def test_a_document_with_mentions_is_no_failure(lexicon: Lexicon) -> None:
    assert not isinstance(annotate_document(Document("1", title="CRS", text="CRS"), lexicon), Failure)


@pytest.mark.parametrize("options", [{"format": "docx"}, {"columns": {"colour": "x"}}])
def test_a_wrong_option_is_refused_and_nothing_is_written(options: dict[str, Any], small: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        annotate_collection([small], tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_an_input_that_does_not_exist_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"nowhere\.nbib"):
        annotate_collection([tmp_path / "nowhere.nbib"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- options


def test_limit_stops_after_so_many_records(small: Path, tmp_path: Path) -> None:
    counts = annotate_collection([small], tmp_path / "out", limit=2).counts
    assert (counts.read, counts.annotated) == (2, 2)


def test_limit_does_not_count_what_cannot_be_read(small: Path, tmp_path: Path) -> None:
    (tmp_path / "bin.dat").write_bytes(bytes(range(256)) * 20)
    counts = annotate_collection([tmp_path / "bin.dat", small], tmp_path / "out", limit=1).counts
    assert (counts.read, counts.annotated, counts.files_failed) == (1, 1, 1)


def test_terms_of_ones_own_are_used_and_change_the_vocabulary_of_the_folder(small: Path, tmp_path: Path) -> None:
    export(small, record(1, abstract="We gave novacel."))
    own = tmp_path / "own.csv"
    own.write_text("text,label,curie,name\nnovacel,THERAPY,ncit:C999999,novacabtagene\n", encoding="utf-8")
    annotate_collection([small], tmp_path / "out", terms=[own])
    mentions = read_table(tmp_path / "out", "mentions")
    (mine,) = mentions[mentions.text == "novacel"].itertuples()
    assert (mine.concept_id, mine.name, mine.rule) == ("ncit:C999999", "novacabtagene", "own.csv:novacel")
    with pytest.raises(FolderError, match="other terminology"):
        annotate_collection([small], tmp_path / "out")


def test_terms_that_break_the_rules_are_refused_with_their_line(small: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("text,label\nnovacel,THERAPY\nnovacel,THERAPIE\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match=r"own\.csv:3: unknown label"):
        annotate_collection([small], tmp_path / "out", terms=[own])


def test_unusual_columns_may_be_named(tmp_path: Path) -> None:
    source = tmp_path / "mine.csv"
    source.write_text("Nummer,Kopf,Zusammenfassung\n1,CRS,No CRS was seen in 34 children.\n", encoding="utf-8")
    annotate_collection([source], tmp_path / "out", columns={"title": "Kopf", "abstract": "Zusammenfassung"})
    (document,) = read_table(tmp_path / "out", "documents").itertuples()
    assert (document.title, document.abstract) == ("CRS", "No CRS was seen in 34 children.")


def test_standard_input_is_an_input(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(small.read_bytes())))
    outcome = annotate_collection(["-"], tmp_path / "out")
    assert outcome.counts.annotated == 3
    assert set(read_table(tmp_path / "out", "documents").source_file) == {"-"}


def test_a_pipe_is_an_input_and_is_read_once(small: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["sh", "-c", 'exec cat "$0" > "$1"', str(small), str(tmp_path / "pipe")]):
        outcome = annotate_collection([tmp_path / "pipe"], tmp_path / "out")
    assert outcome.counts.annotated == 3
    assert set(read_table(tmp_path / "out", "documents").source_file) == {str(tmp_path / "pipe")}


def test_a_pipe_in_a_folder_is_passed_over(small: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe")
    small.rename(tmp_path / "in" / "small.jsonl")
    assert annotate_collection([tmp_path / "in"], tmp_path / "out").counts[:2] == (3, 3)


def test_progress_is_told_and_ends_with_all_records(demo: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    annotate_collection([demo], tmp_path / "out", progress=told.append)
    assert told[-1].records == 40
    assert 0 < told[-1].bytes_read <= told[-1].bytes_total


def test_several_inputs_folders_and_patterns_are_read_once_each(demo: Path, tmp_path: Path) -> None:
    counts = annotate_collection([demo, demo / "demo.csv", str(demo / "*.ris")], tmp_path / "out").counts
    assert counts.read == 40


def test_the_short_python_call_does_the_same(small: Path, tmp_path: Path) -> None:
    assert allnlp.annotate(small, out=tmp_path / "out", limit=1).counts.read == 1


ARTICLE = """<article><front><article-meta><article-id pub-id-type="pmid">90000001</article-id><title-group><article-title>Cells</article-title></title-group>
<abstract><p>We treated 34 children.</p></abstract></article-meta></front><body><sec><title>Results</title><p>No CRS was seen.</p></sec></body></article>"""


@pytest.mark.parametrize(("body", "text"), [(False, "We treated 34 children."), (True, "We treated 34 children. Results: No CRS was seen.")])
def test_the_body_of_an_article_is_read_where_it_is_wanted(tmp_path: Path, body: bool, text: str) -> None:
    (tmp_path / "a.xml").write_text(ARTICLE)
    annotate_collection([tmp_path / "a.xml"], tmp_path / "out", models=["none"], body=body)
    assert list(read_table(tmp_path / "out", "documents").abstract) == [text]
    assert ("cytokine release syndrome" in set(read_table(tmp_path / "out", "mentions").name)) is body
    assert read_manifest(tmp_path / "out")["options"]["body"] is body
    with pytest.raises(FolderError, match="other options"):
        annotate_collection([tmp_path / "a.xml"], tmp_path / "out", models=["none"], body=not body)
