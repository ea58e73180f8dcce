//! How often the scoreboard's test is wrong about nothing, and how many days it takes to find a saving of 3 %, from
//! simulated cells: an HPA against itself on other noise seeds.
//!
//! `cargo run --release -p podpilot-lab --example power`

use std::error::Error;

use podpilot_lab::comparison::power::{Experiment, Pool, Question};
use podpilot_lab::request::{LoadChoice, Unobserved};
use podpilot_random::Seed;

const DAYS: u32 = 20;
const NOISE_SEEDS: u32 = 24;
const SUBJECT: &str = "hpa-140";
const FRONT: [&str; 5] = ["hpa-120", "hpa-130", "hpa-140", "hpa-150", "hpa-160"];

#[allow(clippy::print_stdout, reason = "an example's output")]
fn main() -> Result<(), Box<dyn Error>> {
    let load = LoadChoice { scenario: "recorded".to_owned(), trace: None, split: None, peak_replicas: None };
    let front: Vec<String> = FRONT.iter().map(|name| (*name).to_owned()).collect();
    let pool = Pool::simulate(&load, SUBJECT, &front, (DAYS, NOISE_SEEDS), 1, &mut Unobserved)?;
    println!(
        "{SUBJECT} against itself on other noise seeds, {DAYS} days, {NOISE_SEEDS} seeds each, 1000 repetitions"
    );
    println!("{:<18} {:>5} {:>16} {:>18}", "question", "days", "false positives", "3 % saving found");
    for question in [Question::PlainCost, Question::NoLooserService] {
        let mut pool = pool.clone();
        if question == Question::PlainCost {
            pool.front.retain(|row| *row == pool.subject);
        }
        for days in [10, 12, 14, 16, 18, 20] {
            let rate = |factor: f64| {
                let experiment = Experiment { question, days, factor, repetitions: 1_000, resamples: 1_000 };
                pool.rejection_rate(&experiment, Seed(2))
            };
            println!(
                "{:<18} {days:>5} {:>14.1} % {:>16.1} %",
                format!("{question:?}"),
                100.0 * rate(1.0),
                100.0 * rate(0.97)
            );
        }
    }
    Ok(())
}
