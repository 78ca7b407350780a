"""Plain text: one document a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from allnlp.errors import ReadError
from allnlp.readers.record import Row, record
from allnlp.readers.source import Source, opened, text_lines

_LONGEST = 1 << 24  # characters; an abstract of this size is another kind of file
_LONGEST_TITLE = 300


def read_plain(source: Source, *, source_file: str) -> Iterator[Row]:
    """The Document of a text file; its name is the record's own id.

    Raises:
        ReadError: the file is too long for one document, or its compression is damaged.
    """
    lines: list[str] = []
    size = 0
    with opened(source) as stream:
        for line in text_lines(stream):
            lines.append(line)
            size += len(line)
            if size > _LONGEST:
                raise ReadError(f"the text is longer than {_LONGEST} characters; one file is one document, so cut it into files")
    title, abstract = title_and_text(lines)
    name = PurePath(source_file).name
    yield record(
        source_file=source_file,
        source_record=1,
        title=title,
        abstract=abstract,
        record_id=re.sub(r"(\.(txt|text|md|gz|bz2|xz))+$", "", name, flags=re.IGNORECASE) if (title or abstract) and name != "-" else "",
        expected="text",
    )


def title_and_text(lines: list[str]) -> tuple[str, str]:
    r"""Title, when the first line is short and an empty one follows, and the rest as it stands.

    >>> title_and_text(["A title", "", "A text.", "More."]), title_and_text(["A text.", "More."])
    (('A title', 'A text.\nMore.'), ('', 'A text.\nMore.'))
    """
    texts = "\n".join(line.rstrip() for line in lines).strip("\n").split("\n")
    first = texts[0].strip()
    # one word alone is the heading of a section
    is_title = len(texts) > 2 and " " in first and len(first) <= _LONGEST_TITLE and not texts[1].strip() and any(texts[2:])
    if is_title:
        return first, "\n".join(texts[2:]).strip()
    return "", "\n".join(texts).strip()
