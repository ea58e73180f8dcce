//! Trackers that hang or fail.

use std::path::Path;
use std::sync::mpsc::{self, Receiver};

use podpilot_tracking::{Plan, Record, Recorder, RunFiles, TensorBoard, TrackError, Tracker};

use crate::sample::{log, plan};

/// Hangs at the first row until it is let go.
#[derive(Debug)]
struct Stuck(Receiver<()>);

impl Tracker for Stuck {
    fn record(&mut self, record: &Record) -> Result<(), TrackError> {
        if matches!(record, Record::Measures(_)) {
            // Let go for good once the sender is gone.
            let _ = self.0.recv();
        }
        Ok(())
    }
}

fn only_json_lines(directory: &Path) -> Plan {
    Plan { tensorboard: false, wandb: None, ..plan(directory) }
}

#[test]
fn training_does_not_wait_for_a_tracker_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let (let_go, hold) = mpsc::channel();
    let mut recorder = Recorder::open_with(only_json_lines(folder.path()), vec![Box::new(Stuck(hold))]);
    // Far more than the queue takes: were it to wait, this would not end.
    for row in 1..=20_000 {
        log(&mut recorder, row);
    }
    recorder.drain();
    let taken = recorder.lines();
    assert!(taken < 20_000, "the queue is bounded");
    drop(let_go);
    let told = recorder.finish(0).join("\n");
    assert!(told.contains(&format!("lost {} records", 20_000 - taken)), "{told}");
    let run = RunFiles::read(folder.path()).unwrap();
    assert_eq!(run.points.len(), taken);
    assert_eq!(run.exit.unwrap().exit_code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_warning_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let full = || -> Box<dyn Tracker> { Box::new(TensorBoard::create(Path::new("/dev/full")).unwrap()) };
    let mut recorder = Recorder::open_with(only_json_lines(folder.path()), vec![full(), full()]);
    for row in 1..=3 {
        log(&mut recorder, row);
    }
    let told = recorder.finish(0);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("/dev/full") && told[0].contains("training goes on"), "{told:?}");
    assert_eq!(RunFiles::read(folder.path()).unwrap().points.len(), 3);
}

#[test]
fn a_directory_that_is_none_is_said_and_does_not_fail_the_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"").unwrap();
    let mut recorder = Recorder::open(plan(&folder.path().join("file")));
    log(&mut recorder, 1);
    let told = recorder.finish(0);
    assert!(!told.is_empty() && told.iter().all(|line| line.contains("training goes on")), "{told:?}");
}
