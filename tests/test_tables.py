"""An annotated folder in and out: what is written comes back, and a folder is whole or refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from allnlp.annotation.shards import shards
from allnlp.errors import FolderError, OptionError
from allnlp.schema import SCHEMA_VERSION, TABLES, Concept, Document, Failure, Finding, Mention, Sentence, Study, columns
from allnlp.tables import FORMATS, FolderWriter, connected, parquet, read_manifest, read_table, verify

MACHINE_FORMATS = tuple(f for f in FORMATS if f != "xlsx")
NASTY = 'a "quoted", cell;\twith tab\nand line \\n =1+1 {x} \u2265 \u03b1 \U0001f9ec e\u0301 \u05d0'
ROWS: dict[str, list[Any]] = {
    "documents": [
        Document("1", pmid="1", title=NASTY, abstract=NASTY, text=f"{NASTY}\n{NASTY}", year=2024, authors=("Doe, J", "O'Hara"), is_retracted=True),
        Document("00123", title="", mesh_terms=("A/*b", "C"), duplicate_of="1", source_file="a'b.nbib", source_record=2),
    ],
    "sentences": [Sentence("1", 0, "title", 0, 5), Sentence("1", 1, "other", 6, 9)],
    "mentions": [
        Mention("1", 0, 0, 0, 3, "CRS", "TOXICITY", "crs", "x:1", "syndrome", "negated", "no", 5, 7, "terms", "toxicity.tsv:CRS"),
        Mention("1", 1, 0, 4, 9, "n = 9", "POPULATION", None, None, "n = 9", "present", None, None, None, "populations", "p", None, False, None, 9, "total", 0.583, 18.0, 4.5),
    ],
    "findings": [
        Finding(
            "1", 0, 1, 0, "TOXICITY", "x:1", "syndrome", "incidence", ">=3", 3, 5, "CTCAE v5.0", 26.5, "%", 9, 34, 12.9, 44.4, 95.0, 0.001, "<", "12 months", 12.0,
            "A", "t:1", "drug", "same_clause", 9, 34, 26.5, None, 0, 9, NASTY, True, False, None, "findings:before",
        ),
        Finding(
            "1", 1, 1, None, "OUTCOME", None, "survival", "median", None, None, None, None, 3.0, "months", None, None, None, None, None, None, None, None, None,
            None, None, None, None, None, None, None, None, 0, 9, "x", None, True, "doubt", "findings:list",
        ),
    ],
    "studies": [
        Study(
            "1", "phase 2", (0, 3), ("NCT01234567", "X"), (1, -1), 34, (1,), ("adult",), (1,), (), (), ("leukemia",), ("d:1",), (0,), ("drug",), ("t:1",), (0,),
            ("CD19",), ("a:1",), ("text",), (2,), 11.5, (4,), True, "n_patients: 34 or 35",
        ),
        Study("2", "other", (), (), (), None, (), (), (), (), (), (), (), (), (), (), (), (), (), (), (), None, (), False, None),
    ],
    "concepts": [Concept("x:1", "TOXICITY", "syndrome", ("mesh:1", "hp:2"), (), (), ("CRS: 2",), 1, 2, 1, 2001, None)],
    "failures": [Failure(None, "b.xml", None, "read", NASTY), Failure("2", "b.xml", 3, "annotate", "x")],
}


def written(folder: Path, rows: dict[str, list[Any]], *, format: str = "parquet", pieces: int = 1) -> Path:
    with FolderWriter(folder, format=format) as writer:
        for table, of_table in rows.items():
            size = max(1, len(of_table) // pieces)
            for i in range(0, len(of_table), size):
                writer.write(table, of_table[i : i + size])
        writer.finish({})
    return folder


def back(folder: Path, table: str) -> list[Any]:
    """Rows of a table as they were given to the writer."""
    kind = TABLES[table]
    with connected(folder, table) as database:
        rows = database.sql(f'SELECT * FROM "{table}"').fetchall()
    return [kind(*(tuple(cell) if isinstance(cell, list) else cell for cell in row)) for row in rows]


@pytest.mark.parametrize("format", MACHINE_FORMATS)
@pytest.mark.parametrize("table", TABLES)
def test_what_is_written_comes_back(table: str, format: str, tmp_path: Path) -> None:
    assert back(written(tmp_path / "f", ROWS, format=format), table) == ROWS[table]


@pytest.mark.parametrize("format", MACHINE_FORMATS)
@pytest.mark.parametrize("table", TABLES)
def test_an_empty_table_comes_back_with_its_columns(table: str, format: str, tmp_path: Path) -> None:
    frame = read_table(written(tmp_path / "f", {}, format=format), table)
    assert (list(frame.columns), len(frame)) == ([c.column for c in columns(table)], 0)


@pytest.mark.parametrize("format", MACHINE_FORMATS)
def test_rows_written_in_pieces_come_back_in_order(format: str, tmp_path: Path) -> None:
    rows = [Sentence(f"{i:05d}"[::-1], i, "other", i, i + 1) for i in range(700)]
    assert back(written(tmp_path / "f", {"sentences": rows}, format=format, pieces=9), "sentences") == rows


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"\',;\t\n\\'), max_size=20)
ROW = st.tuples(CELL.filter(bool), CELL, CELL, st.none() | CELL.filter(bool), st.none() | st.integers(0, 9999), st.booleans())
DOCUMENTS = st.lists(
    ROW.map(lambda r: Document(r[0], title=r[1], abstract=r[2], journal=r[3], year=r[4], is_retracted=r[5])), min_size=1, max_size=4
)


@pytest.mark.parametrize("format", MACHINE_FORMATS)
@settings(max_examples=15, phases=(Phase.explicit, Phase.generate))
@given(DOCUMENTS)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, format: str, documents: list[Document]) -> None:
    assert back(written(tmp_path_factory.mktemp("any") / "f", {"documents": documents}, format=format), "documents") == documents


def test_an_excel_table_shows_text_as_text(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS, format="xlsx")
    sheet = openpyxl.load_workbook(folder / "documents.xlsx").active
    assert sheet is not None
    header, first, second = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert header == [c.column for c in columns("documents")]
    assert dict(zip(header, first, strict=True))["title"] == NASTY
    assert dict(zip(header, second, strict=True))["doc_id"] == "00123"
    assert [cell.data_type for cell in sheet[2]][:4] == ["s", "s", "n", "n"]


def test_an_excel_table_cannot_be_asked_questions(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="Annotate with --format parquet"):
        read_table(written(tmp_path / "f", ROWS, format="xlsx"), "documents")


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_rows_give_the_same_bytes(format: str, tmp_path: Path) -> None:
    one, two = (written(tmp_path / name, ROWS, format=format) for name in ("one", "two"))
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}


@pytest.mark.parametrize("format", FORMATS)
def test_a_folder_holds_its_tables_and_the_manifest_and_nothing_else(format: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS, format=format)
    assert {p.name for p in folder.iterdir()} == {"manifest.json", *(f"{t}.{format}" for t in TABLES)}
    verify(folder)


def test_another_format_takes_the_tables_of_the_former_away(tmp_path: Path) -> None:
    written(tmp_path / "f", ROWS, format="csv")
    written(tmp_path / "f", ROWS, format="tsv")
    assert not list((tmp_path / "f").glob("*.csv"))


def test_the_manifest_counts_the_rows(tmp_path: Path) -> None:
    tables = read_manifest(written(tmp_path / "f", ROWS))["tables"]
    assert {t: entry["rows"] for t, entry in tables.items()} == {t: len(rows) for t, rows in ROWS.items()}


def test_dtypes_of_a_frame_do_not_depend_on_the_rows(tmp_path: Path) -> None:
    full, empty = written(tmp_path / "full", ROWS), written(tmp_path / "empty", {})
    assert list(read_table(full, "mentions").columns) == list(read_table(empty, "mentions").columns)
    assert pd.api.types.is_string_dtype(read_table(full, "documents")["doc_id"])


# --- refusals


def test_a_wrong_row_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a stretch"), FolderWriter(tmp_path / "f") as writer:
        writer.write("sentences", [Sentence("1", 0, "title", 5, 5)])
    assert not (tmp_path / "f").exists()


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="parquet, csv, tsv, jsonl, xlsx"):
        FolderWriter(tmp_path / "f", format="docx")


def test_an_unknown_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Tables: documents"):
        read_table(written(tmp_path / "f", ROWS), "people")


def test_a_second_writer_is_refused_while_the_first_writes(tmp_path: Path) -> None:
    with FolderWriter(tmp_path / "f") as writer:
        writer.write("sentences", ROWS["sentences"])
        with pytest.raises(FolderError, match="another run is writing here"), FolderWriter(tmp_path / "f"):
            pass
        writer.finish({})
    assert back(tmp_path / "f", "sentences") == ROWS["sentences"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"no such folder\. Make one with: allnlp annotate"):
        read_manifest(tmp_path / "f")


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    (folder / "manifest.json").unlink()
    with pytest.raises(FolderError, match=r"no manifest\.json"):
        read_table(folder, "mentions")


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"schema": "x", "tables": {}}', '{"schema": 1}', '{"schema": 1, "tables": 3}'])
def test_a_damaged_manifest_is_refused(body: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    (folder / "manifest.json").write_text(body, encoding="utf-8")
    with pytest.raises(FolderError, match=r"manifest\.json: damaged"):
        read_manifest(folder)


def test_a_folder_of_a_newer_allnlp_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "schema": SCHEMA_VERSION + 1}), encoding="utf-8")
    with pytest.raises(FolderError, match="newer allnlp"):
        read_table(folder, "mentions")


@pytest.mark.parametrize("body", [b"", b"PAR1", b"not a table" * 50])
def test_a_damaged_table_is_refused(body: bytes, tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    (folder / "mentions.parquet").write_bytes(body)
    with pytest.raises(FolderError, match="Annotate again with --overwrite"):
        read_table(folder, "mentions")
    with pytest.raises(FolderError, match="missing or was changed"):
        verify(folder)


def test_a_table_cut_short_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    path = folder / "documents.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(FolderError, match="damaged"):
        read_table(folder, "documents")


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    (folder / "mentions.parquet").unlink()
    with pytest.raises(FolderError, match="table mentions is missing"):
        read_table(folder, "mentions")


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="Give another folder with -o"), FolderWriter(tmp_path / "file" / "f"):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FolderError, match="cannot be written"), FolderWriter(tmp_path / "f"):
            pass
    finally:
        tmp_path.chmod(0o700)


FULL_DISK = """
import pathlib, resource, sys
from allnlp.errors import FolderError
from allnlp.schema import Document, Sentence
from allnlp.tables import FolderWriter, verify
folder, format = pathlib.Path(sys.argv[1]), sys.argv[2]
rows = [Document(str(i), title=str(i * 7919) * 9, source_file="f") for i in range(400)]
with FolderWriter(folder, format=format) as writer:
    writer.write("sentences", [Sentence("1", 0, "title", 0, 5)])
    writer.finish({})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    with FolderWriter(folder, format=format) as writer:
        for i in range(0, 400, 40):
            writer.write("documents", rows[i:i + 40])
        writer.finish({})
except FolderError as error:
    print(error)
verify(folder)
print(sorted(p.name for p in folder.iterdir() if p.name.startswith(".")))
"""


@pytest.mark.parametrize(("format", "limit"), [("parquet", 1000), ("csv", 7000), ("jsonl", 7000), ("xlsx", 7000)])
def test_a_full_disk_is_a_message_and_what_was_there_stays(format: str, limit: int, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk; the larger one is reached only when tables are put together."""
    program = [sys.executable, "-c", FULL_DISK, str(tmp_path / "f"), format, str(limit)]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    message, hidden = ran.stdout.strip().split("\n")
    assert message.startswith(f"{tmp_path / 'f'}: cannot be written (")
    assert message.endswith("File too large). Make room, or give another folder with -o.")
    assert hidden == "[]"


# --- files of others


@pytest.mark.parametrize("former", [None, "csv"])
def test_a_file_that_no_run_wrote_is_left_alone(former: str | None, tmp_path: Path) -> None:
    if former:
        written(tmp_path / "f", ROWS, format=former)
    (tmp_path / "f").mkdir(exist_ok=True)
    (tmp_path / "f" / "mentions.xlsx").write_text("mine")
    folder = written(tmp_path / "f", ROWS)
    assert (folder / "mentions.xlsx").read_text() == "mine"
    assert not list(folder.glob("*.csv"))


@pytest.mark.parametrize("former", [None, "parquet"])
def test_a_file_that_no_run_wrote_is_not_written_over(former: str | None, tmp_path: Path) -> None:
    if former:
        written(tmp_path / "f", ROWS, format=former)
    (tmp_path / "f").mkdir(exist_ok=True)
    (tmp_path / "f" / "documents.csv").write_text("mine")
    before = {p.name: p.read_bytes() for p in (tmp_path / "f").iterdir()}
    with pytest.raises(FolderError, match=r"documents\.csv: is in the way.*Move it, or give another folder"):
        written(tmp_path / "f", ROWS, format="csv")
    assert {p.name: p.read_bytes() for p in (tmp_path / "f").iterdir()} == before


def test_a_manifest_that_names_files_elsewhere_takes_none_away(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    (tmp_path / "mine.txt").write_text("mine")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["other"] = {"file": "../mine.txt", "rows": 0, "sha256": ""}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    written(folder, ROWS, format="csv")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_file_put_beside_a_killed_run_is_not_written_over(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    subprocess.run([sys.executable, "-c", KILLED_WHILE_MOVING, str(folder), "3"], check=False)
    (folder / "concepts.parquet").write_text("mine")
    with pytest.raises(FolderError, match=r"concepts\.parquet: is in the way"):
        written(folder, ROWS)
    assert (folder / "concepts.parquet").read_text() == "mine"


def test_a_large_number_comes_back(tmp_path: Path) -> None:
    rows = [ROWS["mentions"][1]._replace(n=7_800_000_000)]
    assert back(written(tmp_path / "f", {"mentions": rows}), "mentions") == rows


# --- kills

KILLED_WHILE_MOVING = """
import os, pathlib, sys
from allnlp.schema import Sentence
from allnlp.tables import FolderWriter
folder, moves = pathlib.Path(sys.argv[1]), int(sys.argv[2])
replace = pathlib.Path.replace
def counted(self, target):
    global moves
    if moves == 0:
        os._exit(9)
    moves -= 1
    return replace(self, target)
pathlib.Path.replace = counted
with FolderWriter(folder) as writer:
    writer.write("sentences", [Sentence("new", i, "title", i, i + 1) for i in range(50)])
    writer.finish({})
os._exit(0)
"""

KILLED_AT_ANY_MOMENT = """
import json, os, pathlib, random, signal, sys, time
from allnlp.errors import FolderError
from allnlp.schema import Sentence
from allnlp.tables import FolderWriter, read_manifest, verify
folder, random = pathlib.Path(sys.argv[1]), random.Random(7)
rows = [Sentence(str(i), i, "title", i, i + 1) for i in range(3000)]
def write():
    while True:
        with FolderWriter(folder) as writer:
            for i in range(4):
                writer.write("sentences", rows)
            writer.finish({})
seen = []
with FolderWriter(folder) as writer:
    for i in range(4):
        writer.write("sentences", rows)
    writer.finish({})
for _ in range(25):
    child = os.fork()
    if child == 0:
        write()
    time.sleep(random.uniform(0.05, 0.45))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        verify(folder)
        seen.append(str(read_manifest(folder)["tables"]["sentences"]["rows"]))
    except FolderError as error:
        seen.append("refused" if "so it is no annotated folder" in str(error) or "no such folder" in str(error) else str(error))
print(json.dumps(seen))
"""


@pytest.mark.parametrize("moves", range(len(TABLES) + 2))
def test_a_kill_while_tables_are_moved_leaves_no_half_folder(moves: int, tmp_path: Path) -> None:
    folder = written(tmp_path / "f", ROWS)
    ran = subprocess.run([sys.executable, "-c", KILLED_WHILE_MOVING, str(folder), str(moves)], check=False)
    if ran.returncode == 0:
        assert moves == len(TABLES) + 1
        verify(folder)
        return
    with pytest.raises(FolderError, match="an unfinished run"):
        read_manifest(folder)
    assert back(written(folder, ROWS), "sentences") == ROWS["sentences"], "the next run puts it right"


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_no_half_folder(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED_AT_ANY_MOMENT, str(tmp_path / "f")], capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert len(seen) == 25
    assert set(seen) <= {"refused", "12000"}
    assert "12000" in seen


@pytest.mark.parametrize("texts", [(), ("",), ("", ""), ("a\x1fb", "c"), ("a", "\x1e\x1f"), ("'; \"[", "ä\u00a0ß")])
def test_lists_come_back_from_a_part_as_they_were(texts: tuple[str, ...], tmp_path: Path) -> None:
    rows = [Document("1", authors=("Doe, J",)), Document("2", authors=texts)]
    (tmp_path / "part.parquet").write_bytes(parquet(columns("documents"), rows))
    found = duckdb.sql(f"SELECT authors FROM read_parquet('{tmp_path / 'part.parquet'}')").fetchall()
    assert found == [(["Doe, J"],), (list(texts),)]


def test_shards_grow_with_the_collection() -> None:
    document = Document("1")
    for records, size in ((0, 250), (20_000, 250), (100_000, 1000), (38_000_000, 2000)):
        assert len(next(shards([document] * 3000, records))) == size
