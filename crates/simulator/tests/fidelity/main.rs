//! The fast mode against the request mode: same scenario, same arrivals, no autoscaler.

mod bench;
mod steady;
