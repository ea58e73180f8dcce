//! What finished training episodes came to, collected over all environments between two reports.

use std::sync::{Mutex, PoisonError};

use podpilot_controller::RewardTerms;
use podpilot_simulator::Measures;

/// Sums over one episode.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct EpisodeSummary {
    episode_return: f64,
    terms: RewardTerms,
    minutes: f64,
    bad_minutes: f64,
    cost: f64,
}

impl EpisodeSummary {
    pub(super) fn add(&mut self, reward: f64, terms: &RewardTerms) {
        self.episode_return += reward;
        self.terms.cost += terms.cost;
        self.terms.latency += terms.latency;
        self.terms.throughput += terms.throughput;
        self.terms.cpu += terms.cpu;
        self.terms.memory += terms.memory;
        self.terms.churn += terms.churn;
    }

    /// Takes the return from elsewhere, where the terms are not those of the episode alone.
    pub(super) fn set_return(&mut self, episode_return: f64) {
        self.episode_return = episode_return;
    }

    pub(super) fn close(&mut self, measures: &Measures) {
        self.minutes = (measures.minutes.good + measures.minutes.bad) as f64;
        self.bad_minutes = measures.minutes.bad as f64;
        self.cost = measures.cost();
    }
}

/// Finished episodes since the last report.
#[derive(Debug, Default)]
pub(super) struct EpisodeLog {
    finished: Mutex<Vec<EpisodeSummary>>,
}

/// Averages over the episodes since the last report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EpisodeAverages {
    /// Mean return over the base policy's.
    pub(super) episode_return: f64,
    /// Share of bad minutes.
    pub(super) slow_minute_ratio: Option<f64>,
    /// Mean money of an episode.
    pub(super) cost: f64,
    /// Mean of each reward term, by name.
    pub(super) terms: [(&'static str, f64); 6],
}

impl EpisodeLog {
    pub(super) fn push(&self, summary: EpisodeSummary) {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).push(summary);
    }

    /// Averages of what has been collected, which is then forgotten; `None` if no episode ended.
    pub(super) fn drain(&self) -> Option<EpisodeAverages> {
        let finished = std::mem::take(&mut *self.finished.lock().unwrap_or_else(PoisonError::into_inner));
        if finished.is_empty() {
            return None;
        }
        let mean = |field: fn(&EpisodeSummary) -> f64| {
            finished.iter().map(field).sum::<f64>() / finished.len() as f64
        };
        let minutes = mean(|episode| episode.minutes);
        Some(EpisodeAverages {
            episode_return: mean(|episode| episode.episode_return),
            slow_minute_ratio: (minutes > 0.0).then(|| mean(|episode| episode.bad_minutes) / minutes),
            cost: mean(|episode| episode.cost),
            terms: [
                ("reward/cost", mean(|episode| episode.terms.cost)),
                ("reward/latency", mean(|episode| episode.terms.latency)),
                ("reward/throughput", mean(|episode| episode.terms.throughput)),
                ("reward/cpu", mean(|episode| episode.terms.cpu)),
                ("reward/memory", mean(|episode| episode.terms.memory)),
                ("reward/churn", mean(|episode| episode.terms.churn)),
            ],
        })
    }
}
