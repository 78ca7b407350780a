"""The vocabulary by concept, and a user's own additions."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from allnlp.errors import NothingFound, TerminologyError
from allnlp.terminology import add_user_term, check_user_terms, concepts, describe, load, sort_folder
from allnlp.terminology.rows import Term


def added(file: Path, **cells: str) -> list[str]:
    return add_user_term(file, **{"text": "novacel", "label": "THERAPY", "curie": "", "name": "", "case": "", **cells})


def test_every_concept_is_listed_once_with_the_number_of_its_names() -> None:
    listed = concepts(load())
    assert len({c.curie for c in listed}) == len(listed) > 1500
    assert sum(c.names for c in listed) == len(load().terms)


@pytest.mark.parametrize("name", ["tisagenlecleucel", "Kymriah", "TISA-CEL", "tisa cel", "CTL019", " ctl-019 "])
def test_a_concept_is_found_by_any_of_its_names(name: str) -> None:
    (found,) = describe(load(), name)
    assert (found["name"], found["label"]) == ("tisagenlecleucel", "THERAPY")
    assert {"Kymriah", "CTL019"} <= {t["text"] for t in found["terms"]}


def test_a_concept_is_found_by_its_identifiers() -> None:
    (found,) = describe(load(), "tisagenlecleucel")
    assert describe(load(), found["curie"]) == [found]
    assert all(found in describe(load(), other) for other in found["identifiers"])


def test_a_product_has_what_is_broader_and_its_target() -> None:
    (found,) = describe(load(), "tisagenlecleucel")
    assert any("CAR T" in broader for broader in found["broader"])
    assert any("CD19" in target for target in found["targets"])


def test_an_unknown_name_lists_the_near_ones() -> None:
    with pytest.raises(NothingFound, match="Did you mean: tisagenlecleucel"):
        describe(load(), "tisagenlecleucell")


def test_a_name_like_none_lists_none() -> None:
    with pytest.raises(NothingFound, match=r"no concept is named 'qqqqqq'\.$"):
        describe(load(), "qqqqqq")


def test_a_term_is_added_to_a_new_file(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    assert added(own, name="novacabtagene") == []
    header, row = (line.split(",") for line in own.read_text(encoding="utf-8").splitlines())
    assert header == ["text", "label", *Term._fields[1:]]
    assert row == ["novacel", "THERAPY", "", "novacabtagene", *[""] * (len(header) - 4)]


def test_a_second_term_is_added_below(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    assert added(own) == added(own, text="altercel", label="therapy") == []
    assert {t.text for _, _, _, t in load(None, (own,)).terms} >= {"novacel", "altercel"}


def test_a_term_is_added_under_the_header_that_is_there(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("Label,Text\nTHERAPY,altercel", encoding="utf-8")
    assert added(own) == []
    assert own.read_text(encoding="utf-8") == "Label,Text\nTHERAPY,altercel\nTHERAPY,novacel\n"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"label": "DRUG"}, "unknown label 'DRUG'"),
        ({"curie": "no curie"}, "is no CURIE"),
        ({"text": "tisagenlecleucel"}, "'tisagenlecleucel' is listed for"),
        ({"case": "upper"}, "case is 'upper'"),
        ({"text": ""}, "empty text"),
    ],
)
def test_a_term_that_breaks_a_rule_is_not_added(cells: dict[str, str], message: str, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    assert any(message in fault for fault in added(own, **cells))
    assert not own.exists()
    added(own, text="altercel")
    before = own.read_bytes()
    assert added(own, **cells) != []
    assert own.read_bytes() == before


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_gains_the_columns_that_a_term_needs(delimiter: str, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_bytes(delimiter.join(["Text", "label"]).encode() + b"\r\n" + delimiter.join(["altercel", "THERAPY"]).encode() + b"\r\n")
    assert added(own, name="novacabtagene", curie="x:1", case="exact") == []
    rows = [line.split(delimiter) for line in own.read_bytes().decode().split("\r\n")]
    assert rows == [
        ["Text", "label", "curie", "name", "case"],
        ["altercel", "THERAPY", "", "", ""],
        ["novacel", "THERAPY", "x:1", "novacabtagene", "exact"],
        [""],
    ]
    assert list(tmp_path.iterdir()) == [own]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\nM\u00fcller-cel,THERAPY".encode("latin-1"), "not UTF-8"),
        (b'text,label\n"altercel,THERAPY\n', "quotation mark that is not closed"),
        (b"text,label\naltercel,THERAPY,x\n", "has 3 cells, the header 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_as_it_is(content: bytes, message: str, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_bytes(content)
    (fault,) = added(own, name="novacabtagene")
    assert message in fault
    assert own.read_bytes() == content


def test_an_interrupt_leaves_the_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.csv"
    added(own, text="altercel")
    before = own.read_bytes()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules[add_user_term.__module__], "check_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        added(own)
    assert (own.read_bytes(), list(tmp_path.iterdir())) == (before, [own])


def test_a_curie_without_a_name_takes_its_listed_name(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    assert added(own, text="novel CRS syndrome", label="TOXICITY", curie="mesh:D000080424") == []
    assert load(None, (own,)).terms[-1][3].name == "cytokine release syndrome"


def test_a_name_without_a_curie_takes_the_listed_concept(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    assert added(own, text="novel CRS syndrome", label="toxicity", name="Cytokine release syndrome") == []
    term = load(None, (own,)).terms[-1][3]
    assert (term.curie, term.name) == ("mesh:D000080424", "cytokine release syndrome")


def test_a_name_without_latin_letters_asks_for_a_name_or_a_curie(tmp_path: Path) -> None:
    (fault,) = added(tmp_path / "own.csv", text="\u03b3\u03b4")
    assert "(--name) or a CURIE (--curie)" in fault


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "m.csv" for folder in "AB"]
    for number, path in enumerate(paths):
        path.parent.mkdir()
        path.write_text(f"text,label,curie,name\nnovacel,THERAPY,x:{number},n{number}\n", encoding="utf-8")
    (fault,) = check_user_terms(paths)
    assert fault.startswith(f"{paths[1]}:2: 'novacel' is listed for x:0 on {paths[0]}:2 and for x:1")
    assert check_user_terms([paths[0], paths[0]]) == []


def test_a_file_name_with_a_colon_loses_no_fault(tmp_path: Path) -> None:
    own = tmp_path / "my:own.csv"
    own.write_text("text,label\nnovacel,DRUG\n", encoding="utf-8")
    (fault,) = check_user_terms([own])
    assert fault.startswith("my:own.csv:2: unknown label")


def test_a_long_text_after_an_unclosed_quotation_mark_is_one_fault(tmp_path: Path) -> None:
    before = csv.field_size_limit(131_072)
    own = tmp_path / "own.csv"
    own.write_text('text,label\n"novacel,THERAPY\n' + "altercel,THERAPY\n" * 9000, encoding="utf-8")
    (fault,) = check_user_terms([own])
    csv.field_size_limit(before)
    assert fault.startswith("own.csv: cannot be read as a table")


def test_only_faults_of_ones_own_file_are_told(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("text,label\nnovacel,DRUG\n", encoding="utf-8")
    (fault,) = check_user_terms([own])
    assert fault.startswith("own.csv:2: unknown label 'DRUG'")


def test_a_malformed_file_is_one_fault(tmp_path: Path) -> None:
    assert check_user_terms([tmp_path / "nowhere.csv"])[0].endswith("Give an existing table of terms.")


def test_sorted_tables_are_left_alone() -> None:
    assert sort_folder() == []


def test_a_folder_without_tables_cannot_be_sorted(tmp_path: Path) -> None:
    with pytest.raises(TerminologyError, match=r"labels\.tsv"):
        sort_folder(tmp_path)
