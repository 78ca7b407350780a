"""Writes the pages that are made from the code: docs/tables.md from the schema, docs/cli.md from the commands.

    python docs/generate.py

A test compares the pages with what this writes, so that they are always current.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import typer

from allnlp import schema
from allnlp.cli import app
from allnlp.tables import FORMATS

FOLDER = Path(__file__).parent
TYPES = {"VARCHAR": "text", "BIGINT": "whole number", "DOUBLE": "number", "BOOLEAN": "true or false", "VARCHAR[]": "list of texts", "BIGINT[]": "list of whole numbers"}

TABLES_HEAD = f"""# Tables

<!-- made by docs/generate.py from src/allnlp/schema.py -->

`allnlp annotate INPUT -o DIR` writes one folder with seven tables and `manifest.json`. The tables are Parquet files, or with
`--format` one of {", ".join(FORMATS)}; names and columns are the same in each. In csv, tsv and xlsx a list is one cell, its parts joined
by `"; "`, and a missing value is an empty cell. Excel tables are for reading; `allnlp summary`, `explain` and `evaluate` want one of the others.

- **Offsets** are half-open and count Unicode code points of `documents.text`, from 0: `text[start:end]` is the mention's text, for every row.
- **Text** is the title, a line end, and the abstract; or the one of the two that there is.
- **The same input gives the same bytes**, every time. `manifest.json` says what made the folder: the inputs with their SHA-256 and counts,
  the options, the versions of the packages, the hash of the vocabulary, and the SHA-256 of each table.
- **Nothing is lost**: records read = annotated + duplicates + without text + failed. A duplicate keeps its row in `documents` and has no
  mentions; a record that failed is a row in `failures`.
- **A folder is whole or refused**: tables are moved into place when all are written, `manifest.json` last.

"""

CLI_HEAD = """# Command line

<!-- made by docs/generate.py from src/allnlp/cli -->

Results go to stdout, everything else to stderr. A table is ruled on a terminal and tab-separated when piped; `--json` gives JSON.
`allnlp COMMAND --help` shows what stands here.

| exit code | meaning |
|--:|---|
| 0 | done |
| 1 | failed: a file or folder is missing, damaged, or breaks a rule |
| 2 | wrong use: an unknown option, or a value that it cannot have |
| 3 | nothing found |
| 4 | done, but not whole: a record or file failed (only with `--strict`), or a fetched record is missing |
| 130, 143 | interrupted by Ctrl-C, by a signal; `annotate`, `update` and `fetch` go on when they are run again |
| 141 | the reader of the output closed it, as `head` does |

"""


def tables_page() -> str:
    """The data dictionary as Markdown."""
    parts = [TABLES_HEAD]
    for name, kind in schema.TABLES.items():
        parts.append(f"## {name}\n\n{inspect.getdoc(kind)}\n\n| column | type | may be empty | meaning |\n|---|---|---|---|\n")
        for c in schema.columns(name):
            parts.append(f"| `{c.column}` | {TYPES[c.type]} | {'yes' if c.nullable else ''} | {_cell(c.meaning)} |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def cli_page() -> str:
    """Every command with its arguments, options and example as Markdown."""
    parts = [CLI_HEAD]
    for words, command in _commands(typer.main.get_command(app), "allnlp"):
        text, _, example = inspect.cleandoc(command.help or "").partition("\b\nExample:\n")
        parts.append(f"## {words}\n\n{text.strip()}\n\n```sh\n{inspect.cleandoc(example)}\n```\n\n| argument or option | meaning |\n|---|---|\n")
        for p in command.params:
            if p.name != "help":
                name = p.name.upper() if p.param_type_name == "argument" else ", ".join(sorted(p.opts, key=len))
                parts.append(f"| `{name}` | {_cell(getattr(p, 'help', '') or '')}{_default(p)} |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def _commands(group: Any, words: str) -> list[tuple[str, Any]]:
    found = []
    for name, command in group.commands.items():
        found += _commands(command, f"{words} {name}") if hasattr(command, "commands") else [(f"{words} {name}", command)]
    return found


def _default(p: Any) -> str:
    if p.required:
        return " Needed." if p.param_type_name == "option" else ""
    return f" By default {p.default}." if isinstance(p.default, (int, str)) and not isinstance(p.default, bool) and p.default else ""


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


PAGES = {"tables.md": tables_page, "cli.md": cli_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
