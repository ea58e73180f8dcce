//! What a row costs in CPU time of the whole process, with JSON lines alone and with everything: `row_cost [ROWS]`.
//! Prints both, microseconds.

#![expect(clippy::print_stdout, reason = "a program for people and scripts")]

use std::path::Path;

use podpilot_tracking::{Plan, Recorder, RunDescription, WandbSettings};
use rustix::time::{ClockId, clock_gettime};

/// Measures in a row, as PPO's have with episodes.
const MEASURES: usize = 22;

/// Rows between drains, so that the queue never overflows.
const DRAIN_EVERY: u64 = 1_000;

fn main() -> Result<(), String> {
    let rows: u64 =
        std::env::args().nth(1).map_or(Ok(20_000), |rows| rows.parse()).map_err(|_| "ROWS: a number")?;
    let folder = std::env::temp_dir().join(format!("podpilot-row-cost-{}", std::process::id()));
    let json_lines = cost_us(&folder.join("json"), rows, false)?;
    let all = cost_us(&folder.join("all"), rows, true)?;
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    println!("{json_lines:.2} {all:.2}");
    Ok(())
}

fn cost_us(directory: &Path, rows: u64, everything: bool) -> Result<f64, String> {
    std::fs::create_dir_all(directory).map_err(|error| error.to_string())?;
    let wandb = everything.then(|| WandbSettings::from_variables(|_| None)).transpose()?;
    let names: Vec<String> = (0..MEASURES).map(|index| format!("train/measure_{index:02}")).collect();
    let mut recorder = Recorder::open(Plan {
        directory: directory.to_owned(),
        keep_lines: None,
        global_step: 0,
        tensorboard: everything,
        wandb,
        description: RunDescription::default(),
    });
    recorder.drain();
    let before = cpu_s();
    for row in 1..=rows {
        let values = names.iter().map(|name| (name.clone(), 1.0 / row as f64)).collect();
        recorder.log(1_024 * row, values);
        if row % DRAIN_EVERY == 0 {
            recorder.drain();
        }
    }
    recorder.drain();
    let cost = (cpu_s() - before) / rows as f64 * 1e6;
    let notices = recorder.finish(0);
    if notices.is_empty() { Ok(cost) } else { Err(notices.join("\n")) }
}

fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
