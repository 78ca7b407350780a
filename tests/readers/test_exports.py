"""Public exports, some damaged, some no exports: each file is read or refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from allnlp.readers import find_inputs, mark_duplicates, read
from allnlp.schema import Document, Failure, check


@pytest.fixture(scope="module")
def exports(shared: Path) -> Path:
    folder = shared / "real" / "exports"
    if not folder.is_dir():
        pytest.skip("needs the exports in ../shared/real/exports")
    return folder


def test_no_export_gives_a_traceback_and_none_is_passed_over(exports: Path) -> None:
    rows = list(mark_duplicates(read([exports])))
    check("documents", [row for row in rows if isinstance(row, Document)])
    check("failures", [row for row in rows if isinstance(row, Failure)])
    assert {row.source_file for row in rows} == {given.name for given in find_inputs([exports])}
    documents = [row for row in rows if isinstance(row, Document)]
    assert len({row.doc_id for row in documents}) == len(documents) > 3500


def test_refused_exports_have_a_reason(exports: Path) -> None:
    refused = [row for row in read([exports]) if isinstance(row, Failure) and row.source_record is None]
    assert len(refused) == 4  # identifiers only, a web page, an empty answer, a licence
    assert all(len(row.error) > len(row.source_file) + 30 for row in refused)
