"""Annotation of DataFrames."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import allnlp
import allnlp.pandas  # gives the accessor
from allnlp.annotation import annotate_collection
from allnlp.annotation.frames import annotate_frame, as_frame, tag
from allnlp.collection import Collection
from allnlp.errors import OptionError, TerminologyError
from allnlp.readers.record import hashed_id
from allnlp.schema import TABLES, columns
from allnlp.text import Lexicon, annotate_text

TEXT = "We treated 30 children with B-ALL with tisagenlecleucel. Grade 3 or higher CRS occurred in 6 of 30 (20%). No ICANS was seen."


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    plain = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    return [tuple(list(cell) if isinstance(cell, (list, np.ndarray)) else cell for cell in row) for row in plain]


@pytest.mark.parametrize("title", ["A trial of CAR T cells", None])
def test_the_rows_are_those_that_a_run_writes(title: str | None, tmp_path: Path) -> None:
    frame = pd.DataFrame({"pmid": ["1", "2"], "title": [title, "CRS"], "abstract": [TEXT, "CRS was not seen in 4 patients with AML."]})
    frame.to_csv(tmp_path / "f.csv", index=False)
    annotate_collection([tmp_path / "f.csv"], tmp_path / "out")
    run, found = Collection(tmp_path / "out"), frame.allnlp.tables()
    for table, theirs in (("mentions", run.mentions), ("findings", run.findings_table), ("studies", run.studies), ("sentences", run.sentences)):
        ours = getattr(found, table)
        assert rows(ours) == rows(theirs)
        assert len(ours)
        assert [kind for kind in ours.dtypes if kind.kind in "iufb"] == [kind for kind in theirs.dtypes if kind.kind in "iufb"]
    assert found.documents["text"].to_list() == run.documents["text"].to_list()


def test_the_methods_give_one_table_each() -> None:
    frame = pd.DataFrame({"abstract": [TEXT]}, index=["a"])
    assert list(frame.allnlp.annotate().columns) == [c.column for c in columns("mentions")]
    assert frame.allnlp.findings()[["doc_id", "n", "total"]].values.tolist() == [["a", 6, 30]]
    assert frame.allnlp.studies()["n_patients"].to_list() == [30]


def test_offsets_are_those_of_the_document() -> None:
    found = annotate_frame(pd.DataFrame({"title": ["CAR T \U0001f9ec", None], "abstract": [TEXT, TEXT]}))
    text = found.documents.set_index("doc_id")["text"]
    assert all(text[m.doc_id][m.start : m.end] == m.text for m in found.mentions.itertuples())
    assert text["1"] == TEXT


def test_the_attributes_say_what_made_the_table() -> None:
    found = pd.DataFrame({"text": [TEXT, TEXT + " "]}).allnlp.annotate("text")
    assert found.attrs["provenance"]["allnlp"] == allnlp.__version__
    assert found.attrs["provenance"]["columns"] == {"text": "text", "title": None, "id": "index"}
    assert len(found.attrs["provenance"]["terminology"]) == 16
    assert found.attrs["failures"] == []
    assert len(pd.concat([found, found])) == 2 * len(found)


def test_a_row_without_text_is_a_failure_and_not_lost() -> None:
    frame = pd.DataFrame({"abstract": [TEXT, None, np.nan, "  ", "No abstract available", 7, "x"], "title": [None, None, "CRS", None, None, None, None]}, index=list("abcdefg"))
    found = annotate_frame(frame)
    assert found.failures[["doc_id", "source_record"]].values.tolist() == [["b", 2], ["d", 4], ["e", 5], ["f", 6]]
    assert found.failures["error"].to_list()[-1] == "DataFrame: row 6: column 'abstract' holds int 7; expected text"
    assert found.failures["error"].to_list()[0] == "DataFrame: row 2: no text in 'title' and 'abstract'"
    assert [f["doc_id"] for f in found.mentions.attrs["failures"]] == ["b", "d", "e", "f"]
    assert found.documents["doc_id"].to_list() == ["a", "c", "g"]
    assert found.mentions[found.mentions["doc_id"] == "c"]["text"].to_list() == ["CRS"]


def test_the_document_is_named_by_the_id_or_the_index_or_its_text() -> None:
    frame = pd.DataFrame({"pmid": [31147173.0, np.nan], "key": ["a", " b"], "abstract": ["CRS", "CRS"]}, index=[5, 9])
    assert annotate_frame(frame).documents["doc_id"].to_list() == ["31147173", hashed_id("", "CRS")]
    assert annotate_frame(frame, id="key").documents["doc_id"].to_list() == ["a", "b"]
    assert annotate_frame(frame, id=None).documents["doc_id"].to_list() == ["5", "9"]


def test_no_rows_give_empty_tables_of_all_columns() -> None:
    found = annotate_frame(pd.DataFrame({"abstract": pd.Series([], dtype=object)}))
    for name, table in found._asdict().items():
        assert (len(table), list(table.columns)) == (0, [c.column for c in columns(name)])
    assert set(TABLES) - set(found._fields) == {"concepts"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": "abstrct"}, r"no column 'abstrct' \(text\). There are: abstract. Say which: text="),
        ({"title": "headline"}, r"no column 'headline' \(title\)"),
        ({"id": "pmdi"}, r"no column 'pmdi' \(id\). There are: pmid"),
        ({}, "column 'pmid': '1' names row 1 and row 3; mentions could not be told apart. Drop the duplicates"),
        ({"id": None}, "index: '0' names row 1 and row 2; mentions could not be told apart. Use reset_index"),
    ],
)
def test_a_wrong_column_or_an_id_that_is_not_unique_is_refused(options: dict[str, Any], message: str) -> None:
    frame = pd.DataFrame({"pmid": [1, 2, 1], "abstract": ["a", "b", "c"]}, index=[0, 0, 1])
    with pytest.raises(OptionError, match=message):
        frame.allnlp.annotate(**options)


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.DataFrame([["a", "b"]], columns=["abstract", "abstract"])
    with pytest.raises(OptionError, match="several columns 'abstract'"):
        annotate_frame(frame)


def test_terms_of_ones_own_are_used(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text("text,label\nmy-cel,THERAPY\n", encoding="utf-8")
    found = annotate_frame(pd.DataFrame({"abstract": ["my-cel"]}), terms=[tmp_path / "my.csv"])
    assert found.mentions["rule"].to_list() == ["my.csv:my-cel"]
    assert tag("my-cel", terms=[str(tmp_path / "my.csv")])["label"].to_list() == ["THERAPY"]
    (tmp_path / "my.csv").write_text("text,label\nmy-cel,DRUG\n", encoding="utf-8")
    with pytest.raises(TerminologyError):
        tag("my-cel", terms=[tmp_path / "my.csv"])


def test_a_document_that_fails_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr("allnlp.annotation.shards.annotate_text", fail)
    found = annotate_frame(pd.DataFrame({"abstract": [TEXT]}))
    assert found.failures["step"].to_list() == ["annotate"]
    with pytest.raises(ValueError, match="please report"):
        tag(TEXT)


def test_one_text_is_tagged_as_by_the_command(lexicon: Lexicon) -> None:
    assert rows(tag(TEXT)) == [tuple(m) for m in annotate_text("", TEXT, lexicon).mentions]
    assert tag("CRS", title="CAR T")[["text", "start"]].values.tolist() == [["CAR T", 0], ["CRS", 6]]
    assert list(tag("Nothing.").columns) == [c.column for c in columns("mentions")]
    assert tag("").empty


def test_empty_tables_have_the_types_of_full_ones() -> None:
    full = annotate_frame(pd.DataFrame({"abstract": [TEXT]}))
    for name in ("mentions", "findings"):
        kinds = [(c, k) for c, k in getattr(full, name).dtypes.items() if k.kind in "iufb"]
        assert [(c, as_frame(name, []).dtypes[c]) for c, _ in kinds] == kinds


def test_the_accessor_is_registered_on_demand_alone() -> None:
    code = (
        "import allnlp, sys; assert 'pandas' not in sys.modules; import allnlp.pandas, pandas; assert 'spacy' not in sys.modules;"
        "assert pandas.DataFrame.allnlp; import importlib; importlib.reload(allnlp.pandas)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
