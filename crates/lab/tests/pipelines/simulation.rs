//! What the user's own HPA would do on the user's own recording.

use podpilot_lab::result::SimulationResult;
use podpilot_lab::{LabError, request::Unobserved, simulate};
use serde_json::json;

use crate::fixture::{Folder, bytes, following, manifest, minutes, named, rate_rps};

const CPU_60: &str =
    "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}";

/// 2026-01-05 00:00:00 UTC.
const MONDAY_UNIX_S: u64 = 1_767_571_200;

/// An answer of Prometheus to a range query that gives the load as two series.
fn prometheus_answer() -> String {
    let values = |share: f64| -> Vec<_> {
        minutes()
            .map(|minute| {
                json!([MONDAY_UNIX_S + u64::from(minute) * 60, (rate_rps(minute) * share).to_string()])
            })
            .collect()
    };
    let series = |pod: &str, share| json!({"metric": {"pod": pod}, "values": values(share)});
    let result = [series("web-a", 0.25), series("web-b", 0.75)];
    json!({"status": "success", "data": {"resultType": "matrix", "result": result}}).to_string()
}

/// The same load as Grafana exports it from a panel.
fn grafana_export() -> String {
    let rows = minutes().map(|minute| {
        let (hour, minute_of_hour) = (minute / 60, minute % 60);
        format!("2026-01-05 {hour:02}:{minute_of_hour:02}:00,{} req/s", rate_rps(minute))
    });
    std::iter::once("\"Time\",\"requests\"".to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn assert_tells_all(result: &SimulationResult, name: &str) {
    let row = result.autoscalers.iter().find(|row| row.name == name).unwrap();
    assert!((row.cost - row.pod_hours * 0.02).abs() < 1e-9 && row.cost > 0.0);
    let track = result.timeline.tracks.iter().find(|track| track.name == name).unwrap();
    assert_eq!(track.ready.len(), result.timeline.load_rps.len());
    assert_eq!(result.timeline.load_rps.len(), minutes().count());
    assert!(track.ready.iter().max() > track.ready.iter().min(), "{name} never scaled");
    let events: Vec<_> = result.events.iter().filter(|event| event.autoscaler == name).collect();
    assert!(events.len() > 5, "{name}: {} events", events.len());
    for event in &events {
        assert!(event.from != event.to && !event.reasons.is_empty(), "{event:?}");
        assert!(!event.why.is_empty() && event.why != "no reason given", "{event:?}");
    }
    for pair in events.windows(2) {
        assert!(pair[0].to == pair[1].from && pair[0].at_s < pair[1].at_s, "events make no chain: {pair:?}");
    }
}

#[test]
fn a_users_manifest_on_a_users_recording_in_any_format() {
    let folder = Folder::new();
    let manifest = folder.write("my-hpa.yaml", &manifest(CPU_60));
    folder.write("query.json", &prometheus_answer());
    folder.write("grafana.csv", &grafana_export());
    let results = ["query.json", "grafana.csv", "load.csv"].map(|trace| {
        let result = folder.simulate(trace, vec![following("hpa", &manifest), named("hpa-80")]);
        assert_tells_all(&result, "hpa");
        assert_tells_all(&result, "hpa-80");
        result
    });
    for other in &results[1..] {
        assert_eq!(results[0].autoscalers, other.autoscalers, "one load in two formats");
        assert_eq!(results[0].events, other.events);
    }
    let pods = |name: &str| results[0].autoscalers.iter().find(|row| row.name == name).unwrap().mean_replicas;
    assert!(pods("hpa") > pods("hpa-80"), "the manifest's 60 % against 80 %");
}

#[test]
fn the_bounds_of_the_manifest_hold() {
    let folder = Folder::new();
    let path = folder.write("my-hpa.yaml", &manifest(CPU_60).replace("maxReplicas: 12", "maxReplicas: 4"));
    let result = folder.simulate("load.csv", vec![following("hpa", &path)]);
    let ready = &result.timeline.tracks[0].ready;
    assert_eq!((ready.iter().min(), ready.iter().max()), (Some(&2), Some(&4)));
    assert!(result.events.iter().any(|event| event.why.contains("the upper bound caps")));
}

#[test]
fn a_slow_scale_down_policy_costs_more() {
    let folder = Folder::new();
    let plain = folder.write("plain.yaml", &manifest(CPU_60));
    let behavior = "  behavior: {scaleDown: {stabilizationWindowSeconds: 1800}}\n";
    let slow = folder.write("slow.yaml", &format!("{}{behavior}", manifest(CPU_60)));
    let result = folder.simulate("load.csv", vec![following("plain", &plain), following("slow", &slow)]);
    assert!(result.autoscalers[1].cost > 1.05 * result.autoscalers[0].cost);
}

#[test]
fn named_metrics_of_every_kind_scale() {
    let folder = Folder::new();
    let kinds = [
        "{type: Pods, pods: {metric: {name: http_requests_per_second}, target: {type: AverageValue, averageValue: '20'}}}",
        "{type: External, external: {metric: {name: requests_per_second}, target: {type: AverageValue, averageValue: '20'}}}",
        "{type: Object, object: {metric: {name: requests_per_second}, describedObject: {apiVersion: v1, kind: Service, name: web}, target: {type: AverageValue, averageValue: '20'}}}",
    ];
    for kind in kinds {
        let path = folder.write("hpa.yaml", &manifest(kind));
        let result = folder.simulate("load.csv", vec![following("hpa", &path)]);
        assert_tells_all(&result, "hpa");
        let mean_rps = result.timeline.load_rps.iter().sum::<f64>() / minutes().count() as f64;
        let pods = result.autoscalers[0].mean_replicas;
        assert!(pods > 0.9 * mean_rps / 20.0 && pods < 1.8 * mean_rps / 20.0, "{pods} pods: {kind}");
    }
}

#[test]
fn an_unknown_named_metric_is_one_error_and_writes_nothing() {
    let folder = Folder::new();
    let kind =
        "{type: External, external: {metric: {name: queue_length}, target: {type: Value, value: '20'}}}";
    let path = folder.write("hpa.yaml", &manifest(kind));
    let mut request = folder.simulate_request("load.csv", vec![following("hpa", &path)]);
    request.out = Some(folder.path("out"));
    let error = simulate(&request, &mut Unobserved).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, LabError::BadInput(_)));
    for part in ["hpa.yaml", "queue_length", "requests_per_second"] {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
    assert!(!folder.path("out").exists());
}

#[test]
fn out_holds_what_was_returned() {
    let folder = Folder::new();
    let mut request = folder.simulate_request("load.csv", vec![named("hpa-50"), named("hpa-80")]);
    request.out = Some(folder.path("out"));
    let result = simulate(&request, &mut Unobserved).unwrap();
    let written: SimulationResult =
        serde_json::from_slice(&bytes(&folder.path("out"), "result.json")).unwrap();
    assert_eq!(written, result);
    let html = String::from_utf8(bytes(&folder.path("out"), "report.html")).unwrap();
    assert!(html.contains("hpa-50") && html.contains(&result.events[0].why));
}
