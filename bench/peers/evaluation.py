# SPDX-License-Identifier: GPL-3.0-or-later
"""An evaluation with NumPy, as it is written in notebooks: each resample is drawn, copied and sorted.

usage: evaluation.py FOLDER
"""
import sys

import numpy as np

from lines import answer_lines

FOLDER = sys.argv[1]
SCORES, LABELS, ECGS, STUDIES, VALUES = (np.load(f"{FOLDER}/evaluation_{name}.npy") for name in ("scores", "labels", "ecgs", "studies", "values"))


def auroc(scores, positive):
    rest = np.sort(scores[~positive])
    mine = scores[positive]
    won = (np.searchsorted(rest, mine, "left") + np.searchsorted(rest, mine, "right")).sum() / 2
    return won / (len(rest) * len(mine))


def bootstrap():
    random = np.random.default_rng(1)
    values = []
    for _ in range(1000):
        drawn = random.integers(len(LABELS), size=len(LABELS))
        scores, labels = SCORES[drawn], LABELS[drawn]
        values.append(np.mean([auroc(scores[:, c], labels == c) for c in range(scores.shape[1])]))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(high - low)


def direction(similarity, relevant):
    order = np.argsort(-similarity, axis=1, kind="stable")
    hits = np.take_along_axis(relevant, order, axis=1)
    found = hits.cumsum(axis=1)
    ranks = np.arange(1, hits.shape[1] + 1)
    first = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, hits.shape[1] + 1)
    precision = [hits[:, :k].mean() for k in (1, 3, 5, 10)]
    ap = (hits * found / ranks).sum(axis=1) / np.maximum(found[:, -1], 1)
    return precision, first.mean(), np.median(first), ap.mean()


def retrieval():
    a = ECGS / np.linalg.norm(ECGS, axis=1, keepdims=True)
    b = STUDIES / np.linalg.norm(STUDIES, axis=1, keepdims=True)
    similarity = a @ b.T
    relevant = np.abs(VALUES[:, None] - VALUES[None, :]) <= 0.5 * VALUES.std(ddof=1)
    return float((direction(similarity, relevant)[3] + direction(similarity.T, relevant.T)[3]) / 2)


answer_lines({"bootstrap": bootstrap, "retrieval": retrieval})
