use super::finding::Finding;
use super::objects::{Objects, told};

const CHECK: &str = "node";

pub(super) fn check(objects: &Objects, _namespace: &str) -> Vec<Finding> {
    let findings: Vec<Finding> = objects
        .of("Node")
        .map(|node| {
            let next = format!("kubectl describe node {}", node.name());
            if !node.holds("Ready") {
                let message = format!("not ready: {}", told(node.condition("Ready")));
                return Finding::problem(CHECK, node.name(), message, next);
            }
            let pressure =
                ["MemoryPressure", "DiskPressure", "PIDPressure"].into_iter().find(|kind| node.holds(kind));
            match pressure {
                Some(kind) => {
                    let message = format!("{kind}: {}; pods may be evicted", told(node.condition(kind)));
                    Finding::problem(CHECK, node.name(), message, next)
                }
                None => Finding::ok(CHECK, node.name(), "ready"),
            }
        })
        .collect();
    if findings.is_empty() {
        let message = "no node to be seen: the right to list nodes is missing, or no node has joined";
        return vec![Finding::skipped(CHECK, "-", message)];
    }
    findings
}
