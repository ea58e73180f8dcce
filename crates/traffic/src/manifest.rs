use serde::Deserialize;

/// A `manifest.json` beside trace files.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Manifest {
    /// One entry a file.
    pub entries: Vec<ManifestEntry>,
}

/// What a manifest says about one trace.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ManifestEntry {
    /// File name without folder.
    pub file: String,
}

/// A manifest that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct ManifestError {
    /// The manifest.
    pub file: String,
    /// What is wrong and what would be right.
    pub problem: String,
}
