"""Numbers beside the choices of a filter are those of the documents that are left when one is chosen."""

from __future__ import annotations

import random
import runpy
from pathlib import Path

import pandas as pd
import pytest

from allnlp.collection.facets import FACETS, facet_counts, value_counts, year_counts
from allnlp.collection.filters import DECISIONS, READINGS, Filters, parse_filters
from allnlp.collection.index import EVERYTHING, Index
from allnlp.collection.reviews import keep_review
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import ASSERTIONS, SECTIONS

FIELDS = {"study_type": "study_types", "population": "populations", "journal": "journals", "decision": "decisions"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    build = runpy.run_path(str(Path(__file__).parents[1] / "data" / "random_folder.py"))["build"]
    folder: Path = build(tmp_path_factory.mktemp("facets") / "f")
    rng = random.Random(3)
    for d in range(0, 60, 2):
        keep_review(folder, f"d{d:03d}", is_read=rng.random() < 0.6, decision=rng.choice(("included", "excluded", None)), note="a note", reviewer="R")
    return Index(folder)


def random_filters(seed: int) -> Filters:
    rng = random.Random(seed)

    def some(values: tuple[str, ...], likely: float = 0.35) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rng.choices(values, k=rng.randint(1, 2)))) if rng.random() < likely else ()

    return Filters(
        rng.choice(((None, None), (2016, None), (None, 2018), (2017, 2019))),
        some(("J One", "j two")),
        some(("phase 1", "review")),
        some(("child", "adult")),
        some(("harm", "t:any", "therapy:cells one", "toxicity:x:both", "therapy:odd therapy")),
        some(SECTIONS),
        tuple(a for a in ASSERTIONS if a == "present" or rng.random() < 0.3),
        some(("pill OR fever", "NOT negated harm", 'text:"odd"', "rash section:results")),
        some(("illness", "disease:x:both", "rash"), 0.2),
        some((*DECISIONS, *READINGS), 0.3),
    )


def n_left(index: Index, filters: Filters) -> int:
    return int(index.view(filters).documents.sum())


@pytest.mark.parametrize("seed", range(25))
def test_a_facet_says_how_many_documents_are_left(index: Index, seed: int) -> None:
    filters = random_filters(seed)
    for label in ("therapy", "Toxicity", "DISEASE", "population"):
        found = facet_counts(index, filters, label)
        for row in found.itertuples():
            more = filters._replace(mentioning=(*filters.mentioning, f"{row.label.lower()}:{row.concept_id}"))
            assert row.n_documents == n_left(index, more) > 0
        shown = set(found["concept_id"])
        for concept_id in set(index.concepts["concept_id"][index.labels == label.upper()]) - shown:
            assert n_left(index, filters._replace(mentioning=(*filters.mentioning, f"{label}:{concept_id}"))) == 0
        key = [(-n, name, concept_id) for n, name, concept_id in zip(found["n_documents"], found["name"], found["concept_id"], strict=True)]
        assert key == sorted(key)
        pd.testing.assert_frame_equal(facet_counts(index, filters, label, top=2), found.head(2))
    years = year_counts(index, filters)
    for row in years.itertuples():
        assert row.n_documents == n_left(index, filters._replace(years=(row.year, row.year))) > 0
    assert years["n_documents"].sum() + years.attrs["n_without"] == n_left(index, filters._replace(years=(None, None)))
    for field, column in FIELDS.items():
        found = value_counts(index, filters, field)
        for row in found.itertuples():
            assert row.n_documents == n_left(index, filters._replace(**{column: (row.value,)})) > 0
        if field in ("study_type", "journal"):
            assert found["n_documents"].sum() + found.attrs["n_without"] == n_left(index, filters._replace(**{column: ()}))


def test_a_broader_concept_that_no_text_names_is_offered_where_two_narrower_ones_are(tmp_path: Path) -> None:
    build = runpy.run_path(str(Path(__file__).parents[1] / "data" / "random_folder.py"))["build"]
    index = Index(build(tmp_path / "f", documents=40))
    for concept_id in ("x:fever", "x:rash"):
        index.concepts.at[index.by_id[concept_id][0], "broader"] = ["x:unnamed"]
    found = facet_counts(index, EVERYTHING, "toxicity").set_index("concept_id")["n_documents"]
    both = index.view(parse_filters(mentioning="toxicity:x:fever")).documents | index.view(parse_filters(mentioning="toxicity:x:rash")).documents
    assert found["x:unnamed"] == both.sum() == n_left(index, parse_filters(mentioning="toxicity:x:unnamed"))


def test_facets_refuse_what_they_do_not_know(index: Index) -> None:
    assert set(FACETS) == set(FIELDS)
    assert facet_counts(index, EVERYTHING, "antigen").empty
    pd.testing.assert_frame_equal(value_counts(index, EVERYTHING, "Populations"), value_counts(index, EVERYTHING, "population"))
    assert value_counts(index, EVERYTHING, "journal", top=1)["value"].tolist() == value_counts(index, EVERYTHING, "journal")["value"].tolist()[:1]
    with pytest.raises(OptionError, match="is no label"):
        facet_counts(index, EVERYTHING, "journal")
    with pytest.raises(OptionError, match="is none of study_type"):
        value_counts(index, EVERYTHING, "year")
    with pytest.raises(NothingFound, match="no document of the journal"):
        value_counts(index, parse_filters(journal="J Ten"), "study_type")
