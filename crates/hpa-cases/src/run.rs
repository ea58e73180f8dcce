use podpilot_random::Seed;

use crate::answer::Answer;
use crate::case::Case;
use crate::census::Census;
use crate::oracle::{Oracle, OracleError};
use crate::replay::replay;
use crate::{Difference, difference, generate, shrink};

const BATCH_CASES: u64 = 250;
/// Differing cases that are shrunk; the others are only counted.
const MOST_FINDINGS: usize = 3;

/// What a differential run found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Cases compared.
    pub cases: u64,
    /// Cases in which something differed.
    pub differing: u64,
    /// What the cases were like.
    pub census: Census,
    /// The first that differed, made small.
    pub findings: Vec<Finding>,
}

/// A case in which the answers differ.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Number of the random case.
    pub number: u64,
    /// The smallest case found that still differs.
    pub case: Case,
    /// How.
    pub difference: Option<Difference>,
    /// What Kubernetes answers.
    pub upstream: Answer,
    /// What we answer.
    pub ours: Answer,
}

/// Compares `cases` random cases of a seed. `progress` hears after every batch how many cases are done and how many
/// of them differ.
pub fn compare(
    oracle: &mut Oracle,
    seed: Seed,
    cases: u64,
    mut progress: impl FnMut(u64, u64),
) -> Result<Report, OracleError> {
    let mut report = Report::default();
    let batch_from = |first: u64| -> Vec<Case> {
        (first..cases.min(first + BATCH_CASES)).map(|number| generate::case(seed, number)).collect()
    };
    let mut batch = batch_from(0);
    while !batch.is_empty() {
        // While the oracle works on a batch, this side works on the same one and draws the next.
        oracle.send(&batch)?;
        let ours: Vec<Answer> = batch.iter().map(replay).collect();
        let next = batch_from(report.cases + batch.len() as u64);
        let upstream = oracle.receive(&batch)?;
        for ((case, ours), upstream) in batch.iter().zip(&ours).zip(&upstream) {
            report.census.add(case, upstream);
            if difference(upstream, ours, case).is_some() {
                report.differing += 1;
                if report.findings.len() < MOST_FINDINGS {
                    report.findings.push(finding(oracle, case)?);
                }
            }
        }
        report.cases += batch.len() as u64;
        progress(report.cases, report.differing);
        batch = next;
    }
    Ok(report)
}

fn finding(oracle: &mut Oracle, case: &Case) -> Result<Finding, OracleError> {
    let small = shrink(oracle, case)?;
    let (upstream, ours) = (oracle.ask(&small)?, replay(&small));
    let difference = difference(&upstream, &ours, &small);
    Ok(Finding { number: case.id, case: small, difference, upstream, ours })
}
