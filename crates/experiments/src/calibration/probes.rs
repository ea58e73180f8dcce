//! `calibrate probes`: what readiness probes do to overloaded pods.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::DemoArguments;
use super::capacity::wait_until_idle;
use super::point;
use crate::clock;
use crate::cluster::{Api, Template, is_ready};
use crate::load_generator::{LoadMeasure, SteadyLoad};

/// What `calibrate probes` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ProbeArguments {
    /// Folder of the results
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Seconds of each run
    #[arg(long, default_value_t = 60.0)]
    pub(crate) seconds: f64,
    /// Offered loads, as shares of capacity
    #[arg(long, value_delimiter = ',', default_values_t = [0.9, 1.1, 1.5])]
    pub(crate) shares: Vec<f64>,
    /// CPU milliseconds per request, as `calibrate measure` found it
    #[arg(long, default_value_t = 3.8)]
    pub(crate) cost_ms: f64,
    #[command(flatten)]
    pub(crate) demo: DemoArguments,
}

const LIMIT_M: u32 = 100;
const PODS: u32 = 2;

/// One run under one probe: a row of `probes.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProbeRow {
    /// `podpilot/probe-run/v1`.
    pub(crate) schema: String,
    /// The readiness probe.
    pub(crate) probe: Value,
    /// Offered load as a share of capacity.
    pub(crate) share: f64,
    /// CPU limit of a pod, millicores.
    pub(crate) limit_m: u32,
    /// Pods.
    pub(crate) pods: u32,
    /// Seconds sent.
    pub(crate) seconds: f64,
    /// Changes of readiness: seconds since the start, name of the pod, whether it is Ready.
    pub(crate) changes: Vec<(f64, String, bool)>,
    /// Times that a pod turned `NotReady`.
    pub(crate) outs: usize,
    /// Time that pods were `NotReady`, seconds over all pods.
    pub(crate) unready_s: f64,
    /// What clients felt.
    pub(crate) load: LoadMeasure,
}

/// Runs every probe at every load.
pub(crate) fn measure(arguments: &ProbeArguments) -> Result<()> {
    std::fs::create_dir_all(&arguments.out)?;
    let api = Api::start()?;
    let template = Template::read(&api, &arguments.demo.namespace, &arguments.demo.deployment)?;
    let http = |timeout_s: u32| {
        json!({"httpGet": {"path": "/healthz", "port": 8080}, "timeoutSeconds": timeout_s,
               "periodSeconds": 5, "failureThreshold": 3})
    };
    let tcp =
        json!({"tcpSocket": {"port": 8080}, "timeoutSeconds": 1, "periodSeconds": 5, "failureThreshold": 3});
    for (name, probe) in [("http-1s", http(1)), ("http-5s", http(5)), ("tcp", tcp)] {
        for &share in &arguments.shares {
            let row = run(&api, &template, name, &probe, share, arguments)?;
            point::append(&arguments.out.join("probes.jsonl"), &row)?;
        }
    }
    Ok(())
}

fn run(
    api: &Api,
    template: &Template,
    name: &str,
    probe: &Value,
    share: f64,
    arguments: &ProbeArguments,
) -> Result<ProbeRow> {
    let variant =
        template.deploy_with(api, &format!("cal-probe-{name}"), Some(LIMIT_M), PODS, Some(probe))?;
    let groups = variant.cgroups(api)?;
    let collection =
        format!("/api/v1/namespaces/{}/pods?labelSelector={}", arguments.demo.namespace, variant.selector());
    let changes = Arc::new(Mutex::new(Vec::new()));
    let (events, noted) = (api.watch(&collection)?, Arc::clone(&changes));
    let start_s = clock::unix_s();
    thread::spawn(move || note_readiness(events, start_s, &noted));
    let load = SteadyLoad {
        url: format!("http://{}{}", variant.address, arguments.demo.path),
        rate_rps: share * f64::from(LIMIT_M * PODS) / arguments.cost_ms,
        warm_up_s: 0.0,
        measured_s: arguments.seconds,
        timeout_s: 10.0,
        seed: 1,
    };
    let load = load.send().context("the probe run's load")?;
    let changes = changes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    wait_until_idle(&groups)?;
    variant.remove(api)?;
    Ok(ProbeRow {
        schema: "podpilot/probe-run/v1".to_owned(),
        probe: probe.clone(),
        share,
        limit_m: LIMIT_M,
        pods: PODS,
        seconds: arguments.seconds,
        outs: changes.iter().filter(|(_, _, ready)| !ready).count(),
        unready_s: unready_s(&changes, arguments.seconds),
        changes,
        load,
    })
}

/// Notes changes of readiness; the state at the start is no change.
fn note_readiness(
    events: impl Iterator<Item = Result<Value>>,
    start_s: f64,
    changes: &Mutex<Vec<(f64, String, bool)>>,
) {
    let mut last = std::collections::BTreeMap::new();
    for event in events {
        let (Ok(event), now_s) = (event, clock::unix_s()) else { return };
        let pod = &event["object"];
        let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let ready = is_ready(pod) && pod.pointer("/metadata/deletionTimestamp").is_none();
        let before = last.insert(name.clone(), ready).unwrap_or(true);
        if before != ready {
            changes.lock().unwrap_or_else(PoisonError::into_inner).push((now_s - start_s, name, ready));
        }
    }
}

/// Time between a pod's turning `NotReady` and its turning Ready again, or the end.
fn unready_s(changes: &[(f64, String, bool)], end_s: f64) -> f64 {
    let mut total_s = 0.0;
    for (index, (out_s, name, ready)) in changes.iter().enumerate() {
        if !ready {
            let back = changes[index..].iter().find(|(_, other, ready)| other == name && *ready);
            total_s += back.map_or(end_s, |(back_s, ..)| back_s.min(end_s)) - out_s.min(end_s);
        }
    }
    total_s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_out_of_service_ends_with_ready_or_the_run() {
        let change = |at_s: f64, name: &str, ready| (at_s, name.to_owned(), ready);
        let changes = [change(10.0, "a", false), change(12.0, "b", false), change(15.0, "a", true)];
        assert_eq!(unready_s(&changes, 60.0), 5.0 + 48.0);
        assert_eq!(unready_s(&[], 60.0), 0.0);
    }
}
