use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use podpilot_load::Connections;
use podpilot_traffic::Arrivals;

use super::{OutputArguments, values};

pub(super) const EXAMPLES: &str = "\
Examples:
  podpilot load http://127.0.0.1:8080/ --rps 50 --duration-s 60 --output json
  podpilot load http://127.0.0.1:8080/ --load '{shape: ramp, from_rps: 10, to_rps: 90, duration_s: 300}' --duration-s 300
  podpilot load http://10.96.0.20/ --trace requests.csv --speed-up 60 --peak-rps 80 --out runs/replay
  podpilot load http://10.96.0.20/ --scenario flash-crowd --peak-rps 150 --start-s 600 --duration-s 1200

Exit code 1 also says that the generator was saturated: then its numbers do not count.";

/// Where requests go, when, and how they are judged.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct LoadTestArguments {
    /// Something else than sending
    #[command(subcommand)]
    pub(crate) instead: Option<LoadCommand>,
    /// Where requests go: an http:// URL, as in the examples; no TLS
    #[arg(value_name = "URL", required = true)]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) requests: RequestArguments,
    /// Write summary.json, series.jsonl (each second), minutes.jsonl, load.csv and metrics.prom to this directory
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Serve /metrics in Prometheus' text format at this address while requests are sent, such as 127.0.0.1:9464
    #[arg(long, value_name = "ADDRESS", help_heading = "Output", value_parser = values::address)]
    pub(crate) prometheus_listen: Option<SocketAddr>,
    /// Send nothing; say what would be sent
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// What can be done with a load beside sending it.
#[derive(Debug, Subcommand)]
pub(crate) enum LoadCommand {
    /// Write a load as JSON that the k6 scripts of load-test/ replay, with `PROFILE=replay TRACE_FILE=FILE`
    #[command(name = "export-k6", after_help = EXPORT_EXAMPLES)]
    ExportK6(ExportK6Arguments),
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  podpilot load export-k6 --trace requests.csv --peak-rps 80 --out load-test/trace.json
  podpilot load export-k6 --scenario flash-crowd --duration-s 3600 --step-s 10";

/// Which load is exported, and how finely.
#[derive(Debug, Args)]
pub(crate) struct ExportK6Arguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// Rates are averaged over this many seconds
    #[arg(long, value_name = "SECONDS", default_value = "1", allow_negative_numbers = true, value_parser = values::count)]
    pub(crate) step_s: usize,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// When requests are sent.
#[derive(Debug, Args)]
#[command(next_help_heading = "Load")]
pub(crate) struct SourceArguments {
    /// One constant rate, requests per second
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::positive, conflicts_with_all = ["load", "scenario", "trace"])]
    pub(crate) rps: Option<f64>,
    /// Load as in a scenario: a file, or text such as '{shape: steady, rps: 50}'
    #[arg(long, value_name = "FILE|TEXT", conflicts_with_all = ["scenario", "trace"])]
    pub(crate) load: Option<String>,
    /// Scenario whose load is sent: a file, or the name of one that comes with podpilot
    #[arg(long, value_name = "FILE|NAME")]
    pub(crate) scenario: Option<String>,
    /// Trace that is sent: CSV, Prometheus JSON or Grafana CSV export
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Factor on the rates
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true, value_parser = values::positive, conflicts_with_all = ["peak_rps", "mean_rps"])]
    pub(crate) scale: Option<f64>,
    /// Scale so that the highest rate of what is sent is this
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::positive, conflicts_with = "mean_rps")]
    pub(crate) peak_rps: Option<f64>,
    /// Scale so that the mean rate of what is sent is this
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::positive)]
    pub(crate) mean_rps: Option<f64>,
    /// Seconds of the load that pass in a second; rates stay
    #[arg(long, value_name = "FACTOR", default_value = "1", allow_negative_numbers = true, value_parser = values::positive)]
    pub(crate) speed_up: f64,
    /// Where to begin, in seconds of the load
    #[arg(long, value_name = "SECONDS", default_value = "0", allow_negative_numbers = true, value_parser = values::not_negative)]
    pub(crate) start_s: f64,
    /// How long to send [default: to the end of a trace]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::positive)]
    pub(crate) duration_s: Option<f64>,
    /// How requests scatter round the rate: poisson or even [default: the scenario's, else poisson]
    #[arg(long, value_name = "KIND", value_parser = values::arrivals)]
    pub(crate) arrivals: Option<Arrivals>,
    /// Root of everything random
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true, value_parser = values::seed)]
    pub(crate) seed: u64,
}

/// How requests are sent and judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Requests")]
pub(crate) struct RequestArguments {
    /// new: each request opens a connection, since kube-proxy balances connections and not requests; or keep-alive
    #[arg(long, value_name = "KIND", default_value = "new")]
    pub(crate) connections: Connections,
    /// Header of every request, such as 'Accept-Encoding: gzip'; repeatable
    #[arg(long = "header", value_name = "LINE")]
    pub(crate) headers: Vec<String>,
    /// A request that has not ended this long after its intended instant has failed
    #[arg(long, value_name = "SECONDS", default_value = "10", allow_negative_numbers = true, value_parser = values::timeout)]
    pub(crate) timeout_s: f64,
    /// A request that takes longer is slow; a minute with more than 5 % slow requests is bad
    #[arg(long, value_name = "MS", default_value = "200", allow_negative_numbers = true, value_parser = values::positive)]
    pub(crate) slow_ms: f64,
    /// Send, but do not count, for this long first
    #[arg(long, value_name = "SECONDS", default_value = "0", allow_negative_numbers = true, value_parser = values::not_negative)]
    pub(crate) warm_up_s: f64,
    /// Requests that may be under way at a time; more are not sent and make the run not count [default: 10000, or what ulimit -n allows]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::count)]
    pub(crate) max_in_flight: Option<usize>,
    /// Threads that send and receive
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true, value_parser = values::count)]
    pub(crate) threads: usize,
}
