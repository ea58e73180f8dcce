//! The headline: a learned controller against a rival over all cases together.

use podpilot_random::Seed;

use super::judge::{Judged, of_logs};
use super::{LEVEL, NEGLIGIBLE_COST};
use crate::result::{Against, DAYS_FOR_AN_INTERVAL, Interval, PooledComparison, ScoreVerdict, Standing};
use crate::statistics::{RESAMPLES, interquartile_mean, percentile, pool, stratified_bootstrap};

/// Pools the cases of a group for every subject and rival.
pub(super) fn pooled(group: &str, cases: &[&str], judged: &[Judged], seed: Seed) -> Vec<PooledComparison> {
    let judged: Vec<&Judged> =
        judged.iter().filter(|one| cases.contains(&one.comparison.case.as_str())).collect();
    let mut keys: Vec<(String, String, Against)> = Vec::new();
    for one in &judged {
        let told = &one.comparison;
        let key = (told.subject.clone(), told.rival.clone(), told.against);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.into_iter().filter_map(|key| pooled_one(group, &judged, key, seed)).collect()
}

fn pooled_one(
    group: &str,
    judged: &[&Judged],
    (subject, rival, against): (String, String, Against),
    seed: Seed,
) -> Option<PooledComparison> {
    let of_key: Vec<&Judged> = judged
        .iter()
        .copied()
        .filter(|one| {
            let told = &one.comparison;
            (told.subject.as_str(), told.rival.as_str(), told.against)
                == (subject.as_str(), rival.as_str(), against)
        })
        .collect();
    let cases_of = |standing: Standing| {
        let of_standing = of_key.iter().filter(|one| one.comparison.standing == standing);
        of_standing.map(|one| one.comparison.case.clone()).collect::<Vec<_>>()
    };
    let counted: Vec<&&Judged> = of_key.iter().filter(|one| one.log_ratio.is_some()).collect();
    let traces: Vec<_> = counted.iter().filter_map(|one| one.log_ratio.clone()).collect();
    let mut pooled = pool(&traces, LEVEL)?;
    let enough = is_enough(pooled.days);
    pooled.test = pooled.test.filter(|_| enough);
    let days: Vec<Vec<f64>> = counted.iter().map(|one| one.by_day.clone()).collect();
    let mut resampled = stratified_bootstrap(&days, interquartile_mean, RESAMPLES, seed.named(&subject));
    resampled.sort_by(f64::total_cmp);
    let interval = |low: f64, high: f64| Interval { low, high, level: LEVEL };
    let tail = (1.0 - LEVEL) / 2.0;
    Some(PooledComparison {
        group: group.to_owned(),
        relative_cost: libm::expm1(pooled.value),
        interquartile_mean: interquartile_mean(&days.concat()),
        interquartile_interval: (enough && !resampled.is_empty())
            .then(|| interval(percentile(&resampled, tail), percentile(&resampled, 1.0 - tail))),
        interval: pooled.test.map(|test| of_logs(&test)),
        p: pooled.test.map(|test| test.p),
        p_holm: None,
        days: pooled.days as u32,
        cases: pooled.traces as u32,
        looser: cases_of(Standing::Looser),
        better_served: cases_of(Standing::BetterServed),
        subject,
        rival,
        against,
        verdict: ScoreVerdict::NoDifference,
    })
}

/// Few days claim no interval, pooled or not.
fn is_enough(days: usize) -> bool {
    days >= DAYS_FOR_AN_INTERVAL as usize
}

/// Judges, once p-values are corrected.
pub(super) fn decide(one: &mut PooledComparison) {
    let excludes_zero = one.interval.is_some_and(|interval| interval.low > 0.0 || interval.high < 0.0);
    let certain = excludes_zero && one.p_holm.is_some_and(|p| p < 1.0 - LEVEL);
    one.verdict = match one.relative_cost {
        value if !certain || value.abs() < NEGLIGIBLE_COST => ScoreVerdict::NoDifference,
        value if value < 0.0 => ScoreVerdict::Better,
        _ if !one.better_served.is_empty() => ScoreVerdict::BetterServed,
        _ => ScoreVerdict::Worse,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_does_not_make_nine_days_enough() {
        assert!(!is_enough(9) && is_enough(10));
        let untested = PooledComparison {
            group: String::new(),
            subject: String::new(),
            rival: String::new(),
            against: Against::Tuned,
            relative_cost: -0.3,
            interquartile_mean: None,
            interquartile_interval: None,
            interval: None,
            p: None,
            p_holm: None,
            days: 9,
            cases: 2,
            looser: Vec::new(),
            better_served: Vec::new(),
            verdict: ScoreVerdict::Better,
        };
        let mut judged = untested.clone();
        decide(&mut judged);
        assert_eq!(judged.verdict, ScoreVerdict::NoDifference, "without a test nothing is better");
        let interval = Some(Interval { low: 0.1, high: 0.2, level: LEVEL });
        let mut dearer =
            PooledComparison { relative_cost: 0.15, interval, p_holm: Some(0.001), days: 20, ..untested };
        decide(&mut dearer);
        assert_eq!(dearer.verdict, ScoreVerdict::Worse);
        dearer.better_served.push("shop".to_owned());
        decide(&mut dearer);
        assert_eq!(dearer.verdict, ScoreVerdict::BetterServed, "the rival never serves like this");
    }
}
