"""Reading the tables, shipped or a user's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.errors import TerminologyError
from allnlp.schema import CONTEXT_LABELS, LABELS
from allnlp.terminology import load, parse, parse_user_terms, shipped_folder
from allnlp.terminology.rows import Edge, Term
from allnlp.terminology.tables import FILES, parse_rows, read_rows, sort_key, write_rows

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]))
HEADER = "\t".join(Edge._fields)


def own(content: str) -> list[Term]:
    return [term for _, _, term in parse_user_terms("own.csv", content)]


def test_the_shipped_tables_have_the_labels_of_the_schema() -> None:
    assert {row.label for row in load().labels} == {*LABELS, *CONTEXT_LABELS}


@pytest.mark.parametrize("label", LABELS)
def test_every_label_has_a_rich_table(label: str) -> None:
    assert len({term.curie for _, _, of, term in load().terms if of == label}) > 30


def test_the_same_tables_have_the_same_version_and_others_another() -> None:
    files = load().files
    assert parse(files).version == load().version
    changed = tuple((name, text + "\n" if name == "zzz" else text) for name, text in (*files, ("zzz", "")))
    assert parse(changed).version != load().version


def test_the_order_of_the_files_does_not_change_the_version() -> None:
    files = load().files
    assert parse(tuple(reversed(files))).version == load().version


def test_a_table_read_and_written_is_the_same_to_the_byte(tmp_path: Path) -> None:
    for name, kind in FILES.items():
        path = shipped_folder() / name
        write_rows(tmp_path / name, [row for _, row in read_rows(path, kind)], kind)
        assert (tmp_path / name).read_bytes() == path.read_bytes(), name


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=8))
def test_any_cells_without_tabs_and_line_ends_come_back(tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str, str, str]]) -> None:
    path = tmp_path_factory.mktemp("rows") / "edges.tsv"
    rows = {Edge(*c) for c in cells}
    write_rows(path, rows, Edge)
    assert [row for _, row in parse_rows("edges.tsv", path.read_bytes().decode(), Edge)] == sorted(rows, key=sort_key)


def test_line_numbers_count_the_header() -> None:
    assert [line for line, _ in parse_rows("e", f"{HEADER}\nA\tleft\tx\t\nB\tleft\tx\t\n", Edge)] == [2, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"edges\.tsv:1: header is ; expected label, side, regex, comment"),
        ("label\tside\n", r"edges\.tsv:1: header is label, side; expected"),
        (f"{HEADER}\nA\tleft\tx\n", r"edges\.tsv:2: 3 cells, expected 4"),
        (f"{HEADER}\nA\tleft\tx\t\n\n", r"edges\.tsv:3: 1 cells, expected 4"),
    ],
)
def test_a_malformed_table_is_refused_with_its_line(content: str, message: str) -> None:
    with pytest.raises(TerminologyError, match=message):
        parse_rows("edges.tsv", content, Edge)


def test_a_missing_or_garbled_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TerminologyError, match=r"labels\.tsv: cannot be read"):
        load(tmp_path)
    (tmp_path / "own.csv").write_bytes(b"text,label\n\xff\xfe,THERAPY\n")
    with pytest.raises(TerminologyError, match=r"own\.csv: not UTF-8"):
        load(None, (tmp_path / "own.csv",))


# --- a user's own terms


def test_text_and_label_are_enough() -> None:
    (term,) = own("text,label\nnovacel therapy,therapy\n")
    assert term == Term(
        **{**dict.fromkeys(Term._fields, ""), "text": "novacel therapy", "curie": "user:novacel-therapy", "name": "novacel therapy"}
        | {"scope": "exact", "case": "any", "source": "own.csv"}
    )


def test_a_short_text_asks_for_its_capitals_unless_told_otherwise() -> None:
    assert [t.case for t in own("text,label,case\nNVC,THERAPY,\nNVC2,THERAPY,any\n")] == ["exact", "any"]


def test_rows_of_one_curie_share_the_first_name() -> None:
    terms = own("text,label,curie,name\nnovacel,THERAPY,x:1,novacabtagene\nNVC,THERAPY,x:1,\n")
    assert [t.name for t in terms] == ["novacabtagene", "novacabtagene"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_usual_delimiter_is_read(delimiter: str) -> None:
    (term,) = own(f"label{delimiter}text\nTHERAPY{delimiter}novacel\n")
    assert term.text == "novacel"


def test_a_byte_order_mark_quotes_and_capitals_in_the_header_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes('\ufeffText,LABEL\r\n"novacel, frozen",THERAPY\r\n'.encode())
    assert "novacel, frozen" in [t.text for _, _, _, t in load(None, (path,)).terms]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text\nnovacel\n", r"own\.csv:1: no column 'label', found text"),
        ("word,label\nnovacel,THERAPY\n", r"own\.csv:1: no column 'text'"),
        ("text,label\nnovacel,THERAPY\n,THERAPY\n", r"own\.csv:3: empty text"),
    ],
)
def test_a_malformed_table_of_ones_own_is_refused_with_its_line(content: str, message: str) -> None:
    with pytest.raises(TerminologyError, match=message):
        own(content)
