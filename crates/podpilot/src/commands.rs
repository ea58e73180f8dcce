mod agent_tuning;
#[cfg(feature = "cluster")]
mod cluster;
mod doctor;
mod load;
mod runs;
mod scoreboard;

use std::path::{Path, PathBuf};

use clap::CommandFactory;
use podpilot_core::Span;
use podpilot_lab::{
    request::{EvaluateRequest, ResumeRequest, SimulateRequest, TrainRequest},
    {evaluate, inspect, resume, simulate, train},
};

use crate::{
    arguments::{
        Command, CommandLine, EnvironmentMode, EvaluateArguments, InspectArguments, OutputFormat,
        SimulateArguments, TrainArguments,
    },
    failure::Failure,
    output,
    progress::Terminal,
};

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Simulate(arguments) => run_simulate(arguments),
        Command::Train(arguments) => run_train(arguments),
        Command::Evaluate(arguments) => run_evaluate(arguments),
        Command::Load(arguments) => load::run_load(arguments),
        Command::Tune(arguments) if agent_tuning::is_meant(arguments) => agent_tuning::run(arguments),
        Command::Tune(arguments) => scoreboard::run_tune(arguments),
        Command::Compare(arguments) => scoreboard::run_compare(arguments),
        Command::Runs(command) => runs::run_runs(command),
        Command::Inspect(arguments) => run_inspect(arguments),
        Command::Doctor(arguments) => doctor::run_doctor(arguments),
        #[cfg(feature = "cluster")]
        Command::Cluster(command) => cluster::run_cluster(command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut CommandLine::command(), "podpilot", &mut script);
            output::print(&String::from_utf8_lossy(&script))
        }
    }
}

fn run_simulate(arguments: &SimulateArguments) -> Result<(), Failure> {
    let request = SimulateRequest {
        load: arguments.load.choice(),
        policies: arguments.rivals.policy.clone(),
        autoscalers: arguments.rivals.autoscaler.clone(),
        duration: arguments.hours.map(|hours| Span::from_seconds(hours * 3_600.0)),
        seed: arguments.load.seed,
        out: arguments.out.clone(),
    };
    let mut terminal = Terminal::new(arguments.output.quiet)?;
    let result = simulate(&request, &mut terminal)?;
    drop(terminal);
    output::simulation(&result, arguments.output.format)
}

fn run_train(arguments: &TrainArguments) -> Result<(), Failure> {
    if arguments.env_mode == EnvironmentMode::Real {
        let text = "--env-mode real: training on a cluster does not exist yet; use --env-mode simulate";
        return Err(Failure::BadInput(text.to_owned()));
    }
    let tracking = arguments.tracking.tracking()?;
    let mut terminal = Terminal::new(arguments.output.quiet)?.with_tracking(tracking);
    let run = match &arguments.resume {
        Some(directory) => resume(&ResumeRequest { run_directory: directory.clone() }, &mut terminal)?,
        None => train(&train_request(arguments), &mut terminal)?,
    };
    drop(terminal);
    output::evaluation(&run.result, arguments.output.format, Some(&run.run_directory))?;
    let directory = format!("{}\n", run.run_directory.display());
    match arguments.output.format {
        OutputFormat::Table => output::print(&directory),
        // Standard output must stay what a program can read.
        OutputFormat::Json | OutputFormat::Csv => {
            anstream::eprint!("{directory}");
            Ok(())
        }
    }
}

fn train_request(arguments: &TrainArguments) -> TrainRequest {
    TrainRequest {
        load: arguments.load.choice(),
        agent: arguments.agent,
        experience: arguments.experience.into(),
        timesteps: arguments.timesteps,
        episodes: arguments.episodes,
        seed: arguments.load.seed,
        out: arguments.out.clone().unwrap_or_else(|| free_run_directory(arguments)),
        early_stop: arguments.early_stop,
        hyperparameters: arguments.hyperparameters.clone(),
    }
}

/// `runs/LOAD-AGENT-seedSEED`, with a number behind it if that is taken.
fn free_run_directory(arguments: &TrainArguments) -> PathBuf {
    let load = arguments.load.trace.as_deref().unwrap_or(Path::new(&arguments.load.scenario));
    let load = load.file_stem().map_or_else(|| "load".into(), |stem| stem.to_string_lossy());
    let name = format!("{load}-{}-seed{}", arguments.agent, arguments.load.seed);
    free_directory(&name)
}

/// `runs/NAME`, with a number behind it if that is taken.
fn free_directory(name: &str) -> PathBuf {
    let first = Path::new("runs").join(name);
    let numbered = (2_u32..).map(|number| Path::new("runs").join(format!("{name}-{number}")));
    std::iter::once(first.clone()).chain(numbered).find(|path| !path.exists()).unwrap_or(first)
}

fn run_evaluate(arguments: &EvaluateArguments) -> Result<(), Failure> {
    let request = EvaluateRequest {
        load: arguments.load.choice(),
        policies: arguments.rivals.policy.clone(),
        autoscalers: arguments.rivals.autoscaler.clone(),
        bad_minutes: arguments.bad_minutes.clone(),
        episodes: arguments.episodes,
        seed: arguments.load.seed,
        out: arguments.out.clone(),
    };
    let mut terminal = Terminal::new(arguments.output.quiet)?;
    let result = evaluate(&request, &mut terminal)?;
    drop(terminal);
    output::evaluation(&result, arguments.output.format, arguments.out.as_deref())
}

fn run_inspect(arguments: &InspectArguments) -> Result<(), Failure> {
    output::inspection(&inspect(&arguments.path)?, arguments.output.format)
}
