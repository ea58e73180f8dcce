//! Arguments of the commands that need a cluster.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use podpilot_operator::resource::TargetKind;

use super::OutputArguments;

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Run the operator: scale the workloads of all AdaptiveAutoscalers
    Operator(OperatorArguments),
    /// Print the CustomResourceDefinition of AdaptiveAutoscaler as YAML
    Crd,
    /// Say why a workload has the replicas it has
    Explain {
        /// NAMESPACE/NAME of its AdaptiveAutoscaler
        #[arg(value_name = "NAMESPACE/NAME")]
        object: String,
        #[command(flatten)]
        output: OutputArguments,
    },
    /// Fit the service model of a workload to its history, and say how good the fit is
    Fit(FitArguments),
    /// Delete every AdaptiveAutoscaler and give every HPA its own minReplicas back, before podpilot leaves the cluster
    Release {
        #[command(flatten)]
        output: OutputArguments,
    },
}

#[derive(Debug, Args)]
pub(crate) struct OperatorArguments {
    /// Only this namespace [default: all]
    #[arg(long, value_name = "NAMESPACE", env = "PODPILOT_NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// Kinds of workloads that may be scaled
    #[arg(long, value_name = "KINDS", value_delimiter = ',', default_value = "deployments,statefulsets")]
    pub(crate) target_kinds: Vec<TargetKinds>,
    /// Namespace of the leader's Lease
    #[arg(long, value_name = "NAMESPACE", env = "POD_NAMESPACE", default_value = "podpilot")]
    pub(crate) lease_namespace: String,
    /// Who this process is in the Lease, unique among replicas
    #[arg(long, value_name = "NAME", env = "POD_NAME", default_value = "podpilot-operator")]
    pub(crate) identity: String,
    /// Directory of the policies that `policy.file` names
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Option<PathBuf>,
    /// Where /metrics, /livez, /readyz and /debug/decisions are served
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8080")]
    pub(crate) admin: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct FitArguments {
    /// NAMESPACE/NAME of its AdaptiveAutoscaler
    #[arg(value_name = "NAMESPACE/NAME")]
    pub(crate) object: String,
    /// Address of Prometheus as seen from here [default: that of the AdaptiveAutoscaler]
    #[arg(long, value_name = "URL")]
    pub(crate) prometheus: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

/// Plurals, as RBAC writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetKinds {
    /// Deployments
    Deployments,
    /// StatefulSets
    #[value(name = "statefulsets")]
    StatefulSets,
}

impl TargetKinds {
    pub(crate) fn kind(self) -> TargetKind {
        match self {
            Self::Deployments => TargetKind::Deployment,
            Self::StatefulSets => TargetKind::StatefulSet,
        }
    }
}
