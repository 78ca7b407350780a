"""PubMed's usual articles are read off their characters, and give what the parser gives."""

from __future__ import annotations

import gzip
import io
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from allnlp.readers import Row, pubmed_xml
from allnlp.readers.plain_articles import set_aside, usual
from allnlp.schema import Document, Failure

# invented
ARTICLE = """<PubmedArticle>
<MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">90000001</PMID>
<DateCompleted><Year>2021</Year><Month>05</Month><Day>03</Day></DateCompleted><DateRevised><Year>2022</Year><Month>01</Month><Day>02</Day></DateRevised>
<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Print">0000-0000</ISSN><JournalIssue CitedMedium="Internet"><Volume>3</Volume><Issue>4</Issue>
<PubDate><Year>2021</Year><Month>Apr</Month></PubDate></JournalIssue><Title>Journal of Invented &amp; Trials</Title><ISOAbbreviation>J Inv</ISOAbbreviation></Journal>
<ArticleTitle>CD19 <i>CAR</i>-T cells at 10<sup>6</sup>/kg.</ArticleTitle><Pagination><StartPage>1</StartPage><MedlinePgn>1-9</MedlinePgn></Pagination>
<ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID><ELocationID EIdType="doi" ValidYN="N">10.5555/b</ELocationID><ELocationID EIdType="doi" ValidYN="Y">10.5555/a</ELocationID>
<Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see  whether p&lt;0.05.</AbstractText>
<AbstractText>5&#x2009;of 9 had CRS (H<sub>2</sub>O).</AbstractText><CopyrightInformation>Nobody.</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Doe</LastName><ForeName>Jane A</ForeName><Initials>JA</Initials><Suffix>Jr</Suffix><Identifier Source="ORCID">0</Identifier>
<AffiliationInfo><Affiliation>Dept. of X</Affiliation></AffiliationInfo></Author><Author ValidYN="N"><LastName>Gone</LastName></Author>
<Author ValidYN="Y" EqualContrib="Y"><CollectiveName>The Group</CollectiveName></Author></AuthorList>
<Language>eng</Language><Language>fre</Language><DataBankList CompleteYN="Y"><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList><AccessionNumber>NCT01234567</AccessionNumber>
</AccessionNumberList></DataBank></DataBankList><GrantList><Grant><GrantID>1</GrantID></Grant></GrantList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType><PublicationType UI="D016448">Multicenter Study</PublicationType></PublicationTypeList>
<ArticleDate DateType="Electronic"><Year>2021</Year><Month>03</Month><Day>30</Day></ArticleDate></Article>
<MedlineJournalInfo><Country>Nowhere</Country><MedlineTA>J Inv</MedlineTA></MedlineJournalInfo><ChemicalList><Chemical><NameOfSubstance UI="D1">Water</NameOfSubstance></Chemical></ChemicalList>
<CitationSubset>IM</CitationSubset><CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"><RefSource>J Inv</RefSource><PMID Version="1">90000009</PMID></CommentsCorrections></CommentsCorrectionsList>
<MeshHeadingList><MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">Humans</DescriptorName></MeshHeading>
<MeshHeading><DescriptorName UI="D2" MajorTopicYN="N">Leukemia</DescriptorName><QualifierName UI="Q1" MajorTopicYN="Y">therapy</QualifierName><QualifierName UI="Q2" MajorTopicYN="N">blood</QualifierName></MeshHeading></MeshHeadingList>
<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">CAR-T</Keyword><Keyword MajorTopicYN="N">ALL</Keyword></KeywordList></MedlineCitation>
<PubmedData><History><PubMedPubDate PubStatus="entrez"><Year>2021</Year></PubMedPubDate></History><PublicationStatus>ppublish</PublicationStatus>
<ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId><ArticleId IdType="doi">10.5555/a</ArticleId><ArticleId IdType="pmc">PMC9000001</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.5555/other</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>"""
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://example.org/pubmed.dtd">\n<PubmedArticleSet>\n'
BITS = (
    "&amp;", "&alpha;", "&#946;", "&#11;", "&#xD801;", "&", "<i>a</i>", "<b><i>x</b></i>", "<sub>", "/>", "'", '"', "\n", "  ", "\t", "\u00e4", "\x01",
    "\uffff", "<!-- x -->", "<!-- </Author> -->", "<![CDATA[a<b>]]>", "<?pi?>", "<PubmedArticle>", "</PubmedArticle>", "</Author>", "<Keyword/>",
    "<MeshHeading></MeshHeading>", '<AbstractText Label="X">', "</AbstractText>", "<title>t</title>", "<AbstractText/>",
)  # fmt: skip


def file_of(*articles: str, end: str = "\n</PubmedArticleSet>\n") -> bytes:
    return (HEAD + "\n".join(articles) + end).encode("utf-8", "surrogatepass")


def rows(content: bytes) -> list[Row]:
    """Rows; a fault's column is that of what is left to the parser."""
    found = pubmed_xml.read_pubmed_xml(io.BytesIO(content), source_file="f")
    return [row._replace(error=re.sub(r", column \d+", "", row.error)) if isinstance(row, Failure) else row for row in found]


def parsed(content: bytes, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    with monkeypatch.context() as patch:
        patch.setattr(pubmed_xml, "set_aside", lambda pieces, found: pieces)
        return rows(content)


def changed(old: str, new: str) -> str:
    assert old in ARTICLE
    return ARTICLE.replace(old, new, 1)


def is_usual(article: str) -> bool:
    return usual(article.removesuffix("</PubmedArticle>").encode()) is not None


def test_a_usual_article_gives_what_the_parser_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_usual(ARTICLE)
    (found,) = rows(file_of(ARTICLE))
    assert [found] == parsed(file_of(ARTICLE), monkeypatch)
    assert isinstance(found, Document)
    assert found.text == "CD19 CAR-T cells at 106/kg.\nAIM: To see whether p<0.05. 5\u2009of 9 had CRS (H2O)."
    assert found.authors == ("Doe, Jane A Jr", "The Group")
    assert found.mesh_terms == ("Humans", "Leukemia/therapy", "Leukemia/blood")
    assert (found.doi, found.pmcid, found.trial_ids, found.notices) == ("10.5555/a", "PMC9000001", ("NCT01234567",), ("erratum in 90000009",))
    assert is_usual(changed('Label="AIM"', 'Label="AUTHORS\' AIM"'))
    assert (found.publication_date, found.revised, found.journal) == ("2021-04", "2022-01-02", "Journal of Invented & Trials")


@pytest.mark.parametrize(
    "article",
    [
        changed("<Language>", "<!-- a --><Language>"),
        changed("Humans</DescriptorName></MeshHeading>", "Humans</DescriptorName></MeshHeading><!-- <MeshHeading><DescriptorName>No</DescriptorName></MeshHeading> -->"),
        changed("<PublicationType UI", "<x>No</x><PublicationType UI"),
        changed("To see", "To <![CDATA[see]]>"),
        changed("To see", "To&alpha; see"),
        changed("To see", "<title>To see</title>"),
        changed("<AbstractText>5", '<AbstractText Label="A"/><AbstractText>5'),
        changed('Label="AIM"', "Label='AIM'"),
        changed('Label="AIM" ', 'Label="AIM '),
        changed('ValidYN="N"><LastName>Gone', "ValidYN='N'><LastName>Gone"),
        changed("<LastName>Doe</LastName><ForeName>Jane A</ForeName>", "<ForeName>Jane A</ForeName><LastName>Doe</LastName>"),
        changed("CD19 <i>CAR</i>-T cells at 10<sup>6</sup>/kg.", ""),
        changed("<Keyword MajorTopicYN", "<Keyword/><Keyword MajorTopicYN"),
        changed("<KeywordList", '<OtherList/><KeywordList'),
        changed("<PMID Version", "<x/><PMID Version"),
        changed("<ReferenceList>", "<ArticleIdList></ArticleIdList><ReferenceList>"),
        changed("<PubmedArticle>", "<PubmedArticle> <PubmedArticle>"),
        ARTICLE.replace("<Abstract>", "<!--").replace("</Abstract>", "-->"),
    ],
)
def test_what_is_unusual_is_left_to_the_parser(article: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_usual(article)
    content = file_of(ARTICLE.replace("90000001", "90000002"), article)
    assert rows(content) == parsed(content, monkeypatch)


@pytest.mark.parametrize(
    "content",
    [
        file_of(ARTICLE, end=""),
        file_of(ARTICLE, "<DeleteCitation><PMID>1</PMID></DeleteCitation>"),
        file_of("<!-- ", ARTICLE, " -->", ARTICLE),
        file_of("<x><![CDATA[", ARTICLE, "]]></x>"),
        file_of(ARTICLE, "<PubmedBookArticle><BookDocument><PMID>5</PMID><ArticleTitle>B</ArticleTitle></BookDocument></PubmedBookArticle>", ARTICLE),
        file_of(ARTICLE, "<PubmedArticle set-aside='1' stands-for='3'/>"),
        file_of('<PubmedArticle set-aside="2"/>', ARTICLE),
        file_of(ARTICLE, ARTICLE, changed("<Language>", "<Languag>"), ARTICLE),
        file_of(ARTICLE, ARTICLE[: len(ARTICLE) // 2]),
        file_of(ARTICLE, "</PubmedArticle>", ARTICLE),
        file_of(ARTICLE.removesuffix("</PubmedArticle>"), ARTICLE),
        HEAD.replace(">\n<PubmedArticleSet>", " [<!ENTITY a 'b'>]>\n<PubmedArticleSet>").encode() + ARTICLE.encode() + b"</PubmedArticleSet>",
        HEAD.replace("utf-8", "iso-8859-1").encode() + changed("Doe", "D\u00f6").encode("latin-1") + b"</PubmedArticleSet>",
        file_of(changed("Doe", "D\u00f6")).replace("\u00f6".encode(), b"\xf6"),
    ],
    ids=["no end", "deletions", "a comment", "CDATA", "a book", "the name of the place", "and of a later one", "a damaged one", "cut off", "an end too many", "an end too few", "entities", "declared", "not UTF-8"],
)
def test_files_give_what_the_parser_gives(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome(work: object) -> object:
        try:
            return work()  # type: ignore[operator]
        except Exception as error:
            return type(error), str(error)

    assert outcome(lambda: rows(content)) == outcome(lambda: parsed(content, monkeypatch))


@pytest.mark.parametrize("size", [1, 7, 100, 5000, 1 << 20])
def test_pieces_do_not_matter(size: int) -> None:
    articles = ARTICLE, changed("Doe", "D\u00f6"), changed("<Language>", "<!-- a --><Language>"), ARTICLE
    content = file_of(*(article.replace("90000001", f"9000000{i}") for i, article in enumerate(articles, 1)))

    def pieces() -> Iterator[bytes]:
        yield from (content[i : i + size] for i in range(0, len(content), size))

    found: dict[str, list[dict[str, object]]] = {}
    given = b"".join(set_aside(pieces(), found))
    assert [cells["pmid"] for key in sorted(found) for cells in found[key]] == ["90000001", "90000002", "90000004"]
    assert given.count(b"set-aside=") == len(found)
    assert given.count(b"<!-- a -->") == 1
    assert given.count(b"\n") == content.count(b"\n")


def mutated(article: str, chance: random.Random) -> str:
    tags = list(re.finditer(r"<[^>]*>", article))
    tag, other = chance.choice(tags), chance.choice(tags)
    place = chance.choice((chance.randrange(len(article)), tag.start(), tag.end()))
    return chance.choice(
        (
            article[:place] + chance.choice(BITS) + article[place:],
            article[:place] + article[place + chance.randint(1, 3) :],
            article[: tag.start()] + article[tag.end() :],
            article[: tag.start()] + other[0] + article[tag.end() :],
            article[: tag.start()] + tag[0].replace('"', "'") + article[tag.end() :],
        )
    )


def test_one_fault_changes_nothing_that_the_parser_would_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = rows(file_of(ARTICLE))
    chance = random.Random(5)
    read_on = 0
    for _ in range(2500):
        content = file_of(mutated(ARTICLE, chance))
        mine, theirs = rows(content), parsed(content, monkeypatch)
        if mine != theirs:  # a fault where nobody reads: the parser gives the record up
            assert mine == [whole], content
            assert any(isinstance(row, Failure) for row in theirs)
            read_on += 1
    assert read_on > 50


@pytest.mark.slow
def test_real_files_give_what_the_parser_gives(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = read = 0
    for path in sorted((shared / "real" / "exports").rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        if b"<PubmedArticle>" not in content[:20_000]:
            continue
        assert rows(content) == parsed(content, monkeypatch), path.name
        articles += content.count(b"<PubmedArticle>")
        read += sum(usual(article) is not None for article in re.findall(rb"<PubmedArticle>.*?(?=</PubmedArticle>)", content, re.DOTALL))
    assert articles > 500
    assert read > 0.95 * articles
