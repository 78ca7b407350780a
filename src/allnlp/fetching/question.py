"""What is asked of a database, checked before anything is sent."""

from __future__ import annotations

import calendar
import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import OptionError

DATABASES = ("pubmed", "europepmc")
DATE_TYPES = ("pdat", "edat", "mdat")
_FORMS = {"pubmed": {".xml": "xml", ".nbib": "medline", ".txt": "medline"}, "europepmc": {".json": "json"}}
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")


class Question(NamedTuple):
    """A query with what narrows it."""

    query: str
    database: str
    date_type: str
    since: date | None
    until: date | None
    limit: int | None


def question(query: str, *, database: str, since: str | None, until: str | None, date_type: str, limit: int | None) -> Question:
    """The question that options ask.

    >>> question("CAR-T", database="pubmed", since="2018", until="2020-02", date_type="pdat", limit=None).until
    datetime.date(2020, 2, 29)

    Raises:
        OptionError: an option has a value that it cannot have.
    """
    words = " ".join(query.split())
    if not words:
        raise OptionError('the query is empty. Give one as you would type it on the page of the database: allnlp fetch "CAR-T AND ALL" -o cart.xml')
    if "\0" in words or any("\ud800" <= c <= "\udfff" for c in words):
        raise OptionError("the query holds characters that are no text. Write it in UTF-8.")
    if database not in DATABASES:
        raise OptionError(f"database is {database!r}. Use one of {', '.join(DATABASES)}.")
    if date_type not in DATE_TYPES:
        raise OptionError(f"date-type is {date_type!r}. Use pdat (published), edat (entered into the database) or mdat (changed).")
    if limit is not None and limit < 1:
        raise OptionError(f"limit is {limit}. Give at least 1.")
    first, last = whole_date(since, is_last=False), whole_date(until, is_last=True)
    if first and last and first > last:
        raise OptionError(f"since {first} is after until {last}. Exchange them.")
    return Question(words, database, date_type, first, last, limit)


def whole_date(text: str | None, *, is_last: bool) -> date | None:
    """The first or last day of a year, month or day.

    >>> whole_date("2018", is_last=False), whole_date("2018/2", is_last=True), whole_date(None, is_last=True)
    (datetime.date(2018, 1, 1), datetime.date(2018, 2, 28), None)

    Raises:
        OptionError: it is none.
    """
    if text is None:
        return None
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day = int(found[1]), int(found[2] or (12 if is_last else 1)), int(found[3] or 1)
        return date(year, month, day if found[3] or not is_last else calendar.monthrange(year, month)[1])
    except ValueError:
        raise OptionError(f"{text!r} is no date. Give a year, a month or a day: 2018, 2018-03 or 2018-03-31.") from None


def form_of(out: Path, database: str) -> tuple[str, bool]:
    """What an output file holds (xml, medline or json), and whether it is packed; told by the ending.

    >>> form_of(Path("cart.nbib.gz"), "pubmed"), form_of(Path("cart.json"), "europepmc")
    (('medline', True), ('json', False))

    Raises:
        OptionError: the ending is none that the database gives, or the file cannot stand there.
    """
    is_packed = out.suffix.lower() == ".gz"
    ending = (out.with_suffix("") if is_packed else out).suffix.lower()
    forms = _FORMS[database]
    if ending not in forms:
        other = next((name for name, its in _FORMS.items() if ending in its), None)
        hint = f" {ending} comes with --database {other}." if other else ""
        said = f"{ending} is none of them" if ending else "the file has no ending"
        raise OptionError(f"{out}: {database} gives {', '.join(forms)}, each also with .gz; {said}.{hint}")
    if not out.parent.is_dir():
        raise OptionError(f"{out}: there is no folder {out.parent}. Make it, or give another file.")
    if out.is_dir():
        raise OptionError(f"{out}: is a folder. Give the name of a file.")
    return forms[ending], is_packed


def query_of(path: Path) -> str:
    """The query that a file holds; lines that begin with # are remarks, and lines are joined by blanks.

    Raises:
        OptionError: the file cannot be read, or holds no query.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise OptionError(f"{path}: is not UTF-8 text. Save the query as plain text.") from None
    except OSError as error:
        raise OptionError(f"{path}: the file of the query cannot be read ({error.strerror}). Check the path.") from None
    words = " ".join(line.strip() for line in lines if not line.lstrip().startswith("#")).strip()
    if not words:
        raise OptionError(f"{path}: holds no query. Write it as you would type it on the page of the database.")
    return words


def as_record(asked: Question) -> dict[str, Any]:
    """A question as JSON holds it."""
    return {**asked._asdict(), "since": str(asked.since) if asked.since else None, "until": str(asked.until) if asked.until else None}


def command_of(asked: Question, out: Path) -> str:
    """The command that asks the same again; without key and e-mail.

    >>> command_of(question("CAR-T", database="pubmed", since="2018", until=None, date_type="edat", limit=None), Path("cart.xml"))
    'allnlp fetch CAR-T -o cart.xml --since 2018-01-01 --date-type edat'
    """
    words = ["allnlp", "fetch", asked.query, "-o", str(out)]
    words += ["--database", asked.database] if asked.database != "pubmed" else []
    words += ["--since", str(asked.since)] if asked.since else []
    words += ["--until", str(asked.until)] if asked.until else []
    words += ["--date-type", asked.date_type] if asked.date_type != "pdat" else []
    words += ["--limit", str(asked.limit)] if asked.limit else []
    return shlex.join(words)
