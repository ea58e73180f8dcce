//! Makes a case that differs smaller as long as it still differs.

use crate::case::{Case, Sync, Write};
use crate::oracle::{Oracle, OracleError};
use crate::replay::replay;
use crate::{Difference, difference};

/// How two answers to a case differ, if they do.
pub(crate) fn differs(oracle: &mut Oracle, case: &Case) -> Result<Option<Difference>, OracleError> {
    Ok(difference(&oracle.ask(case)?, &replay(case), case))
}

/// The smallest case found that still differs, by leaving out syncs, pods, metrics and whatever else can be missing.
pub fn shrink(oracle: &mut Oracle, case: &Case) -> Result<Case, OracleError> {
    let mut smallest = case.clone();
    'again: loop {
        for candidate in candidates(&smallest) {
            if candidate != smallest && differs(oracle, &candidate)?.is_some() {
                smallest = candidate;
                continue 'again;
            }
        }
        return Ok(smallest);
    }
}

fn candidates(case: &Case) -> Vec<Case> {
    let mut smaller = Vec::new();
    let mut offer = |change: &dyn Fn(&mut Case)| {
        let mut candidate = case.clone();
        change(&mut candidate);
        smaller.push(candidate);
    };
    for index in (0..case.syncs.len()).rev() {
        offer(&|case| drop(case.syncs.remove(index)));
    }
    for index in 0..case.hpa.spec.metrics.as_ref().map_or(0, Vec::len) {
        offer(&|case| {
            if let Some(metrics) = &mut case.hpa.spec.metrics {
                metrics.remove(index);
            }
        });
    }
    offer(&|case| case.hpa.spec.behavior = None);
    offer(&|case| {
        if let Some(behavior) = &mut case.hpa.spec.behavior {
            behavior.scale_up = None;
        }
    });
    offer(&|case| {
        if let Some(behavior) = &mut case.hpa.spec.behavior {
            behavior.scale_down = None;
        }
    });
    for (index, sync) in case.syncs.iter().enumerate() {
        for change in smaller_syncs(sync) {
            offer(&|case| case.syncs[index].clone_from(&change));
        }
    }
    smaller
}

fn smaller_syncs(sync: &Sync) -> Vec<Sync> {
    let mut smaller = Vec::new();
    let mut offer = |change: &dyn Fn(&mut Sync)| {
        let mut candidate = sync.clone();
        change(&mut candidate);
        smaller.push(candidate);
    };
    offer(&|sync| sync.hpa = None);
    offer(&|sync| sync.fault = None);
    offer(&|sync| sync.write = Write::default());
    offer(&|sync| sync.pod_metrics.clear());
    offer(&|sync| sync.object_metrics.clear());
    offer(&|sync| sync.external_metrics.clear());
    offer(&|sync| sync.usage = None);
    for index in 0..sync.pods.len() {
        offer(&|sync| {
            let pod = sync.pods.remove(index);
            sync.usage.iter_mut().for_each(|usage| usage.retain(|usage| usage.pod != pod.name));
        });
    }
    for index in 0..sync.usage.as_ref().map_or(0, Vec::len) {
        offer(&|sync| {
            if let Some(usage) = &mut sync.usage {
                usage.remove(index);
            }
        });
    }
    smaller
}
