//! Random cases through our HPA and through Kubernetes' own: `make hpa-oracle CASES=1000000`.
//!
//! `cargo run --release -p podpilot-hpa-cases --example against_upstream -- ORACLE CASES SEED`, where ORACLE is the
//! binary whose path `testbed/hpa-oracle/build.sh` prints. Ends with code 1 if anything differs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "results and a progress line")]

use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use podpilot_hpa_cases::{Finding, Oracle, compare};
use podpilot_random::Seed;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [binary, cases, seed] = arguments.as_slice() else {
        return Err("expected three arguments: the oracle's binary, the number of cases, a seed".into());
    };
    let cases: u64 = cases.parse().map_err(|_| format!("CASES is `{cases}`, must be a whole number"))?;
    let seed: u64 = seed.parse().map_err(|_| format!("SEED is `{seed}`, must be a whole number"))?;
    let mut oracle = Oracle::start(&PathBuf::from(binary))?;
    let by = oracle.introduction();
    println!("Kubernetes {} ({}, {}), {cases} cases, seed {seed}", by.kubernetes, by.go, by.architecture);
    let shows_progress = io::stderr().is_terminal();
    let report = compare(&mut oracle, Seed(seed), cases, |done, differing| {
        if shows_progress {
            eprint!("\r{done}/{cases} cases, {differing} differ");
        }
    })?;
    if shows_progress {
        eprintln!();
    }
    print!("{}", report.census);
    for finding in &report.findings {
        print_finding(finding)?;
    }
    if report.differing == 0 {
        println!("zero differences in {} cases", report.cases);
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} of {} cases differ", report.differing, report.cases);
    Ok(ExitCode::FAILURE)
}

fn print_finding(finding: &Finding) -> Result<(), serde_json::Error> {
    let difference = finding.difference.as_ref().map(ToString::to_string).unwrap_or_default();
    println!("case {} differs: {difference}", finding.number);
    println!("  case      {}", serde_json::to_string(&finding.case)?);
    println!("  upstream  {}", serde_json::to_string(&finding.upstream)?);
    println!("  ours      {}", serde_json::to_string(&finding.ours)?);
    Ok(())
}
