//! Which trials no other beats in both cost and service.

use super::evaluation::Trial;

/// Shares below this are told apart by cost alone when points are spread out.
const SMALLEST_SHARE: f64 = 1e-4;

/// The `count` best by layers of the front (the front, the front of the rest, and so on); within the last layer the ones
/// that spread widest over service. Indices of configurations.
pub(super) fn best(trials: &[Trial], count: usize) -> Vec<usize> {
    let mut rest: Vec<&Trial> = trials.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < count && !rest.is_empty() {
        let layer = front_of(&rest);
        let room = count - chosen.len();
        let taken = thinned(&layer, room);
        chosen.extend(taken.iter().map(|trial| trial.configuration));
        rest.retain(|trial| layer.iter().all(|other| other.configuration != trial.configuration));
    }
    chosen
}

/// The efficient trials, from well served to cheap.
pub(super) fn front(trials: &[Trial]) -> Vec<&Trial> {
    front_of(&trials.iter().collect::<Vec<_>>())
}

fn front_of<'a>(trials: &[&'a Trial]) -> Vec<&'a Trial> {
    let mut sorted = trials.to_vec();
    sorted.sort_by(|a, b| {
        let by_cost = a.cost.total_cmp(&b.cost).then(a.share().total_cmp(&b.share()));
        by_cost.then(a.configuration.cmp(&b.configuration))
    });
    let mut kept: Vec<&Trial> = Vec::new();
    for trial in sorted {
        if kept.last().is_none_or(|last| trial.share() < last.share()) {
            kept.push(trial);
        }
    }
    kept.reverse();
    kept
}

/// At most `count` of a front, both ends kept, spread evenly in the logarithm of the share of bad minutes.
pub(super) fn thinned<'a>(front: &[&'a Trial], count: usize) -> Vec<&'a Trial> {
    if front.len() <= count {
        return front.to_vec();
    }
    if count < 2 {
        return front[..count].to_vec();
    }
    let at = |trial: &Trial| libm::log(trial.share().max(SMALLEST_SHARE));
    let (first, last) = (at(front[0]), at(front[front.len() - 1]));
    let mut kept: Vec<&Trial> = Vec::new();
    let mut free: Vec<&Trial> = front.to_vec();
    for index in 0..count {
        let wanted = first + (last - first) * index as f64 / (count - 1) as f64;
        let nearest = (0..free.len())
            .min_by(|a, b| (at(free[*a]) - wanted).abs().total_cmp(&(at(free[*b]) - wanted).abs()));
        kept.extend(nearest.map(|index| free.remove(index)));
    }
    kept.sort_by(|a, b| a.share().total_cmp(&b.share()));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(points: &[(f64, f64)]) -> Vec<Trial> {
        let trial = |(configuration, (cost, bad)): (usize, &(f64, f64))| Trial {
            configuration,
            hours: 24.0,
            cost: *cost,
            minutes: 1_000.0,
            bad_minutes: *bad,
            requests: 1.0,
            slow_requests: 0.0,
        };
        points.iter().enumerate().map(trial).collect()
    }

    #[test]
    fn dominated_trials_fall_out_and_layers_follow() {
        let trials = trials(&[(10.0, 1.0), (12.0, 5.0), (5.0, 50.0), (7.0, 20.0), (11.0, 2.0)]);
        let names = |kept: Vec<&Trial>| kept.iter().map(|trial| trial.configuration).collect::<Vec<_>>();
        assert_eq!(names(front(&trials)), [0, 3, 2]);
        assert_eq!(best(&trials, 4), [0, 3, 2, 4]);
        assert_eq!(best(&trials, 9).len(), 5);
    }

    #[test]
    fn thinning_keeps_the_ends_and_the_spread() {
        let points: Vec<(f64, f64)> =
            (0..40).map(|index| (40.0 - f64::from(index), f64::from(1 + index))).collect();
        let trials = trials(&points);
        let kept = thinned(&front(&trials), 5);
        assert_eq!(kept.len(), 5);
        assert_eq!((kept[0].bad_minutes, kept[4].bad_minutes), (1.0, 40.0));
        assert!(kept[1].bad_minutes < 5.0, "even in the logarithm, not in the index");
    }
}
