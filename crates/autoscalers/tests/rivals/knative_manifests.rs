//! Services and the installation's `ConfigMap` as YAML.

use podpilot_autoscalers::knative::{AutoscalerConfigMap, KnativeResource};
use podpilot_autoscalers::{Knative, KnativeManifest, KnativeMetric, KnativeSettings};
use podpilot_core::Span;

fn service(annotations: &str, rest: &str) -> KnativeResource {
    let text = format!(
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {{name: web}}\nspec:\n  template:\n    metadata:\n      \
         annotations: {{{annotations}}}\n    spec:\n      containers: [{{image: nginx}}]\n      {rest}\n"
    );
    serde_saphyr::from_str(&text).unwrap()
}

fn config(data: &str) -> AutoscalerConfigMap {
    let text =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: config-autoscaler}}\ndata: {{{data}}}\n");
    serde_saphyr::from_str(&text).unwrap()
}

fn of_service(annotations: &str, rest: &str) -> Result<KnativeSettings, String> {
    let manifest = KnativeManifest { resource: Some(service(annotations, rest)), config: None };
    manifest.settings().map_err(|error| error.to_string())
}

#[test]
fn nothing_stated_is_the_default() {
    assert_eq!(KnativeManifest::default().settings().unwrap(), KnativeSettings::default());
    assert_eq!(of_service("", "").unwrap(), KnativeSettings::default());
}

#[test]
fn annotations_override_the_installation_which_overrides_defaults() {
    let manifest = KnativeManifest {
        resource: Some(service(
            "autoscaling.knative.dev/window: 40s, autoscaling.knative.dev/min-scale: \"2\", \
             autoscaling.knative.dev/maxScale: \"9\", autoscaling.knative.dev/scale-down-delay: 1m30s, \
             autoscaling.knative.dev/activation-scale: \"3\", other.dev/window: nonsense",
            "",
        )),
        config: Some(config(
            "stable-window: 90s, panic-window-percentage: \"20\", max-scale-down-rate: \"3.5\", \
             enable-scale-to-zero: \"false\", scale-to-zero-grace-period: 45s, _example: whatever",
        )),
    };
    let settings = manifest.settings().unwrap();
    assert_eq!(settings.stable_window, Span::seconds(40));
    assert_eq!((settings.min_scale, settings.max_scale, settings.activation_scale), (2, Some(9), 3));
    assert_eq!(settings.scale_down_delay, Span::seconds(90));
    assert_eq!((settings.panic_window_percent, settings.max_scale_down_rate), (20.0, 3.5));
    assert!(!settings.enable_scale_to_zero);
    assert_eq!(settings.scale_to_zero_grace_period, Span::seconds(45));
    assert!(Knative::new("knative", settings).is_ok());
}

#[test]
fn targets_are_made_from_metric_limit_and_utilization() {
    let target = |annotations: &str, rest: &str| of_service(annotations, rest).unwrap().target_value;
    let close = |value: f64, expected: f64| (value - expected).abs() < 1e-9;
    assert!(close(target("", "containerConcurrency: 10"), 7.0));
    assert!(close(target("autoscaling.knative.dev/target: \"50\"", ""), 35.0));
    assert!(close(target("autoscaling.knative.dev/target: \"50\"", "containerConcurrency: 10"), 7.0));
    assert!(close(
        target(
            "autoscaling.knative.dev/target: \"5\", autoscaling.knative.dev/target-utilization-percentage: \"90\"",
            "containerConcurrency: 10"
        ),
        4.5
    ));
    let by_rate = of_service("autoscaling.knative.dev/metric: rps", "").unwrap();
    assert_eq!((by_rate.metric, by_rate.target_value), (KnativeMetric::Rps, 140.0));
    assert!(close(target("autoscaling.knative.dev/target: \"0.01\"", ""), 0.01), "no target is lower");
}

#[test]
fn a_revision_states_its_own_annotations() {
    let text = "apiVersion: serving.knative.dev/v1\nkind: Revision\nmetadata:\n  annotations: \
                {autoscaling.knative.dev/min-scale: \"4\"}\nspec: {containerConcurrency: 20}\n";
    let manifest = KnativeManifest { resource: Some(serde_saphyr::from_str(text).unwrap()), config: None };
    let settings = manifest.settings().unwrap();
    assert_eq!((settings.min_scale, settings.target_value), (4, 14.0));
}

#[test]
fn nonsense_names_the_annotation() {
    let field = "spec.template.metadata.annotations[autoscaling.knative.dev";
    let told =
        |annotation: &str| of_service(&format!("autoscaling.knative.dev/{annotation}"), "").unwrap_err();
    assert_eq!(
        told("window: soon"),
        format!("{field}/window]: is `soon`, must be a duration such as 60s or 1m30s")
    );
    assert_eq!(
        told("min-scale: \"-1\""),
        format!("{field}/min-scale]: is `-1`, must be a whole number of at least 0")
    );
    assert_eq!(told("minscale: \"1\""), format!("{field}/minscale]: is no annotation of the autoscaler"));
    assert!(
        told("metric: cpu").starts_with(&format!("{field}/metric]: is `cpu`, must be concurrency or rps"))
    );
    let class = told("class: hpa.autoscaling.knative.dev");
    assert!(class.contains("must be kpa.autoscaling.knative.dev"), "{class}");
    let manifest = KnativeManifest { resource: None, config: Some(config("stable-windows: 60s")) };
    let error = manifest.settings().unwrap_err().to_string();
    assert_eq!(error, "data.stable-windows: is no setting of config-autoscaler");
}

#[test]
fn what_knative_would_refuse_is_refused() {
    let refused = |annotation: &str| {
        let settings = of_service(&format!("autoscaling.knative.dev/{annotation}"), "").unwrap();
        Knative::new("knative", settings).unwrap_err().to_string()
    };
    assert_eq!(refused("window: 5s"), "window: is 5, must be between 6 and 3600");
    assert_eq!(
        refused("panic-window-percentage: \"0.5\""),
        "panic-window-percentage: is 0.5, must be between 1 and 100"
    );
    assert_eq!(
        refused("panic-threshold-percentage: \"100\""),
        "panic-threshold-percentage: is 100, must be between 110 and 1000"
    );
    let crossed = "min-scale: \"9\", autoscaling.knative.dev/max-scale: \"3\"";
    assert_eq!(refused(crossed), "max-scale: is 3, must not be below min-scale, which is 9");
}
