"""A file of PubMed XML read, or read and annotated into a CSV, as people do without allnlp; `peer_runs.py` measures it.

    python benchmarks/peer_file.py read WAY IN.xml.gz ONE.xml.gz
    python benchmarks/peer_file.py annotate WAY IN.xml.gz NAMES.json OUT.csv

The first prints records and CPU seconds of reading alone; the file of one record is read before, so that imports do not count.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from peer_records import Record
from peer_ways import WAYS


def read_allnlp(path: str) -> int:
    from allnlp.readers import find_inputs, read

    return sum(1 for _ in read(find_inputs([path])))


def read_pubmed_parser(path: str) -> int:
    import pubmed_parser

    return sum(1 for _ in pubmed_parser.parse_medline_xml(path))


def read_lxml(path: str) -> int:
    """The least that a reader does: PMID, title, abstract and year of each record."""
    from lxml import etree

    number = 0
    with gzip.open(path) as stream:
        for _, article in etree.iterparse(stream, tag="PubmedArticle"):
            title, abstract = (" ".join("".join(e.itertext()) for e in article.iter(tag)) for tag in ("ArticleTitle", "AbstractText"))
            number += bool(article.findtext(".//PMID") and (title or abstract) and article.findtext(".//PubDate/Year"))
            article.clear()
            while article.getprevious() is not None:
                del article.getparent()[0]
    return number


READERS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {"allnlp": read_allnlp, "pubmed_parser": read_pubmed_parser, "lxml iterparse": read_lxml}
)


def annotate(way: str, source: str, names: Path, target: str) -> None:
    """Write the marks of a way in the records that pubmed_parser reads, by pandas."""
    import pandas as pd
    import pubmed_parser

    work = WAYS[way].make(json.loads(names.read_text(encoding="utf-8")))
    articles: list[dict[str, Any]] = list(pubmed_parser.parse_medline_xml(source))
    texts = [Record(a["title"] or "", a["abstract"] or "").text for a in articles]
    rows = [
        (article["pmid"], article["journal"], article["pubdate"], article["title"], start, end, text[start:end])
        for article, text, marks in zip(articles, texts, work(texts), strict=True)
        for start, end, _ in marks
    ]
    pd.DataFrame(rows, columns=["pmid", "journal", "year", "title", "start", "end", "text"]).to_csv(target, index=False)


def main() -> None:
    task, way, source, *more = sys.argv[1:]
    if task == "annotate":
        annotate(way, source, Path(more[0]), more[1])
        return
    READERS[way](more[0])
    begin = time.process_time()
    records = READERS[way](source)
    print(json.dumps({"records": records, "cpu": time.process_time() - begin}))


if __name__ == "__main__":
    main()
