//! A table of replica counts by time.

use serde::{Deserialize, Serialize};

/// A table of replica counts by time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {}
