//! The whole path on a recorded trace, where it is at hand.

use std::io::Write;
use std::path::Path;

use podpilot_lab::request::{AgentKind, LoadChoice, Unobserved};
use podpilot_lab::train;

use crate::fixture::Folder;

const TRACES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/traces");

#[test]
fn nasa_trains_and_evaluates_on_its_test_part() {
    let trace = Path::new(TRACES).join("nasa95.csv");
    if !trace.exists() {
        // Straight to the stream: the test harness hides what passing tests print.
        let note = format!("SKIPPED nasa_trains_and_evaluates_on_its_test_part: no {}\n", trace.display());
        std::io::stderr().write_all(note.as_bytes()).unwrap();
        return;
    }
    let folder = Folder::new();
    let mut request = folder.train_request(AgentKind::Ppo, 5_000, "nasa");
    request.episodes = 2;
    request.load = LoadChoice { trace: Some(trace), peak_replicas: None, ..folder.load() };
    let result = train(&request, &mut Unobserved).unwrap().result;
    assert_eq!((result.episodes, result.distinct_days, result.episode_hours), (2, 2, 24.0));
    assert_eq!(result.provenance.sources[0].name, "nasa95.csv");
    assert_eq!(result.provenance.sources[0].sha256.as_ref().map(String::len), Some(64));
    assert!(result.provenance.scale_factor.is_some_and(|factor| factor > 1.0), "a few requests/s to 20 pods");
    assert!(result.provenance.train_hours > result.provenance.test_hours);
    let pods = |name: &str| result.row(name).unwrap().mean_replicas;
    assert!(pods("hpa-50") > pods("hpa-80"));
    assert!(pods("ppo") > 2.0 && pods("ppo") < 20.0, "{} pods", pods("ppo"));
    assert_eq!(result.against_hpa[0].subject, "ppo");
    assert!(result.against_clone.is_some());
}
