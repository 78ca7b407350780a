"""Lists of names with lists of numbers: "CRS and ICANS in 26% and 12%", and numbers that share a name."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

from allnlp.text import link_words as words
from allnlp.text.link_frame import Frame
from allnlp.text.link_names import Name
from allnlp.text.quantity_scan import Quantity


class Lists(Frame):
    """A frame of which lists are paired."""

    @functools.cached_property
    def name_lists(self) -> list[list[int]]:
        """The names in lists: "CRS and ICANS" is one of two."""
        groups: list[list[int]] = []
        for i, n in enumerate(self.names):
            before = self.names[i - 1] if i else None
            is_next = (
                before is not None
                and not self._quantity_between(before.end, n.start)
                and words.COORDINATED.fullmatch(self.text, before.end, n.start)
                and not (self.text.startswith(",", before.end) and self._is_attribute(before))
            )
            if is_next:
                groups[-1].append(i)
            else:
                groups.append([i])
        return groups

    def _pair_lists(self) -> None:
        """Pair a list of names with the list of as many numbers, or as many groups of numbers, that comes next to it."""
        for group in self.name_lists:
            if len(group) < 2:
                continue
            first, last = self.names[group[0]], self.names[group[-1]]
            if self._says_more(first, last):
                continue
            if self._pair_blocks(group):
                continue
            after, before = self._list_after(last) or [], self._list_before(first.start)
            if len(after) < 2:
                after = self._respective(last, len(group)) or after
            group = self._without_compounds(group, after)
            if len(group) < 2:
                continue
            for members, is_after in ((after, True), (before, False)):
                if any(q.kind in words.RATIO_KINDS and any(q.start <= n.start and n.end <= q.stop for n in self.names) for q in (self.quantities[m] for m in members)):
                    continue  # "(HR for mortality 2.13, HR for relapse 2.81)"
                if 2 <= len(members) < len(group):
                    group = group[-len(members) :] if is_after else group[: len(members)]
                places = self._places(members, len(group))
                if not places:
                    continue
                if self.quantities[members[0]].kind == "share" and self._is_other(self.quantities[members[0]]):
                    self.of_others.update(members)  # "OS and RFS were improved by 37% and 45%"
                    break
                between = (
                    self.text[last.end : self.quantities[members[0]].start]
                    if is_after
                    else self.text[self.quantities[members[-1]].end : first.start]
                )
                if words.HARD.search(between) or (not is_after and not self._is_subject(members[-1])):
                    continue
                for same in [members, *self._alike_after(members, group)]:
                    for member, place in zip(same, places, strict=True):
                        self.said.setdefault(member, (self.names[group[place]], "list"))
                break

    def _says_more(self, first: Name, last: Name) -> bool:
        """Whether names stand in a bracket without numbers that explains the name before it: "overall response (complete or partial response)"."""
        bracket = next((b for b in self.brackets if b.start < first.start and last.end <= b.end), None)
        if bracket is None or any(bracket.start < q.start < bracket.end for q in self.quantities):
            return False
        before = {n.name for n in self.names if n.end <= bracket.start}
        return bool(before) and not {n.name for n in self.names if first.start <= n.start <= last.start} <= before

    def _pair_blocks(self, group: Sequence[int]) -> bool:
        """Pair names with blocks of numbers set against one another, each with its ratio: "22 vs 12 months (HR 0.5), 6 vs 4 months (HR 0.6)"."""
        start = self.names[group[-1]].end
        stop = next((n.start for n in self.names if n.start > start), self.end)
        blocks: list[list[int]] = []
        for i, q in enumerate(self.quantities):
            if not start <= q.start < stop or q.kind == "range":
                continue
            before = self.quantities[i - 1] if blocks else None
            is_versus = before is not None and bool(words.AGAINST.search(self.text, before.stop, q.start)) and q.start - before.stop < 40
            is_inside = before is not None and q.kind in words.RATIO_KINDS and q.start - before.stop < 12
            if blocks and (is_versus or is_inside):
                blocks[-1].append(i)
            else:
                blocks.append([i])
        if len(blocks) != len(group) or max(map(len, blocks), default=0) < 2:
            return False
        has_ratios = any(self.quantities[i].kind in words.RATIO_KINDS for b in blocks for i in b)
        kinds = [{self.quantities[i].kind for i in b} for b in blocks]
        if has_ratios and min(map(len, blocks)) < 2:
            return False
        if not has_ratios and not (all(len(k) == 1 for k in kinds) and all(a != b for a, b in itertools.pairwise(kinds)) and ";" in self.text[start : self.quantities[blocks[-1][0]].start]):
            return False
        shares = [i for b in blocks for i in b if self.quantities[i].kind == "share"]
        is_change = bool(shares) and self._is_other(self.quantities[shares[0]])  # "improved by 37% (HR 0.63) and 45% (HR 0.55)"
        for place, block in zip(group, blocks, strict=True):
            for i in block:
                if is_change and i in shares:
                    self.of_others.add(i)
                else:
                    self.said.setdefault(i, (self.names[place], "list"))
        return True

    def _without_compounds(self, group: list[int], after: Sequence[int]) -> list[int]:
        """Names without those that a slash joins to one before, as CR/CRi, unless slashes join the numbers too."""
        if any("/" in self.text[self.quantities[a].stop : self.quantities[b].start] for a, b in itertools.pairwise(after)):
            return group
        kept = [group[0]]
        for a, b in itertools.pairwise(group):
            if not (self.names[a].label == "OUTCOME" and re.fullmatch(r"\s?[/+]\s?", self.text[self.names[a].end : self.names[b].start])):
                kept.append(b)
        return kept

    def _alike_after(self, members: Sequence[int], group: Sequence[int]) -> list[list[int]]:
        """Further lists of the same shape, with no other name between: "(NR vs NR and NR vs NR) ... (4.6 vs 2.0 and ...)"."""
        out = []
        place = members[-1] + 1
        while place < len(self.quantities):
            other = self.lists[place]
            between = [n for n in self.names if self.quantities[members[-1]].stop <= n.start < self.quantities[other[0]].start]
            if len(other) != len(members) or any(self._fits(n, self.quantities[other[0]]) for n in between):
                break
            out.append(list(other))
            place = other[-1] + 1
        return out

    def _places(self, members: Sequence[int], k: int) -> list[int]:
        """For each number of a list the place of its name among ``k``; empty where they do not fit.

        "5 vs 18%, 7 vs 12%" are two blocks; "80%/60% versus 66%/42%" two of two.
        """
        if len(members) < k or k < 2:
            return []
        joins = [self.text[self.quantities[a].stop : self.quantities[b].start] for a, b in itertools.pairwise(members)]
        against = [bool(words.AGAINST.search(j)) for j in joins]
        if len(members) == k:
            return list(range(k)) if not all(against) else []
        block = [0]
        for is_against in against:
            block.append(block[-1] + (not is_against))
        if block[-1] + 1 == k:
            return block
        turn = [0]
        for is_against in against:
            turn.append(0 if is_against else turn[-1] + 1)
        if any(against) and max(turn) + 1 == k and (len(members) % k == 0 or turn[: k] == list(range(k))):
            return turn
        if len(members) % k or any(against):
            return []
        pairs, commas = joins[::2], joins[1::2]
        if len(members) == 2 * k and k > 1 and all(re.search(r"\sand\s", j) and "," not in j for j in pairs) and all("," in j or ";" in j for j in commas):
            return [i // 2 for i in range(len(members))]  # "53% and 38%, 52% and 92%"
        if words.IN_TWO.match(self.text, self.quantities[members[-1]].stop, self.end):
            return [
                i // (len(members) // k) for i in range(len(members))
            ]  # "EFS and OS were 39% and 34% and 53% and 46% in A and B, respectively"
        return [i % k for i in range(len(members))]

    def _list_after(self, name: Name) -> list[int]:
        """The list of quantities that is the next item after a name; times pass over names that have none."""
        i = next((i for i, q in enumerate(self.quantities) if q.start >= name.end and q.kind != "range" and not self._is_since(q)), None)
        if i is None or any(name.end <= n.start < self.quantities[i].start and self._fits(n, self.quantities[i]) for n in self.names):
            return []
        return self.lists[i]

    def _respective(self, last: Name, k: int) -> list[int]:
        """As in "A and B in 43% (mean duration 1.1 days) and 48% (mean duration 1.4 days), respectively": numbers parted by brackets."""
        said = self.text.find("respectively", last.end, self.end)
        stop = next((n.start for n in self.names if n.start >= last.end), self.end)
        if not last.end <= said < stop:
            return []
        open_ones = [i for i, q in enumerate(self.quantities) if last.end <= q.start < said and self._bracket(q) is None]
        if len(open_ones) != k or len({self.quantities[i].kind for i in open_ones}) != 1:
            return []
        gaps = [re.sub(r"[(\[][^()\[\]]*[)\]]", "", self.text[self.quantities[a].end : self.quantities[b].start]) for a, b in itertools.pairwise(open_ones)]
        return open_ones if all(re.fullmatch(r"\s*[)\]]?(?:,|,?\sand)\s(?:in\s)?", gap) for gap in gaps) else []

    def _is_since(self, q: Quantity) -> bool:
        """As in "survival 12 months after dosing was 52%": when the figures are of."""
        return q.kind == "time" and re.match(r"\s(?:after|post|following|from|since)\b", self.text[q.stop : q.stop + 12]) is not None

    def _list_before(self, place: int) -> list[int]:
        i = next((i for i, q in reversed(list(enumerate(self.quantities))) if q.stop <= place), None)
        if i is None or any(self.quantities[i].stop <= n.start < place for n in self.names):
            return []
        return self.lists[i]

    def _spread_to_lists(self) -> None:
        """A number of a list that found no name of its own takes that of the one before it."""
        for i in range(len(self.quantities)):
            members = self.lists[i]
            if i not in self.said and i not in self.of_others and len(members) > 1 and not self._is_other(self.quantities[i]):
                known = [m for m in members if m in self.said]
                if known:
                    self.said[i] = (self.said[known[-1]][0], "list")

    def _spread_to_arms(self) -> None:
        """A number of an arm that found no name takes that of the number it is compared with: "11% for those given A and 12% for those given B"."""
        order = range(len(self.quantities))
        for i, k in [(i, i - 1) for i in order[1:]] + [(i, i + 1) for i in reversed(order[:-1])]:
            if i in self.said or k not in self.said:
                continue
            q, other = self.quantities[i], self.quantities[k]
            first, second = (other, q) if k < i else (q, other)
            is_alike = q.kind == other.kind and q.kind in ("share", "count", "time") and self._bracket(q) == self._bracket(other)
            own = self.said[k][0]
            if not is_alike or self._is_other(q) or any(first.stop <= n.start < second.start and n != own for n in self.names):
                continue
            is_joined = words.COMPARED_WITH.fullmatch(
                self.text, max(first.stop, own.end) if own.end <= second.start else first.stop, second.start
            )
            if is_joined and not (k > i and words.OWN_OBJECT.match(self.text, q.stop, self.end)) and (
                (k > i and self.said[k][1] == "subject")
                or (k < i and (words.ARM_AFTER.match(self.text, q.end, self.end) or q.sign == "arm"))
            ):
                self.said[i] = (self.said[k][0], "list")

    def _shared(self, name: Name, i: int, rule: str) -> list[Name]:
        """The names that a number is of: "rash, infection and fever (67%)" is of all three where none has a number of its own."""
        if rule == "before" and re.search(r"\bboth\s(?:found\sto\sbe\s|estimated\s(?:at|to\sbe)\s)?$", self.text[name.end : self.quantities[i].start]):
            group = next((g for g in self.name_lists if name in [self.names[k] for k in g]), [])
            return [self.names[k] for k in group] or [name]  # "EFS and OS are both 93%"
        if (
            rule == "before"
            and name.label == "TOXICITY"
            and words.SEEN.fullmatch(self.text[name.end : self.quantities[i].start])
            and len(self.lists[i]) == 1
        ):
            rule = "after"  # "nausea and dizziness in 4 patients (33%)"
        if (
            rule not in ("bracket", "after")
            or self.quantities[i].kind in words.RATIO_KINDS
            or name.label != "TOXICITY"
            or len(self.lists[i]) > 1
        ):
            return [name]
        group = next((g for g in self.name_lists if name in [self.names[k] for k in g]), [])
        names = [self.names[k] for k in group]
        if len(names) < 2 or names[-1] != name or any(said[0] in names[:-1] for k, said in self.said.items() if k != i):
            return [name]
        joined = self.text[names[0].start : names[-1].end]
        is_each = re.search(r"[(\[]\s?(?:all|each)\s$", self.text[name.end : self.quantities[i].start]) is not None  # "rash or fever (all 14%)"
        return (
            names if (is_each or re.search(r",\sand\s|\sand\s", joined)) and "/" not in joined and all(n.label == "TOXICITY" for n in names) else [name]
        )
