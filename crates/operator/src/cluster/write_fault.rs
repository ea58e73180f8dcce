use podpilot_core::WriteResult;

/// Why a write had no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteFault {
    /// This process may not lead any more.
    #[error("the leader's lease has run out, so the write was refused before it was sent")]
    LeaseLost,
    /// Somebody else wrote since the object was read.
    #[error("somebody else wrote the object meanwhile; the next decision reads it anew")]
    Conflict,
    /// Not allowed.
    #[error(
        "not allowed: {0}; grant the operator's ClusterRole the verb, or add the kind to the chart's targetKinds"
    )]
    Denied(String),
    /// The object is gone.
    #[error("the object is gone")]
    Gone,
    /// The API server refused it or could not be reached.
    #[error("{0}")]
    Failed(String),
}

impl WriteFault {
    /// `CamelCase` reason of a condition.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::LeaseLost => "LeaseLost",
            Self::Conflict => "WriteConflict",
            Self::Denied(_) => "WriteDenied",
            Self::Gone => "TargetNotFound",
            Self::Failed(_) => "WriteFailed",
        }
    }

    /// As autoscalers hear of it.
    pub fn result(&self) -> WriteResult {
        match self {
            Self::Conflict => WriteResult::Conflict,
            _ => WriteResult::Failed,
        }
    }
}

impl From<kube::Error> for WriteFault {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => match status.code {
                403 => Self::Denied(status.message),
                404 => Self::Gone,
                409 => Self::Conflict,
                _ => Self::Failed(status.message),
            },
            other => Self::Failed(other.to_string()),
        }
    }
}
