//! `podpilot doctor`: what is wrong on the way from a client to a scaled pod, and which command to run next.
//!
//! It reads what `kubectl get -o json` prints and so needs no Kubernetes library: the command line without the feature
//! `cluster` has it, it looks with the rights and the kubeconfig that the user's own kubectl has, and saved objects
//! can be looked at in the same way. Ingress controllers themselves were not at hand: what is said of Traefik and
//! ingress-nginx is tested on their objects only.

mod autoscaler;
mod finding;
mod ingress;
mod ingress_controller;
mod kubectl;
mod metrics;
mod nodes;
mod objects;
mod reach;
mod service;
mod workload;

pub(crate) use finding::{Finding, Level};
pub(crate) use kubectl::{Kubectl, KubectlError};
pub(crate) use objects::Objects;
pub(crate) use reach::reach;

/// All checks on the objects of a cluster, with a look at `namespace`, in the order in which a request meets them.
pub(crate) fn examine(objects: &Objects, namespace: &str) -> Vec<Finding> {
    let checks: [fn(&Objects, &str) -> Vec<Finding>; 7] = [
        nodes::check,
        ingress_controller::check,
        ingress::check,
        service::check,
        workload::check,
        autoscaler::check,
        metrics::check,
    ];
    checks.iter().flat_map(|check| check(objects, namespace)).collect()
}

/// Errors in what the ingress controller's pods wrote last; `logs` gives the text of a pod's log.
pub(crate) fn examine_logs(
    objects: &Objects,
    logs: impl Fn(&str, &str) -> Result<String, KubectlError>,
) -> Vec<Finding> {
    ingress_controller::check_logs(objects, logs)
}
