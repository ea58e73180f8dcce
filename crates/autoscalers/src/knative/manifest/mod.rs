//! What Knative reads: the annotations `autoscaling.knative.dev/*` of a Service, Configuration or Revision, and the
//! `ConfigMap` `config-autoscaler` of the installation. YAML is parsed at the rim.

mod document;
mod duration;
mod resolve;

pub use document::{AutoscalerConfigMap, KnativeManifest, KnativeResource};
