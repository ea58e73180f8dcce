/// What makes a controller impossible to build or a policy impossible to use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ControllerError {
    /// A setting is out of its range.
    #[error("{field} is {value}, must be {expected}")]
    Setting {
        /// Path of the setting.
        field: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A network does not fit the features or the actions.
    #[error("{network} has {found} {side}, this version needs {expected}")]
    Shape {
        /// Which network.
        network: &'static str,
        /// `inputs` or `outputs`.
        side: &'static str,
        /// What it has.
        found: usize,
        /// What is needed.
        expected: usize,
    },
    /// A policy file was made for another encoding, action scheme or reward.
    #[error("policy file: {part} schema is {found}, this version of podpilot reads {expected}; train the policy again")]
    Schema {
        /// `encoding`, `action` or `reward`.
        part: &'static str,
        /// Hash in the file.
        found: String,
        /// Hash of this version.
        expected: String,
    },
    /// A policy file lacks something or holds something unknown.
    #[error("policy file: {0}")]
    PolicyFile(String),
}
