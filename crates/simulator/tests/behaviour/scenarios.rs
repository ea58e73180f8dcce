use std::path::{Path, PathBuf};

use podpilot_simulator::Scenario;
use podpilot_traffic::{LoadSpec, Preset};

use crate::world::scenario;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_ready_scenario_is_valid_and_named_after_its_file() {
    let mut count = 0;
    for entry in std::fs::read_dir(repository().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let scenario = scenario(&name);
        scenario.validate().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scenario.name, name);
        let baseline = scenario.baseline.unwrap().hpa;
        assert!(repository().join("scenarios").join(&baseline).is_file(), "{name}: {}", baseline.display());
        count += 1;
    }
    assert!(count >= 15, "{count}");
}

#[test]
fn the_default_scenario_has_the_default_load() {
    assert_eq!(scenario("default").load, LoadSpec::default());
}

#[test]
fn the_named_scenarios_have_the_named_loads() {
    for preset in Preset::ALL {
        let LoadSpec::Generated(load) = scenario(preset.name()).load else { panic!("{preset} is a trace") };
        assert_eq!(load.shape, preset.shape(), "{preset}");
    }
}

#[test]
fn a_scenario_survives_writing_and_reading() {
    for name in ["default", "faulty-cluster", "no-cpu-limit"] {
        let original = scenario(name);
        let text = serde_saphyr::to_string(&original).unwrap();
        let read: Scenario = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(read, original, "{text}");
    }
}

/// Run with `PODPILOT_WRITE_SCHEMA=1` to bring the file up to date.
#[test]
fn the_published_json_schema_is_up_to_date() {
    let path = repository().join("docs/scenario.schema.json");
    let schema = Scenario::json_schema().to_value();
    let text = format!("{schema:#}\n");
    if std::env::var_os("PODPILOT_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert_eq!(published, text, "docs/scenario.schema.json is out of date; see this test's comment");
}

fn error_of(change: impl Fn(&str) -> String) -> String {
    let path = repository().join("scenarios/default.yaml");
    let text = change(&std::fs::read_to_string(path).unwrap());
    match serde_saphyr::from_str::<Scenario>(&text) {
        Err(error) => error.to_string(),
        Ok(scenario) => scenario.validate().unwrap_err().to_string(),
    }
}

#[test]
fn bad_scenarios_are_refused_with_the_field_that_is_wrong() {
    let replaced = |from: &str, to: &str| {
        error_of(|text| {
            assert!(text.contains(from));
            text.replace(from, to)
        })
    };
    let unknown = replaced("nodes: 1,", "nodes: 1, colour: red,");
    assert!(unknown.contains("colour"), "{unknown}");
    let schema = replaced("scenario/v1", "scenario/v9");
    assert_eq!(schema, "schema is \"podpilot/scenario/v9\", must be \"podpilot/scenario/v1\"");
    let bounds = replaced("min_replicas: 1", "min_replicas: 50");
    assert_eq!(bounds, "cluster.min_replicas is 50, must be at most cluster.max_replicas");
    let window = replaced("window_s: 30", "window_s: 20");
    assert_eq!(window, "metrics.prometheus.window_s is 20, must be between 2 and 100 times scrape_s");
    let node = replaced("node_cpu_m: 8000", "node_cpu_m: 50");
    assert_eq!(node, "cluster.node_cpu_m is 50, must be at least pod.cpu_request_m, or no pod fits");
    let objective = replaced("quantile: 0.95", "quantile: 95");
    assert!(objective.starts_with("objective.latency.quantile is 95"), "{objective}");
    let fault = error_of(|text| format!("{text}faults: [{{kind: node_loss, when: {{for_s: 5}}}}]\n"));
    assert_eq!(fault, "faults[0].when is neither, must be either at_s or per_day");
    let fault = error_of(|text| format!("{text}faults: [{{kind: earthquake, when: {{at_s: 5}}}}]\n"));
    assert!(fault.contains("earthquake"), "{fault}");
}

#[test]
fn the_default_scenario_in_the_documents_form_is_read() {
    let scenario = scenario("default");
    assert_eq!(scenario.pod.cpu_limit_m, Some(200));
    assert_eq!(scenario.objective, podpilot_core::Objective::default());
}
