//! `result.json` keeps its promises to readers.

use podpilot_lab::result::{EvaluationResult, SimulationResult};
use serde_json::{Value, json};

use crate::sample;

#[test]
fn evaluation_comes_back_equal() {
    let result = sample::evaluation(3);
    let text = serde_json::to_string_pretty(&result).unwrap();
    assert_eq!(serde_json::from_str::<EvaluationResult>(&text).unwrap(), result);
}

#[test]
fn simulation_comes_back_equal() {
    let result = sample::simulation();
    let text = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<SimulationResult>(&text).unwrap(), result);
}

#[test]
fn promised_fields_are_there() {
    let json = serde_json::to_value(sample::evaluation(3)).unwrap();
    assert_eq!(json["schema"], "podpilot/result/v1");
    for field in ["scenario", "episodes", "distinct_days", "autoscalers"] {
        assert!(!json[field].is_null(), "{field}");
    }
    let promised = [
        "name",
        "pod_hours",
        "cost",
        "slow_request_ratio",
        "slow_minute_ratio",
        "failed_request_ratio",
        "cpu_over_minute_ratio",
        "memory_over_minute_ratio",
        "mean_replicas",
        "mean_cpu_utilization",
        "scale_events_per_hour",
    ];
    for row in json["autoscalers"].as_array().unwrap() {
        for field in promised {
            assert!(!row[field].is_null(), "{field}");
        }
        for quantile in ["p50", "p95", "p99"] {
            assert!(row["latency_ms"][quantile].is_number(), "{quantile}");
        }
    }
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut json = serde_json::to_value(sample::evaluation(1)).unwrap();
    change(&mut json);
    serde_json::from_value::<EvaluationResult>(json).unwrap_err().to_string()
}

#[test]
fn another_schema_is_refused_by_name() {
    let error = refused(|json| json["schema"] = json!("podpilot/result/v2"));
    assert_eq!(error, "schema is `podpilot/result/v2`, this version reads `podpilot/result/v1`");
}

#[test]
fn an_unknown_field_is_refused_by_name() {
    let error = refused(|json| json["autoscalers"][0]["pod_minutes"] = json!(1));
    assert!(error.contains("pod_minutes"), "{error}");
}
