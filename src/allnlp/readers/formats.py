"""The reader of every format, by the name that `sniff` gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType

from allnlp.readers.article_page import read_page
from allnlp.readers.atom import read_atom
from allnlp.readers.bibtex import read_bibtex
from allnlp.readers.bioc import read_bioc_json, read_bioc_xml
from allnlp.readers.clinical_trials import read_clinical_trials
from allnlp.readers.cochrane import read_cochrane
from allnlp.readers.delimited import read_csv
from allnlp.readers.endnote_xml import read_endnote_xml
from allnlp.readers.entrez import read_summary_json, read_summary_xml
from allnlp.readers.enw import read_enw
from allnlp.readers.europe_pmc import read_europe_pmc
from allnlp.readers.jats import read_jats
from allnlp.readers.json_list import read_json
from allnlp.readers.jsonl import read_jsonl
from allnlp.readers.medline import read_medline
from allnlp.readers.mods import read_mods
from allnlp.readers.ovid import read_ovid
from allnlp.readers.plain import read_plain
from allnlp.readers.pubmed_text import read_pubmed_text
from allnlp.readers.pubmed_xml import read_pubmed_xml
from allnlp.readers.pubtator import read_pubtator
from allnlp.readers.record import Row
from allnlp.readers.refworks import read_refworks
from allnlp.readers.ris import read_ris
from allnlp.readers.spreadsheet import read_xlsx
from allnlp.readers.trial_xml import read_trial_xml
from allnlp.readers.wos import read_wos

READERS: MappingProxyType[str, Callable[..., Iterator[Row]]] = MappingProxyType(
    {
        "pubmed-xml": read_pubmed_xml,
        "medline": read_medline,
        "pubmed-text": read_pubmed_text,
        "ris": read_ris,
        "wos": read_wos,
        "endnote-xml": read_endnote_xml,
        "enw": read_enw,
        "bibtex": read_bibtex,
        "ovid": read_ovid,
        "cochrane": read_cochrane,
        "refworks": read_refworks,
        "mods": read_mods,
        "atom": read_atom,
        "jats": read_jats,
        "europe-pmc-xml": read_europe_pmc,
        "summary-xml": read_summary_xml,
        "summary-json": read_summary_json,
        "trials-json": read_clinical_trials,
        "trials-xml": read_trial_xml,
        "bioc-xml": read_bioc_xml,
        "bioc-json": read_bioc_json,
        "pubtator": read_pubtator,
        "csv": read_csv,
        "xlsx": read_xlsx,
        "jsonl": read_jsonl,
        "json": read_json,
        "page": read_page,
        "plain": read_plain,
    }
)
WITH_COLUMNS = frozenset(("csv", "xlsx", "jsonl", "json"))
WITH_BODY = frozenset(("jats",))
