"""Linking: what is near in letters and means the same is linked, what only looks alike is not, and scispaCy's files are read."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from allnlp.errors import ModelError
from allnlp.linking import Linker, LinkIndex, agree, build_index, calibrate, link, load_scispacy
from allnlp.linking.grams import folded, learn, vectors
from allnlp.terminology import load, parse

NAMES = (
    ("quill fever", "x:1", "DISEASE"),
    ("inkwell palsy, type 1", "x:2", "DISEASE"),
    ("inkwell palsy, type 2", "x:3", "DISEASE"),
    ("neuropathy", "x:4", "DISEASE"),
    ("chronic blotter leukemia", "x:5", "DISEASE"),
    ("acute blotter leukemia", "x:6", "DISEASE"),
    ("quillumab", "x:7", "THERAPY"),
    ("quill fever", "x:8", "TOXICITY"),
)


@pytest.fixture(scope="module")
def index() -> LinkIndex:
    return build_index(NAMES)


def linked(index: LinkIndex, text: str, label: str | None = "DISEASE", threshold: float = 0.5) -> str | None:
    (found,) = link(index, [text], label=label, threshold=threshold)
    return found and found.concept_id


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Quill Fevers", "x:1"),
        ("imkwell palsy, type 2", "x:3"),
        ("type II inkwell palsies", "x:3"),
        ("inkwell palsy type 1", "x:2"),
        ("inkwell palsy type 3", None),
        ("inkwell palsy", None),  # which of the two is open
        ("neuropathic", "x:4"),
        ("quill neuropathy", None),  # the name is only a part of the text
        ("acute blotter leukaemia", "x:6"),
        ("leukemia, chronic blotter", "x:5"),
        ("blotter leukemia", None),
        ("parchment itch", None),
        ("", None),
    ],
)
def test_a_text_is_linked_to_what_means_the_same_or_to_nothing(index: LinkIndex, text: str, concept: str | None) -> None:
    assert linked(index, text) == concept


def test_only_names_of_the_label_count(index: LinkIndex) -> None:
    assert linked(index, "quillumabs") is None
    assert linked(index, "quillumabs", "THERAPY") == "x:7"
    assert linked(index, "quill fevers", "TOXICITY") == "x:8"
    assert linked(index, "quill fevers", None) == "x:1"
    assert linked(index, "quill fevers", "OUTCOME") is None


def test_the_threshold_is_the_least_score(index: LinkIndex) -> None:
    (found,) = link(index, ["quill fevers"], label="DISEASE", threshold=0.5)
    assert found is not None
    assert linked(index, "quill fevers", threshold=found.score) == "x:1"
    assert linked(index, "quill fevers", threshold=found.score + 0.001) is None


def test_a_bracketed_abbreviation_does_not_count(index: LinkIndex) -> None:
    assert linked(index, "acute blotter (AB) leukaemia") == "x:6"


def test_ties_go_by_name_and_order_of_input_does_not_matter() -> None:
    names = [("b quill", "x:2", "DISEASE"), ("a quill", "x:1", "DISEASE"), ("a quill", "x:0", "DISEASE")]
    for order in (names, names[::-1]):
        found = link(build_index(order), ["a quills", "b quills"], label="DISEASE", threshold=0.4)
        assert [f and f.concept_id for f in found] == ["x:0", "x:2"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CD19", "CD22"),
        ("type 1 palsy", "type 2 palsy"),
        ("hepatitis B", "hepatitis C"),
        ("vitamin D", "vitamin E"),
        ("T-cell lymphoma", "B-cell lymphoma"),
        ("hypertension", "hypotension"),
        ("leukocytosis", "leukopenia"),
        ("prednisone", "prednisolone"),
        ("interferon alpha", "interferon beta"),
        ("xanthine", "xanthene"),
        ("sodium citrate", "citrate"),
    ],
)
def test_names_that_only_look_alike_do_not_agree(text: str, name: str) -> None:
    assert not agree(text, name)
    assert not agree(name, text)
    assert agree(text, text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("thrombo-embolism", "thromboembolism"),
        ("venous thrombo-embolism", "thromboembolism, venous"),
        ("Quincke's disease", "Quincke disease"),
        ("diclofenac sodium", "diclofenac"),
        ("naloxone", "nalozone"),
        ("grade II palsy", "grade 2 palsy"),
        ("anaemic", "anemia"),
        ("interferon-alpha", "interferon α"),
        ("renal cancer", "kidney neoplasms"),
    ],
)
def test_spellings_forms_and_orders_agree(text: str, name: str) -> None:
    assert agree(text, name)
    assert agree(name, text)


def test_a_word_that_the_vocabulary_has_is_no_misspelling() -> None:
    assert agree("glucosuria", "glycosuria")
    assert not agree("glucosuria", "glycosuria", known={"glucosuria"})


@given(st.text(max_size=30), st.text(max_size=30))
def test_agreement_is_reflexive_and_links_are_in_range(text: str, other: str) -> None:
    assert agree(text, text)
    for found in link(build_index([(other, "x:1", "DISEASE")]), [text, other], threshold=0.4):
        assert found is None or 0.4 <= found.score <= 1


def test_vectors_are_those_of_scikit_learn() -> None:
    texts = [folded(t) for t, _, _ in NAMES]
    expected = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit(texts)
    grams = learn(texts, most=1.0, least=0)
    mine = vectors(grams, texts) @ vectors(grams, texts).T
    theirs = expected.transform(texts) @ expected.transform(texts).T
    assert np.allclose(mine.toarray(), theirs.toarray(), atol=1e-6)


def test_3_grams_of_too_many_names_are_left_out() -> None:
    grams = learn(["quill fever", "inkwell fever", "fever"], most=0.5, least=0)
    assert vectors(grams, ["fever"]).nnz == 0
    assert vectors(grams, ["quill fever"]).nnz == 4  # "ll " is in two of three, too


def test_the_threshold_is_the_lowest_that_is_precise_enough(index: LinkIndex) -> None:
    right, wrong = ("quill fevers", "x:1"), ("acute blotter leukaemia", None)
    scores = [f.score for f in link(index, [right[0], wrong[0]], threshold=0.4) if f]
    assert calibrate(index, [right], label="DISEASE") == scores[0]
    assert calibrate(index, [wrong], label="DISEASE") > 1
    both = calibrate(index, [right, wrong], label="DISEASE", precision=0.5)
    assert both == min(scores)
    with pytest.raises(ValueError, match="no held-out text"):
        calibrate(index, [])


def test_concepts_taken_out_of_the_vocabulary_get_no_concept() -> None:
    terms = [(t.text, t.curie, label) for _, _, label, t in load().terms if label == "TOXICITY"]
    taken = {curie for i, curie in enumerate(sorted({c for _, c, _ in terms})) if i % 5 == 0}
    index = build_index(row for row in terms if row[1] not in taken)
    left = {text.lower() for text, c, _ in terms if c not in taken}
    texts = [text for text, c, _ in terms if c in taken and text.lower() not in left]
    found = link(index, texts, label="TOXICITY")
    assert sum(f is None for f in found) >= 0.95 * len(texts)


def scispacy_files(folder: Path) -> Path:
    """A tiny linker in the files of scispaCy, made by the steps of its create_tfidf_ann_index."""
    folder.mkdir()
    entities = [
        {"concept_id": "C9900001", "canonical_name": "Quill Fever", "aliases": ["feather fever", "Fever, Quill"], "types": ["T047"]},
        {"concept_id": "C9900002", "canonical_name": "quillumab", "aliases": ["anti-CD99 quill"], "types": ["T121"], "definition": None},
        {"concept_id": "C9900003", "canonical_name": "writing", "aliases": ["feather fever"], "types": ["T052"]},
    ]
    (folder / "umls_quill.jsonl").write_text("".join(json.dumps(e) + "\n" for e in entities), encoding="utf-8")
    aliases = ["Quill Fever", "feather fever", "Fever, Quill", "quillumab", "anti-CD99 quill", "writing"]
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=1, dtype=np.float32)
    rows = vectorizer.fit_transform(aliases)
    joblib.dump(vectorizer, folder / "tfidf_vectorizer.joblib")
    (folder / "concept_aliases.json").write_text(json.dumps(aliases), encoding="utf-8")
    rows.data = rows.data.astype(np.float16)
    sparse.save_npz(folder / "tfidf_vectors_sparse.npz", rows)
    return folder


def test_a_prebuilt_linker_of_scispacy_is_searched_by_label(tmp_path: Path) -> None:
    index = load_scispacy(scispacy_files(tmp_path / "mesh"))
    assert linked(index, "quill fevers") == "umls:C9900001"
    assert linked(index, "feather fevers") == "umls:C9900001"
    assert linked(index, "feather fevers", "") == "umls:C9900003"
    assert linked(index, "quillumabs", "THERAPY") == "umls:C9900002"
    assert linked(index, "anti-CD98 quill", "THERAPY") is None


def test_a_prebuilt_linker_gives_the_neighbours_that_scispacy_gives(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nmslib = pytest.importorskip("nmslib")
    folder = scispacy_files(tmp_path / "mesh")
    index, vectorizer = load_scispacy(folder), joblib.load(folder / "tfidf_vectorizer.joblib")
    theirs = nmslib.init(method="hnsw", space="cosinesimil_sparse", data_type=nmslib.DataType.SPARSE_VECTOR)
    theirs.addDataPointBatch(sparse.load_npz(folder / "tfidf_vectors_sparse.npz").astype(np.float32))
    theirs.createIndex({"M": 100, "indexThreadQty": 1, "efConstruction": 2000, "post": 0})
    aliases = json.loads((folder / "concept_aliases.json").read_text(encoding="utf-8"))
    for text in ("quill fevers", "quillumabs", "feather fevers"):
        ((near, distances),) = theirs.knnQueryBatch(vectorizer.transform([text]), k=1)
        (found,) = link(index, [text], threshold=0.3)
        assert found is not None
        assert {folded(found.name)} <= {folded(aliases[near[0]]), "quill fever"}
        assert found.score == pytest.approx(1 - distances[0], abs=2e-3)


@pytest.mark.parametrize("file", ["tfidf_vectorizer.joblib", "tfidf_vectors_sparse.npz", "concept_aliases.json", "umls_quill.jsonl"])
def test_a_missing_file_is_named_with_the_command_that_gets_it(tmp_path: Path, file: str) -> None:
    folder = scispacy_files(tmp_path / "mesh")
    (folder / file).unlink()
    wanted = file.replace("umls_quill", "umls_mesh_2022")
    with pytest.raises(ModelError, match=rf"{wanted} of the linker is missing\. Get it: curl .*/{wanted}$"):
        load_scispacy(folder)


def test_files_of_two_linkers_are_refused(tmp_path: Path) -> None:
    folder = scispacy_files(tmp_path / "umls")
    (folder / "concept_aliases.json").write_text('["Quill Fever"]', encoding="utf-8")
    with pytest.raises(ModelError, match="Fetch the files of one linker"):
        load_scispacy(folder)


def test_names_of_large_tables_are_linked_as_those_of_small_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before they are in the cache, and then from it."""
    monkeypatch.setenv("ALLNLP_CACHE", str(tmp_path / "cache"))
    own, other = (tuple((t, c, of) for t, c, of in NAMES if (int(c[2:]) % 2 == 1) is odd) for odd in (True, False))
    tables = [(f"{i}.csv", "text,curie,label\n" + "".join(f'"{t}",{c},{of}\n' for t, c, of in names)) for i, names in enumerate((own, other))]
    texts = [(text, label) for text in ("quill fevers", "inkwell palsies type 2", "imkwell palsy, type 1", "quillumabs", "blinatumumab") for label in ("DISEASE", "THERAPY")]
    found = []
    for large in (10**6, 0, 0):
        monkeypatch.setattr("allnlp.terminology.large_tables.LARGE", large)
        parse.cache_clear()
        terminology = parse(load().files, (tables[0],), (tables[1],))
        assert bool(terminology.large) is bool(terminology.large_links) is (large == 0)
        linker = Linker(terminology)
        found.append([linker.concept(text, label) for text, label in texts])
    parse.cache_clear()
    assert found[0] == found[1] == found[2]
    assert sum(one is not None for one in found[0]) >= 5
    assert len(list((tmp_path / "cache").glob("*.links"))) == 1
