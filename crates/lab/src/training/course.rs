//! What all simulations of one training share: the service, the part of the load that is learned on, the prices.

use std::sync::Arc;

use podpilot_controller::{Controller, RewardWeights};
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_simulator::PreparedScenario;
use podpilot_traffic::LoadSeries;

use super::episode_log::EpisodeLog;
use super::price::MarginalPrice;

/// Standard deviation of an episode's first headroom, in units of the change that makes bad minutes e times fewer.
const HEADROOM_SPREAD: f64 = 0.8;

/// What all environments of one training share.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) prepared: Arc<PreparedScenario>,
    /// The train part of the load.
    pub(super) load: Arc<LoadSeries>,
    /// Where the part that is learned on ends; the rest of the train part is held out for the admission.
    pub(super) until: Span,
    /// Offsets in the load at which an episode may start.
    pub(super) starts: Vec<Span>,
    /// Decisions in an episode.
    pub(super) episode_steps: u32,
    /// Pods that the load needs on average.
    pub(super) reference_pods: f64,
    pub(super) weights: RewardWeights,
    pub(super) price: MarginalPrice,
    pub(super) log: EpisodeLog,
}

impl Course {
    /// Share of requests that may be slow in a good minute.
    pub(super) fn slow_share_allowed(&self) -> f64 {
        1.0 - self.prepared.scenario().objective.latency.quantile
    }

    /// Where an episode starts.
    pub(super) fn drawn_start(&self, seed: Seed) -> Span {
        self.starts[seed.named("start").stream().below(self.starts.len())]
    }

    /// The headroom of an episode, scattered round where the trim of the agent's own comes to stand: it meets more than
    /// one headroom, but those that it will meet when it runs.
    pub(super) fn drawn_headroom(&self, settled: f64, seed: Seed) -> f64 {
        let spread = HEADROOM_SPREAD / self.price.steepness;
        seed.named("headroom").stream().normal(settled, spread)
    }

    /// Prices of the reward at the controller's present headroom, and the scale that keeps rewards comparable.
    pub(super) fn prices(&self, controller: &Controller) -> (RewardWeights, f64) {
        self.price.weights(&self.weights, controller.trim())
    }
}

/// Every half episode up to `until`, as far as no episode crosses a seam. A part shorter than an episode starts at its
/// beginning and holds its last rate.
pub(super) fn episode_starts(load: &LoadSeries, until: Span, length: Span) -> Vec<Span> {
    let half = Span(length.0 / 2);
    let starts = |shift: Span| load.windows(length).into_iter().map(move |window| window.start + shift);
    let mut all: Vec<Span> = starts(Span::ZERO).chain(starts(half)).collect();
    let crosses = |start: Span| {
        start + length > until || load.discontinuities().any(|seam| seam > start && seam < start + length)
    };
    all.retain(|start| !crosses(*start));
    all.sort_unstable();
    if all.is_empty() {
        all.push(Span::ZERO);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_episode_reaches_into_the_held_out_end() {
        let load = LoadSeries::new(Span::minutes(1), vec![1.0; 600]).unwrap();
        let (until, length) = (Span::minutes(480), Span::minutes(60));
        let starts = episode_starts(&load, until, length);
        assert_eq!(starts.first(), Some(&Span::ZERO));
        assert_eq!(starts.last(), Some(&Span::minutes(420)));
        assert_eq!(starts.len(), 15, "every half hour");
        assert_eq!(episode_starts(&load, Span::minutes(30), length), [Span::ZERO], "shorter than an episode");
    }
}
