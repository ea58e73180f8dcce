//! What a pod can carry: capacity and latency from CPU cost, limit and balancer.
