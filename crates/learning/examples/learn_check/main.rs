//! Trains on the classic tasks at the tuned settings of RL Baselines3 Zoo and compares the interquartile mean over seeds
//! with what Stable-Baselines3 reached at the same settings (`bench/runs/*sb3-quality*/`).
//!
//! `cargo run --release -p podpilot-learning --example learn_check -- [--seeds 10] [--threads 2] [--only NAME] [--out FILE]`
//! prints a table and exits with 1 if a bar is missed.

mod arguments;
mod task;
mod yardstick;

use arguments::Arguments;
use podpilot_learning::interquartile_mean;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use task::{Run, Task};

/// CartPole's own bar, whatever Stable-Baselines3 reached.
const CART_POLE_BAR: f64 = 495.0;

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
    let runs = run_all(&tasks, arguments)?;
    let mut passed = true;
    let mut records = Vec::new();
    println!("task                 podpilot IQM  [min, max of seeds]      SB3 IQM (seeds)   verdict");
    for &task in &tasks {
        let of_task: Vec<&Run> = runs.iter().filter(|run| run.task == task).collect();
        let scores: Vec<f64> = of_task.iter().map(|run| run.mean_return).collect();
        let iqm = interquartile_mean(&scores);
        let (low, high) =
            scores.iter().fold((f64::MAX, f64::MIN), |(low, high), &s| (low.min(s), high.max(s)));
        let yardstick = yardstick::scores(task.name())?;
        let rival = interquartile_mean(&yardstick);
        let bar = if task.is_cart_pole() { rival.max(CART_POLE_BAR) } else { rival };
        let met = iqm >= bar;
        passed &= met;
        let verdict = if met { "ok" } else { "BELOW" };
        println!(
            "{:20} {iqm:12.2}  [{low:8.2}, {high:8.2}]  {rival:12.2} ({:2})   {verdict} (bar {bar:.2})",
            task.name(),
            yardstick.len()
        );
        records.push(serde_json::json!({
            "name": task.name(), "interquartile_mean": iqm, "sb3_interquartile_mean": rival,
            "sb3_seeds": yardstick.len(), "bar": bar, "met": met,
            "runs": of_task.iter().map(|run| run.to_json()).collect::<Vec<_>>(),
        }));
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
