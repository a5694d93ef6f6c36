#!/usr/bin/env python3
"""Writes golden.json beside this file: what SciPy makes of a few samples.

    python3 Tests/StatisticsTests/Golden/make_golden.py

Needs SciPy 1.17 or later. The samples are drawn with a fixed seed and stand in the file, so the tests
don't depend on NumPy's generator.
"""

import itertools
import json
import pathlib

import numpy as np
import scipy
from scipy import stats

MASK = (1 << 64) - 1
draw = np.random.default_rng(20240613)


def splitmix64(seed):
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def xoshiro256(seed):
    def rotate(x, k):
        return ((x << k) | (x >> (64 - k))) & MASK

    seeds = splitmix64(seed)
    s = [next(seeds) for _ in range(4)]
    while True:
        yield (rotate((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)


def random_streams():
    return [
        {
            "seed": str(seed),
            "splitmix64": [str(x) for x in itertools.islice(splitmix64(seed), 8)],
            "xoshiro256": [str(x) for x in itertools.islice(xoshiro256(seed), 64)],
        }
        for seed in (0, 1, 1234567, MASK)
    ]


def samples():
    """Samples of one kind each, rounded so that they are the same in every format."""
    kinds = {
        "normal": lambda n: draw.normal(0.3, 1, n),
        "exponential": lambda n: draw.exponential(2, n) - 1,
        "heavy": lambda n: draw.standard_t(2, n),
        "lognormal": lambda n: draw.lognormal(0, 1, n),
    }
    sizes = (1, 2, 3, 5, 8, 13, 20)
    return [
        (kind, np.round(make(n), 6)) for kind, make in kinds.items() for n in sizes
    ] + [("tied", np.array([3.0, 1, 1, 2, -2, 3, 3, 0, -1, 1]))]


def sign_flips(x, alternative):
    def statistic(x, axis):
        return np.sum(x, axis=axis)

    return stats.permutation_test(
        (x,), statistic, permutation_type="samples", n_resamples=np.inf, alternative=alternative
    ).pvalue


def one_sample():
    result = []
    for kind, x in samples():
        walsh = [(x[i] + x[j]) / 2 for i in range(len(x)) for j in range(i, len(x))]
        case = {
            "kind": kind,
            "values": x.tolist(),
            "mean": float(np.mean(x)),
            "standardDeviation": float(np.std(x, ddof=1)) if len(x) > 1 else 0.0,
            "quantiles": np.quantile(x, [0, 0.05, 0.25, 0.5, 0.9, 0.99, 1]).tolist(),
            "midranks": stats.rankdata(x).tolist(),
            "centre": float(np.median(walsh)),
        }
        if 2 <= len(x) <= 13:
            case["signFlipTwoSided"] = float(sign_flips(x, "two-sided"))
            case["signFlipGreater"] = float(sign_flips(x, "greater"))
        if len(x) >= 8:
            case["bca"] = [float(bound) for bound in bca((x,), np.mean)]
        if len(x) >= 20:
            case["bcaOfDeviation"] = [float(bound) for bound in bca((x,), deviation)]
        result.append(case)
    return result


def deviation(x, axis=-1):
    return np.std(x, ddof=1, axis=axis)


def bca(data, statistic):
    interval = stats.bootstrap(
        data, statistic, n_resamples=200_000, batch=1000, method="BCa", rng=np.random.default_rng(7)
    ).confidence_interval
    return interval.low, interval.high


def mean_difference(a, b, axis=-1):
    return np.mean(b, axis=axis) - np.mean(a, axis=axis)


def two_samples():
    pairs = [
        (draw.normal(0, 1, n), draw.normal(0.8, 1.5, m))
        for n, m in ((1, 1), (2, 3), (4, 4), (5, 3), (7, 6), (8, 5), (20, 25), (30, 30), (40, 35))
    ]
    tied = [
        (draw.integers(0, 5, n).astype(float), draw.integers(1, 6, m).astype(float))
        for n, m in ((3, 4), (6, 6), (8, 5), (25, 30))
    ]
    constant = [(np.ones(4), np.ones(5))]
    result = []
    for a, b in pairs + tied + constant:
        a, b = np.round(a, 6), np.round(b, 6)
        has_ties = len(set(a) | set(b)) < len(a) + len(b)
        method = "asymptotic" if has_ties or len(a) * len(b) > 900 else "exact"
        test = stats.mannwhitneyu(a, b, method=method)
        case = {
            "a": a.tolist(),
            "b": b.tolist(),
            "shift": float(np.median([y - x for x in a for y in b])),
            "u": float(test.statistic),
            "isExact": method == "exact",
            # Without any spread SciPy has no p-value.
            "mannWhitney": 1.0 if np.isnan(test.pvalue) else float(test.pvalue),
        }
        if len(a) + len(b) <= 13 and len(a) > 1:
            for name, alternative in (("TwoSided", "two-sided"), ("Greater", "greater")):
                case["permutation" + name] = float(
                    stats.permutation_test(
                        (a, b), mean_difference, n_resamples=np.inf, alternative=alternative
                    ).pvalue
                )
        if len(a) >= 7 and not has_ties:
            case["bca"] = [float(bound) for bound in bca((a, b), mean_difference)]
        result.append(case)
    return result


def holm(p):
    order = np.argsort(p)
    scaled = np.array(p)[order] * (len(p) - np.arange(len(p)))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(scaled))
    return adjusted.tolist()


def distributions():
    zs = [-38, -12, -8, -5, -3, -1.96, -1, -0.5, -1e-9, 0, 0.1, 0.7, 1, 2.5, 4, 7.5]
    ps = [1e-300, 1e-100, 1e-16, 1e-9, 1e-4, 0.001, 0.025, 0.05, 0.2, 0.4999, 0.5, 0.6, 0.975,
          0.99999, 1 - 1e-12]
    return {
        "normalCDF": [[z, float(stats.norm.cdf(z))] for z in zs],
        "normalQuantile": [[p, float(stats.norm.ppf(p))] for p in ps],
        "tQuantile": [
            [p, n, float(stats.t.ppf(p, n))]
            for p in (1e-6, 0.001, 0.025, 0.05, 0.3, 0.5, 0.9, 0.995)
            for n in (1, 2, 3, 4, 7, 12, 29, 100)
        ],
        "tCDF": [
            [t, n, float(stats.t.cdf(t, n))]
            for t in (-12.7, -3, -0.5, 0, 0.2, 1, 2.5)
            for n in (1, 2, 3, 4, 7, 12, 29, 100)
        ],
    }


golden = {
    "made": {"by": "make_golden.py", "scipy": scipy.__version__, "numpy": np.__version__},
    "random": random_streams(),
    "distributions": distributions(),
    "oneSample": one_sample(),
    "twoSamples": two_samples(),
    "holm": [
        {"p": p, "adjusted": holm(p)}
        for p in ([0.03], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.9], [0.02, 0.02, 0.001, 1.0, 0.3])
    ],
}
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps(golden, indent=1, allow_nan=False) + "\n")
