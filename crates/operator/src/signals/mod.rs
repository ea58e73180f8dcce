//! What is read from outside the API server's watches: Prometheus and the resource metrics API. Every way in which a
//! source can fail has a name of its own, and none of them is a number.

mod answer;
mod fault;
mod http;
mod prometheus;
mod promql;
mod queries;
mod resource_metrics;
mod service_reading;

pub use answer::{Answer, parse_instant, parse_range};
pub(crate) use fault::RESOURCE_METRICS;
pub use fault::{SignalFault, SourceFault};
pub use http::HttpSource;
pub use prometheus::Prometheus;
pub use queries::Queries;
pub(crate) use queries::cpu_query;
pub use resource_metrics::{NamespaceUsage, PodUsage, ResourceMetrics, parse_pod_metrics};
pub use service_reading::{ServiceReading, read_service};
