"""The saved text of a journal's article page: abstract and citation by general cues; navigation is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from allnlp.errors import ReadError
from allnlp.readers.citation import Citation, find_citation
from allnlp.readers.dates import MONTH_WORD, iso_date
from allnlp.readers.record import Row, clean, failure, normal_doi, record
from allnlp.readers.source import Source, opened, text_lines

_LONGEST = 1 << 24
# lines that begin so are the site's, not the article's
NAVIGATION = (
    "a related article", "about this article", "accepted:", "add to", "advertisement", "all rights reserved",
    "altmetric", "article contents", "article history", "article metrics", "article navigation", "article pdf",
    "author information", "authors info", "available to purchase", "check for updates", "citation", "cite this",
    "cited by", "close modal", "connected content", "cookie", "corresponding author", "create account",
    "create an account", "download", "email alert", "email to", "epub:", "first edition:", "first published",
    "full text", "get access", "get citation", "get permission", "issue section", "journal information", "log in",
    "metrics", "my account", "my cart", "next article", "open menu", "oxford academic", "pdf", "permissions",
    "previous article", "print", "privacy", "published online", "published:", "received:", "related articles",
    "request permission", "rights & permissions", "search for other works", "see all", "share", "show more",
    "sign in", "sign up", "skip nav", "skip to", "split-screen", "submitted:", "subscribe", "supplemental",
    "supplementary data", "supplementary material", "terms and conditions", "terms of use",
    "this content is only available", "this feature is available", "this site uses cookies", "toggle", "tools",
    "topics", "view article", "view large", "view metrics", "view pdf", "views", "volume", "you do not currently",
)  # fmt: skip
_STOPS = re.compile(
    r"(?:key ?words|introduction|main|references|subjects?|topics|graphical abstract|visual abstract|key points"
    r"|trial registration|acknowledge?ments?|author contributions|footnotes|figures?|tables?|supplementa\w*"
    r"|you may also|mesh terms|funding|©|copyright)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:background|aims?|objectives?|purpose|context|importance|hypothesis|introduction|design|setting|participants"
    r"|patients|interventions?|main outcomes?(?: and measures?)?|measurements?|methods?"
    r"|(?:patients|materials?|study design) and methods|methodology(?:/principal findings)?|results?"
    r"|findings|principal findings|discussion|interpretation|conclusions?(?: and relevance|/significance)?|significance|limitations?"
    r"|trial registration|funding)\s*:?",
    re.IGNORECASE,
)
_HEADING = re.compile(r"(?:structured |english )?(?:abstract|summary)\s*:?", re.IGNORECASE)
_HEADED = re.compile(r"(?:abstract|summary)\s*[:.—–-]?\s+(?=\S.{150})", re.IGNORECASE)
_ACCESS = re.compile(
    r"\s*[|–-]?\s*(?:available to purchase|open access|free access|full access|get access|subscription required"
    r"|free to read|free|open archive)\s*$",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"(?:(?P<label>[A-Za-z ]{{3,30}}):\s*)?"
    rf"(?:{MONTH_WORD}\.? \d{{1,2}},? \d{{4}}|\d{{1,2}} {MONTH_WORD}\.?,? \d{{4}}|\d{{4}}-\d\d-\d\d)",
    re.IGNORECASE,
)
_OTHER_DATE = re.compile(r"(?:submitted|received|revised|accepted|first edition|epub|prepublished|last updated)\b.*", re.IGNORECASE)


def read_page(source: Source, *, source_file: str) -> Iterator[Row]:
    """The Document of one article page saved as text.

    Raises:
        ReadError: the file is too long for a page, or its compression is damaged.
    """
    lines: list[str] = []
    size = 0
    with opened(source) as stream:
        for line in text_lines(stream):
            lines.append(clean(line.replace("\xa0", " ")))
            size += len(line)
            if size > _LONGEST:
                raise ReadError(f"the page is longer than {_LONGEST} characters; save one article a file")
    yield _document([line for line in lines if line], source_file)


def is_article_page(text: str) -> bool:
    r"""Whether a text is an article page: it has navigation, and a citation or much navigation.

    >>> is_article_page("Sign In\nJ Doe; Cells in blood. Blood 2020; 1 (2): 3. doi: 10.1182/b.1")
    True
    """
    lines = [clean(line.replace("\xa0", " ")) for line in text.splitlines()]
    lines = [line for line in lines if line]
    count = len({line.lower() for line in lines if is_navigation(line)})
    return count >= 5 or (count >= 1 and find_citation(lines) is not None)


def is_navigation(line: str) -> bool:
    """Whether a line is the site's: a short one that begins with a word of navigation.

    >>> is_navigation("Download citation file:"), is_navigation("Views of patients on treatment were asked for.")
    (True, False)
    """
    words = len(line.split())
    # "print(" and "views_of" are of a program
    begins = line.lower().startswith(NAVIGATION) and not re.match(r"\w+[(_=\[{.]\S", line)
    return begins and (words <= 6 or (words <= 14 and not line.endswith(".")))


def _document(lines: Sequence[str], source_file: str) -> Row:
    citation = find_citation(lines)
    abstract = find_abstract(lines, citation)
    title = citation.title if citation else ""
    if not abstract and not title:
        error = "neither an abstract nor a citation is on the page; save the whole page, or export the citation as RIS"
        return failure(source_file, 1, error)
    year = citation.year if citation else ""
    return record(
        source_file=source_file,
        source_record=1,
        title=_ACCESS.sub("", title),
        abstract=abstract,
        doi=_doi(lines, citation),
        pmid=next((found[1] for line in lines if (found := re.match(r"PMID:?\s*(\d{1,8})\b", line))), ""),
        journal=citation.journal if citation else "",
        year=year,
        dates=[date for date in find_dates(lines) if date[:4] == year or not year] + ([citation.date] if citation else []),
        authors=citation.authors if citation else (),
    )


def find_abstract(lines: Sequence[str], citation: Citation | None = None) -> str:
    """The abstract: after its heading, else at the top of the page, else its longest paragraph.

    >>> find_abstract(["Sign In", "Abstract", "Methods", "We counted cells in the blood of twelve mice.", "Keywords"])
    'Methods: We counted cells in the blood of twelve mice.'
    """
    own = citation.line if citation else ""
    for i, line in enumerate(lines):
        if _HEADING.fullmatch(line):
            text = _following("", lines, i + 1, own)
        elif headed := _HEADED.match(line):
            text = _following(line[headed.end() :], lines, i + 1, own)
        else:
            continue
        if len(text.split()) >= 10:
            return text
    top: list[str] = []
    for line in lines:
        if line == own or is_navigation(line) or (top and not _is_prose(line)):
            break
        if _is_prose(line):
            top.append(line)
    if len(" ".join(top).split()) >= 40:
        return " ".join(top)
    longest = max((line for line in lines if line != own and _is_prose(line)), key=len, default="")
    return longest if len(longest.split()) >= 40 else ""


def _following(first: str, lines: Sequence[str], start: int, own: str) -> str:
    """Paragraphs from a line up to the next heading or navigation, after what is there already; headings of sections become labels."""
    parts: list[str] = []
    label = ""
    # no slice, for there may be as many headings as lines
    for line in chain((first,) if first else (), map(lines.__getitem__, range(start, len(lines)))):
        is_label = _LABEL.fullmatch(line) is not None
        if line == own or (not is_label and (is_navigation(line) or _is_stop(line))):
            break
        if is_label:
            if line.lower().startswith("introduction") and parts:
                break
            label = line.rstrip(": ")
            continue
        if parts and not label and not _is_prose(line) and not _LABEL.match(line):
            break
        parts.append(f"{label}: {line}" if label else line)
        label = ""
    return " ".join(parts)


def _is_stop(line: str) -> bool:
    return bool(_STOPS.match(line)) and (len(line.split()) <= 4 or ":" in line[:40] or line[0] in "©C")


def _is_prose(line: str) -> bool:
    words = line.split()
    if len(words) < 8 or is_navigation(line):
        return False
    return len(words) >= 25 or line[-1] in ".?!)”"


def find_dates(lines: Sequence[str]) -> list[str]:
    """ISO dates that stand in lines of their own, without those of submission, acceptance or first edition.

    >>> find_dates(["Submitted:", "April 5, 2024", "April 3, 2025", "Accepted: August 21, 2024"])
    ['2025-04-03']
    """
    found = []
    before = ""
    for line in lines:
        match = _DATE.fullmatch(line)
        label = (match["label"] or "") if match else ""
        is_other = _OTHER_DATE.fullmatch(label) or (not label and before.endswith(":") and _OTHER_DATE.fullmatch(before))
        if match and not is_other:
            date = iso_date(line)
            if date:
                found.append(date)
        before = line
    return found


def _doi(lines: Sequence[str], citation: Citation | None) -> str:
    """DOI of the citation, else of a line that is nothing else."""
    if citation and citation.doi:
        return citation.doi
    for line in lines:
        if re.match(r"(?:doi|https?://(?:dx\.)?doi\.org/|10\.\d{4})", line, re.IGNORECASE) and normal_doi(line):
            return line
    return ""
