//! What the person who watches should know of a load before it is worked on.

use podpilot_core::ReplicaBounds;
use podpilot_simulator::Scenario;
use podpilot_traffic::{LoadSeries, LoadSpec};

use super::Workbench;
use crate::request::Observer;

/// For training and evaluation, which treat the two parts of the load apart.
pub(super) fn tell_parts(bench: &Workbench, observer: &mut dyn Observer) {
    observer.note(&format!(
        "load {}: {:.1} h to train, {:.1} h to test; mean {:.1} requests/s in the train part, {:.1} in the test part",
        name(bench),
        hours(&bench.train),
        hours(&bench.test),
        bench.train.mean(),
        bench.test.mean(),
    ));
    tell_scale(bench, observer);
    warn_if_too_large(bench, &bench.test, "the test part", observer);
}

/// For a run over the whole load, with the bounds of the caller's manifests.
pub(super) fn tell_whole(bench: &Workbench, bounds: Option<ReplicaBounds>, observer: &mut dyn Observer) {
    let load = &bench.whole;
    observer.note(&format!(
        "load {}: {:.1} h, mean {:.1} requests/s, at most {:.1}",
        name(bench),
        hours(load),
        load.mean(),
        load.max(),
    ));
    tell_scale(bench, observer);
    let room = room_for_pods(bench.scenario());
    if let Some(ReplicaBounds { max, .. }) = bounds.filter(|bounds| i64::from(bounds.max) > room) {
        observer.note(&format!(
            "warning: the nodes of scenario {} have room for {room} pods, the manifest allows {max}: set cluster.nodes",
            bench.source
        ));
    }
    warn_if_too_large(bench, load, "the load", observer);
}

fn tell_scale(bench: &Workbench, observer: &mut dyn Observer) {
    if let Some(factor) = bench.scale_factor.filter(|factor| *factor != 1.0) {
        observer.note(&format!("load scaled by {factor:.4} (from the train part only)"));
    }
    if let Some(seconds) = bench.smoothing_s {
        observer.note(&format!("counts smoothed over {seconds:.0} s before scaling, noise redrawn"));
    }
}

/// Minutes that no autoscaler can serve make every comparison meaningless; the person should know.
fn warn_if_too_large(bench: &Workbench, load: &LoadSeries, part: &str, observer: &mut dyn Observer) {
    let max = i64::from(bench.scenario().bounds().max);
    let room = room_for_pods(bench.scenario());
    let most_rps = bench.capacity.rate_for(max.min(room) as i32);
    let rates = load.rates_rps();
    let beyond = rates.iter().filter(|rate| **rate > most_rps).count();
    if beyond == 0 {
        return;
    }
    let limit = if room < max {
        format!("the {room} pods that the nodes of scenario {} have room for", bench.source)
    } else {
        format!("max_replicas = {max} pods")
    };
    let remedy = match bench.scenario().load {
        LoadSpec::Trace(_) => "choose a smaller --peak-replicas or a scenario with room",
        LoadSpec::Generated(_) => "choose a scenario with room or with less load",
    };
    observer.note(&format!(
        "warning: {:.2} % of {part} needs more than {limit}, whatever scales it; {remedy}",
        100.0 * beyond as f64 / rates.len() as f64
    ));
}

/// Pods that fit on the scenario's nodes as the simulated scheduler packs them.
fn room_for_pods(scenario: &Scenario) -> i64 {
    let (cluster, pod) = (&scenario.cluster, &scenario.pod);
    let by_cpu = cluster.node_cpu_m / pod.cpu_request_m;
    let by_memory = (f64::from(cluster.node_memory_mib) / pod.memory_requested_mib()) as u32;
    let nodes = cluster.autoscaler.as_ref().map_or(cluster.nodes, |autoscaler| autoscaler.max_nodes);
    i64::from(nodes) * i64::from(by_cpu.min(by_memory).min(cluster.pods_per_node))
}

fn name(bench: &Workbench) -> &str {
    bench.sources.first().map_or("load", |source| source.name.as_str())
}

fn hours(load: &LoadSeries) -> f64 {
    load.duration().as_seconds() / 3_600.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::LoadChoice;
    use podpilot_random::Seed;

    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Observer for Notes {
        fn progress(&mut self, _progress: &crate::request::Progress) {}

        fn note(&mut self, line: &str) {
            self.0.push(line.to_owned());
        }

        fn should_stop(&self) -> bool {
            false
        }
    }

    fn notes_on(rates: &[f64], max_replicas: i32) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let trace = folder.path().join("load.csv");
        let rows = rates.iter().enumerate().map(|(minute, rate)| format!("{},{rate}\n", 60 * minute));
        std::fs::write(&trace, std::iter::once("t_seconds,rps\n".to_owned()).chain(rows).collect::<String>())
            .unwrap();
        let choice = LoadChoice {
            scenario: "default".to_owned(),
            trace: Some(trace),
            split: None,
            peak_replicas: None,
        };
        let mut notes = Notes::default();
        let bounds = ReplicaBounds { min: 1, max: max_replicas };
        Workbench::open_whole(&choice, Some(bounds), Seed(1), &mut notes).unwrap();
        notes.0
    }

    #[test]
    fn a_full_node_is_told_and_not_only_a_reached_bound() {
        // 80 pods of 100m fit on the one node of 8000m.
        let notes = notes_on(&[100.0, 100.0, 100.0, 9_000.0], 200);
        assert!(notes[0].ends_with("0.1 h, mean 2325.0 requests/s, at most 9000.0"), "{notes:?}");
        assert_eq!(
            notes[1..],
            [
                "warning: the nodes of scenario default have room for 80 pods, the manifest allows 200: set \
                 cluster.nodes",
                "warning: 25.00 % of the load needs more than the 80 pods that the nodes of scenario default have room \
                 for, whatever scales it; choose a smaller --peak-replicas or a scenario with room",
            ]
        );
        let bounded = notes_on(&[100.0, 100.0, 9_000.0, 9_000.0], 10);
        assert!(
            bounded[1].starts_with("warning: 50.00 % of the load needs more than max_replicas = 10 pods")
        );
        assert_eq!(notes_on(&[100.0; 4], 80).len(), 1);
    }
}
