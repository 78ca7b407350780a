"""A sentence as its names, its quantities and its brackets, and what the words around a number say of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from allnlp.text import link_words as words
from allnlp.text.link_names import Bracket, Name, alike, enclosing, find_brackets, is_setting, with_percents, without_heads, without_repeats
from allnlp.text.plain import holds
from allnlp.text.quantity_scan import Quantity

_HARD_SIGNS = (";", "whereas", "while", ".")  # without them nothing is parted
_IN_ONLY = len(" in only ")
_SEX_WORDS = ("male", "White", "Black", "Hispanic", "Asian", "Caucasian")


def is_about_patients(text: str, start: int, end: int) -> bool:
    """Whether a sentence may report results in patients: no study design, no animals or cells alone."""
    said = text[start:end]
    low = said.lower()
    if holds(low, words.DESIGN_WORDS) and words.DESIGN.search(said):
        return False
    return "patient" in said or not holds(low, words.ANIMAL_WORDS) or not words.NOT_PATIENTS.search(said)


class Frame:
    """A sentence with what is known of it; ``said`` holds the name and form of each quantity that is linked, by its number."""

    def __init__(self, text: str, start: int, end: int, names: Sequence[Name], quantities: Sequence[Quantity]) -> None:
        self.text, self.start, self.end = text, start, end
        self.brackets = find_brackets(text, start, end)
        low = text[start:end].lower()
        self.other_words = [word for word in words.OTHER_WORDS if word in low]
        self.has_defined, self.has_changed = "defined" in low, holds(low, words.CHANGE_WORDS)
        self.has_test = holds(low, words.TEST_WORDS)
        self.is_of_sexes = holds(text[start:end], _SEX_WORDS)
        self.names = without_heads(text, without_repeats(text, [n for n in names if not is_setting(text, start, n)]))
        self.quantities = with_percents(text, [q for q in quantities if not self._is_limit(q)], names)
        self.places = [q.start for q in self.quantities]
        self.ratios = [q for q in self.quantities if q.kind in words.RATIO_KINDS]
        self.brackets_of: dict[tuple[int, int], Bracket | None] = {}  # by the ends of a quantity
        self.lists = self._lists()
        self.attributes: dict[int, bool] = {}  # by where the name begins
        self.said: dict[int, tuple[Name, str]] = {}
        self.of_others: set[int] = set()  # quantities that are of something that is not known

    def _lists(self) -> list[list[int]]:
        groups: list[list[int]] = []
        starts = [n.start for n in self.names]
        for i, q in enumerate(self.quantities):
            before = self.quantities[i - 1] if i else None
            if (
                before is not None
                and self._same_bracket(before, q)
                and bisect_left(starts, before.end) >= bisect_left(starts, q.start)
                and words.LISTED.fullmatch(self.text, before.stop, q.start)
                and alike(before, q)
            ):
                groups[-1].append(i)
            else:
                groups.append([i])
        return [part for g in groups for part in self._split(g) for _ in part]

    def _split(self, group: list[int]) -> list[list[int]]:
        """A list of which the end is the subject of its own verb is two: "ORR was 69% vs 81%, and 46% vs 44% proceeded"."""
        for cut in range(len(group) - 1, 0, -1):
            a, b = self.quantities[group[cut - 1]], self.quantities[group[cut]]
            last = self.quantities[group[-1]]
            if (
                not words.AGAINST.search(self.text[a.stop : b.start])
                and words.WAS.search(self.text, max(self.start, self.quantities[group[0]].start - 12), self.quantities[group[0]].start)
                and any(words.SUBJECT.match(self.text, place, min(self.end, place + 120)) for place in (last.end, last.stop))
            ):
                return [group[:cut], group[cut:]]
        return [group]

    def _same_bracket(self, a: Quantity, b: Quantity) -> bool:
        """Whether two quantities stand in the same bracket, or both outside; one that ends within its own bracket counts as outside."""
        return self._bracket(a) == self._bracket(b)

    def _bracket(self, q: Quantity) -> Bracket | None:
        if not self.brackets:
            return None
        key = q.start, q.end
        if key not in self.brackets_of:
            self.brackets_of[key] = enclosing(self.brackets, q.start - 1, q.end)
        return self.brackets_of[key]

    def _is_parted(self, start: int, end: int) -> bool:
        """Whether another statement begins in a stretch, outside its brackets."""
        said = self.text[start:end]
        if not holds(said, _HARD_SIGNS):
            return False
        for b in self.brackets:
            if start <= b.start and b.end <= end:
                said = said[: b.start - start] + " " * (b.end - b.start) + said[b.end - start :]
        return words.HARD.search(said) is not None

    def _quantity_between(self, a: int, b: int) -> bool:
        i = bisect_left(self.places, a)
        return i < len(self.places) and self.places[i] < b

    def _is_other(self, q: Quantity) -> bool:
        """Whether the words beside a number say that it is of something else: a dose, an age, blasts."""
        if words.AS_CUTOFF.match(self.text, q.stop, self.end) or (q.kind == "share" and words.MORE_MEN.search(self.text, max(self.start, q.start - 50), q.start)):
            return True
        if q.total is not None and words.OF_DEATHS.match(self.text, q.end, self.end):
            return True  # "in 8 out of 9 liver transplant deaths"
        named = next((n for n in reversed(self.names) if n.end <= q.start), None)
        if named is not None and words.CHANGED_TO.fullmatch(self.text, named.end, q.start):
            return False
        before = self.text[max(self.start, q.start - 90) : q.start]
        if q.kind == "share" and words.MORE_THAN.search(before):
            return True  # "in >3 patients (5%)"
        if q.kind == "share" and before.rstrip(" (").endswith(("\u00b1", "+/-")):
            return True  # the error of the number before
        if q.kind == "count" and words.IF_THEY_HAD.search(self.text, self.start, q.start):
            return True
        if q.kind == "count" and words.ALL_BUT.search(before):
            return True
        if q.kind == "count" and words.OF_TREATMENTS.search(self.text, q.start, q.end):
            return True
        if q.kind == "count" and (words.DATA_ON.search(before) or (words.OF_THOSE.search(before) and self.text[q.end : q.end + 1] in (",", " "))):
            return True
        if q.kind == "share" and self.other_words and words.DIFFERENCE.search(self.text, max(self.start, q.start - 110), q.start):
            return True
        if q.kind == "share" and ((self.has_changed and words.CHANGED_BY.search(before)) or before.endswith(("CI ", "CI, ", "CI: ", "CI of "))):
            return True
        if (
            (self.other_words and self._is_said_of_other(q))
            or (self.has_defined and words.DEFINED.search(self.text, max(self.start, q.start - 160), q.start))
            or (self.has_test and words.TEST_OF.search(self.text, max(self.start, q.start - 170), q.start))
        ):
            return True
        if q.kind == "share" and self.is_of_sexes and (words.SEX.search(before) or words.OF_SEX.search(self.text, q.start, q.end) or words.SEX.match(self.text, q.stop, self.end)):
            return True
        return q.kind == "share" and bool(words.OTHER_RIGHT.match(self.text, q.stop, self.end))

    def _is_said_of_other(self, q: Quantity) -> bool:
        """Whether a word before a number says that it is of something else; words of a name do not: "ALT increased (12%)"."""
        low = self.text[max(self.start, q.start - 90) : q.start].lower()
        if not any(word in low for word in self.other_words):
            return False
        found = words.OTHER_LEFT.search(self.text, max(self.start, q.start - 90), q.start)
        return found is not None and not any(n.start <= found.start() < n.end for n in self.names)

    def _is_limit(self, q: Quantity) -> bool:
        """A limit of age or of a measured level, no result: "in patients < 70 years", "MRD < 0.01%"."""
        before = self.text[max(self.start, q.start - 20) : q.start]
        if q.unit == "years" and q.kind == "time" and words.AGED.search(before):
            return True
        if q.kind == "time" and q.sign in tuple("<>\u2264\u2265") and before.endswith("for "):
            return True  # "stable disease for >=24 weeks"
        if q.kind == "share" and q.n is None and q.sign == "at least" and before.endswith("in "):
            return True  # "reported in at least 5% of patients"
        if q.sign == "less than" and q.kind == "share" and q.n is None and (q.value or 1) < 1 and words.LEVEL.search(before) is not None:
            return True  # "an MRD of less than 0.01%"
        if not q.sign or q.sign not in "<>\u2264\u2265":
            return False
        if q.n is None and words.OF_CUTOFF.match(self.text, q.end) and not before.rstrip().endswith(("was", "were", "in", "of")):
            return True  # "plasma cells >= 20% (HR 4.3)"
        if q.kind == "share":
            if q.n is not None or q.value is None:
                return False
            is_floor = q.sign in ">\u2265" and q.value % 5 == 0 and re.search(r"(?:[(\[]|\b(?:in|by|with))\s?$", before) is not None
            return q.value < 1 or is_floor or words.LEVEL.search(before) is not None
        return q.unit == "years" and words.AGE_LIMIT.search(before) is not None

    def _is_subject(self, i: int) -> bool:
        return self._verb(i) is not None

    def _verb(self, i: int) -> re.Match[str] | None:
        """The verb that a quantity, or the list that it stands in, is the subject of."""
        q, first = self.quantities[self.lists[i][-1]], self.quantities[self.lists[i][0]]
        if q.kind not in ("share", "count"):
            return None
        if words.IN_THOSE_WHO.match(self.text, q.end, self.end) and any(n.end <= first.start for n in self.names):
            return None  # "relapse was 30% among all, 0% in patients who achieved CR"
        is_of_those = words.WHO_REACHED.match(self.text, q.stop, self.end) is not None  # "for the 34 patients (19%) who attained CR"
        if not is_of_those and words.SEEN_IN.search(self.text, max(self.start, first.start - 45), first.start):
            return None
        if words.IS_GIVEN.search(self.text, max(self.start, first.start - 30), first.start) and any(
            n.end <= first.start for n in self.names
        ):
            return None
        if any(n.end <= first.start <= n.end + _IN_ONLY and self.text.startswith(" in ", n.end) and re.fullmatch(r"\s(?:in\s(?:only\s)?)?", self.text[n.end : first.start]) for n in self.names):
            return None  # "nausea in 4 patients (33%) was mild"
        found = (words.SUBJECT.match(self.text, place, min(self.end, place + 220)) for place in dict.fromkeys((q.end, q.stop)))
        return next(
            (
                m
                for m in found
                if m and not (m["verb"].lower() in ("was", "were") and words.IS_SAID.match(self.text, m.end())) and not (words.RELATIVE.search(m.group()) and not any(m.end() < n.start < m.end() + 60 for n in self.names))
            ),
            None,
        )

    def _is_attribute(self, name: Name) -> bool:
        """Whether a name only says of whom or since when: "survival of relapsed patients from relapse was 46%"."""
        known = self.attributes.get(name.start)
        if known is None:
            known = self.attributes[name.start] = self._says_of_whom(name)
        return known

    def _says_of_whom(self, name: Name) -> bool:
        if (name.label == "EVENT" or self.text.startswith("ed", name.end - 2)) and re.match(
            r"\s(?:patients|pts|disease|AML|ALL|or\srefractory|refractory)\b", self.text[name.end : name.end + 14]
        ):
            return True
        if words.SINCE.search(self.text, max(self.start, name.start - 30), name.start):
            return True
        if self.text[name.end : name.end + 1] == "," and words.INCLUDED.search(self.text, max(self.start, name.start - 40), name.start):
            return True  # "adverse events, including one death, were seen in 6 patients"
        if words.RESPONSE_NAME.search(name.name) is None:
            return False
        before = self.text[max(self.start, name.start - 40) : name.start]
        if words.DEATH_IN.search(before):
            return True
        if before.endswith("including ") and not words.OWN_NUMBER.match(self.text, name.end):
            return True
        i = self.names.index(name) if name in self.names else 0
        return i > 0 and self.text[self.names[i - 1].end : name.start] in ("/", " or ") and self._is_attribute(self.names[i - 1])

    def _is_state(self, name: Name) -> bool:
        """Whether a response says in what state patients were: "not in complete remission (HR 1.7)"."""
        return (
            words.RESPONSE_NAME.search(name.name) is not None
            and words.IN_STATE.search(self.text, max(self.start, name.start - 30), name.start) is not None
        )

    def _name_before(self, place: int, q: Quantity | None = None) -> Name | None:
        """The last name before a place, with nothing between that begins another statement."""
        nearest = next((n for n in reversed(self.names) if n.end <= place), None)
        if nearest is None:
            return None
        is_plain = (q is None or self._fits(nearest, q)) and not self._is_of_ratio(nearest, place) and not self._is_attribute(nearest)
        if is_plain and not self._is_shut(nearest, place):
            return None if self._is_parted(nearest.end, place) else nearest  # most often the last name is in no bracket, and then it is the one
        inside = [b for b in self.brackets if b.end <= place]
        before = [n for n in self.names if n.end <= place and (q is None or self._fits(n, q)) and not self._is_of_ratio(n, place)]
        open_ones = [n for n in before if not any(b.start <= n.start and n.end <= b.end for b in inside)]
        if before and not open_ones and any(
            sum(b.start <= n.start and n.end <= b.end for n in before) > 1 and not any(b.start < o.start < b.end for o in self.quantities) for b in inside
        ):
            return None  # "antileukemic activity (CR, PR, stable disease) in 11 patients": of what the bracket explains
        known = open_ones or before
        name = next(reversed([n for n in known if not self._is_attribute(n)] or known), None)
        if name is None or self._is_parted(name.end, place):
            return None
        return name

    def _is_shut(self, name: Name, place: int) -> bool:
        """Whether a name stands in a bracket that ends before a place."""
        bracket = enclosing(self.brackets, name.start, name.end) if self.brackets else None
        return bracket is not None and bracket.end <= place

    def _is_of_ratio(self, name: Name, place: int) -> bool:
        """Whether a name stands in the words of a ratio that ends before a place: "(hazard ratio for progression or death, 0.62)"."""
        return any(q.start <= name.start < q.stop <= place for q in self.ratios)

    def _fits(self, name: Name, q: Quantity) -> bool:
        """Whether a name can have a quantity of that kind: a response has a time only where its duration or onset is spoken of."""
        if q.kind not in ("time", "none") or words.TIME_NAME.search(name.name):
            return True
        if words.OF_EVENT.search(name.name) and not words.TIME_TO.search(self.text, max(self.start, name.start - 45), max(name.end, q.start)):
            return False  # "relapse in 40% (12 of 30, with a median duration of treatment of 1 year)"
        return bool(words.LASTING.search(self.text, max(self.start, name.start - 45), min(self.end, max(name.end, q.start))))

    def _part(self, q: Quantity, bracket: Bracket) -> tuple[int, int]:
        """The part of a bracket between semicolons (or commas after a number) in which a quantity stands."""
        left, right = bracket.start + 1, bracket.end - 1
        for m in re.finditer(r";|,\s(?:and\s)?(?=[A-Za-z\u2265\d])", self.text[bracket.start + 1 : bracket.end - 1]):
            at = bracket.start + 1 + m.start()
            follows = bracket.start + 1 + m.end()
            if self.text[follows].isdigit() and not (
                m.group() != ";" and any(o.start == follows and o.kind in ("share", "count") and o.n is not None for o in self.quantities)
            ):
                continue
            if any(o.start < at < o.stop for o in self.quantities):
                continue
            if m.group()[0] == "," and not any(left <= o.start < at for o in self.quantities):
                continue
            if at <= q.start:
                left = at + 1
            elif at >= q.stop:
                right = at
                break
        return left, right

    def _bracket_holds_share(self, i: int, bracket: Bracket) -> bool:
        return any(k != i and q.kind == "share" and bracket.start < q.start < bracket.end for k, q in enumerate(self.quantities))

    def _first_of_compound(self, name: Name) -> Name:
        """As in "CR/CRi", "complete response [CR]/CR with incomplete recovery [CRi]" and "PFS or TTP" before one number are named by the first."""
        i = self.names.index(name)
        while (
            i > 0
            and re.fullmatch(
                r"\s?(?:[(\[][^()\[\]\d%]{0,40}[)\]])?\s?(?:/|\bor\b|\bplus\b|\+)\s?[(\[]?", self.text[self.names[i - 1].end : self.names[i].start]
            )
            and self.names[i].label == "OUTCOME"
        ):
            i -= 1
        if i > 0 and self.text[self.names[i - 1].end : self.names[i].start] == " and " and self.names[i].name.startswith(self.names[i - 1].name + " with"):
            i -= 1  # "CR and CRi rate of 46%"
        parts = self.names[i : self.names.index(name) + 1]
        if len(parts) > 1 and name.name == "very good partial response" and "or" not in self.text[parts[0].end : name.start].split():
            return name._replace(start=parts[0].start)  # "CR plus VGPR" is VGPR or better
        if len(parts) > 1 and any(n.name == "partial response" for n in parts):
            return name._replace(start=parts[0].start, curie="allnlp:overall-response-rate", name="overall response rate")
        return self.names[i]

    def _with_alternative(self, name: Name) -> Name:
        """As in "5 had a partial or complete response": the first of two responses of which either counts stands for both."""
        i = self.names.index(name) + 1
        if i < len(self.names) and {name.name, self.names[i].name} == {"complete remission", "partial response"} and self.text[name.end : self.names[i].start] == " or ":
            return name._replace(end=self.names[i].end, curie="allnlp:overall-response-rate", name="overall response rate")
        return name
