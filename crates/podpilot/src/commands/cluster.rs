//! Commands that need a cluster. Only they start an asynchronous runtime.

use podpilot_core::Reason;
use podpilot_operator::cluster::LeaseSettings;
use podpilot_operator::resource::crd_yaml;
use podpilot_operator::{
    OperatorError, OperatorOptions, Report, ReportError, explain_workload, fit_report, log_json,
    release_cluster, run_operator,
};

use crate::arguments::{ClusterCommand, FitArguments, OperatorArguments, OutputArguments};
use crate::failure::Failure;
use crate::output;

/// One for decisions, one for what must not wait for them.
const WORKER_THREADS: usize = 2;

pub(crate) fn run_cluster(command: &ClusterCommand) -> Result<(), Failure> {
    match command {
        ClusterCommand::Operator(arguments) => run(operate(arguments)),
        ClusterCommand::Crd => {
            output::print(&crd_yaml().map_err(|error| Failure::Failed(error.to_string()))?)
        }
        ClusterCommand::Explain { object, output } => run(print_report(explain_workload(object), output)),
        ClusterCommand::Fit(FitArguments { object, prometheus, output }) => {
            run(print_report(fit_report(object, prometheus.as_deref()), output))
        }
        ClusterCommand::Release { output } => run(print_report(release_cluster(), output)),
    }
}

fn run(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(WORKER_THREADS).enable_all().build()?.block_on(work)
}

async fn operate(arguments: &OperatorArguments) -> Result<(), Failure> {
    log_json();
    let options = OperatorOptions {
        namespace: arguments.namespace.clone().filter(|namespace| !namespace.is_empty()),
        target_kinds: arguments.target_kinds.iter().map(|kinds| kinds.kind()).collect(),
        lease: LeaseSettings::new(&arguments.lease_namespace, &arguments.identity),
        policies: arguments.policies.clone(),
        admin: arguments.admin,
        explain: in_words,
    };
    run_operator(options).await.map_err(|error| match error {
        OperatorError::NoCluster(_) | OperatorError::Admin { .. } => Failure::BadInput(error.to_string()),
        OperatorError::Signals(_) => Failure::Failed(error.to_string()),
    })
}

fn in_words(reason: &Reason) -> String {
    podpilot_lab::explain::explain(reason, &[])
}

async fn print_report(
    report: impl Future<Output = Result<Report, ReportError>>,
    arguments: &OutputArguments,
) -> Result<(), Failure> {
    let report = report.await.map_err(|error| {
        if error.is_bad_input() {
            Failure::BadInput(error.to_string())
        } else {
            Failure::Failed(error.to_string())
        }
    })?;
    output::report(&report.title, &report.entries, arguments.format)
}
