"""Intervals and pooled proportions, against R."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from allnlp.association import clopper_pearson, pool_proportions, wilson

# Facts of R 4.2.2, metafor 3.8-1, metadat 1.2-0:
# In R: r <- rma(measure="PLO", xi=xi, ni=ni, method=method, test=test, control=list(threshold=1e-12, maxiter=10000))
# In R: p <- predict(r, transf=transf.ilogit); c(r$beta, r$se, r$tau2, r$QE, r$QEp, r$I2, r$H2, p$pred, p$ci.lb, p$ci.ub, p$pi.lb, p$pi.ub)
# (REML's default threshold of 1e-5 stops at tau2 = 0.364587846 for dat.pritz1997, where the maximum is at 0.364587779)
SETS = {
    # dat.pritz1997: hyperdynamic therapy of cerebral vasospasm
    "pritz1997": ([16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6], [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]),
    # dat.debruin2009: adherence to antiretroviral therapy
    "debruin2009": ([11, 24, 179, 82, 60, 11, 99, 9, 88, 17, 26, 23, 40], [29, 33, 326, 240, 110, 29, 244, 17, 215, 26, 138, 55, 54]),
    # dat.hannum2020: loss of smell with COVID-19
    "hannum2020": (
        [44, 13, 17, 2, 344, 15, 22, 63, 48, 4668, 40, 53, 95, 34, 42, 284, 488, 357, 42, 14, 136, 241, 26, 11, 130, 25, 7, 59, 38, 75, 54,
         119, 35, 18, 52],
        [72, 16, 33, 15, 579, 42, 34, 103, 95, 7178, 59, 72, 145, 54, 321, 508, 3191, 417, 72, 59, 498, 345, 63, 214, 202, 79, 28, 60, 45,
         128, 114, 1113, 154, 42, 199],
    ),
    # dat.hasselblad1998: smoking cessation, every arm
    "hasselblad1998": (
        [75, 363, 9, 23, 10, 2, 9, 58, 237, 0, 9, 20, 16, 3, 31, 1, 26, 11, 12, 29, 6, 17, 79, 77, 18, 21, 64, 107, 12, 20, 9, 3, 7, 32, 5,
         8, 20, 34, 0, 9, 8, 19, 95, 143, 15, 36, 78, 73, 69, 54],
        [731, 714, 140, 140, 138, 106, 205, 549, 1561, 33, 48, 49, 43, 100, 98, 31, 95, 78, 85, 170, 39, 77, 702, 694, 671, 535, 642, 761,
         76, 74, 55, 26, 66, 127, 62, 90, 234, 237, 20, 20, 116, 149, 1107, 1031, 187, 504, 584, 675, 1177, 888],
    ),
    "none and all": ([0, 3, 12, 0, 5], [20, 30, 12, 8, 50]),
    "all zero": ([0, 0, 0], [10, 25, 7]),
    "far apart": ([35, 12, 9, 17, 2, 46], [75, 101, 91, 61, 30, 53]),
    "the same": ([10, 20, 30], [100, 200, 300]),
    "two": ([10, 40], [50, 60]),
    "one": ([35], [75]),
    "one, none": ([0], [12]),
    "one, all": ([9], [9]),
}  # fmt: skip
FACTS = {
    ("pritz1997", "DL", "z"): (1.13796935371, 0.240896086817, 0.361558277235, 29.7854164603, 0.00505664117766, 56.3544796584, 2.29118588156, 0.757306614841, 0.660566937418, 0.833427630797, 0.467144625614, 0.917401208636),
    ("pritz1997", "DL", "knha"): (1.13796935371, 0.244285599437, 0.361558277235, 29.7854164603, 0.00505664117766, 56.3544796584, 2.29118588156, 0.757306614841, 0.647991533191, 0.841003857515, 0.434340288126, 0.926905811254),
    ("pritz1997", "REML", "z"): (1.13890911599, 0.241477898346, 0.364587778609, 29.7854164603, 0.00505664117766, 56.5596029963, 2.30200474438, 0.757479295089, 0.660521965105, 0.833716201424, 0.466134572626, 0.917850039323),
    ("pritz1997", "REML", "knha"): (1.13890911599, 0.244441470117, 0.364587778609, 29.7854164603, 0.00505664117766, 56.5596029963, 2.30200474438, 0.757479295089, 0.648129069819, 0.841174472225, 0.433303872319, 0.927317960149),
    ("debruin2009", "DL", "z"): (-0.122689985975, 0.166248095884, 0.281396643955, 95.958702956, 3.43241618567e-15, 87.4946204666, 7.99655857967, 0.469365921341, 0.38971026515, 0.55061362436, 0.229302817855, 0.724495599342),
    ("debruin2009", "DL", "knha"): (-0.122689985975, 0.192233107883, 0.281396643955, 95.958702956, 3.43241618567e-15, 87.4946204666, 7.99655857967, 0.469365921341, 0.367831749261, 0.573501077729, 0.205538469029, 0.751504298235),
    ("debruin2009", "REML", "z"): (-0.112122474266, 0.192603114702, 0.40143933986, 95.958702956, 3.43241618567e-15, 90.8935792068, 10.9812628112, 0.471998710022, 0.379983645474, 0.565956557292, 0.196226204625, 0.76598992251),
    ("debruin2009", "REML", "knha"): (-0.112122474266, 0.193151043138, 0.40143933986, 95.958702956, 3.43241618567e-15, 90.8935792068, 10.9812628112, 0.471998710022, 0.369826210181, 0.576572185769, 0.174318714331, 0.791018989023),
    ("hannum2020", "DL", "z"): (-0.0781643608203, 0.207490481661, 1.41440899357, 3105.43345809, 0, 98.9051447903, 91.3362781792, 0.48046885285, 0.381110299912, 0.581396673622, 0.0798535897934, 0.907879089272),
    ("hannum2020", "REML", "z"): (-0.0795177002323, 0.202539809555, 1.34395972493, 3105.43345809, 0, 98.8484142878, 86.8367842153, 0.48013104323, 0.383081672934, 0.578703411416, 0.0842383024517, 0.902654297694),
    ("hasselblad1998", "DL", "z"): (-1.98051274007, 0.123649542316, 0.652962164313, 1080.23416612, 3.65207777777e-194, 95.4639464723, 22.0455952269, 0.121264190116, 0.0977162313867, 0.149546279331, 0.0270481097614, 0.406535059496),
    ("hasselblad1998", "REML", "z"): (-1.9765007672, 0.117394066029, 0.580635596808, 1080.23416612, 3.65207777777e-194, 94.9275761255, 19.7144407634, 0.12169235269, 0.0991603613826, 0.148500242284, 0.0296670445402, 0.385705794492),
    ("none and all", "DL", "z"): (-1.69664938326, 0.798685839239, 2.07176222001, 15.1333647354, 0.00443245429382, 73.5683367848, 3.78334118385, 0.154903381708, 0.0368964759758, 0.467233551223, 0.00722500822857, 0.821956109711),
    ("none and all", "DL", "knha"): (-1.69664938326, 1.08097447094, 2.07176222001, 15.1333647354, 0.00443245429382, 73.5683367848, 3.78334118385, 0.154903381708, 0.00903193514902, 0.786610973554, 0.00123622330596, 0.964468533173),
    ("none and all", "REML", "z"): (-1.62770453923, 1.0823090908, 4.62564862128, 15.1333647354, 0.00443245429382, 86.1388326741, 7.21439959918, 0.164145059037, 0.0230000237916, 0.620949966574, 0.00174942195848, 0.956532857099),
    ("none and all", "REML", "knha"): (-1.62770453923, 1.14823319247, 4.62564862128, 15.1333647354, 0.00443245429382, 86.1388326741, 7.21439959918, 0.164145059037, 0.00803635396482, 0.826396667623, 0.000225533410533, 0.994184566919),
    ("all zero", "DL", "z"): (-3.23764208203, 0.834374824607, 0, 0.385580984929, 0.824654727422, 0, 1, 0.0377734996125, 0.00759239604549, 0.167660755775, 0.00759239604549, 0.167660755775),
    ("all zero", "REML", "knha"): (-3.23764208203, 0.366356581644, 0, 0.385580984929, 0.824654727422, 0, 1, 0.0377734996125, 0.00805042628704, 0.159582610824, 0.00805042628704, 0.159582610824),
    ("far apart", "DL", "z"): (-0.968593744337, 0.584420335912, 1.88541030388, 90.034477933, 6.60819008354e-18, 94.4465718969, 18.0068955866, 0.27516088751, 0.107740009432, 0.544097395323, 0.0199681458519, 0.876127551309),
    ("far apart", "REML", "z"): (-0.977707456953, 0.678258285345, 2.59360272154, 90.034477933, 6.60819008354e-18, 95.9007954779, 24.3949769913, 0.273346911075, 0.0905391770995, 0.587018698013, 0.012096394939, 0.92036105001),
    ("far apart", "REML", "knha"): (-0.977707456953, 0.682856665966, 2.59360272154, 90.034477933, 6.60819008354e-18, 95.9007954779, 24.3949769913, 0.273346911075, 0.0610512972455, 0.685169420354, 0.00417560068575, 0.971220712361),
    ("the same", "DL", "z"): (-2.19722457734, 0.136082763488, 0, 0, 1, 0, 1, 0.1, 0.0784249650243, 0.126694444525, 0.0784249650243, 0.126694444525),
    ("the same", "REML", "z"): (-2.19722457734, 0.136082763488, 0, 0, 1, 0, 1, 0.1, 0.0784249650243, 0.126694444525, 0.0784249650243, 0.126694444525),
    ("the same", "REML", "knha"): (-2.19722457734, 0, 0, 0, 1, 0, 1, 0.1, 0.1, 0.1, 0.1, 0.1),
    ("two", "DL", "z"): (-0.334551131606, 1.0396512597, 2.06203856263, 21.6203856263, 3.3230113993e-06, 95.3747355978, 21.6203856263, 0.417133676534, 0.085314945189, 0.845942814452, None, None),
    ("two", "REML", "knha"): (-0.334551131606, 1.0396512597, 2.06203856263, 21.6203856263, 3.3230113993e-06, 95.3747355978, 21.6203856263, 0.417133676534, 1.31119161713e-06, 0.999997439923, None, None),
    ("one", "DL", "z"): (-0.133531392625, 0.231455024943, 0, 0, 1, 0, 1, 0.466666666667, 0.357283324367, 0.579351576483, None, None),
    ("one", "REML", "knha"): (-0.133531392625, 0.231455024943, 0, 0, 1, 0, 1, 0.466666666667, 0.357283324367, 0.579351576483, None, None),
    ("one, none", "REML", "z"): (-3.21887582487, 1.44222051019, 0, 0, 1, 0, 1, 0.0384615384615, 0.00236272043139, 0.403193687093, None, None),
    ("one, all", "DL", "z"): (2.94443897917, 1.45095250022, 0, 0, 1, 0, 1, 0.95, 0.52513487935, 0.996946028083, None, None),
}


@pytest.mark.parametrize(("name", "method", "test"), FACTS)
def test_pooled_proportions_are_those_of_metafor(name: str, method: str, test: str) -> None:
    pooled = pool_proportions(*SETS[name], method=method, adjust="hksj" if test == "knha" else None)
    found = [pooled.logit, pooled.logit_se, pooled.tau2, pooled.q, pooled.q_p, pooled.i2, pooled.h2, pooled.estimate, pooled.ci_low, pooled.ci_high, pooled.pi_low, pooled.pi_high]
    expected = [np.nan if fact is None else fact for fact in FACTS[name, method, test]]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_weights_are_those_of_metafor() -> None:
    # In R: weights(rma(measure="PLO", xi=c(0,3,12,0,5), ni=c(20,30,12,8,50), method="DL"))
    weights = pool_proportions(*SETS["none and all"], method="DL").weights
    np.testing.assert_allclose(weights, [15.4809479001, 26.1205747924, 15.3645376589, 15.2264681568, 27.8074714918], rtol=1e-9)


def test_another_level_is_that_of_metafor() -> None:
    # In R: predict(rma(measure="PLO", xi=c(35,12,9,17,2,46), ni=c(75,101,91,61,30,53), method="DL", level=90), transf=transf.ilogit)
    pooled = pool_proportions(*SETS["far apart"], method="DL", level=0.9)
    found = [pooled.ci_low, pooled.ci_high, pooled.pi_low, pooled.pi_high]
    np.testing.assert_allclose(found, [0.126763901254, 0.498173049343, 0.031577984059, 0.815480189814], rtol=1e-9)


def test_intervals_of_one_proportion_are_those_of_r() -> None:
    # In R: prop.test(x, n, correct=FALSE)$conf.int; binom.test(x, n)$conf.int
    x, n = [0, 10, 5, 35], [10, 10, 50, 75]
    np.testing.assert_allclose(wilson(x, n)[0], [0, 0.722467200137, 0.0434757649319, 0.35815696339], rtol=1e-9)
    np.testing.assert_allclose(wilson(x, n)[1], [0.277532799863, 1, 0.213602314375, 0.578424626109], rtol=1e-9)
    np.testing.assert_allclose(clopper_pearson(x, n)[0], [0, 0.691502892181, 0.033275093589, 0.350500490306], rtol=1e-9)
    np.testing.assert_allclose(clopper_pearson(x, n)[1], [0.308497107819, 1, 0.218135366434, 0.585545817922], rtol=1e-9)


def test_the_studies_own_intervals_are_those_asked_for() -> None:
    x, n = SETS["far apart"]
    np.testing.assert_array_equal(pool_proportions(x, n).low, wilson(x, n)[0])
    np.testing.assert_array_equal(pool_proportions(x, n, interval="clopper-pearson", level=0.9).high, clopper_pearson(x, n, level=0.9)[1])


@pytest.mark.parametrize(
    ("events", "patients", "options", "message"),
    [
        ([], [], {}, "at least one study"),
        ([1, 2], [3], {}, "shapes"),
        ([4], [3], {}, "study 0: 4 events of 3 patients"),
        ([1, -1], [3, 3], {}, "study 1: -1 events"),
        ([0], [0], {}, "0 events of 0 patients"),
        ([1.5], [3], {}, "1.5 events"),
        ([1], [np.inf], {}, "whole"),
        ([1], [3], {"level": 95}, "level is 95"),
        ([1], [3], {"method": "ML"}, "method is 'ML', none of REML, DL"),
        ([1], [3], {"interval": "wald"}, "interval is 'wald'"),
        ([1], [3], {"adjust": "z"}, "adjust is 'z'"),
    ],
)
def test_impossible_counts_and_options_are_refused(events: list[float], patients: list[float], options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pool_proportions(events, patients, **options)  # type: ignore[arg-type]


COUNTS = st.lists(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=12)


@given(COUNTS, st.sampled_from(["REML", "DL"]), st.sampled_from(["hksj", None]))
def test_pooled_values_are_in_range_and_in_order(counts: list[tuple[int, int]], method: str, adjust: str | None) -> None:
    x, n = zip(*counts, strict=True)
    pooled = pool_proportions(x, n, method=method, adjust=adjust)
    assert 0 <= pooled.ci_low <= pooled.estimate <= pooled.ci_high <= 1
    assert pooled.tau2 >= 0
    assert 0 <= pooled.i2 <= 100
    assert 0 <= pooled.q_p <= 1
    assert pooled.weights.sum() == pytest.approx(100)
    assert ((pooled.low <= pooled.proportions) & (pooled.proportions <= pooled.high)).all()
    if len(x) > 2:
        assert pooled.pi_low <= pooled.ci_low
        assert pooled.pi_high >= pooled.ci_high


@given(COUNTS, st.sampled_from(["REML", "DL"]))
def test_events_and_their_absence_mirror_each_other(counts: list[tuple[int, int]], method: str) -> None:
    x, n = (np.array(c) for c in zip(*counts, strict=True))
    one, other = pool_proportions(x, n, method=method), pool_proportions(n - x, n, method=method)
    assert one.estimate == pytest.approx(1 - other.estimate, abs=1e-7)
    assert one.tau2 == pytest.approx(other.tau2, abs=1e-6)
    for interval in (wilson, clopper_pearson):
        np.testing.assert_allclose(interval(x, n)[0], 1 - interval(n - x, n)[1], atol=1e-9)


@given(COUNTS)
def test_no_tau2_is_likelier_than_that_of_reml(counts: list[tuple[int, int]]) -> None:
    x, n = (np.array(c, dtype=float) for c in zip(*counts, strict=True))
    added = np.where((x == 0) | (x == n), 0.5, 0)
    y, v = np.log((x + added) / (n - x + added)), 1 / (x + added) + 1 / (n - x + added)

    def likelihood(tau2: float) -> float:
        w = 1 / (v + tau2)
        return float(-0.5 * (np.log(v + tau2).sum() + np.log(w.sum()) + w @ (y - w @ y / w.sum()) ** 2))

    best = likelihood(pool_proportions(x, n).tau2)
    if len(x) > 1:
        assert all(likelihood(t) <= best + 1e-9 for t in np.linspace(0, 60, 301))
