"""README and docs are true: their blocks run, their made pages are current, their links lead somewhere."""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from allnlp.components import KEY
from allnlp.readers import find_inputs, read
from allnlp.schema import TABLES, Document
from allnlp.terminology import load

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = [*PAGES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs" / "decisions").glob("*.md")), ROOT / "corpora" / "README.md"]
MAKE = ("make demo", "make check")
SKIPPED = {
    "allnlp terms sort": "sorts the tables of the package itself",
    **dict.fromkeys(MAKE, "sets up an environment; .ci/run does it"),
    "allnlp diff cart/ cart-new/ --mentions": "needs a second run; docs/folder-tools.md has one",
    "allnlp import cart/ corrected.zip --changed": "a person corrects it in brat",
    "allnlp models install en_ner_bc5cdr_md": "fetches a file; tests/models has one of its own",
    "allnlp models check en_ner_bc5cdr_md": "needs that model; docs/models.md checks one of its own",
    "allnlp evaluate cart/ --corrections": "needs the corrections of a person; tests/cli has some",
    "allnlp work /shared/work --task 3 --of 100": "needs work that is laid out; tests/annotation has some",
    "allnlp explore cart/": "serves until it is stopped; tests/explorer does",
    'allnlp fetch "CAR-T AND acute lymphoblastic leukemia" -o cart.xml': "asks the network; tests/fetching has a server",
    ". .venv/bin/activate": "the tests run in it",
}


class Block(NamedTuple):
    language: str
    content: str
    printed: str = ""  # what the last command prints, by a text block that follows at once


def blocks(page: Path) -> list[Block]:
    form = r"^```(\w*)\n(.*?)^```$(?:\n```text\n(.*?)^```$)?"
    return [Block(*found) for found in re.findall(form, page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)]


def is_printed(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed, but for blanks and what it leaves out by ``...``."""
    form = r"\s+".join(".*?" if word == "..." else re.escape(word) for word in shown.split())
    return re.fullmatch(form, printed.strip(), re.DOTALL) is not None


@pytest.fixture
def place(tmp_path: Path, demo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages speak of."""
    shutil.copy(demo / "demo.nbib", tmp_path / "pubmed-cart.nbib")
    shutil.copy(ROOT / "tests" / "data" / "imports" / "tiny.obo", tmp_path / "mondo.obo")
    shutil.copytree(demo, tmp_path / "exports")
    shutil.copytree(demo, tmp_path / "corpora" / "demo")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.nbib.gz").write_bytes(gzip.compress((demo / "demo.nbib").read_bytes()))
    first = next(row for row in read(find_inputs([demo / "demo.nbib"])) if isinstance(row, Document))
    mention = {"field": "title", "surface": first.title.split()[0], "nth": 1, "label": "THERAPY", "concept": "tisagenlecleucel"}
    text = {"id": first.doc_id, "title": first.title, "abstract": first.abstract}
    (tmp_path / "texts.jsonl").write_text(json.dumps(text) + "\n", encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text(json.dumps({"id": first.doc_id, "mentions": [mention]}) + "\n", encoding="utf-8")
    (tmp_path / "my.csv").write_text("text,label\nmy-cel,THERAPY\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    return tmp_path


def shell(line: str, run: Callable[..., Any]) -> str:
    """What a line prints: a plain command of ours is run in this process, which is faster, any other by the shell."""
    words = shlex.split(line)
    if words[0] == "allnlp" and not re.search(r"[|<>&;$`*]", line):
        ran = run(*words[1:])
        assert ran.code == 0, f"{line}\n{ran.err}"
        return str(ran.out + ran.err)
    found = subprocess.run(["bash", "-euc", line], capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"{line}\n{found.stderr}"
    return found.stdout + found.stderr


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run(page: Path, place: Path, run: Callable[..., Any]) -> None:
    names: dict[str, Any] = {}
    for block in blocks(page):
        assert block.language in ("sh", "python", "text", "json"), f"{page.name} has a block of an unknown language: {block}"
        if block.language == "sh":
            printed = [shell(line, run) for line in block.content.strip().split("\n") if line not in SKIPPED]
            is_true = not block.printed or is_printed(block.printed, printed[-1])
            assert is_true, f"{page.name} shows\n{block.printed}\nbut it prints\n{printed[-1]}"
        elif block.language == "python":
            exec(compile(block.content, page.name, "exec"), names)


def test_the_first_two_commands_of_the_readme_are_those_that_set_up_and_prove() -> None:
    commands = [line for block in blocks(ROOT / "README.md") if block.language == "sh" for line in block.content.strip().split("\n")]
    assert tuple(commands[:2]) == MAKE
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE) for command in MAKE)
    assert MAKE[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_target_of_the_makefile_is_explained(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert all(re.search(rf"^{target}:.* ## \S", makefile, re.MULTILINE) for target in phony.split())


def generated() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["tables.md", "cli.md"])
def test_a_made_page_is_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == generated().PAGES[name](), "run: make docs"


def test_every_table_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{table}` |" in readme for table in TABLES)


def test_every_label_and_source_of_the_vocabulary_is_explained() -> None:
    page = (ROOT / "docs" / "terminology.md").read_text(encoding="utf-8")
    assert [row.label for row in load().labels if row.label not in page] == []
    sources = {t.source for _, _, _, t in load().terms} | {row.source for row in (*load().identifiers, *load().broader)}
    parts = {part for source in sources for part in (source.partition(" (")[0], source.partition(" (")[2].rstrip(")"))} - {"", "allnlp"}
    assert [part for part in sorted(parts) if part.lower() not in page.lower()] == []


def test_every_component_has_a_section() -> None:
    page = (ROOT / "docs" / "components.md").read_text(encoding="utf-8")
    names = re.findall(r'^"?(allnlp[\w.]+)"? = "allnlp\.components', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) == 13
    assert all(f"\n## {name}\n" in page for name in names)
    assert f'user_data["{KEY}"]' in page


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_decision_says_what_was_decided() -> None:
    pages = list((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(pages) >= 3
    assert [page.name for page in pages if "**Decision.**" not in page.read_text(encoding="utf-8")] == []


def test_the_changelog_has_the_headings_that_its_readers_expect() -> None:
    headings = re.findall(r"^### (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "Terminology" in headings
    assert set(headings) <= {"Removed", "Deprecated", "Added", "Changed", "Fixed", "Security", "Terminology"}
