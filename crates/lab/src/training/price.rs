//! What a bad minute should cost the agent: what avoiding one more costs the base policy, where it just keeps the
//! objective. At that price less cost plus priced bad minutes means, to first order, cheaper at the same service, and no
//! multiplier has to be searched for.

use podpilot_controller::{Controller, RewardWeights};
use podpilot_random::Seed;

use super::rehearsal::{self, Ground};
use crate::workbench::Workbench;

const HEADROOMS: [f64; 9] = [-0.2, -0.1, 0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0];

/// Bounds of the price: a curve from a few days of load can be arbitrarily flat or steep.
const PRICES: std::ops::RangeInclusive<f64> = 5.0..=150.0;

/// Bounds of the steepness, as met on recorded load.
const STEEPNESSES: std::ops::RangeInclusive<f64> = 3.0..=24.0;

/// Where the curve says nothing.
pub(super) const UNKNOWN: MarginalPrice = MarginalPrice { latency: 30.0, steepness: 10.0, headroom: 0.0 };

/// The price of a bad minute and how it changes with headroom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MarginalPrice {
    /// Price of a bad minute where the objective is just kept, in minutes of the pods that the mean load needs.
    pub(super) latency: f64,
    /// How fast bad minutes fall as headroom rises: −d ln(bad)/d headroom.
    pub(super) steepness: f64,
    /// Headroom at which the objective is just kept.
    pub(super) headroom: f64,
}

impl MarginalPrice {
    /// The weights at a headroom: a trim that has risen has done so because bad minutes were many, and an agent paid a
    /// constant price would undo it. Scaled by half of the change, so that rewards at all headrooms stay comparable.
    pub(super) fn weights(&self, weights: &RewardWeights, headroom: f64) -> (RewardWeights, f64) {
        let scale = libm::exp(-0.5 * self.steepness * (headroom - self.headroom));
        (weights.following_trim(headroom, self.headroom, self.steepness), scale)
    }
}

/// One constant headroom over the end of the train part.
#[derive(Debug, Clone, Copy)]
struct Point {
    headroom: f64,
    /// Pod-minutes over the pods that the mean load needs.
    cost: f64,
    minutes: f64,
    bad_minutes: f64,
}

/// The marginal price on the base policy's own curve of cost and bad minutes.
pub(super) fn marginal_price(bench: &Workbench, controller: &Controller, seed: Seed) -> MarginalPrice {
    let reference_pods = bench.reference_pods();
    let points = HEADROOMS.map(|headroom| {
        let measures = rehearsal::at_headroom(Ground::of_bench(bench), controller, headroom, seed);
        Point {
            headroom,
            cost: measures.pod_seconds / 60.0 / reference_pods,
            minutes: (measures.minutes.good + measures.minutes.bad) as f64,
            bad_minutes: measures.minutes.bad as f64,
        }
    });
    price_of(&points, bench.scenario().objective.bad_minutes)
}

/// A straight line through ln(bad minutes) over headroom, weighted by the bad minutes seen, and one through cost.
fn price_of(points: &[Point], allowed: f64) -> MarginalPrice {
    let seen: Vec<&Point> = points.iter().filter(|point| point.bad_minutes > 0.0).collect();
    let log_bad =
        line(seen.iter().map(|point| (point.headroom, libm::log(point.bad_minutes), point.bad_minutes)));
    let cost = line(points.iter().map(|point| (point.headroom, point.cost, 1.0)));
    let (Some(log_bad), Some(cost)) = (log_bad, cost) else { return UNKNOWN };
    let steepness = (-log_bad.slope).clamp(*STEEPNESSES.start(), *STEEPNESSES.end());
    let minutes = points.iter().map(|point| point.minutes).fold(0.0, f64::max);
    let allowed_minutes = (allowed * minutes).max(1.0);
    // A clamped line is turned round the middle of the points, where they say most.
    let headroom = log_bad.mean_x + (log_bad.mean_y - libm::log(allowed_minutes)) / steepness;
    MarginalPrice {
        latency: (cost.slope / (steepness * allowed_minutes)).clamp(*PRICES.start(), *PRICES.end()),
        steepness,
        headroom: headroom.clamp(HEADROOMS[0], HEADROOMS[HEADROOMS.len() - 1]),
    }
}

struct Line {
    mean_x: f64,
    mean_y: f64,
    slope: f64,
}

/// Weighted least squares over (x, y, weight); `None` unless two different x are there.
fn line(points: impl Iterator<Item = (f64, f64, f64)> + Clone) -> Option<Line> {
    let weight: f64 = points.clone().map(|(_, _, w)| w).sum();
    let mean_x = points.clone().map(|(x, _, w)| w * x).sum::<f64>() / weight;
    let mean_y = points.clone().map(|(_, y, w)| w * y).sum::<f64>() / weight;
    let variance: f64 = points.clone().map(|(x, _, w)| w * (x - mean_x) * (x - mean_x)).sum();
    let covariance: f64 = points.map(|(x, y, w)| w * (x - mean_x) * (y - mean_y)).sum();
    let slope = covariance / variance;
    slope.is_finite().then_some(Line { mean_x, mean_y, slope })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(bad_minutes: impl Fn(f64) -> f64) -> Vec<Point> {
        let point = |headroom: f64| Point {
            headroom,
            cost: 10_000.0 * (1.0 + headroom),
            minutes: 10_000.0,
            bad_minutes: bad_minutes(headroom),
        };
        HEADROOMS.map(point).to_vec()
    }

    #[test]
    fn an_exponential_curve_gives_its_own_slope() {
        let price = price_of(&curve(|headroom| 100.0 * libm::exp(-8.0 * headroom)), 0.005);
        assert!((price.steepness - 8.0).abs() < 1e-9);
        assert!((price.headroom - libm::log(2.0) / 8.0).abs() < 1e-9, "50 bad minutes are allowed");
        // d cost / d bad = 10 000 / (8 · 50).
        assert!((price.latency - 25.0).abs() < 1e-9, "{price:?}");
    }

    #[test]
    fn load_that_is_never_bad_gets_the_default() {
        assert_eq!(price_of(&curve(|_| 0.0), 0.005), UNKNOWN);
    }

    #[test]
    fn the_price_rises_with_the_trim_and_the_scale_falls() {
        let price = MarginalPrice { latency: 30.0, steepness: 10.0, headroom: 0.1 };
        let weights = RewardWeights { latency: 30.0, ..RewardWeights::default() };
        let (same, one) = price.weights(&weights, 0.1);
        assert_eq!((same.latency, one), (30.0, 1.0));
        let (raised, scale) = price.weights(&weights, 0.2);
        assert!(
            (raised.latency - 30.0 * libm::exp(1.0)).abs() < 1e-9 && (scale - libm::exp(-0.5)).abs() < 1e-12
        );
    }
}
