//! From paired cells to comparisons.

use podpilot_random::Seed;

use super::ledger::{Cells, Ledger, Service};
use super::{LEVEL, NEGLIGIBLE_COST, Played};
use crate::LabError;
use crate::result::{
    AddedByLearning, Against, DAYS_FOR_AN_INTERVAL, FrontPlace, Interval, RowKind, ScoreComparison,
    ScoreVerdict, Standing,
};
use crate::statistics::{Resampled, Test, cliffs_delta, rank_biserial, resample, wilcoxon_signed_rank};

/// A comparison with what pooling over cases needs of it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) comparison: ScoreComparison,
    /// Logarithm of the cost ratio, and its resamples.
    pub(super) log_ratio: Option<(f64, Resampled)>,
    /// Relative cost by day.
    pub(super) by_day: Vec<f64>,
    /// Whether the subject costs less, whatever its service.
    cheaper: bool,
}

/// Every learned controller against every rival of a case. `resamples`: 0 makes no intervals.
pub(super) fn judge(played: &Played, resamples: usize, seed: Seed) -> Result<Vec<Judged>, LabError> {
    let mut judged = Vec::new();
    for subject in played.families(&[RowKind::Quantile, RowKind::Agent]) {
        let own = played.cells(&subject, &[RowKind::Quantile, RowKind::Agent]);
        for (against, kinds) in
            [(Against::Tuned, &[RowKind::Tuned][..]), (Against::Default, &[RowKind::Default, RowKind::Other])]
        {
            for rival in played.families(kinds) {
                let ledger = Ledger::pair(&own, &played.cells(&rival, kinds))?;
                let seed = seed.named(&format!("{} {subject} {rival} {against:?}", played.case.name));
                judged.push(one(played, &subject, &rival, against, &ledger, resamples, seed)?);
            }
        }
    }
    Ok(judged)
}

fn one(
    played: &Played,
    subject: &str,
    rival: &str,
    against: Against,
    ledger: &Ledger,
    resamples: usize,
    seed: Seed,
) -> Result<Judged, LabError> {
    let all = ledger.everything();
    let nothing = || LabError::Failed(format!("{subject} against {rival}: nothing to compare"));
    let reading = ledger.reading(&all, Service::BadMinutes).ok_or_else(nothing)?;
    let relative_cost = ledger.relative_cost(&all, Service::BadMinutes);
    let days = ledger.design.noise_seeds.len() as u32;
    let (own, other) = ledger.costs_by_day(&reading);
    let by_day: Vec<f64> = own.iter().zip(&other).map(|(own, other)| own / other - 1.0).collect();
    let logs: Vec<f64> = own.iter().zip(&other).map(|(own, other)| libm::log(own / other)).collect();
    let counts = relative_cost.is_some();
    let log_ratio = relative_cost.filter(|_| resamples > 0 && days > 1).map(|value| {
        let statistic = |draws: &[_]| ledger.relative_cost(draws, Service::BadMinutes).map(libm::log1p);
        (libm::log1p(value), resample(&ledger.design, statistic, resamples, seed))
    });
    let test = log_ratio
        .as_ref()
        .filter(|_| days >= DAYS_FOR_AN_INTERVAL)
        .and_then(|(_, resampled)| resampled.test(LEVEL));
    let (slow_minute_ratio, rival_slow_minute_ratio) = ledger.shares(&all);
    let range = by_day.iter().map(|value| (*value, *value)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let comparison = ScoreComparison {
        case: played.case.name.clone(),
        subject: subject.to_owned(),
        rival: rival.to_owned(),
        against,
        standing: match reading.place {
            FrontPlace::Within => Standing::Equal,
            FrontPlace::Stricter => Standing::BetterServed,
            FrontPlace::Looser => Standing::Looser,
        },
        slow_minute_ratio,
        rival_slow_minute_ratio,
        relative_cost,
        relative_cost_at_equal_slow_requests: ledger.relative_cost(&all, Service::SlowRequests),
        days,
        training_seeds: ledger.design.training_seeds as u32,
        by_day: range.filter(|_| counts),
        interval: test.map(|test| of_logs(&test)),
        p: test.map(|test| test.p),
        p_holm: None,
        cliffs_delta: cliffs_delta(&own, &other).filter(|_| counts),
        rank_biserial: rank_biserial(&logs).filter(|_| counts),
        wilcoxon_p: wilcoxon_signed_rank(&logs).filter(|_| counts).map(|test| test.p),
        verdict: ScoreVerdict::NoDifference,
    };
    let cheaper = own.iter().sum::<f64>() < other.iter().sum::<f64>();
    Ok(Judged { comparison, log_ratio, by_day, cheaper })
}

/// An interval of logarithms of ratios as one of relative differences.
pub(super) fn of_logs(test: &Test) -> Interval {
    Interval { low: libm::expm1(test.low), high: libm::expm1(test.high), level: LEVEL }
}

impl Judged {
    /// Without a p-value: perturbed cases describe, they test nothing.
    pub(super) fn outside_family(mut self) -> Self {
        self.comparison.p = None;
        self
    }

    /// Judges, once p-values are corrected. Without an interval, all days must agree.
    pub(super) fn decide(&mut self) {
        let told = &self.comparison;
        let certain = match (told.interval, told.by_day) {
            (Some(interval), _) => {
                (interval.low > 0.0 || interval.high < 0.0) && told.p_holm.is_none_or(|p| p < 1.0 - LEVEL)
            }
            (None, Some((low, high))) => low > 0.0 || high < 0.0,
            (None, None) => false,
        };
        let by_requests = told.relative_cost_at_equal_slow_requests;
        self.comparison.verdict = match told.relative_cost {
            None if self.cheaper => ScoreVerdict::LooserService,
            None => ScoreVerdict::Worse,
            Some(value) => verdict(value, certain, by_requests, told.standing),
        };
    }
}

fn verdict(value: f64, certain: bool, by_requests: Option<f64>, standing: Standing) -> ScoreVerdict {
    let agrees = by_requests.is_some_and(|other| other < -NEGLIGIBLE_COST);
    match value {
        _ if !certain || value.abs() < NEGLIGIBLE_COST => ScoreVerdict::NoDifference,
        value if value < 0.0 && agrees => ScoreVerdict::Better,
        value if value < 0.0 || agrees => ScoreVerdict::Mixed,
        _ if standing == Standing::BetterServed => ScoreVerdict::BetterServed,
        _ => ScoreVerdict::Worse,
    }
}

/// What each agent adds to the demand-quantile controller, cost and service side by side.
pub(super) fn added_by_learning(
    played: &Played,
    resamples: usize,
    seed: Seed,
) -> Result<Vec<AddedByLearning>, LabError> {
    let base = played.cells("quantile", &[RowKind::Quantile]);
    let mut added = Vec::new();
    for agent in played.families(&[RowKind::Agent]) {
        let own: Vec<Cells<'_>> = played.cells(&agent, &[RowKind::Agent]);
        let ledger = Ledger::pair(&own, &base)?;
        let all = ledger.everything();
        let (relative_cost, slow_minute_ratio) = ledger.plain(&all);
        let days = ledger.design.noise_seeds.len();
        let by_day: Vec<f64> = (0..days).map(|day| ledger.plain(&ledger.draws_of_day(day)).0).collect();
        let seed = seed.named(&format!("{} {agent} added", played.case.name));
        let statistic = |draws: &[_]| Some(libm::log1p(ledger.plain(draws).0));
        let test = (days as u32 >= DAYS_FOR_AN_INTERVAL && resamples > 0)
            .then(|| resample(&ledger.design, statistic, resamples, seed).test(LEVEL))
            .flatten();
        added.push(AddedByLearning {
            case: played.case.name.clone(),
            agent,
            relative_cost,
            slow_minute_ratio,
            interval: test.map(|test| of_logs(&test)),
            by_day: by_day.iter().map(|v| (*v, *v)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
            days: days as u32,
            training_seeds: own.len() as u32,
        });
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saving_needs_certainty_size_and_the_second_measure() {
        let cases = [
            (-0.05, true, Some(-0.04), ScoreVerdict::Better),
            (-0.05, false, Some(-0.04), ScoreVerdict::NoDifference),
            (-0.004, true, Some(-0.04), ScoreVerdict::NoDifference),
            (-0.05, true, Some(0.01), ScoreVerdict::Mixed),
            (-0.05, true, None, ScoreVerdict::Mixed),
            (0.05, true, Some(0.04), ScoreVerdict::Worse),
            (0.05, true, None, ScoreVerdict::Worse),
            (0.05, true, Some(-0.04), ScoreVerdict::Mixed),
        ];
        for (value, certain, by_requests, expected) in cases {
            let judged = verdict(value, certain, by_requests, Standing::Equal);
            assert_eq!(judged, expected, "{value} {certain} {by_requests:?}");
        }
    }

    #[test]
    fn dearer_is_no_loss_where_the_rival_cannot_serve_as_well() {
        let judged = |value, standing| verdict(value, true, Some(value), standing);
        assert_eq!(judged(0.2, Standing::BetterServed), ScoreVerdict::BetterServed);
        assert_eq!(judged(0.2, Standing::Equal), ScoreVerdict::Worse);
        assert_eq!(judged(-0.2, Standing::BetterServed), ScoreVerdict::Better);
    }
}
