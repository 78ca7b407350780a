"""The vocabulary by concept, and a user's own additions."""

from __future__ import annotations

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
