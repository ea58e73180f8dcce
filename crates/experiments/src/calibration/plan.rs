//! Which points are measured, in which order, and which of them at the same time.

use std::collections::BTreeSet;

use podpilot_random::{Seed, Stream};
use serde::{Deserialize, Serialize};

/// A CPU limit and a number of pods: the size of one measured service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Size {
    /// CPU limit of a pod, millicores; `None` has no limit and takes up to one core (nginx has one worker).
    pub(crate) limit_m: Option<u32>,
    /// Pods behind the Service.
    pub(crate) pods: u32,
}

/// One run: a size at a load.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// What is measured.
    pub(crate) size: Size,
    /// Offered load as a share of the measured capacity of a pod, 0-1.
    pub(crate) share: f64,
    /// Which repetition, from 0.
    pub(crate) repetition: u32,
}

/// How often a size is measured at which loads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SizePlan {
    /// The size.
    pub(crate) size: Size,
    /// Loads, as shares of capacity.
    pub(crate) shares: Vec<f64>,
    /// Runs of each load.
    pub(crate) repetitions: u32,
    /// Services of this size that exist side by side, so that several runs can go on at once.
    pub(crate) instances: usize,
    /// Length of a run as a share of the usual one: large limits serve as many requests in less time.
    pub(crate) length: f64,
}

/// CPU that the generator and the kernel's network need beside the pods, as a share of the pods' use.
const OVERHEAD: f64 = 0.15;

/// 30-70 % in steps of 10, above 70 % in steps of 3, up to what a pod can do.
pub(crate) fn every_share() -> Vec<f64> {
    let coarse = (3..=6).map(|tenth| f64::from(tenth) / 10.0);
    let fine = (0..=10).map(|step| f64::from(70 + 3 * step) / 100.0);
    coarse.chain(fine).collect()
}

/// Fewer loads where the machine carries little beside, and finer where the knee of large limits is.
fn coarse_shares() -> Vec<f64> {
    vec![0.3, 0.5, 0.7, 0.76, 0.79, 0.82, 0.85, 0.88, 0.91]
}

fn high_shares() -> Vec<f64> {
    vec![0.3, 0.5, 0.7, 0.85, 0.91, 0.94, 0.97, 0.985]
}

/// The plan for a machine of two cores. Pods that run at once must seldom want more than the two cores at the same
/// instant, or they wait for each other and not for their quota. So four pods of 500m are measured at low loads only,
/// and pods without a limit one at a time.
pub(crate) fn size_plans(repetitions: u32) -> Vec<SizePlan> {
    let plan = |limit_m, pods, shares, repetitions: u32, instances, length| SizePlan {
        size: Size { limit_m, pods },
        shares,
        repetitions: repetitions.max(1),
        instances,
        length,
    };
    let fewer = repetitions.div_ceil(2);
    vec![
        plan(Some(100), 1, every_share(), repetitions, 2, 1.0),
        plan(Some(200), 1, every_share(), repetitions, 1, 1.0),
        plan(Some(100), 4, coarse_shares(), repetitions, 1, 1.0),
        plan(Some(500), 1, high_shares(), repetitions, 1, 0.5),
        plan(Some(200), 4, vec![0.3, 0.7, 0.82, 0.88, 0.94], fewer, 1, 0.5),
        plan(Some(500), 4, vec![0.3], fewer, 1, 0.5),
        plan(None, 1, high_shares(), fewer, 1, 0.5),
    ]
}

impl Size {
    /// `100m-x4` or `none-x1`.
    pub(crate) fn name(&self) -> String {
        let limit = self.limit_m.map_or("none".to_owned(), |limit| format!("{limit}m"));
        format!("{limit}-x{}", self.pods)
    }

    /// CPU that one pod may use at most, cores.
    pub(crate) fn cores_per_pod(&self) -> f64 {
        self.limit_m.map_or(1.0, |limit| f64::from(limit) * 1e-3)
    }

    /// Runs alone on the machine.
    fn is_exclusive(&self) -> bool {
        self.limit_m.is_none()
    }
}

impl Job {
    /// Names the point: `100m-x4 79% #2`.
    pub(crate) fn id(&self) -> String {
        format!("{} {:.0}% #{}", self.size.name(), 100.0 * self.share, self.repetition)
    }

    /// CPU that it takes with all that belongs to it, cores.
    fn cores(&self) -> f64 {
        self.size.cores_per_pod() * f64::from(self.size.pods) * self.share * (1.0 + OVERHEAD)
    }
}

/// All runs in random order. Repetitions are spread over the whole time: wherever it ends, every size is about
/// equally far.
pub(crate) fn shuffled(plans: &[SizePlan], seed: Seed) -> Vec<Job> {
    let mut stream = seed.named("order").stream();
    let mut jobs: Vec<(f64, Job)> = Vec::new();
    for plan in plans {
        for repetition in 0..plan.repetitions {
            for &share in &plan.shares {
                let place = (f64::from(repetition) + stream.uniform()) / f64::from(plan.repetitions);
                jobs.push((place, Job { size: plan.size, share, repetition }));
            }
        }
    }
    jobs.sort_by(|a, b| a.0.total_cmp(&b.0));
    jobs.into_iter().map(|(_, job)| job).collect()
}

/// Takes from the head of `jobs` what can run at once within `cores`: each with the index of the instance of its
/// size that it runs on. The first job always runs.
pub(crate) fn take_slot(jobs: &mut Vec<Job>, plans: &[SizePlan], cores: f64) -> Vec<(Job, usize)> {
    let mut slot: Vec<(Job, usize)> = Vec::new();
    let mut left = cores;
    let plan_of = |job: &Job| plans.iter().find(|plan| plan.size == job.size);
    let length_of = |job: &Job| plan_of(job).map_or(1.0, |plan| plan.length);
    let mut index = 0;
    while index < jobs.len() {
        let job = jobs[index];
        let instance = slot.iter().filter(|(other, _)| other.size == job.size).count();
        let instances = plan_of(&job).map_or(1, |plan| plan.instances);
        let is_as_long = slot.first().is_none_or(|(first, _)| length_of(first) == length_of(&job));
        let fits = job.cores() <= left && instance < instances && is_as_long && !job.size.is_exclusive();
        if slot.is_empty() || fits {
            slot.push((job, instance));
            left = if job.size.is_exclusive() { 0.0 } else { left - job.cores() };
            jobs.remove(index);
        } else {
            index += 1;
        }
    }
    slot
}

/// Drops the runs that are already in the file.
pub(crate) fn without_done(jobs: Vec<Job>, done: &BTreeSet<String>) -> Vec<Job> {
    jobs.into_iter().filter(|job| !done.contains(&job.id())).collect()
}

/// The seed of one run's arrivals: the same however often the plan is resumed.
pub(crate) fn arrival_seed(seed: Seed, job: &Job) -> u64 {
    let mut stream: Stream = seed.named("arrivals").named(&job.id()).stream();
    stream.bits() >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs() -> Vec<Job> {
        shuffled(&size_plans(5), Seed(7))
    }

    #[test]
    fn shares_are_fine_above_seventy_per_cent() {
        let shares: Vec<i64> = every_share().iter().map(|share| (share * 100.0).round() as i64).collect();
        assert_eq!(shares, [30, 40, 50, 60, 70, 73, 76, 79, 82, 85, 88, 91, 94, 97, 100]);
    }

    #[test]
    fn the_order_is_random_reproducible_and_complete() {
        let first = jobs();
        assert_eq!(first, jobs());
        assert_ne!(first, shuffled(&size_plans(5), Seed(8)));
        let ids: BTreeSet<String> = first.iter().map(Job::id).collect();
        assert_eq!(ids.len(), first.len(), "every run has a name of its own");
        let small_limits =
            first.iter().filter(|job| job.size == Size { limit_m: Some(100), pods: 1 }).count();
        assert_eq!(small_limits, 75);
        let ascending = first.windows(2).filter(|pair| pair[0].share <= pair[1].share).count();
        assert!((0.4..0.65).contains(&(ascending as f64 / first.len() as f64)));
    }

    #[test]
    fn half_of_the_order_holds_half_of_every_size() {
        let jobs = jobs();
        for plan in size_plans(5) {
            let all = plan.shares.len() * plan.repetitions as usize;
            let early = jobs[..jobs.len() / 2].iter().filter(|job| job.size == plan.size).count();
            assert!(
                early * 5 > all * 2 - 5 && early * 5 < all * 3 + 5,
                "{}: {early} of {all}",
                plan.size.name()
            );
        }
    }

    #[test]
    fn slots_keep_the_budget_use_each_instance_once_and_lose_nothing() {
        let plans = size_plans(3);
        let mut left = shuffled(&plans, Seed(1));
        let total = left.len();
        let mut taken = 0;
        while !left.is_empty() {
            let slot = take_slot(&mut left, &plans, 1.1);
            taken += slot.len();
            let cores: f64 = slot.iter().map(|(job, _)| job.cores()).sum();
            assert!(slot.len() == 1 || cores <= 1.1 + 1e-9, "{cores}");
            let places: BTreeSet<(String, usize)> =
                slot.iter().map(|(job, instance)| (job.size.name(), *instance)).collect();
            assert_eq!(places.len(), slot.len());
            let alone = slot.iter().any(|(job, _)| job.size.limit_m.is_none());
            assert!(!alone || slot.len() == 1, "pods without a limit run alone");
        }
        assert_eq!(taken, total);
    }

    #[test]
    fn a_resumed_plan_skips_what_is_done_and_keeps_seeds() {
        let all = jobs();
        let done: BTreeSet<String> = all[..10].iter().map(Job::id).collect();
        let rest = without_done(all.clone(), &done);
        assert_eq!(rest, all[10..]);
        assert_eq!(arrival_seed(Seed(7), &rest[0]), arrival_seed(Seed(7), &all[10]));
        assert_ne!(arrival_seed(Seed(7), &all[0]), arrival_seed(Seed(7), &all[1]));
    }
}
