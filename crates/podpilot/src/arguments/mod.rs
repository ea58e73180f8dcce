//! The command line as clap sees it. Flags mean the same in every command.

#[cfg(feature = "cluster")]
mod cluster;
mod doctor;
mod groups;
mod load;
mod runs;
mod tracking;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use podpilot_lab::request::{AgentKind, Experience};

#[cfg(feature = "cluster")]
pub(crate) use cluster::{ClusterCommand, FitArguments, OperatorArguments};
pub(crate) use doctor::DoctorArguments;
pub(crate) use groups::{LoadArguments, OutputArguments, OutputFormat, RivalArguments};
pub(crate) use load::{ExportK6Arguments, LoadCommand, LoadTestArguments, RequestArguments, SourceArguments};
pub(crate) use runs::RunsCommand;
pub(crate) use tracking::TrackingArguments;

/// Learns how many pods a service needs, and shows what that is worth against Kubernetes' HPA.
#[derive(Debug, Parser)]
#[command(name = "podpilot", version, propagate_version = true, after_help = EXIT_CODES)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 failed, 2 bad input, 130 stopped by Ctrl-C with the state saved.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What would my HPA do? Run autoscalers over a recorded or generated load
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate(SimulateArguments),
    /// Train an agent in simulation, evaluate it against HPA, write a run directory
    #[command(after_help = TRAIN_EXAMPLES)]
    Train(TrainArguments),
    /// Compare policies and autoscalers on the test part of a load
    #[command(after_help = EVALUATE_EXAMPLES)]
    Evaluate(EvaluateArguments),
    /// Send HTTP requests as a trace or a shape says, whatever the answers, and measure from the intended instants
    #[command(after_help = load::EXAMPLES)]
    Load(Box<LoadTestArguments>),
    /// Search a rival's own parameters, or an agent's learning settings, on the train part of a load
    #[command(after_help = TUNE_EXAMPLES)]
    Tune(TuneArguments),
    /// Scoreboard: autoscalers on many loads, paired, at no looser service, with intervals
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArguments),
    /// What training runs did: list, show, compare, plot; needs no service
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Say what a policy, scenario, HPA manifest, trace, result or run directory holds
    Inspect(InspectArguments),
    /// What is wrong on the way from a client to a scaled pod, and which command to run next
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(DoctorArguments),
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    Cluster(ClusterCommand),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

const SIMULATE_EXAMPLES: &str = "\
Examples:
  podpilot simulate --autoscaler hpa=my-hpa.yaml --trace requests.csv
  podpilot simulate --autoscaler hpa=my-hpa.yaml --autoscaler hpa-60 --trace grafana-export.csv --out report/
  podpilot simulate --policy runs/default-ppo-seed1/policy.safetensors --hours 24 --output csv";

const TRAIN_EXAMPLES: &str = "\
Examples:
  podpilot train --agent ppo --timesteps 100000
  podpilot train --agent hybrid --scenario study --trace requests.csv
  podpilot train --agent dqn --trace requests.csv --split 0.6 --out runs/mine
  podpilot train --resume runs/mine";

const EVALUATE_EXAMPLES: &str = "\
Examples:
  podpilot evaluate --policy runs/default-ppo-seed1/policy.safetensors
  podpilot evaluate --policy runs/mine/policy.safetensors --bad-minutes 0.002 --bad-minutes 0.01
  podpilot evaluate --policy a.safetensors --autoscaler mine=my-hpa.yaml --trace requests.csv --output json";

const TUNE_EXAMPLES: &str = "\
Examples:
  podpilot tune --autoscaler hpa --trace requests.csv --out runs/tune-hpa
  podpilot tune --resume runs/tune-hpa
  podpilot tune --agent ppo --trials 50 --trace requests.csv --out runs/tune-ppo
  podpilot train --agent ppo --hyperparameters runs/tune-ppo/best.json --trace requests.csv
  podpilot evaluate --autoscaler hpa-tuned=runs/tune-hpa/tuned.json --trace requests.csv";

const COMPARE_EXAMPLES: &str = "\
Examples:
  podpilot compare --trace requests.csv --tuned runs/tune-hpa/tuned.json --policy runs/mine/policy.safetensors
  podpilot compare --plan bench/scoreboard.yaml --out runs/scoreboard
  podpilot compare --preset original-study --autoscaler hpa --autoscaler knative";

/// Where the agent acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvironmentMode {
    /// In the simulator
    Simulate,
    /// On a cluster
    Real,
}

/// What an agent learns from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExperienceKind {
    /// The outcomes of all actions
    Counterfactual,
    /// The outcome of the action that was taken
    SinglePath,
}

impl From<ExperienceKind> for Experience {
    fn from(kind: ExperienceKind) -> Self {
        match kind {
            ExperienceKind::Counterfactual => Self::Counterfactual,
            ExperienceKind::SinglePath => Self::SinglePath,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// Stop after this many hours of load
    #[arg(long, value_name = "HOURS", allow_negative_numbers = true, value_parser = values::positive)]
    pub(crate) hours: Option<f64>,
    /// Write result.json and report.html to this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    #[command(flatten)]
    pub(crate) rivals: RivalArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct TrainArguments {
    /// Learner: ppo, dqn or hybrid (PPO proposes, DQN picks)
    #[arg(long, value_name = "AGENT", default_value = "ppo", value_parser = values::agent)]
    pub(crate) agent: AgentKind,
    /// What it learns from: counterfactual (the outcomes of all actions) or single-path (that of the one taken)
    #[arg(long, value_name = "KIND", default_value = "counterfactual", hide_possible_values = true)]
    pub(crate) experience: ExperienceKind,
    /// Where the agent acts: simulate or real
    #[arg(long, value_name = "MODE", default_value = "simulate", hide_possible_values = true)]
    pub(crate) env_mode: EnvironmentMode,
    /// Decisions of the learning agent
    #[arg(long, value_name = "STEPS", default_value = "100000", allow_negative_numbers = true, value_parser = values::timesteps)]
    pub(crate) timesteps: u64,
    /// Evaluation episodes of one simulated day on the test part
    #[arg(long, value_name = "N", default_value = "100", allow_negative_numbers = true, value_parser = values::episodes)]
    pub(crate) episodes: u32,
    /// Run directory [default: runs/LOAD-AGENT-seedSEED, numbered if taken]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with an interrupted training; everything else is read from its run directory
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenario", "trace", "split", "peak_replicas", "seed", "agent", "experience", "timesteps", "episodes", "out", "early_stop", "hyperparameters", "tags", "group"])]
    pub(crate) resume: Option<PathBuf>,
    /// End the training when returns have not risen for this many steps
    #[arg(long, value_name = "STEPS", allow_negative_numbers = true, value_parser = values::timesteps)]
    pub(crate) early_stop: Option<u64>,
    /// Settings of the learner that replace the defaults, YAML or JSON, as `podpilot tune --agent` writes them
    #[arg(long, value_name = "FILE")]
    pub(crate) hyperparameters: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tracking: TrackingArguments,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArguments {
    /// Episodes of one simulated day on the test part
    #[arg(long, value_name = "N", default_value = "100", allow_negative_numbers = true, value_parser = values::episodes)]
    pub(crate) episodes: u32,
    /// Also set policies and quantile to this limit on the share of bad minutes, such as 0.01, without training them again; repeatable
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = values::share)]
    pub(crate) bad_minutes: Vec<f64>,
    /// Write result.json and report.html to this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    #[command(flatten)]
    pub(crate) rivals: RivalArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct TuneArguments {
    /// Whose parameters: hpa, keda, knative, feedforward, threshold or static-peak
    #[arg(long, value_name = "NAME", default_value = "hpa")]
    pub(crate) autoscaler: String,
    /// Whose learning settings, instead of a rival's parameters: ppo, dqn or hybrid
    #[arg(long, value_name = "AGENT", value_parser = values::agent, conflicts_with_all = ["autoscaler", "configurations"])]
    pub(crate) agent: Option<AgentKind>,
    /// What the agent learns from: counterfactual (the outcomes of all actions) or single-path (that of the one taken)
    #[arg(long, value_name = "KIND", default_value = "counterfactual", hide_possible_values = true)]
    pub(crate) experience: ExperienceKind,
    /// Trials of an agent's settings
    #[arg(long, value_name = "N", default_value = "50", allow_negative_numbers = true, value_parser = values::episodes)]
    pub(crate) trials: u32,
    /// Environment steps of each trial
    #[arg(long, value_name = "STEPS", default_value = "20000", allow_negative_numbers = true, value_parser = values::timesteps)]
    pub(crate) timesteps: u64,
    /// Configurations to try [default: 1000 for hpa, 200 for the others]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::episodes)]
    pub(crate) configurations: Option<u32>,
    /// Run directory [default: runs/tune-LOAD-NAME-seedSEED, numbered if taken]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with an interrupted search; everything else is read from its run directory
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scenario", "trace", "split", "peak_replicas", "seed", "autoscaler", "agent", "experience", "trials", "timesteps", "configurations", "out"])]
    pub(crate) resume: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tracking: TrackingArguments,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// Plan that lists the loads; replaces --scenario, --trace, --split and --peak-replicas
    #[arg(long, value_name = "FILE", conflicts_with_all = ["preset", "scenario", "trace", "split", "peak_replicas"])]
    pub(crate) plan: Option<PathBuf>,
    /// Plan that comes with podpilot: original-study
    #[arg(long, value_name = "NAME", conflicts_with_all = ["scenario", "trace", "split", "peak_replicas"])]
    pub(crate) preset: Option<String>,
    /// Front that `podpilot tune` found; used on the load it was found on; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) tuned: Vec<PathBuf>,
    /// Registered perturbation to repeat everything under, or all; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) perturbation: Vec<String>,
    /// Distinct days of the test part at most [default: the plan's, else 60]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::episodes)]
    pub(crate) days: Option<u32>,
    /// Noise seeds on each day [default: the plan's, else 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::episodes)]
    pub(crate) noise_seeds: Option<u32>,
    /// Write scoreboard.json, .csv, .md, .html and the raw cells to this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Keep measured cells in this directory, and do not measure again what it has
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) load: LoadArguments,
    #[command(flatten)]
    pub(crate) rivals: RivalArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// A policy, scenario, HPA manifest, trace, result.json or run directory, or the name of a scenario that comes with podpilot
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn resume_takes_everything_from_the_run() {
        let parsed = CommandLine::try_parse_from(["podpilot", "train", "--resume", "runs/a", "--seed", "3"]);
        assert!(parsed.is_err());
        assert!(CommandLine::try_parse_from(["podpilot", "train", "--resume", "runs/a", "--quiet"]).is_ok());
    }

    #[test]
    fn flags_mean_the_same_everywhere() {
        for command in ["simulate", "train", "evaluate", "tune", "compare"] {
            let flags = [
                "--scenario",
                "idle",
                "--trace",
                "a.csv",
                "--split",
                "0.5",
                "--seed",
                "9",
                "--output",
                "json",
            ];
            let line = ["podpilot", command].into_iter().chain(flags);
            assert!(CommandLine::try_parse_from(line).is_ok(), "{command}");
        }
    }
}
