//! When metrics-server collected in a recorded run: a prediction starts from the same instants.

use std::collections::BTreeMap;

use serde_json::Value;

/// An answer of the resource metrics API and when it was given, seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) at_s: f64,
    pub(crate) items: &'a [Value],
}

/// Steps into which a period is cut.
const STEPS: usize = 200;

/// Time from 0 to a collection, less than `resolution_s`, from answers in the order of time. Whenever one holds a newer
/// sample than those before, a collection lies between the two; the phase is the middle of those that explain most of
/// them. `None` if nothing was ever new.
pub(crate) fn phase_s(looks: &[Look<'_>], resolution_s: f64) -> Option<f64> {
    let gaps = gaps_with_a_collection(looks);
    let votes: Vec<usize> = (0..STEPS)
        .map(|step| {
            let phase_s = resolution_s * (step as f64 + 0.5) / STEPS as f64;
            gaps.iter().filter(|(from_s, to_s)| next_s(*from_s, phase_s, resolution_s) <= *to_s).count()
        })
        .collect();
    let most = *votes.iter().max().filter(|most| **most > 0)?;
    let step = middle_of_best(&votes, most);
    Some((step % STEPS as f64) * resolution_s / STEPS as f64)
}

/// The first instant after `from_s` that lies `phase_s` after a multiple of `period_s`.
fn next_s(from_s: f64, phase_s: f64, period_s: f64) -> f64 {
    from_s + (phase_s - from_s).rem_euclid(period_s)
}

/// The middle of the first run of steps with most votes; a run over the end goes on at the start.
fn middle_of_best(votes: &[usize], most: usize) -> f64 {
    let is_best = |step: usize| votes[step % votes.len()] == most;
    let begins = |step: &usize| is_best(*step) && !is_best(step + votes.len() - 1);
    let first = (0..votes.len()).find(begins).unwrap_or(0);
    let length = (0..votes.len()).take_while(|further| is_best(first + further)).count();
    first as f64 + 0.5 * length as f64
}

fn gaps_with_a_collection(looks: &[Look<'_>]) -> Vec<(f64, f64)> {
    let mut newest = BTreeMap::new();
    let mut gaps = Vec::new();
    for (index, look) in looks.iter().enumerate() {
        if note_samples(look.items, &mut newest) && index > 0 {
            gaps.push((looks[index - 1].at_s, look.at_s));
        }
    }
    gaps
}

/// Notes each pod's time stamp; whether one is later than all of that pod before.
fn note_samples(items: &[Value], newest: &mut BTreeMap<String, String>) -> bool {
    let mut has_newer = false;
    for item in items {
        let text =
            |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (name, sampled_at) = (text("/metadata/name"), text("/timestamp"));
        // Time stamps of RFC 3339 in UTC order like text.
        if newest.get(&name).is_none_or(|before| *before < sampled_at) {
            newest.insert(name, sampled_at);
            has_newer = true;
        }
    }
    has_newer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn items(samples: &[(&str, &str)]) -> Vec<Value> {
        samples.iter().map(|(name, at)| json!({"metadata": {"name": name}, "timestamp": at})).collect()
    }

    /// Collections at 9.5, 19.5, 39.5; asked about every second, at 29.4 in between, and a pod goes.
    #[test]
    fn newer_samples_tell_the_phase_and_a_pod_that_is_gone_does_not() {
        let answers = [
            (8.0, items(&[("a", "10:00"), ("b", "10:01")])),
            (9.0, items(&[("a", "10:00"), ("b", "10:01")])),
            (10.0, items(&[("a", "10:09"), ("b", "10:08")])),
            (13.0, items(&[("a", "10:09")])),
            (19.4, items(&[("a", "10:09")])),
            (19.7, items(&[("a", "10:19")])),
            (39.0, items(&[("a", "10:19")])),
            (39.6, items(&[("a", "10:35")])),
        ];
        let looks: Vec<Look<'_>> = answers.iter().map(|(at_s, items)| Look { at_s: *at_s, items }).collect();
        let phase_s = phase_s(&looks, 10.0).unwrap();
        assert!((9.4..=9.6).contains(&phase_s), "{phase_s}");
        assert_eq!(super::phase_s(&looks[..1], 10.0), None);
    }

    #[test]
    fn a_phase_at_the_turn_of_the_period_is_found() {
        let answers = [(9.8, items(&[("a", "1")])), (10.2, items(&[("a", "2")]))];
        let looks: Vec<Look<'_>> = answers.iter().map(|(at_s, items)| Look { at_s: *at_s, items }).collect();
        let phase_s = phase_s(&looks, 10.0).unwrap();
        assert!(!(0.2..=9.8).contains(&phase_s), "{phase_s}");
    }
}
