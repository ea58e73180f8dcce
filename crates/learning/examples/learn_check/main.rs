//! Trains on the classic tasks at the tuned settings of RL Baselines3 Zoo and compares the interquartile mean over seeds
//! with what Stable-Baselines3 reached at the same settings (`bench/runs/*sb3-quality*/`).
//!
//! `cargo run --release -p podpilot-learning --example learn_check -- [--seeds 10] [--threads 2] [--only NAME] [--out FILE]`
//! prints a table and exits with 1 if a bar is missed.

mod arguments;
mod task;
mod verdict;
mod yardstick;

use arguments::Arguments;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use task::{Run, Task};
use verdict::Verdict;

#[expect(clippy::print_stderr, clippy::print_stdout, reason = "a command line program")]
fn main() -> ExitCode {
    match Arguments::parse(std::env::args().skip(1)).and_then(|arguments| check(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            println!("learn-check: a bar was missed");
            ExitCode::FAILURE
        }
        Err(message) => {
            eprintln!("learn-check: {message}");
            ExitCode::from(2)
        }
    }
}

/// Whether all bars were met.
#[expect(clippy::print_stdout, reason = "a command line program")]
fn check(arguments: &Arguments) -> Result<bool, String> {
    let tasks: Vec<Task> = Task::ALL
        .into_iter()
        .filter(|task| arguments.only.as_deref().is_none_or(|only| only == task.name()))
        .collect();
    // A missing yardstick shows before the training, not after it.
    tasks.iter().try_for_each(|task| yardstick::scores(task.name()).map(|_| ()))?;
    let runs = run_all(&tasks, arguments)?;
    let mut passed = true;
    let mut records = Vec::new();
    println!(
        "{:20} {:>8} {:>18} {:>18} {:>12} {:>14}",
        "task", "podpilot", "95 % interval", "min - max of seeds", "last network", "SB3 (seeds)"
    );
    for &task in &tasks {
        let verdict = Verdict::of(task, &runs)?;
        println!("{verdict}");
        passed &= verdict.met();
        records.push(verdict.to_json(&runs));
    }
    if let Some(path) = &arguments.out {
        let record = serde_json::json!({"schema": "podpilot/learning-check/v1", "library": "podpilot-learning", "tasks": records});
        std::fs::write(path, format!("{record:#}\n"))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(passed)
}

/// All seeds of all tasks, spread over the threads; one training never uses more than one.
fn run_all(tasks: &[Task], arguments: &Arguments) -> Result<Vec<Run>, String> {
    let jobs: Vec<(Task, u64)> =
        tasks.iter().flat_map(|&task| (0..arguments.seeds).map(move |seed| (task, seed))).collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads {
            scope.spawn(|| {
                while let Some(&(task, seed)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = task.run(seed);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push(run);
                }
            });
        }
    });
    let mut runs: Vec<Run> =
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect::<Result<_, _>>()?;
    runs.sort_by_key(|run| (run.task, run.seed));
    Ok(runs)
}
