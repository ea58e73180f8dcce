/// What makes a controller impossible to build or a policy file impossible to use.
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
    /// The objective is impossible.
    #[error(transparent)]
    Objective(#[from] podpilot_core::ObjectiveError),
    /// A network does not fit the features or the actions.
    #[error("{network} has {found} {side}, must have {expected}")]
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
    #[error("{file}: {part} schema is {found}, this version reads {expected}; train the policy again")]
    Schema {
        /// The file.
        file: String,
        /// `encoding`, `action` or `reward`.
        part: &'static str,
        /// Schema in the file.
        found: String,
        /// Schemas that this version reads.
        expected: String,
    },
    /// A policy file lacks something or holds something impossible.
    #[error("{file}: {field}: {problem}")]
    PolicyFile {
        /// The file.
        file: String,
        /// Metadata entry or network.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}
