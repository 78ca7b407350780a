"""Which toxicity or outcome each number of a sentence is of.

The sentence is read as its names, its quantities and its brackets. A number in brackets is of the name inside, else of what the
bracket follows; a number that is the subject of a verb ("26% had fever") is of the first name after the verb; any other is of the
name that it stands beside, else of the last one before it. Lists of as many numbers as names are paired.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from allnlp.text import link_words as words
from allnlp.text.link_after import with_p_of_arms, with_p_of_list, with_parts_of_deaths, with_shares_after
from allnlp.text.link_brackets import Brackets
from allnlp.text.link_names import Link, Name
from allnlp.text.quantity_scan import Quantity


def link_quantities(text: str, start: int, end: int, names: Sequence[Name], quantities: Sequence[Quantity]) -> list[Link]:
    """Quantities of a sentence with the names that they are of; those of nothing named are left out.

    Args:
        text: as `plain.plain` gives it.
        start: of the sentence.
        end: of the sentence.
        names: toxicities, outcomes and verbs of the sentence, in order of place.
        quantities: its quantities, in order of place.
    """
    return _Sentence(text, start, end, names, quantities).links()


class _Sentence(Brackets):
    """A sentence while its quantities are linked."""

    def links(self) -> list[Link]:
        """Links in order of place."""
        out: list[Link] = []
        self._pair_lists()
        for i in range(len(self.quantities)):
            if i not in self.said and i not in self.of_others:
                found = self._link(i)
                if found is not None:
                    self.said[i] = found
        self._spread_to_lists()
        self._spread_to_arms()
        for i, q in enumerate(self.quantities):
            if i in self.said:
                name, rule = self.said[i]
                members = self.lists[i]
                q = with_p_of_list(self, q, members)
                out += [Link(q, n, rule, members[0], members.index(i), len(members)) for n in self._shared(name, i, rule)]
        return with_parts_of_deaths(self, with_shares_after(self, with_p_of_arms(self, out)))

    def _link(self, i: int) -> tuple[Name, str] | None:
        q = self.quantities[i]
        if q.kind in ("range",):
            return None
        if q.kind in words.RATIO_KINDS:
            return self._of_ratio(q)
        if q.sign == "name":
            if words.AMONG_ENROLLED.search(self.text, self.start, q.start):
                return None
            return next(((n, "beside") for n in self.names if n.start >= q.end), None)
        inside = next((n for n in self.names if q.start <= n.start and n.end <= q.end), None)
        if inside is not None and q.kind in ("share", "count"):
            if self.text[max(self.start, q.start - 4) : q.start].endswith("of "):
                return None  # "ten of 17 responses (59%) were in patients with sarcoma"
            if q.total is not None and self.text[inside.start : inside.end].lower().endswith("responders"):
                verb = self._verb(i)  # "in 6 of 8 responders"
                return self._of_subject(i, verb) if verb is not None else self._of_complement(i)
            if not re.match(r"\s(?:patients|pts)\b", self.text[inside.end : q.end]):
                return inside, "inside"
            verb = self._verb(i)  # "three CR patients relapsed"
            return self._of_subject(i, verb) if verb is not None else None
        if ((q.kind in ("share", "count") or words.AS_CUTOFF.match(self.text, q.stop, self.end)) and self._is_other(q)) or (
            q.kind == "time" and words.SPREAD.search(self.text, max(self.start, q.start - 30), q.start)
        ):
            return None
        bracket = self._bracket(q)
        of = next((n for n in self.names if n.start >= q.end), None)
        if of is not None and q.kind == "share" and self.text[of.start : of.end].endswith("s") and not self.text[of.start : of.end].isupper() and words.OF_THEM.fullmatch(self.text, q.end, of.start):
            return None  # "40% of relapses occur early": a share of them
        named = self._name_in_own_bracket(q) if bracket is None and q.kind in ("share", "count") else None
        if named is not None:
            return named, "bracket"
        if bracket is not None and self._is_aside(q, bracket):
            bracket = None  # "most (64%) patients with POD had CR"
        if bracket is not None:
            return self._in_bracket(i, bracket)
        verb = self._verb(i)
        if verb is not None:
            return self._of_subject(i, verb)
        return self._of_complement(i)

    def _is_of_unknown(self, q: Quantity) -> bool:
        """Whether a number has a noun of its own that is no name and no person: "three resistant diseases (27%)"."""
        noun = words.OWN_NOUN.match(self.text, q.start, q.end)
        if noun is None or re.search(words._PEOPLE, noun["noun"], re.IGNORECASE) or re.search(r"\b(?:of|in|events?|evaluable|responding|treated)\b", noun["noun"]):
            return False
        return not self._is_subject(self.quantities.index(q))

    def _of_subject(self, i: int, verb: re.Match[str]) -> tuple[Name, str] | None:
        q = self.quantities[self.lists[i][-1]]
        if words.ANAPHORA.match(self.text, q.end, self.end):
            nearest = self._name_beside_anaphora(q)
            if nearest is not None:
                return nearest, "anaphora" if nearest.end <= q.start else "subject"
        limit = self._limit_after(q)
        for n in self.names:
            if n.end > verb.start("verb") and n.start >= q.end and n.start < limit:
                between = self.text[q.end : n.start]
                if words.AS_STATUS.search(between) and words.AT_ENTRY.search(self.text, self.start, q.start):
                    return None  # "at transplant 9 (17%) were in CR"
                if n.label != "EVENT" and words.AMONG_ENROLLED.search(self.text, self.start, q.start):
                    return None
                if (
                    n.label != "EVENT"
                    and words.NO_RESULT_VERB.search(self.text, verb.start("verb") - 1, n.start)
                    and not re.search(r"\b(?:due to|because of|died)\s", between)
                ):
                    return None
                if n.label != "EVENT" and words.FOR_NAME.search(between):
                    return None
                if q.kind == "count" and n.label == "OUTCOME" and words.RISK_OF.search(between):
                    return None  # "17 with high risk of relapse"
                if words.OTHER_STATES.search(between):
                    return None  # "147 were in CHR, 115 in CCyR"
                if q.total is not None and " who " in self.text[q.end : verb.end()] and re.search(r"\b[Ii]n\s$", self.text[max(self.start, q.start - 4) : q.start]):
                    return None  # "in two of six who relapsed the mutation was found"
                if words.RESPONSE_NAME.search(n.name) and (words.GIVEN_IN.search(between) or words.AFTER_NAME.search(between)):
                    return None
                if q.kind == "count" and n.label == "OUTCOME" and (words.RATE_OF.match(self.text, n.end) or self.text[n.start : n.end].endswith(("rate", "rates"))):
                    return None  # "184 patients showed a survival rate of 26%"
                if between.endswith(("other than ", "rather than ", "instead of ")):
                    return None
                if words.COMPARED.search(between) or (words.WHO.search(between) and words.OWN_VERB.match(self.text, n.end, self.end)):
                    return None
                if "surviv" in n.name and q.kind == "share" and re.match(r"\s(?:rates?\s)?(?:of|was|were)\s(?:[\d.]|only\s)", self.text[n.end : n.end + 16]):
                    return None  # "20% of patients had a 5-year survival of 0.38"
                return self._with_alternative(n), "subject"
        return None

    def _name_beside_anaphora(self, q: Quantity) -> Name | None:
        """As in "88%, with 5% having an event of grade 3": the name of what came before, unless one follows the grade at once."""
        after = next((n for n in self.names if n.start >= q.end), None)
        if after is not None and not re.search(r"[,;.]", self.text[q.end : after.start]) and after.start - q.end < 60:
            return after
        return next((n for n in reversed(self.names) if n.end <= q.start), None)

    def _limit_after(self, q: Quantity) -> int:
        """Where what is said of a subject ends."""
        limit = min(self.end, q.stop + words.FAR_AFTER)
        for other in self.quantities:
            if other.start > q.stop and other.kind in ("share", "count") and self._bracket(other) == self._bracket(q):
                limit = min(limit, other.start)
                break
        cut = words.BARRIER.search(self.text, q.stop + 1, limit)
        return cut.start() if cut else limit

    def _of_complement(self, i: int) -> tuple[Name, str] | None:
        q = self.quantities[i]
        last = self.quantities[self.lists[i][-1]]
        before = self._name_before(q.start, q)
        after = next((n for n in self.names if n.start >= last.end), None)
        if words.WHILE_IT_WAS.search(self.text, max(self.start, q.start - 24), q.start):
            known = [k for k in range(i) if k in self.said and self.quantities[k].kind == q.kind]
            return (self.said[known[-1]][0], "continued") if known else None
        if before is not None and before.assertion == "negated" and before.label == "TOXICITY" and q.value != 0 and q.n != 0 and re.fullmatch(r"(?:\s(?:was|were)\s\w+)?,?\s(?:and|but|with)\s", self.text[before.end : q.start]):
            before = None  # "no sepsis and 14% of patients with rash"
        is_linked = bool(words.LINKED.search(self.text, max(self.start, q.start - 40), q.start))
        if q.kind == "share" and re.match(r"[)\]]?\sof\s$", self.text[last.end : after.start] if after else "") and after is not None and re.match(r"\s(?:patients|pts)\b", self.text[after.end : after.end + 10]):
            return None  # "representing 44% of CR patients"
        if after is not None and q.kind in ("share", "count") and words.BESIDE.fullmatch(self.text, last.end, after.start):
            close = before is not None and is_linked and not self._has_own_number(before, i)
            strong = last.kind == "count" or not re.search(r"\b(?:of|in|with)\s", self.text[last.end : after.start])
            if not close or (
                strong
                and q.start - (before.end if before else 0) > 3
                and not re.search(r"(?:was|were|is|are|:|=)\s?$", self.text[max(self.start, q.start - 6) : q.start])
                and after.start - last.end < 25
            ):
                return after, "beside"
        if after is not None and q.n is not None and before is not None and self._has_own_number(before, i) and words.WITH_NAME.fullmatch(self.text[last.end : after.start]):
            return after, "beside"  # "including 8 (20%) with complete remission"
        if after is not None and q.kind == "share" and self.text[max(self.start, q.start - 5) : q.start].endswith(("and ", "with ", ", ")) and words.OF_PATIENTS_WITH.fullmatch(self.text, q.end, after.start):
            return after, "beside"
        if before is not None and q.n is not None and self._has_own_number(self._first_of_compound(before), i) and (
            self._is_next_state(before, q) or words.OTHER_EVENTS.match(self.text, q.end, self.end)
        ):
            return None
        if (
            after is not None
            and q.kind == "share"
            and words.FRONTED.fullmatch(self.text, last.end, after.start)
            and re.search(r"\b[Ii]n\s$", self.text[max(self.start, q.start - 4) : q.start])
            and before is None
        ):
            return after, "beside"
        if q.kind == "count" and not q.noun and (q.sign != "arm" or before is None or q.start - before.end > 40):
            return None
        if q.kind == "count" and words.OF_TREATMENTS.search(self.text, q.start, q.end):
            return None
        if before is not None and q.kind == "count" and words.EVENT_COUNT.search(self.text, q.start, q.end):
            return before, "anaphora"
        if before is None:
            return self._continued(i) or self._opened(i)
        if self.text[max(self.start, q.start - 7) : q.start] == ", with " and words.PRESENTING.match(self.text, q.end, self.end):
            return None
        if q.start - before.end > words.REACH or (q.kind == "count" and not self._count_may_follow(before, q)):
            return None
        if q.kind == "time" and not self._is_time_of(before, q):
            return None
        other = words.OTHER_TIME.search(self.text, max(before.end, self.quantities[self.lists[i][0]].start - 20), self.quantities[self.lists[i][0]].start)
        if q.kind == "time" and other is not None:
            self.of_others.update(self.lists[i])  # "OS 42 vs 68 months and PMS 20 vs 27 months"
            return None
        if before.name == "adverse event" and words.UNKNOWN_ITEM.fullmatch(self.text, before.end, q.start):
            self.of_others.update(self.lists[i])
            return None
        members = self.lists[i]
        if len(members) > 2 and self._is_among_unknown(before, members):
            return self.said.get(i)
        if len(members) > 1 and i != members[0] and words.AND_UNKNOWN.fullmatch(self.text, before.end, self.quantities[members[0]].start):
            joins = self.text[self.quantities[members[0]].stop : q.start]
            if not words.AGAINST.search(joins):
                self.of_others.add(i)
                return None
        if q.kind == "share" and not q.noun and not self._share_may_follow(before, q, is_linked=is_linked):
            return None
        if q.kind == "share" and q.n is not None and self._is_of_unknown(q) and self._has_own_number(before, i):
            return None
        between = self.quantities[bisect_left(self.places, before.end) : bisect_left(self.places, q.start)]
        numbers = [o for o in between if o.kind in ("share", "count")]
        if numbers and q.kind in ("share", "count") and words.NEXT_ITEM.fullmatch(self.text, numbers[-1].stop, q.start):
            return None  # "lipase elevation in 15 (11%) and liver enzymes elevation in 20 (15%)": of something that is not known
        return self._first_of_compound(before), "before"

    def _is_among_unknown(self, last: Name, members: list[int]) -> bool:
        """As in "CIR, CID, and OS were 33%, 6%, and 75%": pairs a list of abbreviations of which some are not known with as many numbers."""
        listed = words.ITEMS_BEFORE.search(self.text, max(self.start, last.start - 60), last.start)
        items = [m.span() for m in re.finditer(r"[A-Z][A-Za-z-]+", listed.group())] if listed else []
        if listed is None or len(items) + 1 != len(members) or words.AGAINST.search(self.text, self.quantities[members[0]].stop, self.quantities[members[-1]].start):
            return False
        places = [(listed.start() + a, listed.start() + b) for a, b in items] + [(last.start, last.end)]
        for member, (a, b) in zip(members, places, strict=True):
            name = next((n for n in self.names if n.start < b and a < n.end), None)
            if name is not None:
                self.said[member] = (name, "list")
            else:
                self.of_others.add(member)
        return True

    def _is_next_state(self, before: Name, q: Quantity) -> bool:
        """As in "115 in CCyR and 158/163 (97%) in EMR", "52 reached CR, 45 (87%) without MRD": of another state, that is not known."""
        if re.match(r"[)\]]?\swithout\s", self.text[q.stop : q.stop + 10]):
            return True
        is_state = re.search(r"\d\)?\sin\s$", self.text[max(self.start, before.start - 6) : before.start]) is not None
        return is_state and words.IN_OTHER.match(self.text, q.stop, self.end) is not None

    def _continued(self, i: int) -> tuple[Name, str] | None:
        """As in "rates were: group 1, 10%; group 2A, 46%": after a semicolon a label and a number go on with the name before."""
        known = [k for k in range(i) if k in self.said and self.quantities[k].kind == self.quantities[i].kind]
        if not known or self._bracket(self.quantities[known[-1]]) != self._bracket(self.quantities[i]):
            return None
        own = next((n for n in self.names if n.start >= self.quantities[i].stop), None)
        if own is not None and own.label == "EVENT" and not re.search(r"[;,.]|\d", self.text[self.quantities[i].stop : own.start]):
            return own, "subject"  # "; in 162 patients the disease had progressed"
        between = self.text[self.quantities[known[-1]].stop : self.quantities[i].start]
        if not re.fullmatch(
            r"[)\]]?(?:\s[\w+/-]+){0,6}[;,]\s?(?:and\s|whereas\s|while\s|in\s|for\s)*[\w\s+/.\u2265\u2264<>=-]{1,50}[,:=]?\s?(?:was\s|were\s|in\s|\()?",
            between,
        ) or words.VERB_OF_OTHER.search(between):
            return None
        return self.said[known[-1]][0], "continued"

    def _opened(self, i: int) -> tuple[Name, str] | None:
        """As in "responses were seen with both schedules; 15/51 (29%) on arm A": a part that opens with a share and has no name goes on with the one before."""
        q = self.quantities[i]
        if q.kind != "share" or not re.search(r"[;:]\s(?:in\s|with\s)?$", self.text[max(self.start, q.start - 8) : q.start]):
            return None
        end = next((m.start() for m in re.finditer(r";|\.\s", self.text[q.stop : self.end])), self.end - q.stop) + q.stop
        name = next((n for n in reversed(self.names) if n.end <= q.start), None)
        if name is None or any(q.start <= n.start < end for n in self.names) or any(name.end <= o.start < q.start for o in self.quantities):
            return None
        return name, "continued"

    def _has_own_number(self, name: Name, i: int) -> bool:
        return any(said[0] == name for k, said in self.said.items() if k < i)

    def _share_may_follow(self, name: Name, q: Quantity, *, is_linked: bool) -> bool:
        between = self.text[name.end : q.start]
        if re.search(r"\bincluded\b.*\bin\s$", between):
            return False  # "relapse included blastoid morphology in 37%"
        if is_linked or len(between) < 4 or any(name.end <= other.start < q.start for other in self.quantities):
            return True
        return (
            bool(re.search(r"\b(?:was|were|is|are|occurr\w+|seen|observed|rate|rates|probability|incidence|reported)\b", between))
            or len(between) < 25
        )

    def _count_may_follow(self, name: Name, q: Quantity) -> bool:
        """As in "CRS was seen in 3 patients", not "CRS was frequent; we treated 3 patients"."""
        between = self.text[name.end : q.start]
        return (
            bool(
                re.search(
                    r"\b(?:in|for|by|among|occurr\w+|affect\w+|were|was|of)\s(?:only\s|the\s(?:other|remaining)\s|another\s|just\s|all\s)?$|[(\[:,=]\s?$",
                    between,
                )
            )
            and len(between) < 120
        )
