//! Each way of failing has its own count, and a generator at its limit says so.

use std::time::Duration;

use podpilot_core::Span;
use podpilot_load::{FailureCounts, Options, Plan, RunError, Summary, Target, Unwatched, run};
use podpilot_traffic::Arrivals;

use crate::server::{AT_ONCE, Reply, Server, nobody};

fn options() -> Options {
    Options { timeout: Span::seconds(2), ..Options::default() }
}

fn load(target: &Target, options: &Options) -> Summary {
    let plan = Plan::steady(40.0, 0.5, Arrivals::Smooth, 1).unwrap();
    run(&plan, target, options, &mut Unwatched).unwrap().summary
}

/// All 20 requests must fail in the way that `expected` counts.
fn all_fail(target: &Target, expected: FailureCounts) {
    let summary = load(target, &options());
    assert_eq!((summary.intended, summary.completed, summary.failed), (20, 0, 20));
    assert_eq!(summary.failures, expected);
    assert_eq!((summary.failed_ratio, summary.slow_ratio), (1.0, 1.0));
    let latency = summary.latency_ms.unwrap();
    assert_eq!((latency.count, latency.max), (20, 2_000.0), "failed requests count at the time-out");
    assert_eq!(summary.completed_latency_ms, None);
    assert_eq!((summary.minutes.good, summary.minutes.bad), (0, 1));
    assert_eq!(summary.unfinished, 0);
}

fn server(reply: Reply) -> Server {
    Server::start(move |_, _| reply)
}

#[test]
fn nobody_listens() {
    all_fail(&nobody(), FailureCounts { refused: 20, ..FailureCounts::default() });
}

#[test]
fn connections_are_reset() {
    let reset = FailureCounts { reset: 20, ..FailureCounts::default() };
    all_fail(&server(Reply::Reset).target(), reset);
    all_fail(&server(Reply::Half).target(), reset);
}

#[test]
fn the_answer_is_not_http() {
    all_fail(&server(Reply::Garbage).target(), FailureCounts { protocol: 20, ..FailureCounts::default() });
}

#[test]
fn the_server_says_no() {
    let status = |status| server(Reply::Answer { after: Duration::ZERO, status });
    all_fail(&status(503).target(), FailureCounts { http_5xx: 20, ..FailureCounts::default() });
    all_fail(&status(404).target(), FailureCounts { http_4xx: 20, ..FailureCounts::default() });
}

#[test]
fn a_redirect_is_an_answer() {
    let server = server(Reply::Answer { after: Duration::ZERO, status: 302 });
    assert_eq!(load(&server.target(), &options()).completed, 20);
}

#[test]
fn nothing_comes_before_the_time_out() {
    all_fail(&server(Reply::Silence).target(), FailureCounts { timeout: 20, ..FailureCounts::default() });
}

#[test]
fn kinds_are_counted_apart() {
    let server = Server::start(|number, _| match number % 4 {
        0 => Reply::Reset,
        1 => Reply::Answer { after: Duration::ZERO, status: 500 },
        _ => AT_ONCE,
    });
    let summary = load(&server.target(), &options());
    assert_eq!((summary.failures.reset, summary.failures.http_5xx, summary.completed), (5, 5, 10));
}

#[test]
fn an_arrival_beyond_the_limit_is_not_sent_and_says_that_the_generator_was_saturated() {
    let server = server(Reply::Silence);
    let summary = load(&server.target(), &Options { max_in_flight: 7, ..options() });
    assert_eq!((summary.sent, summary.failures.timeout, summary.failures.not_sent), (7, 7, 13));
    assert!(summary.saturated);
    assert!(summary.saturation_reasons[0].starts_with("13 of 20 requests were not sent"));
}

#[test]
fn limits_that_cannot_hold_are_refused_before_anything_is_sent() {
    let plan = Plan::steady(40.0, 0.5, Arrivals::Smooth, 1).unwrap();
    let refused = |options: Options| run(&plan, &nobody(), &options, &mut Unwatched).unwrap_err();
    let many = refused(Options { max_in_flight: usize::MAX, ..options() });
    assert!(matches!(many, RunError::TooManyInFlight { .. }) && many.is_bad_input());
    let warm = refused(Options { warm_up: Span::seconds(1), ..options() });
    assert_eq!(warm.to_string(), "--warm-up-s is 1, must be less than the run's 0.5 s");
}
