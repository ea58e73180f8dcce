use std::fs;
use std::path::Path;

use podpilot_tracking::{Plan, Recorder, RunFiles};

use crate::python::accept;
use crate::sample::{log, plan};

fn events_files(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("events.out.tfevents")).count()
}

#[test]
fn a_resumed_run_is_one_run_without_what_came_after_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Recorder::open(plan(folder.path()));
    for row in 1..=5 {
        log(&mut first, row);
    }
    first.drain();
    drop(first);
    let before = RunFiles::read(folder.path()).unwrap();
    // The checkpoint was at row 3.
    let mut second =
        Recorder::open(Plan { keep_lines: Some(3), global_step: 3 * 1_024, ..plan(folder.path()) });
    assert_eq!(second.lines(), 3);
    for row in 4..=8 {
        log(&mut second, row);
    }
    assert_eq!(second.lines(), 8);
    assert_eq!(second.finish(0), Vec::<String>::new());
    let run = RunFiles::read(folder.path()).unwrap();
    let steps: Vec<u64> = run.points.iter().map(|point| point.global_step / 1_024).collect();
    assert_eq!(steps, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(run.start.unwrap().run_id, before.start.unwrap().run_id);
    let times: Vec<f64> = run.points.iter().map(|point| point.time.unwrap().1).collect();
    assert!(times.is_sorted(), "the run's clock goes on: {times:?}");
    assert_eq!(events_files(folder.path()), 1);
    accept(folder.path(), 0);
}

#[test]
fn a_run_begun_anew_is_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut recorder = Recorder::open(plan(folder.path()));
        log(&mut recorder, 1);
        recorder.finish(0);
        let run = RunFiles::read(folder.path()).unwrap();
        assert_eq!(run.points.len(), 1);
        ids.push(run.start.unwrap().run_id);
    }
    assert_ne!(ids[0], ids[1]);
}
