"""Cells of tables for people: nothing is computed, nothing is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.cells import COMPUTED, guarded, joined, parted, plain, sound, unguarded

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(SIGNS + "'\" \t\r\n\0\u00a0\u200b\ufeff;,[]"), max_size=12)


@given(TEXT)
def test_a_guarded_text_is_computed_by_no_spreadsheet_and_comes_back(text: str) -> None:
    assert guarded(text) == text or guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip(" \u00a0\u200b\ufeff\0").startswith((*SIGNS, "\t", "\r", "\n"))


@given(TEXT, TEXT)
def test_no_two_texts_are_guarded_as_the_same(one: str, other: str) -> None:
    assert (guarded(one) == guarded(other)) == (one == other)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", "\ufeff", '"', "'", "\t", "\0 "])
def test_a_sign_is_guarded_behind_what_programs_pass_over(sign: str, before: str) -> None:
    assert guarded(f"{before}{sign}cmd|' /C calc'!A0") == f"'{before}{sign}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["CRS", "del(11q)", "3-4", "1E5", "10.1000/x", "a=b", "\u2265 3", "\u2212 5", "% of 34", "(+) strand", "'t Hooft", "007", ""])
def test_text_that_no_spreadsheet_computes_stays(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


@given(st.lists(TEXT, max_size=5))
def test_a_list_comes_back(values: list[str]) -> None:
    assert parted(joined(values)) == values


def test_a_list_without_semicolons_reads_as_people_write_it() -> None:
    assert joined(["Muster, E", "Beispiel; B"]) == '["Muster, E", "Beispiel; B"]'
    assert joined(["[Anonymous]", "x;y"]) == "[Anonymous]; x;y"
    assert parted('["cut off') == ['["cut off']
    assert parted('["a", 1]') == ['["a", 1]']


@given(st.text(st.characters(categories=["Cs", "L"]) | st.just("\0"), max_size=9))
def test_halves_of_characters_and_nul_stop_no_file(text: str) -> None:
    assert "\0" not in sound(text).encode().decode()
    assert len(sound(text)) == len(text)


@given(st.floats(allow_nan=False) | st.integers() | st.booleans())
def test_numbers_stay_numbers(value: float) -> None:
    assert plain(value) == value
    assert type(plain(value)) is type(value)


def test_the_report_guards_as_we_do(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    source = Path(__file__).parents[1] / "src" / "allnlp" / "explorer" / "report" / "leave.js"
    signs = [chr(c) for c in (*range(0x3000), *range(0xFE00, 0x10000)) if not 0xD800 <= c < 0xE000]
    texts = [*signs, *(f"{sign}=1" for sign in signs), *(f"'{sign}" for sign in signs)]
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    script = "const texts = JSON.parse(require('fs').readFileSync(0)); console.log(JSON.stringify(texts.map((t) => COMPUTED.test(t))));"
    (tmp_path / "run.js").write_text(source.read_text(encoding="utf-8") + script, encoding="utf-8")
    with (tmp_path / "texts.json").open(encoding="utf-8") as stream:
        out = subprocess.run([node, str(tmp_path / "run.js")], stdin=stream, capture_output=True, check=True, timeout=60).stdout
    assert json.loads(out) == [COMPUTED.match(text) is not None for text in texts]
