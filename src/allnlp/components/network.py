"""spaCy's recogniser over a window encoder, as arrays: the same sums for many documents at once. Documents and words are not read here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from thinc.api import Model

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Found = tuple[int, int, str]  # rows of the first token and behind the last, label

_BLOCK = 1024  # rows that are encoded together, so that what is worked on stays in the cache of a core
_TINY = np.float32(1e-8)  # of thinc's layer norm
_OUT, _BLOCKED = "O", "U-"  # spaCy's names; the second is of places that were marked before


class Layer(NamedTuple):
    """A layer that takes each token with its neighbours and is added to what came in: maxout, then a norm."""

    weights: Floats  # (3 * width, pieces * width), the pieces one behind the other
    bias: Floats  # (pieces * width,)
    gain: Floats  # (width,)
    shift: Floats  # (width,)


class Recogniser(NamedTuple):
    """The weights of a recogniser behind its embedding; ``actions`` are named as spaCy's: "B-X", "I-X", "L-X", "U-X", "O"."""

    layers: tuple[Layer, ...]
    narrow: Floats  # (width, inner)
    narrow_bias: Floats  # (inner,)
    places: tuple[Floats, Floats, Floats]  # of the token, of the first and the last one of an open entity: (inner, pieces * hidden)
    none_open: Floats  # (pieces * hidden,): what stands for the two where no entity is open, and the bias
    bias: Floats  # (pieces * hidden,)
    hidden: int
    upper: Floats  # (hidden, actions)
    upper_bias: Floats  # (actions,)
    actions: tuple[str, ...]


def recogniser(model: Model[Any, Any], actions: Sequence[str]) -> Recogniser | None:
    """The weights of spaCy's ``TransitionBasedParser.v2`` over ``Tok2Vec.v2`` and ``MaxoutWindowEncoder.v2``.

    Returns:
        None where the network has another shape: a wider window, other features of the state, no hidden layer.
    """
    read, lower, upper = model.get_ref("tok2vec"), model.get_ref("lower"), model.get_ref("upper")
    narrow = [layer for layer in read.layers if layer.name == "linear"]
    found = [_layer(part) for part in read.layers[0].layers[-1].layers[0].layers]
    layers = tuple(layer for layer in found if layer is not None)
    is_known = model.attrs["has_upper"] and not model.attrs["unseen_classes"] and upper.get_dim("nO") == len(actions)
    if not (is_known and layers and len(layers) == len(found) and len(narrow) == 1 and lower.get_dim("nF") == 3 and lower.get_dim("nP") > 1):
        return None
    bias = _param(lower, "b").T.reshape(-1)  # piece by piece
    pad = _param(lower, "pad")[0, 1:].sum(axis=0).T.reshape(-1)
    places = [np.ascontiguousarray(w.transpose(1, 0, 2).reshape(len(bias), -1).T) for w in _param(lower, "W")]
    return Recogniser(
        layers=layers,
        narrow=np.ascontiguousarray(_param(narrow[0], "W").T),
        narrow_bias=_param(narrow[0], "b"),
        places=(places[0], places[1], places[2]),
        none_open=pad + bias,
        bias=bias,
        hidden=lower.get_dim("nO"),
        upper=np.ascontiguousarray(_param(upper, "W").T),
        upper_bias=_param(upper, "b"),
        actions=tuple(actions),
    )


def _layer(part: Model[Any, Any]) -> Layer | None:
    by_name = {layer.name: layer for layer in part.walk()}
    if not {"expand_window", "maxout", "layernorm"} <= set(by_name) or "residual" not in part.name:
        return None
    if by_name["expand_window"].attrs["window_size"] != 1 or by_name["maxout"].get_dim("nP") < 2:
        return None
    weights = _param(by_name["maxout"], "W")  # units, pieces, inputs
    return Layer(
        weights=np.ascontiguousarray(weights.transpose(1, 0, 2).reshape(-1, weights.shape[-1]).T),
        bias=_param(by_name["maxout"], "b").T.reshape(-1),
        gain=_param(by_name["layernorm"], "G"),
        shift=_param(by_name["layernorm"], "b"),
    )


def _param(layer: Model[Any, Any], name: str) -> Floats:
    return np.asarray(layer.get_param(name), dtype=np.float32)


def encode(embedded: Floats, lengths: Sequence[int], weights: Recogniser) -> Floats:
    """The tokens as the recogniser's actions see them.

    Args:
        embedded: tokens of all documents, one behind the other; shape (tokens, width).
        lengths: tokens of each document.
        weights: of the recogniser.

    Returns:
        Shape (tokens, inner).
    """
    reach, width = len(weights.layers), embedded.shape[1]
    rows = np.arange(len(embedded)) + np.repeat(reach * np.arange(1, len(lengths) + 1), lengths)
    x = np.zeros((len(embedded) + reach * (len(lengths) + 1), width), dtype=np.float32)  # documents do not see each other over empty rows
    x[rows] = embedded
    scratch = [np.empty((min(len(x), _BLOCK + 2 * reach), n * width), dtype=np.float32) for n in (1, 3, len(weights.layers[0].bias) // width, 1)]
    narrow = np.empty((len(x), weights.narrow.shape[1]), dtype=np.float32)
    for start in range(0, len(x), _BLOCK):
        stop = min(len(x), start + _BLOCK)
        first, last = max(0, start - reach), min(len(x), stop + reach)  # rows further away change nothing
        part, windows, product, best = (array[: last - first] for array in scratch)
        part[:] = x[first:last]
        for layer in weights.layers:
            _add_layer(part, layer, windows, product, best)
        narrow[start:stop] = _product(part[start - first : stop - first], weights.narrow)
    out: Floats = narrow[rows]
    out += weights.narrow_bias
    return out


def _product(x: Floats, weights: Floats) -> Floats:
    """Rows times weights. One row alone would be summed in another order than among others, and differ in its last digits."""
    out: Floats = (np.repeat(x, 2, axis=0) @ weights)[:1] if len(x) == 1 else x @ weights
    return out


def _add_layer(x: Floats, layer: Layer, windows: Floats, product: Floats, best: Floats) -> None:
    """Add to ``x`` what a layer makes of it. Memory is used again: to ask for it anew takes as long as half of the sums."""
    width = x.shape[1]
    windows[0, :width] = windows[-1, 2 * width :] = 0
    windows[1:, :width] = x[:-1]
    windows[:, width : 2 * width] = x
    windows[:-1, 2 * width :] = x[1:]
    np.matmul(windows, layer.weights, out=product)
    product += layer.bias
    _maxout(product, best)
    best -= best.mean(axis=1, keepdims=True)
    best *= 1 / np.sqrt(np.einsum("ij,ij->i", best, best) / np.float32(width) + _TINY)[:, None]
    best *= layer.gain
    best += layer.shift
    x += best


def _maxout(x: Floats, best: Floats) -> Floats:
    """The largest of the pieces, written into ``best``."""
    width = best.shape[1]
    np.maximum(x[:, :width], x[:, width : 2 * width], out=best)  # two at least
    for start in range(2 * width, x.shape[1], width):
        np.maximum(best, x[:, start : start + width], out=best)
    return best


def find(tokens: Floats, lengths: Sequence[int], is_blank: NDArray[np.bool_], weights: Recogniser) -> list[list[Found]]:
    """The entities of each document, by tokens of the document.

    spaCy's recogniser takes the best action that is allowed at each token. Where no entity is open, the action is told by the token
    alone; so it is worked out for all tokens at once, and only entities of several tokens are followed step by step.

    Args:
        tokens: of all documents, from ``encode``.
        lengths: tokens of each document.
        is_blank: of each token, whether it is made of blanks: no entity begins there.
        weights: of the recogniser.
    """
    if not len(tokens):
        return [[] for _ in lengths]
    ends = np.cumsum(lengths)
    last = np.zeros(len(tokens), dtype=bool)
    last[ends[np.asarray(lengths) > 0] - 1] = True
    best = _closed(tokens, last, weights)
    best[is_blank] = weights.actions.index(_OUT)
    firsts = np.flatnonzero(best != weights.actions.index(_OUT))
    stops = firsts + 1
    opened = np.flatnonzero(np.array([a[0] == "B" for a in weights.actions])[best[firsts]])
    stops[opened] = _stops(tokens, firsts[opened], best[firsts[opened]], last, weights)
    return _in_documents(firsts, stops, [weights.actions[a][2:] for a in best[firsts]], lengths)


def _closed(tokens: Floats, last: NDArray[np.bool_], weights: Recogniser) -> Ints:
    """The best action of each token where no entity is open: out, a unit, or a beginning unless the token is the document's last."""
    begins = np.array([a[0] == "B" for a in weights.actions])
    never = np.array([a[0] in "IL" or a == _BLOCKED for a in weights.actions])
    out = np.empty(len(tokens), dtype=np.int64)
    for start in range(0, len(tokens), _BLOCK):
        part = slice(start, start + _BLOCK)
        summed = _product(tokens[part], weights.places[0])
        summed += weights.none_open
        scores = _scores(summed, weights)
        scores[:, never] = -np.inf
        scores[np.ix_(last[part], begins)] = -np.inf
        out[part] = scores.argmax(axis=1)
    return out


def _scores(summed: Floats, weights: Recogniser) -> Floats:
    best = np.empty((len(summed), weights.hidden), dtype=np.float32)
    return _product(_maxout(summed, best), weights.upper) + weights.upper_bias


def _stops(tokens: Floats, firsts: Ints, actions: Ints, last: NDArray[np.bool_], weights: Recogniser) -> Ints:
    """The rows behind the entities that begin at ``firsts``."""
    inside, ending = (np.array([_action(weights, kind, a[2:]) for a in weights.actions]) for kind in "IL")
    at = firsts + 1
    going = np.arange(len(firsts))
    opened = _product(tokens[firsts], weights.places[1]) + weights.bias
    while len(going):
        here = at[going]
        scores = _scores(_product(tokens[here], weights.places[0]) + opened[going] + _product(tokens[here - 1], weights.places[2]), weights)
        one = np.arange(len(going))
        closed = last[here] | (scores[one, ending[actions[going]]] > scores[one, inside[actions[going]]])
        at[going] += 1
        going = going[~closed]
    return at


def _action(weights: Recogniser, kind: str, label: str) -> int:
    return weights.actions.index(f"{kind}-{label}") if label else 0


def _in_documents(firsts: Ints, stops: Ints, labels: Sequence[str], lengths: Sequence[int]) -> list[list[Found]]:
    """Entities as a walk from left to right takes them: what begins within another is none."""
    found: list[list[Found]] = []
    free, i = 0, 0
    ends = [0, *np.cumsum(lengths).tolist()]
    marked = list(zip(firsts.tolist(), stops.tolist(), labels, strict=True))
    for start, end in pairwise(ends):
        found.append([])
        while i < len(marked) and marked[i][0] < end:
            first, stop, label = marked[i]
            if first >= free:
                found[-1].append((first - start, stop - start, label))
                free = stop
            i += 1
    return found
