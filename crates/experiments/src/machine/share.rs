//! Who used the machine's CPUs while something was measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::cluster::PodCgroup;

/// Short-lived processes that live between two looks are not attributed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Clock ticks per second in `/proc`: fixed in the kernel's interface.
const TICKS_PER_S: f64 = 100.0;
/// `SCHED_IDLE` of `sched(7)`.
const SCHED_IDLE: u32 = 5;

/// CPU use of the whole machine over one measurement, in cores.
#[expect(clippy::struct_field_names, reason = "names carry units")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct MachineShare {
    /// Nothing ran.
    pub(crate) idle_cores: f64,
    /// The hypervisor ran someone else.
    pub(crate) steal_cores: f64,
    /// Everything that ran.
    pub(crate) busy_cores: f64,
    /// Pods of the testbed.
    pub(crate) pods_cores: f64,
    /// This process: the load generator and its bookkeeping.
    pub(crate) generator_cores: f64,
    /// Kubernetes and metrics: the other processes of the testbed's network.
    pub(crate) testbed_cores: f64,
    /// Processes outside the testbed in the class `SCHED_IDLE`, which give way to everything above.
    pub(crate) other_idle_class_cores: f64,
    /// Processes outside the testbed at normal priority, as far as they were seen.
    pub(crate) other_normal_cores: f64,
}

/// Watches the machine from its start until [`ShareMeter::stop`].
#[derive(Debug)]
pub(crate) struct ShareMeter {
    stopped: Arc<AtomicBool>,
    watcher: JoinHandle<MachineShare>,
}

impl ShareMeter {
    /// Starts to watch.
    pub(crate) fn start() -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let asked_to_stop = Arc::clone(&stopped);
        Self { stopped, watcher: thread::spawn(move || watch(&asked_to_stop)) }
    }

    /// Ends watching.
    pub(crate) fn stop(self) -> MachineShare {
        self.stopped.store(true, Ordering::Relaxed);
        self.watcher.thread().unpark();
        self.watcher.join().unwrap_or_default()
    }
}

fn watch(stopped: &AtomicBool) -> MachineShare {
    let (start_s, machine) = (clock::unix_s(), MachineTicks::read());
    let pods_s = PodCgroup::all_pods_used_s();
    let mut processes = Processes::new();
    while !stopped.load(Ordering::Relaxed) {
        thread::park_timeout(LOOK_EVERY);
        processes.look();
    }
    let elapsed_s = (clock::unix_s() - start_s).max(1e-3);
    let used = MachineTicks::read().since(&machine);
    let cores = |ticks: f64| ticks / TICKS_PER_S / elapsed_s;
    MachineShare {
        idle_cores: cores(used.idle),
        steal_cores: cores(used.steal),
        busy_cores: cores(used.busy),
        pods_cores: (PodCgroup::all_pods_used_s() - pods_s) / elapsed_s,
        generator_cores: cores(processes.ticks[Owner::Generator as usize]),
        testbed_cores: cores(processes.ticks[Owner::Testbed as usize]),
        other_idle_class_cores: cores(processes.ticks[Owner::OtherIdleClass as usize]),
        other_normal_cores: cores(processes.ticks[Owner::OtherNormal as usize]),
    }
}

/// The first row of `/proc/stat`, clock ticks over all CPUs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct MachineTicks {
    idle: f64,
    steal: f64,
    busy: f64,
}

impl MachineTicks {
    fn read() -> Self {
        Self::parse(&fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    /// `cpu user nice system idle iowait irq softirq steal …`
    fn parse(text: &str) -> Self {
        let first = text.lines().next().unwrap_or_default();
        let ticks: Vec<f64> = first.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
        let at = |index: usize| ticks.get(index).copied().unwrap_or(0.0);
        Self { idle: at(3) + at(4), steal: at(7), busy: at(0) + at(1) + at(2) + at(5) + at(6) }
    }

    fn since(&self, earlier: &Self) -> Self {
        Self {
            idle: self.idle - earlier.idle,
            steal: self.steal - earlier.steal,
            busy: self.busy - earlier.busy,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Generator,
    Testbed,
    OtherIdleClass,
    OtherNormal,
    /// Counted through the pods' control group.
    Pod,
}

/// CPU ticks of processes by owner, added up from look to look.
#[derive(Debug)]
struct Processes {
    own_network: Option<PathBuf>,
    known: BTreeMap<u32, (f64, Owner)>,
    ticks: [f64; 5],
}

impl Processes {
    fn new() -> Self {
        let own_network = fs::read_link("/proc/self/ns/net").ok();
        let mut processes = Self { own_network, known: BTreeMap::new(), ticks: [0.0; 5] };
        processes.look();
        processes.ticks = [0.0; 5];
        processes
    }

    fn look(&mut self) {
        let Ok(entries) = fs::read_dir("/proc") else { return };
        let mut seen = BTreeMap::new();
        for entry in entries.flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
            let Some((ticks, policy)) = parse_stat(&stat) else { continue };
            let before = self.known.get(&pid).copied();
            let owner = before.map_or_else(|| self.owner(pid, &entry.path(), policy), |(_, owner)| owner);
            self.ticks[owner as usize] += (ticks - before.map_or(0.0, |(ticks, _)| ticks)).max(0.0);
            seen.insert(pid, (ticks, owner));
        }
        self.known = seen;
    }

    fn owner(&self, pid: u32, process: &Path, policy: u32) -> Owner {
        if pid == std::process::id() {
            return Owner::Generator;
        }
        let groups = fs::read_to_string(process.join("cgroup")).unwrap_or_default();
        if groups.contains("kubepods") {
            return Owner::Pod;
        }
        let network = fs::read_link(process.join("ns/net")).ok();
        if network.is_some() && network == self.own_network {
            return Owner::Testbed;
        }
        if policy == SCHED_IDLE { Owner::OtherIdleClass } else { Owner::OtherNormal }
    }
}

/// CPU ticks (user and system) and scheduling policy from `/proc/PID/stat`, whose second field may contain blanks.
fn parse_stat(text: &str) -> Option<(f64, u32)> {
    let (_, rest) = text.rsplit_once(')')?;
    // `rest` begins with field 3.
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((number(14)? + number(15)?, number(41)? as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_proc_are_read() {
        let ticks = MachineTicks::parse("cpu  100 20 30 400 50 6 4 7 0 0\ncpu0 1 2 3\n");
        assert_eq!((ticks.idle, ticks.steal, ticks.busy), (450.0, 7.0, 160.0));
        let stat = "812 (a (b) c) S 1 812 812 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 99 0 0 18446744073709551615 \
                    0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 5 0 0 0";
        assert_eq!(parse_stat(stat), Some((300.0, 5)));
        assert_eq!(parse_stat("nonsense"), None);
    }

    #[test]
    fn a_meter_sees_that_time_passes() {
        let share = ShareMeter::start().stop();
        assert!(share.idle_cores >= 0.0 && share.generator_cores >= 0.0, "{share:?}");
    }
}
