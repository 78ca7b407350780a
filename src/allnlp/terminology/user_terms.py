"""A user's own terms, as the text of a CSV or TSV says them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from allnlp.errors import TerminologyError
from allnlp.terminology.rows import Term

_LONGEST = 100_000  # characters of a cell; a quotation mark that is not closed takes in the rest of the table


def parse_user_terms(name: str, content: str) -> list[tuple[int, str, Term]]:
    """A user's own terms, as (line, label, row), from the text of a CSV or TSV with a header.

    Needs the columns ``text`` and ``label``; ``curie``, ``name``, ``scope``, ``case``, ``subtype``, ``source`` and
    ``comment`` are filled where absent: name is the first text of the same curie, curie is made from the name, source is the
    name of the table.

    Raises:
        TerminologyError: a missing column or an empty text, with the line.
    """
    return [(line, label, term if term.source else term._replace(source=name)) for line, label, term in user_terms(name, content)]


def user_terms(name: str, content: str) -> Iterator[tuple[int, str, Term]]:
    """The same one by one, and with an empty source where the table gives none.

    Raises:
        TerminologyError: a missing column or an empty text, with the line.
        Error: of the module csv: it is no table.
    """
    first = content.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(content), delimiter="\t" if "\t" in first else ";" if ";" in first else ",")
    header = [h.strip().lower() for h in reader.fieldnames or ()]
    for needed in ("text", "label"):
        if needed not in header:
            raise TerminologyError(f"{name}:1: no column {needed!r}, found {', '.join(header)}. Needed: text, label.")
    reader.fieldnames = header
    names: dict[str, str] = {}
    for row in reader:
        cells = {k: (v or "").strip() for k, v in row.items() if isinstance(k, str) and not isinstance(v, list)}
        if max(map(len, cells.values())) > _LONGEST:  # the reader's own limit is one for the whole program, and others raise it
            raise csv.Error(f"a cell longer than {_LONGEST:,} characters")
        yield reader.line_num, cells["label"].upper(), _user_term(f"{name}:{reader.line_num}", cells, names)


def _user_term(at: str, cells: dict[str, str], names: dict[str, str]) -> Term:
    text = cells["text"]
    if not text:
        raise TerminologyError(f"{at}: empty text. Give the words to be found, or take the row out.")
    curie = cells.get("curie", "")
    name = cells.get("name") or names.get(curie) or text
    curie = curie or "user:" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    names.setdefault(curie, name)
    case = cells.get("case") or ("exact" if len(text) < 5 else "any")
    return Term(
        text, curie, name, cells.get("scope") or "exact", case, cells.get("subtype", ""), cells.get("context", ""), cells.get("source", ""), cells.get("comment", "")
    )
