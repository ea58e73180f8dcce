"""Fits tanh(x) = x P(x^2) / Q(x^2) for the vectorised activation and prints the coefficients (needs numpy).

Iterated linear least squares on Chebyshev points (Sanathanan and Koerner 1963) with Lawson's reweighting towards the
minimax solution of the relative error; the result is then judged in single precision.
"""

import sys

import numpy as np


def fit(degree_p, degree_q, limit, rounds=400):
    points = 2000
    x = limit * (0.5 - 0.5 * np.cos(np.pi * (np.arange(points) + 0.5) / points))
    target = np.tanh(x) / x
    t = x * x
    scale = t.max()
    weights = np.ones(points)
    denominator = np.ones(points)
    for _ in range(rounds):
        rows = np.hstack(
            [
                np.vander(t / scale, degree_p + 1, increasing=True),
                -target[:, None] * np.vander(t / scale, degree_q + 1, increasing=True)[:, 1:],
            ]
        )
        factor = np.sqrt(weights) / (denominator * target)
        solution = np.linalg.lstsq(rows * factor[:, None], target * factor, rcond=None)[0]
        p, q = solution[: degree_p + 1], np.concatenate([[1.0], solution[degree_p + 1 :]])
        denominator = np.polyval(q[::-1], t / scale)
        error = np.abs(np.polyval(p[::-1], t / scale) / denominator / target - 1.0)
        weights *= error / error.max() + 1e-3
        weights /= weights.mean()
    p = p / scale ** np.arange(degree_p + 1)
    q = q / scale ** np.arange(degree_q + 1)
    return p, q, error.max()


def single_precision_error(p, q, limit):
    x = np.linspace(-12.0, 12.0, 2_000_001).astype(np.float32)
    clamped = np.clip(x, -np.float32(limit), np.float32(limit))
    t = clamped * clamped
    top = np.full_like(x, np.float32(p[-1]))
    for coefficient in p[-2::-1]:
        top = top * t + np.float32(coefficient)
    bottom = np.full_like(x, np.float32(q[-1]))
    for coefficient in q[-2::-1]:
        bottom = bottom * t + np.float32(coefficient)
    value = clamped * top / bottom
    return np.abs(value.astype(np.float64) - np.tanh(x.astype(np.float64))).max()


if __name__ == "__main__":
    degree_p, degree_q, limit = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    p, q, error = fit(degree_p, degree_q, limit)
    print("P", [float(np.float32(c)) for c in p])
    print("Q", [float(np.float32(c)) for c in q])
    print("relative error of the fit", error)
    print("absolute error in single precision", single_precision_error(p, q, limit))
