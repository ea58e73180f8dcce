//! What the command line asks a cluster: why a workload has its replicas, what its service model is; and the clean-up
//! before podpilot leaves a cluster.

mod explain;
mod fit;
mod release;

pub use explain::explain_workload;
pub use fit::fit_report;
pub use release::release_cluster;

use crate::run::OperatorError;

/// A title and lines of what and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// Lines.
    pub entries: Vec<(String, String)>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No cluster.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// Not of the form `NAMESPACE/NAME`.
    #[error("`{0}` must be NAMESPACE/NAME of an AdaptiveAutoscaler, such as demo/web")]
    NotAName(String),
    /// No such object.
    #[error("there is no AdaptiveAutoscaler {0}; `kubectl get aas --all-namespaces` lists them")]
    Unknown(String),
    /// The API server said no.
    #[error("the API server: {0}")]
    Api(#[from] Box<kube::Error>),
    /// The specification cannot be followed.
    #[error(transparent)]
    Settings(#[from] crate::settings::SettingsError),
    /// Something that is needed is not there.
    #[error("{0}")]
    Missing(String),
}

impl ReportError {
    /// Whether what was asked is wrong, not the asking.
    pub fn is_bad_input(&self) -> bool {
        matches!(self, Self::NotAName(_) | Self::Unknown(_) | Self::Operator(OperatorError::NoCluster(_)))
    }
}

fn names(text: &str) -> Result<(&str, &str), ReportError> {
    let parts = text.split_once('/').filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty());
    parts.filter(|(_, name)| !name.contains('/')).ok_or_else(|| ReportError::NotAName(text.to_owned()))
}

async fn find(client: &kube::Client, text: &str) -> Result<crate::resource::AdaptiveAutoscaler, ReportError> {
    let (namespace, name) = names(text)?;
    let api: kube::Api<crate::resource::AdaptiveAutoscaler> =
        kube::Api::namespaced(client.clone(), namespace);
    let found = api.get_opt(name).await.map_err(Box::new)?;
    found.ok_or_else(|| ReportError::Unknown(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_two_parts() {
        assert_eq!(names("demo/web").ok(), Some(("demo", "web")));
        for wrong in ["web", "/web", "demo/", "a/b/c", ""] {
            assert!(names(wrong).is_err(), "{wrong}");
        }
    }
}
