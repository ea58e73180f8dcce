//! The published rivals, one file each, and the serde types of their manifests.
