"""Tables of programs for reviews and of databases: which column is what, and which number is an identifier."""

from __future__ import annotations

from pathlib import Path

from allnlp.readers import read
from allnlp.schema import Document


def document(tmp_path: Path, text: str) -> Document:
    path = tmp_path / "a.csv"
    path.write_text(text)
    (row,) = read([path])
    assert isinstance(row, Document), row
    return row


def test_covidence_keeps_the_accession_number_and_not_its_own_number(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags\n"
        '"Invented cells","Muster, E.; Beispiel, B.","We made up.",2021,3,J Inv Med,1,2,3-4,L2000000001,10.5555/inv.1,17,#42,Muster 2021,"",Included\n',
    )
    assert (found.doc_id, found.journal, found.authors) == ("10.5555/inv.1", "J Inv Med", ("Muster, E.", "Beispiel, B."))
    assert (found.other_ids, found.year) == (("L2000000001",), 2021)


def test_covidence_without_identifiers_is_named_by_its_number(tmp_path: Path) -> None:
    found = document(tmp_path, "Title,Abstract,DOI,Ref,Covidence #\nInvented cells,We made up.,,17,#42\n")
    assert (found.doc_id, found.other_ids) == ("#42", ())


def test_rayyan_reads_the_abstract_and_no_decision(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,doi,keywords,pubmed_id,pmc_id\n"
        'rayyan-1,Invented cells,2021,3,5,J Inv Med,1111-1111,1,2,3,"Muster E and Beispiel B",https://x.invalid,eng,P,L,We made up.,'
        '"RAYYAN-INCLUSION: {""Erika""=>""Included""} | RAYYAN-LABELS: PMID: 90000009",10.5555/inv.1,"cells,adults",90000001,PMC9000001\n',
    )
    assert (found.doc_id, found.abstract, found.publication_date) == ("90000001", "We made up.", "2021-03-05")
    assert (found.other_ids, found.keywords, found.authors) == ((), ("cells", "adults"), ("Muster E", "Beispiel B"))


def test_distiller_is_read(tmp_path: Path) -> None:
    found = document(tmp_path, "Refid,Author,Title,Abstract,Journal,Year\n12,Muster E,Invented cells,We made up.,J Inv Med,2021\n")
    assert (found.doc_id, found.abstract) == ("12", "We made up.")


def test_pubmed_table_takes_the_date_of_the_citation(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
        '90000001,Invented cells,"Muster E, Beispiel B.","J Inv Med. 2021 Mar 5;10(3):1-2. doi: 10.5555/inv.1.",Muster E,J Inv Med,2021,2021/06/07,'
        "PMC9000001,NIHMS0000001,10.5555/inv.1\n",
    )
    assert (found.publication_date, found.abstract, found.pmcid) == ("2021-03-05", "", "PMC9000001")
    assert (found.authors, found.other_ids) == (("Muster E", "Beispiel B"), ("NIHMS0000001",))


def test_cochrane_is_read(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        'Cochrane Review ID,"Author(s)",Title,Source,Year,Abstract,DOI\n'
        "CD000001.PUB2,Muster E,Invented cells,Cochrane Database of Systematic Reviews,2021,Background: We made up.,10.5555/14651858.CD000001.PUB2\n",
    )
    assert (found.doc_id, found.other_ids, found.authors) == ("10.5555/14651858.cd000001.pub2", ("CD000001.PUB2",), ("Muster E",))


def test_extra_of_zotero_gives_the_pmid(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        'Key,Item Type,Publication Year,Author,Title,Publication Title,DOI,Abstract Note,Extra\n'
        'ABCD1234,journalArticle,2021,"Muster, Erika",Invented cells,J Inv Med,,We made up.,"Publisher: P\nPMID: 90000001\nPMCID: PMC9000001"\n',
    )
    assert (found.doc_id, found.pmcid, found.other_ids) == ("90000001", "PMC9000001", ())


def test_markup_in_cells_is_left_out_and_signs_stay(tmp_path: Path) -> None:
    found = document(tmp_path, 'Title,Abstract\nCells at 10<sup>6</sup>/kg,"p<0.05 and n>3, IFN-&gamma;"\n')
    assert (found.title, found.abstract) == ("Cells at 106/kg", "p<0.05 and n>3, IFN-γ")


def test_own_columns_come_back(tmp_path: Path) -> None:
    found = document(tmp_path, "pmid,title,abstract,notices,other_ids,revised\n90000001,Cells,Made up.,retraction in 5; erratum in 6,CN-00000001,2022-03-04\n")
    assert (found.notices, found.is_retracted) == (("retraction in 5", "erratum in 6"), True)
    assert (found.other_ids, found.revised) == (("CN-00000001",), "2022-03-04")
