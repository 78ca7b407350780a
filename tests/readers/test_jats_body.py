"""JATS: which abstract, which article, what the body gives, what it says of corrections."""

from __future__ import annotations

from pathlib import Path

from allnlp.readers.jats import read_jats
from allnlp.schema import Document

META = "<article-id pub-id-type='pmid'>90000001</article-id><article-id pub-id-type='publisher-id'>JIM-1</article-id>"
BODY = """<body><p>Lead.</p><sec><label>1</label><title>1. Introduction</title>
<p>It is rare<sup><xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref></sup>, as was said [<xref ref-type="bibr">3</xref>-<xref ref-type="bibr">5</xref>]
by <xref ref-type="bibr">Doe et al.</xref> and seen (<xref ref-type="fig">Figure 1</xref>).</p></sec>
<sec><title>Materials and Methods</title><sec><title>Outcomes</title><p>We treated 24.<disp-formula>x=y</disp-formula> The dose was 10<sup>6</sup>.</p></sec>
<table-wrap><caption><p>No table</p></caption></table-wrap><fig><caption><p>No figure</p></caption></fig></sec>
<sec><title>Results</title><p>Eighteen <italic>responded</italic>.<fn><p>No note</p></fn></p><list><list-item><p>One more.</p></list-item></list></sec>
<sec><title>Empty</title></sec></body><back><ref-list><ref><mixed-citation>No reference</mixed-citation></ref></ref-list></back>"""


def document(tmp_path: Path, meta: str, rest: str = "", *, lang: str = "en", body: bool = False) -> Document:
    path = tmp_path / "a.xml"
    path.write_text(
        f'<article xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="{lang}"><front><article-meta>{META}<title-group>'
        f"<article-title>Cells</article-title></title-group>{meta}</article-meta></front>{rest}</article>"
    )
    (row,) = read_jats(path, source_file="a", body=body)
    assert isinstance(row, Document), row
    return row


def test_body_is_not_read_unless_wanted(tmp_path: Path) -> None:
    assert document(tmp_path, "<abstract><p>Short.</p></abstract>", BODY).abstract == "Short."


def test_body_gives_labelled_sections_without_tables_figures_formulas_notes_and_references(tmp_path: Path) -> None:
    assert document(tmp_path, "<abstract><p>Short.</p></abstract>", BODY, body=True).abstract == (
        "Short. Lead. Introduction: It is rare, as was said by Doe et al. and seen (Figure 1). "
        "Materials and Methods: Outcomes. We treated 24. The dose was 106. Results: Eighteen responded. One more."
    )


def test_article_without_abstract_has_its_body(tmp_path: Path) -> None:
    assert document(tmp_path, "", "<body><p>Only this.</p></body>", body=True).abstract == "Only this."


def test_reviews_and_translations_inside_an_article_are_not_read(tmp_path: Path) -> None:
    sub = (
        '<sub-article article-type="reviewer-report"><front-stub><article-id pub-id-type="doi">10.5555/review</article-id><title-group>'
        "<article-title>A review</article-title></title-group><abstract><p>No.</p></abstract></front-stub><body><p>No.</p></body></sub-article>"
        '<response><front-stub/><body><p>No.</p></body></response>'
    )
    found = document(tmp_path, "<abstract><p>Short.</p></abstract>", sub, body=True)
    assert (found.title, found.abstract, found.doi) == ("Cells", "Short.", None)


def test_english_translation_goes_before_the_abstract_in_another_language(tmp_path: Path) -> None:
    both = '<abstract><p>Resumo.</p></abstract><trans-abstract xml:lang="es"><p>Resumen.</p></trans-abstract>'
    assert document(tmp_path, both + '<trans-abstract xml:lang="en"><p>In English.</p></trans-abstract>', lang="pt").abstract == "In English."
    assert document(tmp_path, both, lang="pt").abstract == "Resumo."


def test_main_abstract_goes_before_other_kinds(tmp_path: Path) -> None:
    kinds = (
        '<abstract abstract-type="graphical"><p>Picture.</p></abstract><abstract abstract-type="plain-language-summary"><p>Plain.</p></abstract>'
    )
    assert document(tmp_path, kinds + "<abstract><p>Main.</p></abstract>").abstract == "Main."
    assert document(tmp_path, kinds).abstract == "Plain."
    assert document(tmp_path, '<abstract abstract-type="key-points"><p>Point.</p></abstract>').abstract == ""


def test_links_to_notices_are_told(tmp_path: Path) -> None:
    links = "".join(
        f'<related-article related-article-type="{kind}" ext-link-type="doi" xlink:href="{href}"/>'
        for kind, href in (("corrected-article", "10.5555/inv.1"), ("commentary", "10.5555/inv.2"), ("retraction-forward", "https://doi.org/10.5555/inv.3"))
    )
    found = document(tmp_path, links)
    assert (found.notices, found.is_retracted) == (("erratum for 10.5555/inv.1", "retraction in 10.5555/inv.3"), True)
    notice = document(tmp_path, '<related-article related-article-type="retracted-article" xlink:href="10.5555/inv.1"/>')
    assert (notice.notices, notice.is_retracted) == (("retraction of 10.5555/inv.1",), False)


def test_number_of_the_publisher_is_no_identifier_beside_a_pmid(tmp_path: Path) -> None:
    assert document(tmp_path, "").other_ids == ()
