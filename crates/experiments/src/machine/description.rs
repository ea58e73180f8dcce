use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// What the machine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Model name of the CPU.
    pub(crate) cpu_model: String,
    /// CPUs that are online.
    pub(crate) cpus: usize,
    /// Memory, MiB.
    pub(crate) memory_mib: u64,
    /// Kernel release and version.
    pub(crate) kernel: String,
    /// Version of the control groups that carry the CPU controller: `v1` or `v2`.
    pub(crate) cgroup: String,
    /// `sched_cfs_bandwidth_slice_us`.
    pub(crate) bandwidth_slice_us: String,
    /// Hypervisor, if the machine is virtual.
    pub(crate) hypervisor: String,
    /// CPU weight of the group that holds all pods of the testbed: above its usual 2048 while pods must not wait for the
    /// machine's other work. 0 if it is unknown.
    pub(crate) pods_cpu_weight: u64,
}

impl Machine {
    /// Describes this machine.
    pub(crate) fn read() -> Self {
        let cpuinfo = file("/proc/cpuinfo");
        let meminfo = file("/proc/meminfo");
        let is_v2 = fs::metadata("/sys/fs/cgroup/cgroup.controllers").is_ok();
        Self {
            cpu_model: row(&cpuinfo, "model name").unwrap_or_default(),
            cpus: cpuinfo.lines().filter(|line| line.starts_with("processor")).count(),
            memory_mib: row(&meminfo, "MemTotal").as_deref().and_then(first_number).unwrap_or(0) / 1_024,
            kernel: format!("{} {}", file("/proc/sys/kernel/osrelease"), file("/proc/sys/kernel/version")),
            cgroup: if is_v2 { "v2" } else { "v1" }.to_owned(),
            bandwidth_slice_us: file("/proc/sys/kernel/sched_cfs_bandwidth_slice_us"),
            pods_cpu_weight: first_number(&file("/sys/fs/cgroup/cpu/podpilot-testbed/cpu.shares"))
                .or_else(|| first_number(&file("/sys/fs/cgroup/podpilot-testbed/cpu.weight")))
                .unwrap_or(0),
            hypervisor: Command::new("systemd-detect-virt")
                .output()
                .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
                .unwrap_or_default(),
        }
    }
}

fn file(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn row(text: &str, key: &str) -> Option<String> {
    let (_, value) =
        text.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim() == key)?;
    Some(value.trim().to_owned())
}

fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}
