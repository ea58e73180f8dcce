//! `calibrate startup`: how long a pod takes from its creation to Ready, and from its deletion to being gone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Result, bail};
use serde_json::Value;

use super::DemoArguments;
use super::point;
use crate::clock;
use crate::cluster::{Api, PodTimes, Template};

/// What `calibrate startup` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StartupArguments {
    /// Folder of the results
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// How often pods are started
    #[arg(long, default_value_t = 6)]
    pub(crate) rounds: u32,
    /// Pods that are started at once, in turn 1, 2, 4, ... up to this
    #[arg(long, default_value_t = 8)]
    pub(crate) pods: u32,
    #[command(flatten)]
    pub(crate) demo: DemoArguments,
}

const LIMIT_M: u32 = 200;
const PATIENCE_S: f64 = 60.0;

/// Times of pods by name, as a watch shows them.
type Seen = Arc<Mutex<BTreeMap<String, PodTimes>>>;

/// Scales a variant up and down and writes a row of `startup.jsonl` for each pod.
pub(crate) fn measure(arguments: &StartupArguments) -> Result<()> {
    std::fs::create_dir_all(&arguments.out)?;
    let namespace = &arguments.demo.namespace;
    let api = Api::start()?;
    let template = Template::read(&api, namespace, &arguments.demo.deployment)?;
    let variant = template.deploy(&api, "cal-startup", Some(LIMIT_M), 1)?;
    let seen = Seen::default();
    let collection = format!("/api/v1/namespaces/{namespace}/pods?labelSelector={}", variant.selector());
    let events = api.watch(&collection)?;
    let noted = Arc::clone(&seen);
    thread::spawn(move || note(events, &noted));
    wait_for(&seen, 1)?;
    for round in 0..arguments.rounds {
        let pods = (1 << (round % 16)).min(arguments.pods.max(1));
        api.scale(namespace, &variant.name, 1 + pods)?;
        wait_for(&seen, 1 + pods as usize)?;
        clock::sleep_s(2.0);
        api.scale(namespace, &variant.name, 1)?;
        wait_for(&seen, 1)?;
        clock::sleep_s(2.0);
        write_gone(&seen, pods, &arguments.out.join("startup.jsonl"))?;
    }
    variant.remove(&api)
}

/// Writes down the pods that are gone. The one that was there before the watch began stays to the end: it is the oldest,
/// and a `ReplicaSet` removes the youngest first.
fn write_gone(seen: &Seen, at_once: u32, path: &Path) -> Result<()> {
    let mut times = lock(seen);
    let gone: Vec<PodTimes> = times.values().filter(|times| times.gone_s.is_some()).cloned().collect();
    for row in gone {
        times.remove(&row.name);
        let row = serde_json::json!({"schema": "podpilot/pod-start/v1", "at_once": at_once, "times": row});
        point::append(path, &row)?;
    }
    Ok(())
}

fn note(events: impl Iterator<Item = Result<Value>>, seen: &Seen) {
    for event in events {
        let (Ok(event), now_s) = (event, clock::unix_s()) else { return };
        let pod = &event["object"];
        let Some(name) = pod.pointer("/metadata/name").and_then(Value::as_str) else { continue };
        let mut times = lock(seen);
        let entry = times.entry(name.to_owned()).or_default();
        name.clone_into(&mut entry.name);
        entry.note(event["type"].as_str().unwrap_or_default(), pod, now_s);
    }
}

/// Waits until exactly `count` pods are ready and not being deleted, and all others are gone.
fn wait_for(seen: &Seen, count: usize) -> Result<()> {
    let deadline_s = clock::unix_s() + PATIENCE_S;
    loop {
        let (mut ready, mut leaving) = (0, 0);
        for times in lock(seen).values() {
            ready += usize::from(times.ready_s.is_some() && times.deleting_s.is_none());
            leaving += usize::from(times.deleting_s.is_some() && times.gone_s.is_none());
        }
        if ready == count && leaving == 0 {
            return Ok(());
        }
        if clock::unix_s() > deadline_s {
            bail!("{ready} pods are ready after {PATIENCE_S} s, not {count}");
        }
        clock::sleep_s(0.05);
    }
}

fn lock(seen: &Seen) -> std::sync::MutexGuard<'_, BTreeMap<String, PodTimes>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
