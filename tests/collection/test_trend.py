"""How often concepts are named, by year and in two sets, against a slow count."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from allnlp.collection.evidence import evidence
from allnlp.collection.filters import parse_filters
from allnlp.collection.index import LEVELS, Index
from allnlp.collection.trend import compare, counts, parse_set, trend
from allnlp.errors import NothingFound, OptionError
from allnlp.tables import read_table


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    build = runpy.run_path(str(Path(__file__).parents[1] / "data" / "random_folder.py"))["build"]
    return Index(build(tmp_path_factory.mktemp("random") / "f"))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("narrower", [False, True])
def test_each_count_opens_into_as_many_units(index: Index, level: str, narrower: bool) -> None:
    filters = parse_filters(year="2016:", include="negated")
    found = counts(index, ["therapy", "toxicity"], filters=filters, level=level, narrower=narrower)
    assert len(found) >= 8
    for r in found.itertuples():
        behind = evidence(index, [f"{r.label}:{r.concept_id}"], filters=filters, level=level, narrower=narrower)
        assert behind.n_units == r.n_documents
        assert len(behind.mentions) == r.n_mentions
        assert (behind.rows["year"].min(), behind.rows["year"].max()) == (r.first_year, r.last_year)
    assert found["n_documents"].is_monotonic_decreasing
    assert ((found["ci_low"] <= found["share"]) & (found["share"] <= found["ci_high"])).all()


def test_negated_mentions_are_counted_apart(index: Index) -> None:
    mentions = read_table(index.folder, "mentions")
    mentions = mentions[mentions["doc_id"].isin(index.documents["doc_id"]) & (mentions["assertion"] == "negated")]
    found = counts(index, "toxicity").set_index("concept_id")["n_negated"]
    assert found["x:harm"] == (mentions["concept_id"] == "x:harm").sum() > 0


@pytest.mark.parametrize("level", LEVELS)
def test_each_year_opens_into_as_many_units(index: Index, level: str) -> None:
    found = trend(index, ["harm", "cells two"], level=level, narrower=True)
    years = index.documents["year"].dropna()
    assert sorted(found["year"].unique()) == sorted(years.unique())
    for r in found.itertuples():
        assert r.is_incomplete == (r.year == years.max())
        try:
            n = evidence(index, [f"{r.label}:{r.concept_id}"], filters=parse_filters(year=r.year), level=level, narrower=True).n_units
        except NothingFound:
            n = 0
        assert n == r.n_documents
    assert "documents without a year" in found.attrs["provenance"]["notes"][0]
    named = found[found["n_documents"] > 0]
    assert (named.groupby("name")["year"].min() == named.groupby("name")["first_year"].first()).all()


def test_a_whole_last_year_is_not_marked(index: Index) -> None:
    assert not trend(index, ["harm"], complete=True)["is_incomplete"].any()


def test_two_sets_are_compared(index: Index) -> None:
    child, adult = parse_set("population=child;year=2015:2020"), parse_set("population=adult")
    found = compare(index, "toxicity", child, adult, narrower=True)
    for r in found.itertuples():
        for n, filters in ((r.n_1, child), (r.n_2, adult)):
            assert n == evidence(index, [f"{r.label}:{r.concept_id}"], filters=filters, narrower=True).n_units
        table = [[r.n_1, r.total_1 - r.n_1], [r.n_2, r.total_2 - r.n_2]]
        assert r.p_value == pytest.approx(fisher_exact(table).pvalue, rel=1e-9)
        assert r.ci_low <= r.difference <= r.ci_high
    assert found["difference"].abs().is_monotonic_decreasing
    both = set.intersection(*({*index.documents["doc_id"][index.view(f).documents]} for f in (child, adult)))
    assert found.attrs["provenance"]["notes"] == [f"{len(both)} documents are in both sets"]


def test_what_cannot_be_asked_is_told(index: Index) -> None:
    with pytest.raises(OptionError, match="no concept is given"):
        trend(index, [])
    with pytest.raises(OptionError, match="is no filter"):
        parse_set("age=3")
    with pytest.raises(NothingFound, match="no document fits"):
        compare(index, "toxicity", parse_set("year=1990"), parse_set(""))
    with pytest.raises(NothingFound, match=r"no document of year 1990 that has a year in .*; it has documents of 2015 to 2020"):
        trend(index, ["harm"], filters=parse_filters(year="1990"))


def test_the_same_question_has_the_same_answer(index: Index) -> None:
    for ask in (lambda i: counts(i, "therapy"), lambda i: trend(i, ["toxicity"])):
        pd.testing.assert_frame_equal(ask(index), ask(Index(index.folder)))
