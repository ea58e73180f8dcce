use podpilot_tracking::{Recorder, RunFiles};

use crate::python::accept;
use crate::sample::{log, plan, value, write_run};

#[test]
fn json_lines_hold_every_value() {
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path(), 30);
    let run = RunFiles::read(folder.path()).unwrap();
    let start = run.start.as_ref().unwrap();
    assert_eq!((start.name.as_str(), start.job_type.as_str()), ("sample", "train"));
    assert_eq!(start.config, plan(folder.path()).description.config);
    assert_eq!(run.points.len(), 30);
    for (row, (step, shown)) in (1..).zip(run.series("rollout/ep_rew_mean")) {
        assert_eq!(step, 1_024 * row);
        // NaN differs from itself; its bits do not.
        assert_eq!(shown.to_bits(), value(row).to_bits(), "row {row}");
    }
    assert!(run.points.iter().all(|point| point.time.is_some() && point.values.contains_key("time/fps")));
    assert_eq!(run.artifacts[0].kind, "model");
    assert_eq!(run.summary["autoscale/saving"], 0.25);
    assert_eq!(run.exit.unwrap().exit_code, 0);
    assert!(!run.system.is_empty());
}

#[test]
fn wandb_and_tensorboard_read_the_same_values() {
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path(), 500);
    accept(folder.path(), 0);
}

#[test]
fn a_run_that_its_user_stopped_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::open(plan(folder.path()));
    log(&mut recorder, 1);
    assert_eq!(recorder.finish(255), Vec::<String>::new());
    accept(folder.path(), 255);
}

#[test]
fn a_run_without_an_end_is_one_that_crashed() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::open(plan(folder.path()));
    log(&mut recorder, 1);
    recorder.drain();
    drop(recorder);
    assert_eq!(RunFiles::read(folder.path()).unwrap().exit, None);
    accept(folder.path(), 1);
}
