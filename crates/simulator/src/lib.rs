//! A service on a cluster in virtual time: requests, pods, nodes, metric pipeline, faults.
