"""Files that hold no records are refused with words, records inside a program's text too."""

from __future__ import annotations

from pathlib import Path

import pytest

from allnlp.readers import read
from allnlp.schema import Document, Failure

ENTRY = "@article{a,\n  title = {Cells},\n  year = 2020\n}\n"
LICENCE = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software to deal in it.\n"
DUBLIN_CORE = (
    '<?xml version="1.0"?><responseWrapper><hitCount>1</hitCount><rdf:RDF xmlns:rdf="urn:r" xmlns:dc="urn:d"><rdf:Description>'
    "<dc:title>Cells</dc:title></rdf:Description></rdf:RDF></responseWrapper>\n"
)
FILES = [
    ("a.py", f'import os\n\nimport sys\n\nTEXT = """\n{ENTRY}"""\n'),
    ("b.py", "@pytest.mark.parametrize(x, y)\n@decorated(a, b=1)\ndef f(x):\n    print(x)\n    views = share(x)\n    print(views)\n"),
    ("c.py", "names = {\n    'Author',\n    'Title',\n    'Abstract',\n    'Year',\n}\n"),
    ("README.md", "A tool\n\nPlease cite it:\n\n" + ENTRY),
    ("PKG-INFO", "Name: tool\nVersion: 1\n\nPlease cite it:\n\n" + ENTRY),
    ("LICENSE", LICENCE),
    ("licence.txt", "The terms\n\n" + LICENCE),
    ("requirements.txt", "lxml>=5\nnumpy\n"),
    ("run.log", "2021-03-05 10:00:00 INFO started\n2021-03-05 10:00:01 INFO read 5 records of a title\n"),
    ("numbers.csv", "x,y\n1,2\n3,4\n5,6\n"),
    ("package.json", '{"name": "tool", "version": "1.0", "scripts": {"test": "run"}}\n'),
    ("described.json", '{\n "name": "tool",\n "description": "A reader of cells",\n "keywords": ["cells"],\n "author": "Doe"\n}\n'),
    ("v1.json", '{"FullStudiesResponse": {"NStudiesFound": 1, "FullStudies": [{"Study": {"ProtocolSection": {"IdentificationModule": {}}}}]}}\n'),
    ("fields.json", '{"StudyFieldsResponse": {"StudyFields": [{"NCTId": ["NCT09990001"], "BriefTitle": ["Cells"]}]}}\n'),
    ("dc.xml", DUBLIN_CORE),
    ("words.txt", "".join(f"word{chr(97 + i)}\n" for i in range(20))),
    ("only.bib", "@comment{jabref-meta: databaseType:bibtex;}\n@string{j = {Journal}}\n"),
    ("page.html", "<!DOCTYPE html>\n<html><body><h1>Title</h1><p>Abstract</p></body></html>\n"),
    ("blog.xml", '<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry><title>Hello</title></entry></feed>\n'),
    ("chat.xml", "<1>\nTitle of a slide\n\n<2>\nAnother slide\n"),
]


@pytest.mark.parametrize(("name", "text"), FILES, ids=[name for name, _ in FILES])
def test_no_document_comes_of_it(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    rows = list(read([path]))
    assert rows
    assert all(isinstance(row, Failure) for row in rows), rows


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("v1.json", "ClinicalTrials.gov's former interface; download"),
        ("fields.json", "ClinicalTrials.gov's former interface; download"),
        ("dc.xml", "Europe PMC's Dublin Core form; fetch"),
        ("package.json", "record 1: the object has neither title nor abstract; found 'name', 'version', 'scripts.test'. Leave it out, or say"),
    ],
)
def test_it_is_said_what_to_do(tmp_path: Path, name: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(dict(FILES)[name])
    (row,) = read([path])
    assert isinstance(row, Failure)
    assert words in row.error


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty; export or download it again"),
        (b" \n\n", "the file is empty; export or download it again"),
        (b"GIF89a" + bytes(range(200)), "an image; give the records as text"),
        (b"<catalog><book/></catalog>", "XML with root 'catalog' and of no known kind; expected XML of PubMed, PMC"),
        (b'[{"title": "", "a": {}}, {}]\n', "the record is empty; expected a title or an abstract"),
        (b"[{}]\n", "the object is empty; expected a title or an abstract. Leave it out"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_that_says_what_to_do(tmp_path: Path, raw: bytes, words: str) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(raw)
    row = next(iter(read([path])))
    assert isinstance(row, Failure)
    assert words in row.error
    assert str(path) in row.error
    assert "\n" not in row.error


def test_a_warning_names_the_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "cut.xml"
    path.write_text("<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID>")
    list(read([path]))
    assert [record.getMessage().startswith(f"{path}: ") for record in caplog.records] == [True]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("export.log", "TY  - JOUR\nTI  - Cells\nER  - \n"),
        ("notes.md", "# A title\n\nWe made up 24 patients. Of these, 12 (50%) had a response (p = 0.04).\n"),
        ("abstract.txt", "We made up 24 patients. None was granted permission, free of charge or not.\n"),
        ("data.json", '{"title": "Cells", "description": "We made up 24 patients.", "keywords": ["cells"], "author": "Doe"}\n'),
        ("rows.csv", "id,description\n1,We made up 24 patients.\n"),
        ("changes of mood.txt", "We made up 24 patients.\n"),
    ],
)
def test_what_only_looks_alike_is_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    (row,) = read([path])
    assert isinstance(row, Document)
