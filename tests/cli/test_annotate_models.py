"""``--model`` and ``--link`` of ``allnlp annotate`` and ``allnlp tag``."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allnlp.components.ner import borrow
from allnlp.tables import read_manifest, read_table

Run = Callable[..., Any]
MODELS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "small_models.py")))
TEXT = "Patients received quoxarin after tisagenlecleucel."


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    borrow.cache_clear()
    nlp = MODELS.ruled([{"label": "THERAPY", "pattern": "quoxarin"}])
    nlp.meta["name"] = "own"
    nlp.to_disk(tmp_path / "model")
    yield tmp_path / "model"
    borrow.cache_clear()


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps({"id": "1", "abstract": TEXT}) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text("text,label,curie,name\nquoxarine,THERAPY,my:1,quoxarine\n", encoding="utf-8")
    return path


def mentions(folder: Path) -> list[tuple[str, str | None, str]]:
    frame = read_table(folder, "mentions")
    found = frame.loc[frame["label"] == "THERAPY", ["text", "concept_id", "source"]]
    return list(found.astype(object).where(found.notna(), None).itertuples(index=False, name=None))


def test_a_model_adds_what_no_list_holds(run: Run, records: Path, model: Path, tmp_path: Path) -> None:
    ran = run("annotate", records, "-o", tmp_path / "out", "--model", model)
    assert (ran.code, ran.out) == (0, "")
    assert mentions(tmp_path / "out") == [("quoxarin", None, "en_own"), ("tisagenlecleucel", "ncit:C102758", "terms")]
    assert [m["name"] for m in read_manifest(tmp_path / "out")["models"]] == ["en_own"]


def test_none_is_no_model(run: Run, records: Path, tmp_path: Path) -> None:
    assert run("annotate", records, "-o", tmp_path / "out", "--model", "none").code == 0
    assert mentions(tmp_path / "out") == [("tisagenlecleucel", "ncit:C102758", "terms")]


def test_the_option_is_given_again_for_a_second_model(run: Run, records: Path, model: Path, tmp_path: Path) -> None:
    MODELS.ruled([{"label": "TOXICITY", "pattern": "Patients"}]).to_disk(tmp_path / "second")
    assert run("annotate", records, "-o", tmp_path / "out", "--model", model, "--model", tmp_path / "second").code == 0
    assert [m["name"] for m in read_manifest(tmp_path / "out")["models"]] == ["en_own", "en_pipeline"]


def test_a_name_is_linked_to_the_terms_that_are_given_for_it(run: Run, records: Path, model: Path, own: Path, tmp_path: Path) -> None:
    assert run("annotate", records, "-o", tmp_path / "out", "--model", model, "--link", own).code == 0
    assert mentions(tmp_path / "out")[0] == ("quoxarin", "my:1", "en_own")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("en_ner_bc5cdr_md", "allnlp models install en_ner_bc5cdr_md"),
        ("en_ner_bc5cdr_mb", "en_ner_bc5cdr_md"),
        ("models/nowhere", "models/nowhere"),
    ],
)
def test_a_model_that_is_not_there_is_one_line_with_what_to_do(run: Run, records: Path, tmp_path: Path, name: str, says: str) -> None:
    for ran in (run("annotate", records, "-o", tmp_path / "out", "--model", name), run("tag", TEXT, "--model", name)):
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.count("\n") == 1
        assert says in ran.err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_model_is_one_line(run: Run, records: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("annotate", records, "-o", tmp_path / "out", "--model", tmp_path / "empty")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "meta.json: cannot be read" in ran.err


@pytest.mark.parametrize(("content", "says"), [(None, "cannot be read"), ("name,label\nx,THERAPY\n", "own.csv:1: no column 'text'")])
def test_a_table_for_linking_with_a_fault_is_one_line(run: Run, records: Path, own: Path, tmp_path: Path, content: str | None, says: str) -> None:
    own.unlink() if content is None else own.write_text(content, encoding="utf-8")
    ran = run("annotate", records, "-o", tmp_path / "out", "--link", own, "--model", "none")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert says in ran.err


def test_another_model_needs_another_folder(run: Run, records: Path, model: Path, tmp_path: Path) -> None:
    run("annotate", records, "-o", tmp_path / "out", "--model", "none")
    ran = run("annotate", records, "-o", tmp_path / "out", "--model", model)
    assert ran.code == 1
    assert "holds a run of other models" in ran.err
    assert run("annotate", records, "-o", tmp_path / "out", "--model", model, "--overwrite").code == 0


def test_tag_shows_model_and_score_where_a_model_added_something(run: Run, model: Path) -> None:
    found = json.loads(run("tag", TEXT, "--model", model, "--json").out)
    assert [(m["text"], m["source"], m["score"]) for m in found if m["label"] == "THERAPY"] == [("quoxarin", "en_own", 1.0), ("tisagenlecleucel", "terms", None)]
    assert run("tag", TEXT, "--model", model).out.split("\n")[0].endswith("\tsource\tscore")
    assert "score" not in run("tag", TEXT, "--model", "none").out
