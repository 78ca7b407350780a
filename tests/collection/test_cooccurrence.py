"""Counts of concepts named together, against a slow count; each opens into as many units of sentences."""

from __future__ import annotations

import itertools
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import allnlp
from allnlp.collection.cooccurrence import MEASURES, cooccurrence
from allnlp.collection.evidence import evidence
from allnlp.collection.filters import Filters, parse_filters
from allnlp.collection.index import EVERYTHING, LEVELS, Index
from allnlp.collection.selection import select
from allnlp.errors import NothingFound, OptionError
from allnlp.tables import read_table

FILTERS = (
    EVERYTHING,
    parse_filters(year="2017:"),
    parse_filters(year=(None, 2018), include="negated"),
    parse_filters(section="results", include="all"),
    parse_filters(population="child", journal="j one"),
    parse_filters(study_type="Phase 1", mentioning=("harm", "pill")),
)
BROADER = {"t:one": {"t:any"}, "t:two": {"t:one", "t:any"}, "x:fever": {"x:harm"}, "x:rash": {"x:harm"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = runpy.run_path(str(Path(__file__).parents[1] / "data" / "random_folder.py"))["build"]
    built: Path = build(tmp_path_factory.mktemp("random") / "f")
    return built


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return Index(folder)


@pytest.fixture(scope="module")
def slow(folder: Path) -> Callable[..., tuple[dict[tuple[str, str], set[Any]], set[Any]]]:
    """Units of each (label, concept_id), and all units, by plain loops."""
    tables = {name: read_table(folder, name) for name in ("documents", "sentences", "mentions", "studies")}

    def units(filters: Filters, level: str, narrower: bool) -> tuple[dict[tuple[str, str], set[Any]], set[Any]]:
        studies = tables["studies"].set_index("doc_id")
        named: dict[str, set[str]] = {}
        for m in tables["mentions"].itertuples():
            if m.assertion in filters.assertions:
                named.setdefault(m.doc_id, set()).update({m.name, *({"harm"} if m.concept_id in ("x:fever", "x:rash") else ())})
        documents = set()
        for d in tables["documents"].itertuples():
            low, high = filters.years
            fits = isinstance(d.duplicate_of, float) or d.duplicate_of is None or d.duplicate_of is pd.NA
            fits &= (low is None and high is None) or (not pd.isna(d.year) and (low or 0) <= d.year <= (high or 9999))
            fits &= not filters.journals or d.journal.lower() in [j.lower() for j in filters.journals]
            fits &= not filters.study_types or studies.loc[d.doc_id, "study_type"] in filters.study_types
            fits &= not filters.populations or bool(set(studies.loc[d.doc_id, "age_groups"]) & set(filters.populations))
            fits &= all(w in named.get(d.doc_id, ()) for w in filters.mentioning)
            if fits:
                documents.add(d.doc_id)
        section = {(s.doc_id, s.sentence): s.section for s in tables["sentences"].itertuples()}
        kept = {k for k, v in section.items() if k[0] in documents and (not filters.sections or v in filters.sections)}

        def unit(doc_id: str, sentence: int) -> Any:
            return {"document": doc_id, "section": (doc_id, section[doc_id, sentence]), "sentence": (doc_id, sentence)}[level]

        found: dict[tuple[str, str], set[Any]] = {}
        for m in tables["mentions"].itertuples():
            if (m.doc_id, m.sentence) not in kept or m.assertion not in filters.assertions:
                continue
            own = m.name if not isinstance(m.concept_id, str) else m.concept_id
            if not isinstance(m.concept_id, str) and m.label == "POPULATION":
                continue
            for concept_id in {own, *(BROADER.get(own, ()) if narrower else ())}:
                found.setdefault((m.label, concept_id), set()).add(unit(m.doc_id, m.sentence))
        return found, {unit(*k) for k in kept}

    return units


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("narrower", [False, True])
@pytest.mark.parametrize("filters", FILTERS, ids=lambda f: f.said() or "all")
def test_counts_are_those_of_a_slow_count_and_open_into_as_many_units(index: Index, slow: Any, filters: Filters, narrower: bool, level: str) -> None:
    found = cooccurrence(index, ["therapy", "disease"], ["toxicity"], filters=filters, level=level, narrower=narrower)
    units, all_units = slow(filters, level, narrower)
    expected = {}
    for a, b in itertools.product(units, units):
        is_own = narrower and (b[1] in BROADER.get(a[1], ()) or a[1] in BROADER.get(b[1], ()))
        if a[0] in ("THERAPY", "DISEASE") and b[0] == "TOXICITY" and units[a] & units[b] and not is_own:
            expected[a, b] = (len(units[a] & units[b]), len(units[a]), len(units[b]), len(all_units))
    got = {
        ((r.label_a, r.concept_a), (r.label_b, r.concept_b)): (r.n_both, r.n_a, r.n_b, r.n_total) for r in found.itertuples()
    }
    assert got == expected
    assert expected
    sentences = slow(filters, "sentence", narrower)[0]
    documents = slow(filters, "document", narrower)[0]
    for r in found.head(12).itertuples():
        words = [f"{r.label_a}:{r.concept_a}", f"{r.label_b}:{r.concept_b}"]
        behind = evidence(index, words, filters=filters, level=level, narrower=narrower)
        a, b = (r.label_a, r.concept_a), (r.label_b, r.concept_b)
        assert r.n_both == behind.n_units == behind.rows["unit"].nunique()
        assert r.n_sentences == behind.n_sentences == len(sentences.get(a, set()) & sentences.get(b, set()))
        assert r.n_documents == len(documents[a] & documents[b])
        assert int(behind.rows["names_all"].sum()) == behind.n_sentences


def test_a_pair_of_one_side_stands_once_and_measures_are_those_of_the_counts(index: Index) -> None:
    found = cooccurrence(index, ["toxicity"])
    pairs = {frozenset((a, b)) for a, b in zip(found["concept_a"], found["concept_b"], strict=True)}
    assert len(pairs) == len(found)
    assert all(len(p) == 2 for p in pairs)
    again = cooccurrence(index, ["toxicity"], ["toxicity"])
    pd.testing.assert_frame_equal(found, again)
    assert np.allclose(found["lift"], found["n_both"] * found["n_total"] / (found["n_a"] * found["n_b"]))
    assert ((found["q_value"] >= found["p_value"]) & (found["q_value"] <= 1)).all()
    for measure in MEASURES:
        values = cooccurrence(index, ["therapy"], ["toxicity"], sort=measure)[measure].to_numpy()
        assert (np.diff(values) <= 0).all() or measure in ("p_value", "q_value")
        assert (np.diff(values) >= 0).all() or measure not in ("p_value", "q_value")


def test_a_minimum_leaves_measures_as_they_are(index: Index) -> None:
    every, some = (cooccurrence(index, ["therapy"], ["toxicity"], min_count=n) for n in (1, 4))
    kept = every[every["n_both"] >= 4].reset_index(drop=True)
    assert 0 < len(kept) < len(every)
    pd.testing.assert_frame_equal(kept.drop(columns="q_value"), some.drop(columns="q_value"))


def test_an_infection_is_a_toxicity_here_and_a_disease_there(index: Index) -> None:
    found = cooccurrence(index, ["infection"], ["pill"])
    assert sorted(found["label_a"]) == ["DISEASE", "TOXICITY"]
    assert cooccurrence(index, ["toxicity:infection"], ["pill"])["label_a"].tolist() == ["TOXICITY"]


def test_a_word_without_a_concept_counts_under_its_name(index: Index) -> None:
    found = cooccurrence(index, ["therapy"], ["disease"])
    odd = found[found["concept_a"] == "odd therapy"].iloc[0]
    assert evidence(index, ["odd therapy", f"DISEASE:{odd['concept_b']}"]).n_units == odd["n_both"]


def test_what_cannot_be_asked_is_told(index: Index) -> None:
    with pytest.raises(NothingFound, match="Or all of the type: therapy"):
        cooccurrence(index, ["therpay"])
    with pytest.raises(NothingFound, match="no mention of the label OUTCOME"):
        cooccurrence(index, ["outcome"])
    for wrong in ({"level": "page"}, {"min_count": 0}, {"sort": "beauty"}):
        with pytest.raises(OptionError):
            cooccurrence(index, ["therapy"], ["toxicity"], **wrong)  # type: ignore[arg-type]
    with pytest.raises(NothingFound, match="no document of the journal"):
        cooccurrence(index, ["therapy"], filters=parse_filters(journal="J Ten"))
    with pytest.raises(NothingFound, match="There are: adult, child"):
        cooccurrence(index, ["therapy"], filters=parse_filters(population="aged"))


def test_evidence_marks_the_words_and_says_what_is_not_counted(index: Index) -> None:
    found = evidence(index, ["any cells", "harm"], level="sentence")
    assert "narrower concepts of any cells (cells one, cells two)" in " ".join(found.notes)
    text = found.rows.set_index(["doc_id", "sentence"])["sentence_text"]
    for m in found.mentions.itertuples():
        assert text[m.doc_id, m.sentence][m.start : m.end] == m.text
    assert "<mark" in found._repr_html_()
    negated = evidence(index, ["harm"], filters=parse_filters(include="negated"))
    stated = negated.rows["assertions"].dropna()
    assert len(stated)
    assert set("; ".join(stated).replace(" (cue)", "").split("; ")) == {"negated"}


def test_evidence_can_be_cut_and_ordered_by_year(index: Index) -> None:
    whole, cut = (evidence(index, ["harm"], newest_first=True, limit=n) for n in (None, 5))
    assert cut.n_units == whole.n_units > 5
    assert cut.rows["unit"].nunique() == 5
    years = whole.rows.drop_duplicates("unit")["year"].fillna(0).tolist()
    assert years == sorted(years, reverse=True)
    assert f"sentences of 5 of {whole.n_units}" in " ".join(cut.notes)


def test_nothing_together_says_what_to_try(index: Index) -> None:
    with pytest.raises(NothingFound, match="--include all"):
        evidence(index, ["any cells", "harm", "pill", "illness", "fever"], level="sentence")


def test_a_view_narrows_tables_and_counts_alike(folder: Path) -> None:
    every = allnlp.open(folder)
    view = every.where(population="child").where(year="2017:", section="results")
    tables = select(folder, view.filters)
    assert len(view.mentions) == len(tables.mentions) > 0
    assert set(view.mentions["assertion"]) == {"present"}
    assert set(view.documents["doc_id"]) < set(every.documents["doc_id"])
    pairs = view.cooccurrence("therapy", "toxicity")
    assert [pairs.evidence(i).n_units for i in range(len(pairs))] == pairs.frame["n_both"].tolist()
    assert pairs.matrix().sum().sum() == pairs.frame["n_both"].sum()
    assert "section results" in repr(view)
    assert "--population child" in pairs.frame.attrs["provenance"]["command"]
    with pytest.raises(OptionError, match="none of child"):
        view.where(population="adult")


def test_the_selection_without_filters_is_the_folder_without_duplicates(folder: Path) -> None:
    found = select(folder)
    documents = read_table(folder, "documents")
    assert found.documents["doc_id"].tolist() == documents[documents["duplicate_of"].isna()]["doc_id"].tolist()
    mentions = read_table(folder, "mentions")
    assert len(found.mentions) == mentions["doc_id"].isin(found.documents["doc_id"]).sum()
