"""Every rule of the tables: the shipped ones keep it, and a row that breaks it is named with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from allnlp.terminology import check_folder, check_rows, shipped_folder, sort_folder
from allnlp.terminology.check import CURIE
from allnlp.terminology.rows import Broader, Cue, Edge, Pattern, Stop, Term
from allnlp.terminology.tables import FILES, read_rows, write_rows

KNOWN = frozenset({"THERAPY", "TOXICITY"})


def term(text: str = "novacel", curie: str = "x:1", **cells: str) -> Term:
    blank = dict.fromkeys(Term._fields, "") | {"name": "n", "scope": "exact", "case": "any", "source": "test"}
    return Term(**{**blank, "text": text, "curie": curie, **cells})


def faults(*rows: tuple[str, Term]) -> list[str]:
    return check_rows([("t.tsv", line, label, row) for line, (label, row) in enumerate(rows, 2)], KNOWN)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the shipped tables."""
    folder = tmp_path / "tables"
    folder.mkdir()
    for path in shipped_folder().glob("*.tsv"):
        shutil.copy(path, folder)
    return folder


def add(folder: Path, name: str, row: tuple[str, ...]) -> None:
    kind = FILES[name]
    write_rows(folder / name, [*(r for _, r in read_rows(folder / name, kind)), row], kind)


def test_the_shipped_tables_keep_every_rule() -> None:
    assert check_folder() == []


def test_sound_rows_have_no_fault() -> None:
    assert faults(("THERAPY", term()), ("THERAPY", term("NVC")), ("TOXICITY", term("harm", "x:2"))) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("DRUG", term())], "t.tsv:2: unknown label 'DRUG'. Use one of THERAPY, TOXICITY."),
        ([("THERAPY", term(" novacel"))], "t.tsv:2: text ' novacel' is empty or has blanks at its ends."),
        ([("THERAPY", term(""))], "t.tsv:2: text '' is empty"),
        ([("THERAPY", term(curie="novacel"))], "t.tsv:2: 'novacel' is no CURIE."),
        ([("THERAPY", term(scope="close"))], "t.tsv:2: scope is 'close'."),
        ([("THERAPY", term(case="upper"))], "t.tsv:2: case is 'upper'."),
        ([("THERAPY", term(source=""))], "t.tsv:2: no source."),
        ([("THERAPY", term()), ("THERAPY", term("NVC", name="other"))], "t.tsv:3: x:1 is named 'n' on t.tsv:2 and 'other' here."),
        ([("THERAPY", term()), ("TOXICITY", term("NVC"))], "t.tsv:3: x:1 is THERAPY on t.tsv:2 and TOXICITY here."),
        ([("THERAPY", term()), ("THERAPY", term("Novacel"))], "t.tsv:3: 'Novacel' is listed a second time (t.tsv:2)."),
        ([("THERAPY", term()), ("THERAPY", term(curie="x:2"))], "t.tsv:3: 'novacel' is listed for x:1 on t.tsv:2 and for x:2 here."),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(rows: list[tuple[str, Term]], message: str) -> None:
    assert any(fault.startswith(message) for fault in faults(*rows)), faults(*rows)


def test_exact_texts_that_differ_in_case_are_no_clash() -> None:
    assert faults(("THERAPY", term("NVC", case="exact")), ("THERAPY", term("nvc", "x:2", case="exact"))) == []


def test_one_text_may_stand_under_two_labels() -> None:
    assert faults(("THERAPY", term()), ("TOXICITY", term(curie="x:2"))) == []


@pytest.mark.parametrize("curie", ["mesh:D000080424", "allnlp:b-cell-aplasia", "ncit:C1.2", "hgnc:3337"])
def test_curies_of_the_usual_shapes_are_taken(curie: str) -> None:
    assert CURIE.fullmatch(curie)


@pytest.mark.parametrize("curie", ["MESH:D1", "mesh", "mesh:", "mesh: D1", ":D1", "me sh:D1"])
def test_other_shapes_are_no_curies(curie: str) -> None:
    assert not CURIE.fullmatch(curie)


def test_an_unsorted_table_is_named(tables: Path) -> None:
    path = tables / "cues.tsv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[3], lines[4] = lines[4], lines[3]
    path.write_text("\n".join(lines), encoding="utf-8")
    (fault,) = check_folder(tables)
    assert fault.startswith("cues.tsv:5: ")
    assert fault.endswith("Run: allnlp terms sort")
    assert sort_folder(tables) == ["cues.tsv"]
    assert check_folder(tables) == []


def test_a_row_that_stands_twice_is_named(tables: Path) -> None:
    path = tables / "edges.tsv"
    header, first, rest = path.read_text(encoding="utf-8").split("\n", 2)
    path.write_text("\n".join([header, first, first, rest]), encoding="utf-8")
    assert any("edges.tsv:3" in f and "stands twice" in f for f in check_folder(tables))


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("broader.tsv", Broader("x:nowhere", "broader", "x:none", "s", ""), "x:nowhere is in no table of terms"),
        ("broader.tsv", Broader("x:nowhere", "above", "x:none", "s", ""), "relation is 'above'"),
        ("stoplist.tsv", Stop("x", "DRUG", "", "", "s", ""), "label is 'DRUG'"),
        ("stoplist.tsv", Stop("x", "*", "(", "", "s", ""), "'(' is no regular expression"),
        ("stoplist.tsv", Stop("x", "*", "", "", "", ""), "no sentence"),
        ("edges.tsv", Edge("THERAPY", "above", "x", ""), "side is 'above'"),
        ("edges.tsv", Edge("THERAPY", "left", "[", ""), "'[' is no regular expression"),
        ("patterns.tsv", Pattern("zz", "THERAPY", "", "any", "", "(", "", "", "s", ""), "'(' is no regular expression"),
        ("patterns.tsv", Pattern("zz", "THERAPY", "", "any", "", "x", "", "", "", ""), "no sentence"),
        ("cues.tsv", Cue("zz", "denied", "forward", "*", "0", "s", ""), "category is 'denied'"),
        ("cues.tsv", Cue("zz", "negated", "up", "*", "0", "s", ""), "direction is 'up'"),
        ("cues.tsv", Cue("zz", "negated", "both", "DRUG", "0", "s", ""), "labels is 'DRUG'"),
        ("cues.tsv", Cue("zz", "negated", "both", "*", "far", "s", ""), "span is 'far'"),
    ],
)
def test_a_row_of_another_table_that_breaks_a_rule_is_named(name: str, row: tuple[str, ...], message: str, tables: Path) -> None:
    add(tables, name, row)
    found = check_folder(tables)
    assert any(fault.startswith(f"{name}:") and message in fault for fault in found), found


def test_a_circle_is_named(tables: Path) -> None:
    child = next(row for _, row in read_rows(tables / "broader.tsv", FILES["broader.tsv"]) if row.relation == "broader")
    add(tables, "broader.tsv", Broader(child.object, "broader", child.curie, "test", ""))
    assert any("is broader than itself. Break the circle." in fault for fault in check_folder(tables))


def test_a_broken_header_is_one_fault(tables: Path) -> None:
    (tables / "cues.tsv").write_text("text\n", encoding="utf-8")
    (fault,) = check_folder(tables)
    assert fault.startswith("cues.tsv:1: header is text")


def test_no_text_is_so_long_that_no_one_reads_it() -> None:
    lengths = {row.text: len(row.text) for path in shipped_folder().glob("*.tsv") if path.name not in FILES for _, row in read_rows(path, Term)}
    assert max(lengths.values()) < 200
    assert len(lengths) > 8000


def test_no_bare_class_word_is_a_therapy_or_population() -> None:
    """The guideline: these words alone are no mention."""
    rows = [row for name in ("therapy.tsv", "population.tsv") for _, row in read_rows(shipped_folder() / name, Term)]
    assert {row.text.lower() for row in rows}.isdisjoint({"therapy", "treatment", "infusion", "standard of care", "patients", "cells"})
