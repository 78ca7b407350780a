"""Numbers under which a study is registered, as each registry writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ahocorasick_rs import AhoCorasick, Implementation

_GAP = r"[\s\-#:\u2010-\u2015]{0,3}"


def _joined(prefix: str) -> Callable[[re.Match[str]], str]:
    return lambda m: prefix + m["n"].replace(" ", "")


def _chinese(m: re.Match[str]) -> str:
    kind = m["kind"]
    return f"ChiCTR-{kind.upper()}-{m['n']}" if kind else f"ChiCTR{m['n']}"


def _slashed(m: re.Match[str]) -> str:
    return f"CTRI/{m['y']}/{m['m']}/{m['n']}"


#: For each registry: letters that the text must hold, the number's shape, how it is written.
_REGISTRIES: tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    # ClinicalTrials.gov number, NCT01234567
    (("nct",), re.compile(rf"\bnct{_GAP}(?:no\.?\s)?(?P<n>0\d{{3}}\s?\d{{4}})(?!\d)"), _joined("NCT")),
    # clinicaltrials.gov identifier: 01234567
    (("clinicaltrials", "clinical trials"), re.compile(r"\bclinical ?trials[. ]?gov\b(?:[,;:#]| identifier| number| registration| no\.?| id| study){0,4}[\s#:]{1,3}(?P<n>0\d{7})(?!\d)"), _joined("NCT")),
    # registered as ChiCTR-OPN-16008526; ChiCTR2000029624
    (("chictr",), re.compile(rf"\bchictr{_GAP}(?:(?P<kind>[a-z]{{3,4}}){_GAP})?(?P<n>\d{{8,10}})(?!\d)"), _chinese),
    # EudraCT number 2015-001234-12
    (tuple(f"{dash}{n}" for dash in "-\u2010\u2013" for n in ("00", "01", "02")), re.compile(r"(?<![\d-])(?P<n>20[0-2]\d[-\u2010-\u2015]\d{6}[-\u2010-\u2015]\d\d)(?![\d-])"), lambda m: re.sub(r"\D", "-", m["n"])),
    # EU CT number 2022-501234-12-00
    (("-50", "-51", "-52"), re.compile(r"(?<![\d-])(?P<n>20[2-3]\d-5\d{5}-\d\d-\d\d)(?![\d-])"), lambda m: m["n"]),
    # ISRCTN12345678; ISRCTN registry, number 12345678
    (("isrctn",), re.compile(rf"\bisrctn{_GAP}(?:(?:registry|number|registration)[,:]?\s){{0,2}}(?P<n>\d{{8}})(?!\d)"), _joined("ISRCTN")),
    # UMIN000012345; UMIN-CTR: UMIN000012345; UMIN ID 000012345
    (("umin",), re.compile(rf"\bumin(?:[-\s]?ctr)?{_GAP}(?:id:?\s)?c?(?P<n>\d{{9}})(?!\d)"), _joined("UMIN")),
    (("japiccti",), re.compile(rf"\bjapiccti{_GAP}(?P<n>\d{{6}})(?!\d)"), _joined("JapicCTI-")),
    # jRCTs031180123; jRCT2080224567
    (("jrct",), re.compile(rf"\bjrct(?P<s>s?){_GAP}(?P<n>\d{{9,10}})(?!\d)"), lambda m: f"jRCT{m['s']}{m['n']}"),
    (("actrn", "anzctr"), re.compile(rf"\b(?:actrn|anzctr){_GAP}(?P<n>\d{{14}}p?)"), _joined("ACTRN")),
    (("drks",), re.compile(rf"\bdrks{_GAP}(?P<n>\d{{8}})(?!\d)"), _joined("DRKS")),
    # Netherlands Trial Register, NTR1234; NL-OMON12345
    (("ntr",), re.compile(rf"(?<![a-z])ntr{_GAP}(?P<n>\d{{3,5}})(?!\d)"), _joined("NTR")),
    (("nl-omon",), re.compile(r"\bnl-omon(?P<n>\d{5})(?!\d)"), _joined("NL-OMON")),
    (("ctri",), re.compile(r"\bctri\s?[/-]\s?(?P<y>20\d\d)\s?/\s?(?P<m>\d{2,3})\s?/\s?(?P<n>\d{6})(?!\d)"), _slashed),
    (("irct",), re.compile(rf"\birct{_GAP}(?P<n>\d{{8,}}n\d+)"), lambda m: "IRCT" + m["n"].upper()),
    (("kct",), re.compile(rf"\bkct{_GAP}(?P<n>\d{{7}})(?!\d)"), _joined("KCT")),
    (("pactr",), re.compile(rf"\bpactr{_GAP}(?P<n>\d{{15,16}})(?!\d)"), _joined("PACTR")),
    (("tctr",), re.compile(rf"\btctr{_GAP}(?P<n>\d{{11}})(?!\d)"), _joined("TCTR")),
    (("rbr-",), re.compile(r"\brbr-(?P<n>[a-z0-9]{6,10})\b"), _joined("RBR-")),
    (("rpcec",), re.compile(rf"\brpcec{_GAP}(?P<n>\d{{8}})(?!\d)"), _joined("RPCEC")),
    (("slctr",), re.compile(r"\bslctr(?P<n>/\d{4}/\d{3})(?!\d)"), _joined("SLCTR")),
    # PROSPERO registration CRD42020123456; CRD 42020123456
    (("crd",), re.compile(rf"\bcrd{_GAP}(?P<n>42\d{{6,10}})(?!\d)"), _joined("CRD")),
    (("prospero",), re.compile(r"\bprospero\W{1,3}(?:[\w.]+\W{1,2}){0,4}?(?P<n>42\d{9})(?!\d)"), _joined("CRD")),
    (("inplasy",), re.compile(rf"\binplasy{_GAP}(?P<n>\d{{9,}})(?!\d)"), _joined("INPLASY")),
)  # fmt: skip


_LETTERS = tuple((word, i) for i, (words, _, _) in enumerate(_REGISTRIES) for word in words)
_REGISTRY_OF = tuple(i for _, i in _LETTERS)
_AUTOMATON = AhoCorasick([word for word, _ in _LETTERS], implementation=Implementation.DFA)


def find_registrations(low: str) -> Iterator[tuple[str, int]]:
    """Each registration once, as its registry writes it, with the place where it is first named.

    >>> list(find_registrations("(nct 01234567; umin-ctr umin000012345). see nct01234567."))
    [('NCT01234567', 1), ('UMIN000012345', 24)]

    Args:
        low: the document, or a sentence of it, in lower case.
    """
    found: dict[str, int] = {}
    opened = {
        _REGISTRY_OF[word]
        for word, start, _ in _AUTOMATON.find_matches_as_indexes(low, overlapping=True)
        if not start or not low[start - 1].isalpha()
    }
    for number in sorted(opened):
        _, shape, written = _REGISTRIES[number]
        for m in shape.finditer(low):
            found.setdefault(written(m), m.start())
    yield from sorted(found.items(), key=lambda f: f[1])
