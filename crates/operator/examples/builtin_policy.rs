//! Makes the built-in policy of a training run: its demand quantiles with the base policy, without an agent.
//!
//! `cargo run -p podpilot-operator --example builtin_policy -- RUN/policy.safetensors OUT`
#![allow(clippy::expect_used, clippy::print_stderr, reason = "a tool that cannot go on ends with the reason")]

use std::path::Path;

use podpilot_controller::{Policy, TrainedPolicy};
use podpilot_learning::PolicyFile;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: builtin_policy RUN/policy.safetensors OUT");
        std::process::exit(2);
    };
    let file = PolicyFile::read(Path::new(from)).expect("a policy file");
    let trained = TrainedPolicy::from_file(&file, from).expect("a policy of this version");
    let mut record = file.metadata.clone();
    if let Some(base) = record.get("base_trim_start").cloned() {
        record.insert("trim_start".to_owned(), base);
    }
    for agents_own in
        ["evaluation", "timesteps", "margin", "policy_frozen_inputs", "policy_normalizer", "reward_weights"]
    {
        record.remove(agents_own);
    }
    let quantile = TrainedPolicy { policy: Policy::Quantile, ..trained };
    quantile.to_file(&record).write(Path::new(to)).expect("the file can be written");
}
