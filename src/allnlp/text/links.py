"""Which toxicity or outcome each number of a sentence is of.

The sentence is read as its names, its quantities and its brackets. A number in brackets is of the name inside, else of what the
bracket follows; a number that is the subject of a verb ("26% had fever") is of the first name after the verb; any other is of the
name that it stands beside, else of the last one before it. Lists of as many numbers as names are paired.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from allnlp.text import link_words as words
from allnlp.text.link_frame import Bracket, Link, Name
from allnlp.text.link_lists import Lists
from allnlp.text.numbers import read_number
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


class _Sentence(Lists):
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
                q = self._with_p_of_list(q, members)
                out += [Link(q, n, rule, members[0], members.index(i), len(members)) for n in self._shared(name, i, rule)]
        return self._with_parts_of_deaths(self._with_shares_after(self._with_p_of_arms(out)))

    def _with_p_of_arms(self, links: Sequence[Link]) -> list[Link]:
        """As in "81% with A versus 62% with B (p < .001)": the first number takes the p value of the second."""
        out = list(links)
        for i, (a, b) in enumerate(itertools.pairwise(links)):
            p, q = a.quantity, b.quantity
            if a.name == b.name and p.kind == q.kind and p.p_value is None and q.p_value is not None and words.COMPARED_WITH.fullmatch(self.text, p.stop, q.start) and words.AGAINST.search(self.text, p.stop, q.start):
                out[i] = a._replace(quantity=p._replace(p_value=q.p_value, p_sign=q.p_sign))
        return out

    def _with_parts_of_deaths(self, links: Sequence[Link]) -> list[Link]:
        """As in "39 died (3 at induction, 19 after relapse)": the parts in the bracket are deaths as well, and nothing else."""
        out = list(links)
        for link in links:
            q = link.quantity
            each = self._each_of(link)
            if each:
                out = [k for k in out if not any(k.quantity.start == e.start or k.quantity.end == e.end for e in each)]
                out += [Link(e, link.name, "part") for e in each]
                continue
            bracket = next((b for b in self.brackets if 0 <= b.start - max(link.name.end, q.stop) < 40), None)
            if link.name.name not in ("death", "mortality") or not q.n or bracket is None or re.search(r"[.;]", self.text[max(link.name.end, q.stop) : bracket.start]):
                continue
            items = [(m, read_number(m["n"])) for m in words.PART.finditer(self.text, bracket.start + 1, bracket.end - 1)]
            sizes = [n for _, n in items if n]
            if len(sizes) < len(items) or len(sizes) < 2 or sum(sizes) > q.n:
                continue
            out = [k for k in out if not bracket.start < k.quantity.start < bracket.end]
            out += [Link(Quantity(m.start("n"), m.end("n"), "count", n=n, stop=m.end("n"), noun=True), link.name, "part") for m, n in items]
        return sorted(out, key=lambda k: (k.quantity.start, k.name.start))

    def _each_of(self, link: Link) -> list[Quantity]:
        """The counts that add up to one before them: "35 died (A, n=18; B, n=17)", "five deaths: sepsis (n = 2), disease (n = 3)"."""
        q = link.quantity
        place = max(q.stop, link.name.end if link.name.start - q.stop < 20 else q.stop)
        if q.n is None or q.n < 2 or link.name.label == "TOXICITY" or self.text[place : place + 2] not in (": ", " ("):
            return []
        stop = next((b.end for b in self.brackets if b.start == place + 1), self.end)
        out: list[Quantity] = []
        for m in words.EACH_N.finditer(self.text, place, stop):
            out.append(Quantity(m.start(), m.end(), "count", n=int(m["n"]), stop=m.end(), noun=True))
            if sum(o.n or 0 for o in out) >= q.n:
                break
        return out if len(out) > 1 and sum(o.n or 0 for o in out) == q.n else []

    def _with_shares_after(self, links: Sequence[Link]) -> list[Link]:
        """As in "35 achieved a second CR (83%)": the count takes the share that follows the name in a bracket of its own."""
        out: list[Link] = []
        for link in links:
            before, q = (out[-1] if out else None), link.quantity
            if (
                before is not None
                and before.name == link.name
                and (before.quantity.kind, q.kind, link.rule) == ("count", "count", "before")
                and before.quantity.end <= link.name.start
                and (before.quantity.n or 0) <= (q.n or 0)
                and re.search(r"\bin\s(?:the\s|all\s)?$", self.text[link.name.end : q.start])
            ):  # "eight responses were seen in 40 evaluable patients"
                out[-1] = before._replace(quantity=before.quantity._replace(total=q.n, kind="share", noun=True))
            elif (
                before is not None
                and before.name == link.name
                and (before.quantity.kind, before.quantity.value, q.kind, q.n) == ("count", None, "share", None)
                and before.quantity.end <= link.name.start
                and re.fullmatch(r"(?:\s(?:occurred|were\s\w+|was\s\w+)(?:\sin\stotal)?)?\s?[(\[]\s?(?:[A-Za-z/]{2,6}[;,:]\s)?", self.text[link.name.end : q.start])
            ):
                merged = q._replace(start=before.quantity.start, n=before.quantity.n, noun=True)
                out[-1] = before._replace(quantity=merged)
            else:
                out.append(link)
        return out

    def _with_p_of_list(self, q: Quantity, members: Sequence[int]) -> Quantity:
        """A number of a list that is set against the next takes the p value of the last: "26% vs 12% (p = .02)"."""
        last = self.quantities[members[-1]]
        if (
            q.p_value is None
            and last.p_value is not None
            and len(members) > 1
            and words.AGAINST.search(self.text, self.quantities[members[0]].start, last.start)
        ):
            return q._replace(p_value=last.p_value, p_sign=last.p_sign)
        return q

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
            if q.total is not None and self.text[inside.start : inside.end].lower().endswith("responders"):
                verb = self._verb(i)  # "in 6 of 8 responders"
                return self._of_subject(i, verb) if verb is not None else self._of_complement(i)
            if not re.match(r"\s(?:patients|pts)\b", self.text[inside.end : q.end]):
                return inside, "inside"
            verb = self._verb(i)  # "three CR patients relapsed"
            return self._of_subject(i, verb) if verb is not None else None
        if (q.kind in ("share", "count") and self._is_other(q)) or (
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

    def _name_in_own_bracket(self, q: Quantity) -> Name | None:
        """As in "in 5.2% (neutropenia), 2.6% (diarrhea)": the name that is all that the bracket after a number holds."""
        bracket = next((b for b in self.brackets if 0 <= b.start - q.end <= 1), None)
        if bracket is None:
            return None
        return next((n for n in self.names if 1 <= n.start - bracket.start <= 2 and 1 <= bracket.end - n.end <= 2), None)

    def _is_of_unknown(self, q: Quantity) -> bool:
        """Whether a number has a noun of its own that is no name and no person: "three resistant diseases (27%)"."""
        noun = words.OWN_NOUN.match(self.text, q.start, q.end)
        if noun is None or re.search(words._PEOPLE, noun["noun"], re.IGNORECASE) or re.search(r"\b(?:of|in|events?|evaluable|responding|treated)\b", noun["noun"]):
            return False
        return not self._is_subject(self.quantities.index(q))

    def _is_aside(self, q: Quantity, bracket: Bracket) -> bool:
        """Whether a share alone in its bracket counts those before or after it rather than a name: "the majority (64%) had"."""
        if q.kind != "share" or self.text[bracket.start + 1 : q.start].strip() or self.text[q.stop : bracket.end - 1].strip():
            return False
        if any(0 <= bracket.start - n.end <= 12 for n in self.names):
            return False
        return bool(words.SUBJECT.match(self.text, q.stop, min(self.end, q.stop + 220))) and bool(
            words.SOME.search(self.text, max(self.start, bracket.start - 40), bracket.start)
        )

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
                    and not re.search(r"\b(?:due to|because of|died|of)\s", between)
                ):
                    return None
                if n.label != "EVENT" and words.FOR_NAME.search(between):
                    return None
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
                return n, "subject"
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
        if before is not None and q.n is not None and self._has_own_number(self._first_of_compound(before), i) and self._is_next_state(before, q):
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
        if q.start - before.end > words.REACH or (q.kind == "count" and not self._count_may_follow(before, q)):
            return None
        if q.kind == "time" and not self._is_time_of(before, q):
            return None
        if before.name == "adverse event" and words.UNKNOWN_ITEM.fullmatch(self.text, before.end, q.start):
            self.of_others.update(self.lists[i])
            return None
        members = self.lists[i]
        if len(members) > 1 and i != members[0] and words.AND_UNKNOWN.fullmatch(self.text, before.end, self.quantities[members[0]].start):
            joins = self.text[self.quantities[members[0]].stop : q.start]
            if not words.AGAINST.search(joins):
                self.of_others.add(i)
                return None
        if q.kind == "share" and not q.noun and not self._share_may_follow(before, q, is_linked=is_linked):
            return None
        if q.kind == "share" and q.n is not None and self._is_of_unknown(q) and self._has_own_number(before, i):
            return None
        numbers = [o for o in self.quantities if before.end <= o.start < q.start and o.kind in ("share", "count")]
        if numbers and q.kind in ("share", "count") and words.NEXT_ITEM.fullmatch(self.text, numbers[-1].stop, q.start):
            return None  # "lipase elevation in 15 (11%) and liver enzymes elevation in 20 (15%)": of something that is not known
        return self._first_of_compound(before), "before"

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

    def _is_time_of(self, name: Name, q: Quantity) -> bool:
        """Whether a time is how long or when, rather than when looked at."""
        between = self.text[name.end : q.start]
        wide = self.text[max(self.start, name.start - 60) : q.start]
        if re.search(r"\b(?:correlat|associat)\w+\swith\s(?:an?\s)?(?:median\sof\s)?$", between):
            return False
        if words.FOLLOWED.search(self.text, max(self.start, name.start - 70), name.start):
            return False
        if re.search(
            r"\bfollow-?\s?up|\bobserv|\bage[ds]?\b|\bexposure\b|\btreatment\sduration|\bcourses?\b|\bcycles?\b|\bevery\b",
            re.split(r"\b(?:was|were)\s", between)[-1] if "follow" not in between else between,
            re.IGNORECASE,
        ):
            return False
        if q.sign == "at least" or re.search(r"\bin\sexcess\sof\s$", between):
            return False
        if q.sign and q.sign in "<>\u2264\u2265" and "median" not in self.text[max(self.start, name.start - 40) : q.start]:
            return False
        if between.endswith(" by ") and words.PROLONGED.search(self.text, max(self.start, name.start - 60), name.start):
            return True
        if words.UP_TO.search(self.text, max(self.start, q.start - 12), q.start):
            return False
        if "free surv" in name.name and between.endswith(" for ") and "median" not in between:
            return False  # "event-free survival for 24 months"
        if re.search(r"\branged\sfrom\s$", between):
            return True
        if re.search(r"(?:duration\sof\s(?:treatment|therapy|exposure)|treatment\sduration)[^,;.]*$", self.text[max(self.start, name.start - 45) : name.start]):
            return False  # "duration of treatment until progression"
        if re.search(r"\bmedian\s(?:[\w-]+\s)?(?:time|duration|interval)\s(?:to|of|from)\s", between):
            return False  # of something of its own
        if not words.TIME_LINKED.search(self.text, max(self.start, q.start - 40), q.start):
            return False
        if "surviv" in name.name and re.search(r"\d\s?%[^;]*\bat\s(?:a\s)?median\s(?:[\w-]+\s)?of\s$", between):
            return False  # "relapse-free survival was 100% at a median of 44 months"
        if (
            re.search(
                r"\b(?:within|at|by|every|after|until|through|during|first|next|last|past|over|before|in|from)\s(?:the\s)?(?:day\s)?$",
                between,
            )
            and "median" not in between
        ):
            return False
        return bool(
            re.search(
                r"median|mean\b|average|duration|durable|last(?:ed|ing)|time\sto|survival|onset|ongoing|sustained|maintained|\bm?(?:OS|PFS|EFS|DFS|RFS|LFS|TTP|DOR|DoR|TTNT)\b|longer|shorter|resol|months\sto",
                wide,
                re.IGNORECASE,
            )
        )

    def _in_bracket(self, i: int, bracket: Bracket) -> tuple[Name, str] | None:
        q = self.quantities[i]
        left, right = self._part(q, bracket)
        inside = [n for n in self.names if left <= n.start and n.end <= right]
        before = [n for n in inside if n.end <= q.start]
        is_item = bool(re.search(r"(?:[,;]|\band)\s$|[(\[]$", self.text[max(self.start, q.start - 5) : q.start]))
        if before and is_item and q.n is not None and self._is_named_after(i, right):
            before = []  # "(16 complete responses and 3 partial responses)"
        if before:
            return self._first_of_compound(before[-1]), "bracket"
        last = self.quantities[self.lists[i][-1]]
        after = [n for n in inside if n.start >= last.stop]
        if after and (words.BESIDE.fullmatch(self.text, last.stop, after[0].start) or self._is_subject(i)):
            return after[0], "bracket"
        if (
            q.kind == "count"
            and q.noun
            and not re.match(r"n\b", self.text[q.start : q.start + 1])
            and self._bracket_holds_share(i, bracket)
        ):
            return None  # "(22 patients; ORR, 40%)": a denominator
        earlier = [n for n in self.names if bracket.start <= n.start and n.end <= left]
        if earlier:
            return earlier[-1], "bracket"
        if words.TIME_BEFORE.search(self.text, max(self.start, bracket.start - 20), bracket.start):
            to_come = next((n for n in self.names if n.start >= bracket.end), None)
            if to_come is not None and words.TIMES_BETWEEN.fullmatch(self.text, bracket.end, to_come.start):
                return to_come, "bracket"
        return self._before_bracket(i, bracket)

    def _is_named_after(self, i: int, right: int) -> bool:
        """Whether a name stands directly after a number, before a place."""
        last = self.quantities[self.lists[i][-1]]
        after = next((n for n in self.names if n.start >= last.stop and n.end <= right), None)
        return after is not None and words.BESIDE.fullmatch(self.text, last.stop, after.start) is not None

    def _before_bracket(self, i: int, bracket: Bracket) -> tuple[Name, str] | None:
        """What a bracket follows: the number just before it, else the last name."""
        q = self.quantities[i]
        outer = next((b for b in self.brackets if b.start < bracket.start and bracket.end < b.end), None)
        floor = outer.start if outer else self.start
        names = [n for n in self.names if floor <= n.start and n.end <= bracket.start and self._fits(n, q)]
        names = [n for n in names if not self._is_attribute(n)] or names
        shut = [b for b in self.brackets if floor <= b.start and b.end < bracket.start]
        names = [n for n in names if not any(b.start < n.start and n.end <= b.end and any(o.end <= b.start and o.name != n.name and b.start - o.end < 3 for o in names) for b in shut)] or names
        numbers = [
            k
            for k, o in enumerate(self.quantities)
            if floor <= o.start and o.start < bracket.start and k in self.said and o.kind in ("share", "count")
        ]
        if (
            numbers
            and (not names or self.quantities[numbers[-1]].start > names[-1].start)
            and not self._is_parted(self.quantities[numbers[-1]].stop, bracket.start)
        ):
            k = numbers[-1]
            if re.match(r"[)\]]?(?:\s[\w+/'-]+){0,8}\s?$", self.text[self.quantities[k].stop : bracket.start]) or not names:
                return self.said[k][0], "bracket"
        if not names:
            return None
        name = names[-1]
        if len(names) > 1 and "adverse event" in name.name and words.WAS_THE_MOST.fullmatch(self.text, names[-2].end, name.start):
            name = names[-2]
        between = self.text[name.end : bracket.start]
        if words.OTHER_ITEM.fullmatch(between) and any(name.end <= o.start < bracket.start for o in self.quantities):
            return None  # "hypoxia (81%) and pulmonary infiltrate (73%)": of something that is not known
        if words.DIFFERENCE_OF.search(self.text, max(self.start, name.start - 50), name.start) and not any(
            words.AGAINST.search(self.text, self.quantities[a].stop, self.quantities[b].start) for a, b in itertools.pairwise(self.lists[i])
        ):
            return None
        if words.HARD.search(between) or len(between) > words.REACH or words.NEW_SUBJECT.search(between):
            return None
        last = next((o for o in reversed(self.quantities) if name.end <= o.start and o.stop < bracket.start), None)
        if name.label == "TOXICITY" and last is not None and words.OTHER_TAIL.fullmatch(self.text, last.stop, bracket.start):
            return None
        if q.kind == "time" and words.OF_TREATMENT.search(between):
            return None
        if (
            q.kind == "time"
            and not self._is_time_of(name, q)
            and not re.search(
                r"median|duration|lasting|longer|shorter|time to", self.text[max(self.start, name.start - 60) : q.start], re.IGNORECASE
            )
        ):
            return None
        if (
            q.kind == "share"
            and not q.noun
            and len(self.lists[i]) == 1
            and re.search(r"\b(?:with|of)\s(?:[\w-]+\s){0,3}(?:mutations?|karyotype|disease|status|blasts|expression)\s?$|\b(?:mutations?|karyotype|deletions?)\s?$", between)
        ):
            return None
        if q.kind == "count" and q.sign == "n" and "surviv" in name.name:
            return None
        if q.kind == "count" and q.sign in ("n", "arm") and len(between) > (2 if q.sign == "n" else 60):
            return None
        return self._first_of_compound(name), "bracket"

    def _of_ratio(self, q: Quantity) -> tuple[Name, str] | None:
        inside = [n for n in self.names if q.start <= n.start and n.end <= q.stop]
        phrase = self.text[q.start : q.stop]
        known = [n for n in self.names if n.end <= q.start]
        before = next(reversed([n for n in known if not self._is_attribute(n) and not self._is_state(n)] or known), None)
        following = next((n for n in self.names if n.start >= q.stop), None)
        if following is not None and re.fullmatch(r"[)\]]?\sfor\s(?:the\s)?", self.text[q.stop : following.start]):
            return following, "ratio"  # "HR = 2.23 for RFS"
        if inside and re.search(r"\bprogression\b.{0,15}\bdeath\b", phrase) and not (before is not None and "surviv" in before.name):
            return inside[0]._replace(label="OUTCOME", curie="ncit:C28234", name="progression-free survival"), "ratio"
        if inside and not (
            before is not None
            and "survival" in before.name
            and (words.PROGRESSION_OR_DEATH.search(phrase) or _is_event_of(before.name, inside[-1].name))
        ):
            return inside[0], "ratio"
        bracket = self._bracket(q)
        if bracket is not None:
            left, _right = self._part(q, bracket)
            own = [n for n in self.names if left <= n.start and n.end <= q.start]
            if own:
                return own[-1], "ratio"
        after = next((n for n in self.names if n.start >= q.stop), None)
        if before is not None and not self._is_parted(before.end, q.start):
            return before, "ratio"
        if after is not None and after.start - q.stop < 40 and re.match(r"[)\]]?\s(?:for|in)\s", self.text[q.stop : after.start]):
            return after, "ratio"
        if before is not None:
            return before, "ratio"
        return (after, "ratio") if after is not None and after.start - q.stop < 80 else None


def _is_event_of(survival: str, event: str) -> bool:
    """Whether an event is what a survival is counted to: death of overall survival, relapse or progression of the others."""
    is_death = event in ("death", "mortality")
    if survival in ("overall survival", "survival"):
        return is_death
    return event in ("disease progression", "relapse")
