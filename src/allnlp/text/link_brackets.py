"""Numbers in brackets, ratios and times: of which name each is."""

from __future__ import annotations

import itertools
import re

from allnlp.text import link_words as words
from allnlp.text.link_lists import Lists
from allnlp.text.link_names import Bracket, Name
from allnlp.text.quantity_scan import Quantity


class Brackets(Lists):
    """A frame whose bracketed numbers, ratios and times are linked."""

    def _is_time_of(self, name: Name, q: Quantity) -> bool:
        """Whether a time is how long or when, rather than when looked at."""
        between = self.text[name.end : q.start]
        wide = self.text[max(self.start, name.start - 60) : q.start]
        if re.search(r"\b(?:correlat|associat)\w+\swith\s(?:an?\s)?(?:median\sof\s)?$|\b(?:collected|monitored|recorded|assessed|followed)\s(?:for|over)\s(?:an?\s)?(?:median\sof\s)?$", between):
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
                r"\bat\s[\d.]+\s(?:to|and|or|-)\s(?:[\d.]+\s(?:to|and|or|-)\s)?$|\b(?:within|at|by|every|after|until|through|during|first|next|last|past|over|before|in|from)\s(?:the\s)?(?:day\s)?$",
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

    def _name_in_own_bracket(self, q: Quantity) -> Name | None:
        """As in "in 5.2% (neutropenia), 2.6% (diarrhea)": the name that is all that the bracket after a number holds."""
        bracket = next((b for b in self.brackets if 0 <= b.start - q.end <= 1), None)
        if bracket is None:
            return None
        return next((n for n in self.names if 1 <= n.start - bracket.start <= 2 and 1 <= bracket.end - n.end <= 2), None)

    def _is_aside(self, q: Quantity, bracket: Bracket) -> bool:
        """Whether a share alone in its bracket counts those before or after it rather than a name: "the majority (64%) had"."""
        if q.kind != "share" or self.text[bracket.start + 1 : q.start].strip() or self.text[q.stop : bracket.end - 1].strip():
            return False
        if any(0 <= bracket.start - n.end <= 12 for n in self.names):
            return False
        return bool(words.SUBJECT.match(self.text, q.stop, min(self.end, q.stop + 220))) and bool(
            words.SOME.search(self.text, max(self.start, bracket.start - 40), bracket.start)
        )

    def _without_brackets(self, place: int) -> str:
        """What follows a place, with what stands in brackets blanked."""
        out = self.text[place : self.end]
        for b in self.brackets:
            if b.start >= place:
                out = out[: b.start - place] + " " * (b.end - b.start) + out[b.end - place :]
        return out

    def _percent_end(self, q: Quantity) -> int:
        """Where the number itself ends, before an interval or p value that belongs to it."""
        sign = self.text.find("%", q.start, q.stop)
        return sign + 1 if sign >= 0 else q.end

    def _in_bracket(self, i: int, bracket: Bracket) -> tuple[Name, str] | None:
        q = self.quantities[i]
        if (q.kind == "time" and words.OF_AGE.search(self.text, bracket.start, q.start)) or (q.kind == "share" and words.OF_COHORT.match(self.text, self._percent_end(q))):
            return None
        if q.kind == "time" and words.DOSING.search(self.text, bracket.start, q.start):
            return None
        if q.kind == "share" and not self.text[bracket.start + 1 : q.start].strip() and words.MOSTLY_OF.search(self.text, max(self.start, bracket.start - 40), bracket.start):
            return None  # "adverse events were mostly grade 1/2 (76%)": of the events
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
        if after and (words.BESIDE.fullmatch(self.text, last.stop, after[0].start) or self._is_subject(i) or (q.kind == "count" and self.text[last.stop : after[0].start] == " with ")):
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
        if after is None:
            return False
        return words.BESIDE.fullmatch(self.text, last.stop, after.start) is not None or self.text[last.stop : after.start] == " with "

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
            if self.said[k][0].label == "TOXICITY" and words.OTHER_TAIL.fullmatch(self.text, self.quantities[k].stop, bracket.start):
                return None  # "hypoxia (81%) and pulmonary infiltrate (73%)"
            if re.match(r"[)\]]?(?:\s[\w+/'-]+){0,8}\s?$", self.text[self.quantities[k].stop : bracket.start]) or not names:
                return (self.said[k][0], "bracket") if self._fits(self.said[k][0], q) else None
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
        if name.name == "adverse event" and q.kind == "share" and words.UNKNOWN_ITEM.fullmatch(self.text, name.end, bracket.start + 1):
            return None  # "the most common adverse event was gastrointestinal (49 [25%])"
        if q.kind == "time" and words.OF_EVENT.search(name.name) and not self._fits(name, q):
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
        if "surviv" in name.name and (
            (q.kind == "count" and q.sign == "n")
            or (q.kind == "share" and q.n is not None and q.total is None and self.text[q.start] in "nN" and self.text[q.start + 1 : q.start + 3].strip(" ") == "=")
        ):
            return None  # "in the presence (N = 235; 87%) or absence of a mutation": the size of a group
        if q.kind == "count" and q.sign == "n" and words.AFTER_EVENT.search(self.text, max(self.start, name.start - 45), name.start):
            return None  # "patients after relapse (n = 70)"
        if q.kind == "count" and words.WITH_INCOMPLETE.match(self.text, q.end):
            return None
        if q.kind == "count" and q.sign in ("n", "arm") and len(between) > (2 if q.sign == "n" else 60):
            return None
        return self._first_of_compound(name), "bracket"

    def _of_ratio(self, q: Quantity) -> tuple[Name, str] | None:
        inside = [n for n in self.names if q.start <= n.start and n.end <= q.stop]
        phrase = self.text[q.start : q.stop]
        known = [n for n in self.names if n.end <= q.start]
        known = [n for n in known if not self._is_of_ratio(n, q.start)] or known
        closed = [b for b in self.brackets if b.end <= q.start]
        known = [n for n in known if not any(b.start <= n.start and n.end <= b.end for b in closed)] or known
        before = next(reversed([n for n in known if not self._is_attribute(n) and not self._is_state(n)] or known), None)
        following = next((n for n in self.names if n.start >= q.stop), None)
        if following is not None and re.fullmatch(r"[)\]]?\sfor\s(?:the\s)?", self.text[q.stop : following.start]):
            return following, "ratio"  # "HR = 2.23 for RFS"
        rest = max([q.stop, *(b.end for b in self.brackets if b.start < q.start < b.end)])
        factors = words.FACTORS_OF.match(self._without_brackets(rest))
        if factors is not None and not inside and "surviv" not in (before.name if before else ""):
            of = next((n for n in self.names if n.start >= rest + factors.end() and not re.search(r"[;.]", self.text[rest + factors.end() : n.start])), None)
            if of is not None or before is None or before.label == "TOXICITY":
                return (of, "ratio") if of is not None else None
        others = [[n for n in self.names if o.start <= n.start and n.end <= o.stop] for o in self.quantities if o.kind in words.RATIO_KINDS and o != q]
        if len(inside) == 1 and any(len(o) == 1 and o[0].name != inside[0].name for o in others):
            return inside[0], "ratio"  # "HR for mortality 2.1, HR for relapse 2.8"
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
        if before is not None and not self._is_parted(before.end, bracket.start if bracket is not None and bracket.start >= before.end else q.start):
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
