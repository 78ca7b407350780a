"""The notebook of the docs runs, and every number that it and the guide show opens into as many sentences as it says."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sized
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import allnlp
from allnlp.collection import Collection
from allnlp.collection.index import LEVELS
from allnlp.errors import NothingFound
from allnlp.schema import LABELS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "tutorial.ipynb"
TABLES = (("therapy", "toxicity"), ("disease", "outcome"), ("antigen", "therapy"))
VIEWS: dict[str, dict[str, Any]] = {
    "all": {},
    "filtered": {"year": "2020:", "study_type": ["phase 1", "phase 2", "retrospective", "case report"], "include": "negated"},
    "results": {"section": "results"},
}
# A kernel of its own process, over sockets that are files: no port, and none of its warnings here.
RUN = """
import sys
import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, km=AsyncKernelManager(kernel_name="python3", transport="ipc"), timeout=300, allow_errors=False).execute()
nbformat.write(notebook, sys.argv[2])
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The notebook as it is after a run."""
    missing = [name for name in ("nbclient", "nbformat", "ipykernel", "matplotlib") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"the notebook needs {' and '.join(missing)}: pip install {' '.join(missing)}")
    place = tmp_path_factory.mktemp("notebook")
    with tempfile.TemporaryDirectory() as short:  # a socket's path has at most 104 characters
        own = dict.fromkeys(("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "TMPDIR"), short)
        ran = subprocess.run(
            [sys.executable, "-c", RUN, str(NOTEBOOK), str(place / "out.ipynb")],
            cwd=place, env=os.environ | own | {"PYTHONWARNINGS": "ignore"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    found: dict[str, Any] = json.loads((place / "out.ipynb").read_text(encoding="utf-8"))
    return found


def cells(notebook: dict[str, Any]) -> dict[str, Any]:
    return {cell["id"]: cell for cell in notebook["cells"] if cell["cell_type"] == "code"}


def shown(notebook: dict[str, Any], kind: str) -> dict[str, str]:
    """What cells show in a form of output, by the cell."""
    return {
        name: "".join(output["data"][kind])
        for name, cell in cells(notebook).items() for output in cell["outputs"] if kind in output.get("data", {})
    }  # fmt: skip


def test_the_notebook_is_stored_without_what_a_run_leaves() -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z-]+", name) for name in names)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells(notebook).values())
    assert cells(notebook)["parameters"]["metadata"]["tags"] == ["parameters"]
    links = re.findall(r"\]\(([^)#\s]+)", "".join("".join(cell["source"]) for cell in notebook["cells"]))
    assert links
    assert all((NOTEBOOK.parent / link).exists() for link in links)


def test_the_notebook_runs_and_shows_tables_sentences_and_figures(executed: dict[str, Any]) -> None:
    assert [name for name, cell in cells(executed).items() if any(o.get("name") == "stderr" for o in cell["outputs"])] == []
    assert set(shown(executed, "image/png")) == {"heatmap", "network", "trend-figure", "counts-figure", "forest"}
    sentences = shown(executed, "text/html")
    assert all("<mark title=" in sentences[name] for name in ("evidence", "together"))
    assert {"counts", "pairs", "matrix", "trend", "compare", "find", "findings", "table", "cells", "pandas"} <= set(sentences)


@pytest.fixture(scope="module")
def collection(folder: Path) -> Collection:
    """The demo."""
    return allnlp.open(folder)


@pytest.fixture(scope="module")
def view(collection: Collection) -> Callable[[str], Collection]:
    """A view of the demo by its name in VIEWS."""
    return functools.cache(lambda name: collection.where(**VIEWS[name]) if VIEWS[name] else collection)


class Opened(NamedTuple):
    """The sentences behind a concept."""

    units: dict[str, set[tuple[Any, ...]]]  # by level
    years: Counter[int]  # documents of each
    n_mentions: int


@pytest.fixture(scope="module")
def opened(view: Callable[[str], Collection]) -> Callable[[str, str, str], Opened]:
    """The sentences of a concept under the filters of a view, each opened once."""

    def sentences(name: str, label: str, concept_id: str) -> Opened:
        behind = view(name).evidence(f"{label.lower()}:{concept_id}")
        of = {level: units(behind.rows, level) for level in LEVELS}
        assert behind.n_documents == behind.n_units == len(of["document"])
        assert behind.n_sentences == len(behind.rows) == len(of["sentence"])
        years = Counter(behind.rows.drop_duplicates("doc_id")["year"].tolist())
        return Opened(of, years, len(behind.mentions))

    return functools.cache(sentences)


def units(rows: pd.DataFrame, level: str) -> set[tuple[Any, ...]]:
    """Documents, sections or sentences that rows of sentences stand in."""
    columns = ["doc_id", *({"section": ["section"], "sentence": ["sentence"]}.get(level, []))]
    return set(rows[columns].itertuples(index=False, name=None))


def some(rows: Sized, most: int) -> range:
    """Rows from all parts of a table, at most so many."""
    return range(0, len(rows), max(1, -(-len(rows) // most)))


@pytest.mark.parametrize("name", VIEWS)
def test_counts_open_at_every_level(view: Callable[[str], Collection], opened: Callable[[str, str, str], Opened], name: str) -> None:
    labels = [label.lower() for label in LABELS] if name == "all" else ["therapy", "toxicity"]
    for level in LEVELS:
        found = view(name).counts(labels, level=level)
        assert len(found) > 40
        for r in found.itertuples():
            behind = opened(name, r.label, r.concept_id)
            assert r.n_documents == len(behind.units[level]), (level, r.name)
            assert r.n_mentions == behind.n_mentions
            assert (r.first_year, r.last_year) == (min(behind.years), max(behind.years))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("name", "rows", "columns"), [*(("all", *sides) for sides in TABLES), ("filtered", *TABLES[0]), ("results", *TABLES[0])]
)
def test_every_pair_opens(
    view: Callable[[str], Collection], opened: Callable[[str, str, str], Opened], name: str, level: str, rows: str, columns: str
) -> None:
    found = view(name).cooccurrence(rows, columns, level=level)
    assert len(found) > 10
    for r in found.frame.itertuples():
        a, b = opened(name, r.label_a, r.concept_a).units, opened(name, r.label_b, r.concept_b).units
        assert (r.n_a, r.n_b, r.n_both) == (len(a[level]), len(b[level]), len(a[level] & b[level])), (r.name_a, r.name_b)
        assert r.n_documents == len(a["document"] & b["document"])
        assert r.n_sentences == len(a["sentence"] & b["sentence"])
    for i in some(found.frame, 6):
        assert_pair_opens(found, i, level)


def assert_pair_opens(found: Any, i: int, level: str) -> None:
    """A pair's own sentences are of as many units, and as many of them name both, as its row says."""
    r, behind = found.frame.iloc[i], found.evidence(i)
    assert r["n_both"] == behind.n_units == behind.rows["unit"].nunique() == len(units(behind.rows, level)), (r["name_a"], r["name_b"])
    assert r["n_sentences"] == behind.n_sentences == behind.rows["names_all"].sum()
    assert level != "document" or r["n_documents"] == behind.n_documents == behind.rows["doc_id"].nunique()


def are_named(frame: pd.DataFrame, collection: Collection) -> pd.Series[bool]:
    """Whether the documents name both concepts of a pair themselves, under its labels, and not by narrower ones alone."""
    named = set(collection.mentions[["label", "concept_id"]].itertuples(index=False, name=None))
    return frame.apply(lambda r: {(r["label_a"], r["concept_a"]), (r["label_b"], r["concept_b"])} <= named, axis=1)


@pytest.mark.parametrize(("rows", "columns"), TABLES, ids=lambda side: side)
@pytest.mark.parametrize("level", LEVELS)
def test_pairs_with_narrower_concepts_open(collection: Collection, level: str, rows: str, columns: str) -> None:
    found = collection.cooccurrence(rows, columns, level=level, narrower=True)
    own = found.frame.index[are_named(found.frame, collection)]
    assert len(own) > 10
    for k in some(own, 4):
        assert_pair_opens(found, own[k], level)


def test_pairs_of_broader_concepts_that_no_text_names_open(collection: Collection) -> None:
    found = collection.cooccurrence("therapy", "toxicity", narrower=True)
    absent = found.frame[~are_named(found.frame, collection)]
    for i in {*absent.drop_duplicates("concept_a").index, *absent.drop_duplicates("concept_b").index}:
        assert_pair_opens(found, i, "document")


def test_each_year_of_a_trend_opens(view: Callable[[str], Collection], opened: Callable[[str, str, str], Opened]) -> None:
    every = view("all").trend("therapy", "toxicity")
    every = every[every["first_year"].notna()]  # the others are only negated, planned or past
    assert every["name"].nunique() > 100
    for (label, concept_id), of in every.groupby(["label", "concept_id"]):
        years = opened("all", label, concept_id).years
        assert of["n_documents"].tolist() == [years[year] for year in of["year"]]
    for level in LEVELS:
        for r in view("all").trend("tisagenlecleucel", "CRS", level=level).itertuples():
            if r.n_documents:
                behind = view("all").where(year=r.year).evidence(f"{r.label}:{r.concept_id}", level=level)
                assert r.n_documents == behind.n_units == behind.rows["unit"].nunique()


@pytest.mark.parametrize("level", LEVELS)
def test_both_sets_of_a_comparison_open(view: Callable[[str], Collection], level: str) -> None:
    sets = [view("all").where(population=population) for population in ("child", "adult")]
    for r in sets[0].compare(sets[1], "toxicity", level=level, min_count=1 if level == "document" else 3).itertuples():
        for n, one in zip((r.n_1, r.n_2), sets, strict=True):
            if n:
                behind = one.evidence(f"toxicity:{r.concept_id}", level=level)
                assert n == behind.n_units == behind.rows["unit"].nunique(), r.name
            else:
                with pytest.raises(NothingFound):
                    one.evidence(f"toxicity:{r.concept_id}", level=level)


@pytest.mark.parametrize(
    "query", ["tisagenlecleucel CRS NOT negated ICANS year:2018-", "exact:CRS", 'TOXICITY type:"phase 2"', r"text:/transplant\w*/"]
)
@pytest.mark.parametrize("level", ["document", "sentence"])
def test_what_a_query_finds_is_its_rows(view: Callable[[str], Collection], query: str, level: str) -> None:
    found = view("all").find(query, level=level)
    documents = view("all").documents.set_index("doc_id")["text"]
    assert found.n_units == len(found.rows) == len(units(found.rows, level)) > 0
    assert found.n_documents == found.rows["doc_id"].nunique()
    assert units(found.mentions, level) == units(found.rows, level)
    assert all(documents[m.doc_id][m.start : m.end] == m.text for m in found.mentions.itertuples())
    if query == "exact:CRS":
        behind = view("all").evidence("CRS", level=level)
        assert (found.n_units, found.n_documents) == (behind.n_units, behind.n_documents)


def test_findings_stand_in_their_sentences(view: Callable[[str], Collection]) -> None:
    found = view("all").findings()
    documents = view("all").documents.set_index("doc_id")["text"]
    assert len(found) > 100
    assert all(documents[f.doc_id][f.start : f.end] == f.evidence and f.evidence in f.sentence_text for f in found.itertuples())


def test_every_cell_of_an_evidence_table_opens(view: Callable[[str], Collection]) -> None:
    made = view("all").evidence_table(toxicity=["CRS", "ICANS"], outcome=["CR", "OS 12 months"], primary=True)
    rows = made.cells[~made.cells["is_repeat"]].groupby(["column", "doc_id"])["text"].agg("; ".join)
    for column in ("CRS any", "CRS >=3", "ICANS any", "CR", "OS 12 months"):
        filled = made.table.set_index("doc_id")[column].dropna()
        assert filled.to_dict() == rows[column].to_dict()
    numbers = made.cells[made.cells["finding"].notna()]
    assert len(numbers) > 40
    assert all(c.evidence in c.sentence_text for c in numbers.itertuples())
    findings = set(zip(view("all").findings()["doc_id"], view("all").findings()["finding"], strict=True))
    assert set(zip(numbers["doc_id"], numbers["finding"], strict=True)) <= findings
