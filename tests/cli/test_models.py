"""``allnlp models``."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allnlp.components.ner import borrow

Run = Callable[..., Any]
MODELS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "small_models.py")))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A small package that is installed while the test runs."""
    monkeypatch.syspath_prepend(str(tmp_path))
    borrow.cache_clear()
    patterns = [{"label": "CHEMICAL", "pattern": "lenalidomide"}, {"label": "WIDGET", "pattern": "novacabtagene"}]
    yield MODELS.packaged(MODELS.ruled(patterns), tmp_path, "small_cli")
    borrow.cache_clear()
    sys.modules.pop("en_small_cli", None)


def test_list_gives_every_listed_model_with_its_licence(run: Run) -> None:
    rows = json.loads(run("models", "list", "--json").out)
    row = next(r for r in rows if r["name"] == "en_ner_bc5cdr_md")
    assert (row["version"], row["licence"], row["labels"], row["sha256"]) == ("0.5.4", "CC BY-SA 3.0", ["CHEMICAL", "DISEASE"], None)
    assert run("models", "list").out.startswith("name\tversion\tinstalled\tlicence\tlabels\ttrained_on\n")


def test_install_dry_run_says_what_would_be_done(run: Run) -> None:
    ran = run("models", "install", "en_ner_bc5cdr_md", "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith("python -m pip install --no-deps https://")
    assert "checksum not recorded" in ran.err
    assert "CC BY-SA 3.0" in ran.err


def test_install_asks_nobody_where_there_is_nobody(run: Run) -> None:
    ran = run("models", "install", "en_ner_bc5cdr_md")
    assert (ran.code, ran.out) == (2, "")
    assert "Say --yes" in ran.err


def test_install_of_an_unknown_name_gives_near_ones(run: Run) -> None:
    ran = run("models", "install", "en_ner_bc5cdr", "--yes")
    assert ran.code == 1
    assert "Did you mean: en_ner_bc5cdr_md" in ran.err


def test_check_shows_kinds_unknown_labels_and_what_is_found(run: Run, small: str) -> None:
    ran = run("models", "check", small)
    assert ran.code == 0
    assert "en_small_cli 0.0.1\n" in ran.out
    assert "labels: CHEMICAL -> chemical\nunknown labels, ignored: WIDGET\n" in ran.out
    assert "found: lenalidomide [CHEMICAL -> chemical]\nfound: novacabtagene [WIDGET -> unknown]\n" in ran.out


def test_check_as_json(run: Run, small: str) -> None:
    (seen,) = json.loads(run("models", "check", small, "--json").out)
    assert (seen["kinds"], seen["unknown"]) == ({"CHEMICAL": "chemical"}, ["WIDGET"])


@pytest.mark.parametrize(("label", "code", "says"), [("WIDGET", 1, "none of its labels is known"), ("CellLine", 0, "none of its labels is used")])
def test_check_says_when_nothing_is_taken_of_a_model(run: Run, tmp_path: Path, label: str, code: int, says: str) -> None:
    MODELS.ruled([{"label": label, "pattern": "CD19"}]).to_disk(tmp_path / "mine")
    ran = run("models", "check", tmp_path / "mine")
    assert ran.code == code
    assert says in ran.err


def test_check_of_a_broken_folder_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    ran = run("models", "check", tmp_path / "mine")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert "meta.json: cannot be read" in ran.err


def test_check_of_a_missing_model_gives_the_command(run: Run) -> None:
    ran = run("models", "check", "en_ner_craft_md")
    assert ran.code == 1
    assert "Install it: allnlp models install en_ner_craft_md" in ran.err
