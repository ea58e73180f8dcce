//! What a person is told beside the result, and how manifests and scenarios are looked at.

use crate::sandbox::Sandbox;

const MANIFEST: &str = include_str!("../../../../deployments/hpa.yaml");

fn notes(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.run(arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    told
}

#[test]
fn simulate_tells_the_load_in_one_line_and_warns_of_full_nodes() {
    let sandbox = Sandbox::with_load();
    let plain = notes(&sandbox, &["simulate", "--trace", "load.csv", "--hours", "1"]);
    assert_eq!(plain.lines().count(), 1, "{plain}");
    assert!(plain.contains("10.0 h, mean ") && !plain.contains("train"), "{plain}");
    sandbox.write("big.yaml", MANIFEST.replace("maxReplicas: 40", "maxReplicas: 200"));
    let arguments = ["simulate", "--autoscaler", "hpa=big.yaml", "--trace", "load.csv", "--hours", "1"];
    let told = notes(&sandbox, &arguments);
    assert!(told.contains("room for 80 pods, the manifest allows 200: set cluster.nodes"), "{told}");
    let crowded = [&arguments[..], &["--peak-replicas", "120"]].concat();
    let told = notes(&sandbox, &crowded);
    assert!(told.contains("of the load needs more than the 80 pods that the nodes"), "{told}");
}

#[test]
fn a_split_in_days_is_a_split() {
    let sandbox = Sandbox::with_load();
    let days = ["evaluate", "--trace", "load.csv", "--split", "0.25d", "--episodes", "1"];
    assert!(notes(&sandbox, &days).contains("6.0 h to train, 4.0 h to test"));
}

#[test]
fn reasons_name_the_metrics_of_the_manifest() {
    let sandbox = Sandbox::with_load();
    sandbox.write("mine.yaml", MANIFEST);
    let shown = sandbox.done(&[
        "simulate",
        "--autoscaler",
        "hpa=mine.yaml",
        "--trace",
        "load.csv",
        "--output",
        "json",
    ]);
    assert!(shown.contains("\"why\": \"cpu at ") && !shown.contains("metric 1"), "{shown}");
}

#[test]
fn inspect_knows_bundled_scenarios_and_manifests() {
    let sandbox = Sandbox::new();
    let scenario = sandbox.done(&["inspect", "spike"]);
    assert_eq!(scenario.lines().next(), Some("scenario"));
    sandbox.write("mine.yaml", MANIFEST);
    let manifest = sandbox.done(&["inspect", "mine.yaml"]);
    assert_eq!(manifest.lines().next(), Some("hpa manifest"));
    for part in ["Deployment web", "1 to 40", "cpu"] {
        assert!(manifest.contains(part), "`{part}` is missing in: {manifest}");
    }
}

#[test]
fn no_color_wins_over_forced_colour() {
    let sandbox = Sandbox::new();
    let error = |no_color: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_podpilot"))
            .current_dir(sandbox.path("."))
            .args(["simulate", "--trace", "gone.csv"])
            .envs([("CLICOLOR_FORCE", "1"), ("NO_COLOR", no_color)])
            .output();
        String::from_utf8_lossy(&output.expect("the binary starts").stderr).into_owned()
    };
    assert!(error("").starts_with("\u{1b}["), "{:?}", error(""));
    assert!(error("1").starts_with("error: "), "{:?}", error("1"));
}
