use std::path::PathBuf;

use clap::Args;

use super::OutputArguments;

pub(super) const EXAMPLES: &str = "\
Examples:
  podpilot doctor
  podpilot doctor --namespace shop --url http://10.0.0.5/
  podpilot doctor --kubectl microk8s.kubectl --output json

Exit codes: 0 nothing is wrong, 1 something is, 2 the cluster could not be looked at.";

/// Which cluster is looked at, and what in it.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Namespace of the service
    #[arg(long, value_name = "NAME", default_value = "demo")]
    pub(crate) namespace: String,
    /// Also send one request from here, as a client would
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// kubectl to look with; it uses KUBECONFIG as always
    #[arg(long, value_name = "PROGRAM", default_value = "kubectl")]
    pub(crate) kubectl: String,
    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// Look at saved objects instead: what `kubectl get nodes,pods,… --all-namespaces --output json` printed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kubectl", "context"])]
    pub(crate) objects: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}
