//! A run with everything that a run can hold.

use std::fs;
use std::path::Path;

use podpilot_tracking::{Artifact, Plan, Recorder, RunDescription, WandbSettings};
use serde_json::{Map, Value, json};

pub(crate) fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

pub(crate) fn plan(directory: &Path) -> Plan {
    Plan {
        directory: directory.to_owned(),
        keep_lines: None,
        global_step: 0,
        tensorboard: true,
        wandb: Some(WandbSettings::from_variables(|_| None).unwrap()),
        description: RunDescription {
            name: "sample".to_owned(),
            job_type: "train".to_owned(),
            group: Some("readers".to_owned()),
            tags: vec!["ppo".to_owned(), "nasa95".to_owned()],
            config: object(&json!({
                "agent": "ppo",
                "learning_rate": 3e-4,
                "hidden": [64, 64],
                "nested": {"deep": null},
                "text": "ü \"quoted\"",
                // Longer than a block of W&B's file.
                "long": "x".repeat(70_000),
            })),
        },
    }
}

/// Numbers of every kind, by row.
pub(crate) fn value(row: u64) -> f64 {
    match row % 7 {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        _ => 0.1 * row as f64,
    }
}

pub(crate) fn log(recorder: &mut Recorder, row: u64) {
    let values = [
        ("rollout/ep_rew_mean", value(row)),
        ("train/approx_kl", 1.0 / row as f64),
        ("autoscale/cost", row as f64),
    ];
    recorder.log(1_024 * row, values.map(|(name, value)| (name.to_owned(), value)).to_vec());
}

/// Writes a finished run.
pub(crate) fn write_run(directory: &Path, rows: u64) {
    let policy = directory.join("policy.safetensors");
    fs::write(&policy, b"a policy").unwrap();
    let mut recorder = Recorder::open(plan(directory));
    for row in 1..=rows {
        log(&mut recorder, row);
    }
    recorder.artifact(Artifact {
        name: "sample-policy".to_owned(),
        kind: "model".to_owned(),
        path: policy,
        sha256: "0".repeat(64),
        aliases: vec!["latest".to_owned()],
    });
    recorder.summarize(object(&json!({"autoscale/saving": 0.25, "autoscale/bad_minutes": "NaN"})));
    assert_eq!(recorder.finish(0), Vec::<String>::new());
}
