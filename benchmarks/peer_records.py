"""Records to measure with: abstracts of a JSON lines file, varied so that none repeats another, as PubMed XML; names by a seed."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

_DIGITS = re.compile(r"\d+")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIRST_PMID = 60_000_000  # beyond those that PubMed has given away
_AUTHORS, _HEADINGS, _REFERENCES, _YEARS = 6, 10, 10, 40
_HISTORY = ("received", "accepted", "pubmed", "medline", "entrez")
_ODD = 2_654_435_761  # times it, numbers below 2**32 change places, so that neighbours share no beginning
_SYLLABLES = tuple(onset + vowel for onset in "b c d f g h k l m n p r s t v z br cl dr fl gr pl st tr".split() for vowel in "aeiou")
_ENDS = tuple("mab nib tide cel vir ine ol ase in ate".split())


class Record(NamedTuple):
    """A title and an abstract; either may be empty."""

    title: str
    abstract: str

    @property
    def text(self) -> str:
        """Both, as every way of annotating gets them."""
        return "\n".join(part for part in self if part)


def read_abstracts(path: Path, number: int) -> list[Record]:
    """So many records with an abstract, taken evenly from all of the file.

    Args:
        path: JSON lines with the keys title and abstract, gzipped or not.
        number: how many, at most; 0 means all.
    """
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream if line.strip()]
    records = [Record(row.get("title") or "", row["abstract"]) for row in rows if row.get("abstract")]
    step = max(1, len(records) // number) if number else 1
    return records[::step][: number or None]


def varied(records: Sequence[Record], number: int, *, without_abstract: float = 0.0, seed: int = 1) -> Iterator[Record]:
    """So many records made of those given, again and again, each with other numbers in it and a made-up word around its title.

    Args:
        records: what to begin with.
        number: how many to make.
        without_abstract: share of them, spread evenly, that keep their title alone.
        seed: of the numbers.
    """
    chance = random.Random(seed)
    for i in range(number):
        title, abstract = (_DIGITS.sub(lambda m: _number(m.group(), chance), part) for part in records[i % len(records)])
        word = made_up_word(i).capitalize()
        is_bare = int((i + 1) * without_abstract) > int(i * without_abstract)
        yield Record(f"{word}: {title.rstrip('.')}, {word}.", "" if is_bare else abstract)


def _number(digits: str, chance: random.Random) -> str:
    """A number of as many digits, and no greater: a percent, an age or a year stays one that may be."""
    if len(digits) > 3 or digits.startswith("0"):
        return digits
    return str(chance.randint(10 ** (len(digits) - 1), int(digits)))


def made_up_word(number: int) -> str:
    """A word that nobody uses, another one for each number.

    >>> made_up_word(0), made_up_word(1), made_up_word(123_456)
    ('baba', 'beba', 'fletoco')
    """
    word, rest = "", number
    while rest or len(word) < 4:
        rest, which = divmod(rest, len(_SYLLABLES))
        word += _SYLLABLES[which]
    return word


def write_pubmed_xml(path: Path, records: Iterable[Record], *, first: int = 0, seed: int = 1) -> int:
    """Write the records as a gzipped file of PubMed's, and say how many they are.

    PMIDs count up from the first; journal, year, authors and the rest are made up by the seed.
    """
    chance = random.Random(seed)
    number = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as stream:
        stream.write('<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n')
        for record in records:
            stream.write(_article(_FIRST_PMID + first + number, record, chance))
            number += 1
        stream.write("</PubmedArticleSet>\n")
    return number


def _article(pmid: int, record: Record, chance: random.Random) -> str:
    """A record with about as many elements as PubMed's own have: affiliations, MeSH headings, dates, identifiers, references."""
    year = 2024 - chance.randrange(_YEARS)

    def word() -> str:
        return made_up_word(chance.randrange(10**6)).capitalize()

    abstract = f"<Abstract><AbstractText>{_escaped(record.abstract)}</AbstractText></Abstract>" if record.abstract else ""
    authors = "".join(
        f'<Author ValidYN="Y"><LastName>{word()}</LastName><ForeName>{word()}</ForeName><Initials>A</Initials>'
        f"<AffiliationInfo><Affiliation>Department of {word()}, University of {word()}.</Affiliation></AffiliationInfo></Author>"
        for _ in range(chance.randint(1, _AUTHORS))
    )
    headings = "".join(
        f'<MeshHeading><DescriptorName UI="D{chance.randrange(10**6):06}" MajorTopicYN="N">{word()}</DescriptorName></MeshHeading>'
        for _ in range(_HEADINGS)
    )
    day = f"<Year>{year}</Year><Month>1</Month><Day>2</Day>"
    dates = "".join(f'<PubMedPubDate PubStatus="{status}">{day}</PubMedPubDate>' for status in _HISTORY)
    references = "".join(
        f"<Reference><Citation>{word()} {word()} {word()}. J Med. {year - i}</Citation>"
        f'<ArticleIdList><ArticleId IdType="pubmed">{pmid - 1000 - i}</ArticleId></ArticleIdList></Reference>'
        for i in range(_REFERENCES)
    )
    journal = (
        '<Journal><ISSN IssnType="Print">0000-0000</ISSN><JournalIssue CitedMedium="Print"><Volume>1</Volume><Issue>2</Issue>'
        f"<PubDate><Year>{year}</Year></PubDate></JournalIssue><Title>Journal of {word()} Medicine</Title>"
        "<ISOAbbreviation>J Med</ISOAbbreviation></Journal>"
    )
    article = (
        f'<Article PubModel="Print">{journal}<ArticleTitle>{_escaped(record.title)}</ArticleTitle>'
        '<Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>'
        f'<ELocationID EIdType="doi" ValidYN="Y">10.5555/{pmid}</ELocationID>{abstract}<AuthorList CompleteYN="Y">{authors}</AuthorList>'
        '<Language>eng</Language><PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>'
        "</Article>"
    )
    citation = (
        f'<MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID><DateRevised>{day}</DateRevised>{article}'
        "<MedlineJournalInfo><Country>England</Country><MedlineTA>J Med</MedlineTA><NlmUniqueID>0000000</NlmUniqueID></MedlineJournalInfo>"
        f"<CitationSubset>IM</CitationSubset><MeshHeadingList>{headings}</MeshHeadingList></MedlineCitation>"
    )
    ids = f'<ArticleId IdType="pubmed">{pmid}</ArticleId><ArticleId IdType="doi">10.5555/{pmid}</ArticleId>'
    data = (
        f"<PubmedData><History>{dates}</History><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>{ids}</ArticleIdList>"
        f"<ReferenceList>{references}</ReferenceList></PubmedData>"
    )
    return f"<PubmedArticle>{citation}{data}</PubmedArticle>\n"


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub(" ", text))


def made_up_names(number: int, *, seed: int = 1) -> Iterator[str]:
    """So many different names of one to four words, as a list of chemicals and genes has them."""
    chance = random.Random(seed)
    for i in islice(count(), number):
        own = made_up_word(i * _ODD % 2**32) + chance.choice(_ENDS)
        more = [made_up_word(chance.randrange(10**4)) for _ in range(chance.choice((0, 0, 1, 1, 2, 3)))]
        yield " ".join([*more, own]) if i % 5 else f"{own}-{chance.randrange(1, 100)}"


def write_names(path: Path, number: int) -> None:
    """Write a user's table of so many made-up names, two to a concept."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("text", "label", "curie", "name"))
        former = ""
        for i, name in enumerate(made_up_names(number)):
            former = former if i % 2 else name
            table.writerow((name, "THERAPY", f"made:{i // 2}", former))
