//! A run that is stopped ends soon and with what there is.

use std::time::Duration;

use podpilot_load::{Live, MinuteRow, Options, Plan, SecondRow, Watcher, run};
use podpilot_traffic::Arrivals;

use crate::server::{AT_ONCE, Reply, Server, now};

/// Stops after the first second.
#[derive(Debug, Default)]
struct Impatient {
    seconds: usize,
}

impl Watcher for Impatient {
    fn second(&mut self, _row: &SecondRow, _live: &Live) {
        self.seconds += 1;
    }

    fn minute(&mut self, _row: &MinuteRow) {}

    fn should_stop(&self) -> bool {
        self.seconds > 0
    }
}

#[test]
fn the_results_so_far_are_kept() {
    let server = Server::start(|_, _| AT_ONCE);
    let plan = Plan::steady(50.0, 3_600.0, Arrivals::Poisson, 1).unwrap();
    let mut watcher = Impatient::default();
    let begun = now();
    let result = run(&plan, &server.target(), &Options::default(), &mut watcher).unwrap();
    assert!(begun.elapsed() < Duration::from_mins(10), "it did not stop");
    let summary = &result.summary;
    assert!(summary.interrupted && summary.completed > 0);
    assert!(summary.measured_s >= 1.0 && summary.measured_s < 600.0);
    assert_eq!(summary.parameters.duration_s, 3_600.0);
    assert_eq!(summary.unfinished, summary.sent - summary.completed);
    assert_eq!(watcher.seconds, result.seconds.len());
}

#[test]
fn requests_that_hang_are_told_as_unfinished() {
    let server = Server::start(|_, _| Reply::Silence);
    let plan = Plan::steady(20.0, 3_600.0, Arrivals::Smooth, 1).unwrap();
    let options = Options { timeout: podpilot_core::Span::seconds(3_000), ..Options::default() };
    let summary = run(&plan, &server.target(), &options, &mut Impatient::default()).unwrap().summary;
    assert!(summary.interrupted);
    assert_eq!((summary.completed, summary.failed), (0, 0));
    assert_eq!(summary.unfinished, summary.sent);
    assert!(summary.sent >= 20, "{}", summary.sent);
}
