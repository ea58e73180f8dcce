//! Real manifests, as YAML, read and resolved.

use podpilot_autoscalers::hpa::manifest::{MetricTargetType, SelectPolicy};
use podpilot_autoscalers::hpa::{Hpa, HpaControllerConfig, HpaManifest};
use podpilot_core::{Autoscaler, MetricKey, MetricSeries, ReplicaBounds, Signal, Span};

use crate::whole_loop::{external_spec, loaded};
use crate::world::{NOW, value};

/// What `kubectl get hpa web -o yaml` prints.
const FROM_CLUSTER: &str = r#"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
  creationTimestamp: "2026-05-04T09:12:44Z"
  name: web
  namespace: demo
  resourceVersion: "81234"
  uid: 2f6c0d1e-7a0a-4a53-9f5f-1c1d2b3e4f50
spec:
  behavior:
    scaleDown:
      policies:
      - {periodSeconds: 60, type: Pods, value: 2}
      - {periodSeconds: 120, type: Percent, value: 10}
      selectPolicy: Min
      stabilizationWindowSeconds: 120
      tolerance: 50m
    scaleUp:
      tolerance: "0"
  maxReplicas: 12
  metrics:
  - type: ContainerResource
    containerResource:
      container: main
      name: cpu
      target: {averageUtilization: 60, type: Utilization}
  - type: Resource
    resource: {name: memory, target: {averageValue: 64Mi, type: AverageValue}}
  - type: Pods
    pods: {metric: {name: sessions}, target: {averageValue: "30", type: AverageValue}}
  - type: Object
    object:
      describedObject: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: main}
      metric: {name: rps}
      target: {type: Value, value: 2k}
  - type: External
    external:
      metric: {name: queue_length, selector: {matchLabels: {queue: worker}}}
      target: {averageValue: 7500m, type: AverageValue}
  minReplicas: 2
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
status:
  conditions:
  - {lastTransitionTime: "2026-05-04T09:13:00Z", message: ok, reason: ReadyForNewScale, status: "True", type: AbleToScale}
  currentMetrics: null
  currentReplicas: 3
  desiredReplicas: 3
  somethingNew: {deeply: [nested]}
"#;

fn read(yaml: &str) -> HpaManifest {
    serde_saphyr::from_str(yaml).unwrap()
}

fn resolved(manifest: &HpaManifest) -> Hpa {
    Hpa::new("read", manifest, HpaControllerConfig::default()).unwrap()
}

#[test]
fn a_manifest_from_a_cluster() {
    let manifest = read(FROM_CLUSTER);
    assert_eq!(manifest.metadata.name.as_deref(), Some("web"));
    assert_eq!(manifest.metadata.namespace.as_deref(), Some("demo"));
    let down = manifest.spec.behavior.as_ref().and_then(|behavior| behavior.scale_down.as_ref()).unwrap();
    assert_eq!(down.select_policy, Some(SelectPolicy::Min));
    let hpa = resolved(&manifest);
    assert_eq!(hpa.bounds(), ReplicaBounds { min: 2, max: 12 });
    assert!(hpa.signals().contains(Signal::ResourceUsage) && hpa.signals().contains(Signal::NamedMetrics));
    assert!(!hpa.signals().contains(Signal::Latency));
}

#[test]
fn every_metric_of_it_is_computed() {
    let mut hpa = resolved(&read(FROM_CLUSTER));
    let mut seen = loaded(3, 1_000, &[Some(600); 3]);
    let pods = seen.pods.pods().to_vec();
    let mut with_memory = seen.pods.clone();
    with_memory.clear();
    for pod in &pods {
        let mut containers = seen.pods.containers(pod).to_vec();
        containers.iter_mut().filter_map(|container| container.usage.as_mut()).for_each(|usage| {
            usage.memory_bytes = Some(40 << 20);
        });
        with_memory.push(pod.id, pod.phase, pod.started_at, pod.ready, pod.deleted_at, &containers);
    }
    seen.pods = with_memory;
    let pods_key = MetricKey::Pods { metric: "sessions".into() };
    let object_key = MetricKey::Object { kind: "Ingress".into(), name: "main".into(), metric: "rps".into() };
    let external_key = MetricKey::External { metric: "queue_length{queue=worker}".into() };
    let sessions = (0..3).map(|pod| value(Some(pod), 40_000)).collect();
    seen.metrics = vec![
        MetricSeries { key: pods_key, values: sessions },
        MetricSeries { key: object_key, values: vec![value(None, 3_000_000)] },
        MetricSeries { key: external_key, values: vec![value(None, 30_001)] },
    ];
    hpa.decide(&seen);
    let replicas: Vec<_> =
        hpa.metric_results().iter().map(|result| result.unwrap().unwrap().replicas).collect();
    // CPU on target; 80 MiB of 64; 40 sessions of 30; 3000 rps of 2000; 30.001 in queue at 7.5 a pod.
    assert_eq!(replicas, [3, 4, 4, 5, 5]);
}

#[test]
fn direction_has_its_own_tolerance_and_window() {
    let mut hpa = resolved(&read(FROM_CLUSTER));
    let metrics = |cpu: i64| loaded(4, 1_000, &[Some(cpu); 4]);
    hpa.decide(&metrics(610));
    let of_cpu = |hpa: &Hpa| hpa.metric_results()[0].unwrap().unwrap().replicas;
    assert_eq!(of_cpu(&hpa), 5, "no tolerance upward");
    hpa.decide(&metrics(575));
    assert_eq!(of_cpu(&hpa), 4, "five per cent downward");
    hpa.decide(&metrics(440));
    assert_eq!(of_cpu(&hpa), 3);
}

#[test]
fn the_shipped_manifest_is_the_default_baseline() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deployments/hpa.yaml");
    let manifest = read(&std::fs::read_to_string(path).unwrap());
    let mut expected = HpaManifest::cpu_utilization(80, ReplicaBounds { min: 1, max: 40 });
    expected.metadata = manifest.metadata.clone();
    assert_eq!(manifest, expected);
    assert_eq!(resolved(&manifest).period(), Span::seconds(15));
}

#[test]
fn what_is_left_out_is_filled_in() {
    let manifest = read(
        "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, spec: {maxReplicas: 9, scaleTargetRef: {kind: \
         StatefulSet, name: db}}}",
    );
    assert_eq!(resolved(&manifest).bounds(), ReplicaBounds { min: 1, max: 9 });
    let decided = |usage| resolved(&manifest).decide(&loaded(2, 1_000, &[Some(usage); 2])).replicas;
    // 80 % by default: 90 % on two pods lies outside the tolerance, 88 % within.
    assert_eq!((decided(900), decided(880)), (Some(3), Some(2)));
}

/// Any behavior at all brings the defaults of both directions: up by the larger of 4 pods and 100 % in 15 s at once,
/// down by anything, but only after five minutes.
#[test]
fn a_behavior_brings_the_defaults_of_both_directions() {
    let mut manifest = HpaManifest::cpu_utilization(10, ReplicaBounds { min: 1, max: 100 });
    manifest.spec.behavior = Some(serde_saphyr::from_str("scaleDown: {selectPolicy: Max}").unwrap());
    let mut hpa = resolved(&manifest);
    assert_eq!(hpa.decide(&loaded(2, 1_000, &[Some(1_000); 2])).replicas, Some(6));
    assert_eq!(hpa.decide(&loaded(6, 1_000, &[Some(1_000); 6])).replicas, Some(12));
    let mut idle = loaded(50, 1_000, &[Some(10); 50]);
    assert_eq!(hpa.decide(&idle).replicas, Some(50));
    idle.now = NOW + Span::seconds(299);
    assert_eq!(hpa.decide(&idle).replicas, Some(50));
    idle.now = NOW + Span::seconds(300);
    assert_eq!(hpa.decide(&idle).replicas, Some(5), "one per cent of ten on fifty pods");
}

#[test]
fn writing_and_reading_again_changes_nothing() {
    let mut manifest = read(FROM_CLUSTER);
    manifest.spec.metrics.as_mut().unwrap().push(external_spec("x", "0.3", MetricTargetType::Value));
    let json = serde_json::to_string(&manifest).unwrap();
    assert_eq!(serde_json::from_str::<HpaManifest>(&json).unwrap(), manifest);
    assert!(json.contains(r#""value":"300m""#) && !json.contains("status"), "{json}");
}

#[test]
fn bare_numbers_are_quantities() {
    let target = |value: &str| -> i64 {
        let target: podpilot_autoscalers::hpa::manifest::MetricTarget =
            serde_saphyr::from_str(&format!("{{type: Value, value: {value}}}")).unwrap();
        target.value.unwrap().milli_value().unwrap()
    };
    assert_eq!(
        [target("10"), target("0.25"), target("1500m"), target("'2k'")],
        [10_000, 250, 1_500, 2_000_000]
    );
}
