use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

const ROOT: &str = "/sys/fs/cgroup";
/// Where kubelets keep their pods: the testbed's below a group of its own, an ordinary node's at the top.
const KUBEPODS: [&str; 2] = ["podpilot-testbed/kubepods", "kubepods"];
const CLASSES: [&str; 3] = ["burstable/", "", "besteffort/"];

/// CPU counters of one control group since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CpuCounters {
    /// CPU time used, seconds of one core.
    pub(crate) used_s: f64,
    /// Quota periods in which something was runnable.
    pub(crate) periods: u64,
    /// Those in which the quota ran out.
    pub(crate) throttled_periods: u64,
    /// Time for which runnable work waited for quota, seconds.
    pub(crate) throttled_s: f64,
}

/// A pod's control groups: its own and that of its container. Both carry the same CPU quota.
#[derive(Debug, Clone)]
pub(crate) struct PodCgroup {
    version: Version,
    pod: PathBuf,
    container: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl PodCgroup {
    /// The groups of the pod with this UID (`cgroupDriver: cgroupfs`).
    pub(crate) fn find(uid: &str, container_id: Option<&str>) -> Result<Self> {
        Self::find_under(Path::new(ROOT), uid, container_id)
    }

    fn find_under(root: &Path, uid: &str, container_id: Option<&str>) -> Result<Self> {
        let places = KUBEPODS.iter().flat_map(|top| CLASSES.map(|class| format!("{top}/{class}pod{uid}")));
        for group in places {
            let version = if root.join("cpu").join(&group).is_dir() {
                Version::One
            } else if root.join(&group).is_dir() {
                Version::Two
            } else {
                continue;
            };
            let pod = version.path(root, &group);
            let container = container_id.map(|id| pod.join(id));
            return Ok(Self { version, pod, container });
        }
        bail!("no control group of pod {uid} under {}", root.display())
    }

    /// CPU that all pods of the node used since its start, seconds; 0 if there are none.
    pub(crate) fn all_pods_used_s() -> f64 {
        let root = Path::new(ROOT);
        let read = |path: PathBuf| fs::read_to_string(path).ok();
        for top in KUBEPODS {
            if let Some(usage) = read(root.join("cpuacct").join(top).join("cpuacct.usage")) {
                return usage.trim().parse::<f64>().unwrap_or(0.0) * 1e-9;
            }
            if let Some(stat) = read(root.join(top).join("cpu.stat")) {
                return parse_stat(&stat).used_s;
            }
        }
        0.0
    }

    /// Counters of the pod's group.
    pub(crate) fn pod(&self) -> Result<CpuCounters> {
        self.read(&self.pod)
    }

    /// Counters of its container's group, if it is known.
    pub(crate) fn container(&self) -> Result<Option<CpuCounters>> {
        self.container.as_deref().map(|path| self.read(path)).transpose()
    }

    fn read(&self, group: &Path) -> Result<CpuCounters> {
        match self.version {
            Version::One => {
                let usage = read(&group.join("cpuacct.usage").to_string_lossy().replace("{}", "cpuacct"))?;
                let stat = read(&group.join("cpu.stat").to_string_lossy().replace("{}", "cpu"))?;
                let mut counters = parse_stat(&stat);
                counters.used_s = usage.trim().parse::<f64>().context("cpuacct.usage is no number")? * 1e-9;
                Ok(counters)
            }
            Version::Two => Ok(parse_stat(&read(&group.join("cpu.stat").to_string_lossy())?)),
        }
    }
}

impl Version {
    /// On version 1, counters of one group lie in two hierarchies; `{}` stands for the hierarchy's name.
    fn path(self, root: &Path, group: &str) -> PathBuf {
        match self {
            Self::One => root.join("{}").join(group),
            Self::Two => root.join(group),
        }
    }
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

/// `cpu.stat` of either version; absent rows count as 0.
fn parse_stat(text: &str) -> CpuCounters {
    let row = |name: &str| {
        text.lines()
            .filter_map(|line| line.split_once(' '))
            .find(|(key, _)| *key == name)
            .and_then(|(_, value)| value.trim().parse::<u64>().ok())
    };
    let throttled_s = row("throttled_time").map(|ns| ns as f64 * 1e-9);
    CpuCounters {
        used_s: row("usage_usec").unwrap_or(0) as f64 * 1e-6,
        periods: row("nr_periods").unwrap_or(0),
        throttled_periods: row("nr_throttled").unwrap_or(0),
        throttled_s: throttled_s.unwrap_or_else(|| row("throttled_usec").unwrap_or(0) as f64 * 1e-6),
    }
}

impl CpuCounters {
    /// What was added since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self {
            used_s: self.used_s - earlier.used_s,
            periods: self.periods.saturating_sub(earlier.periods),
            throttled_periods: self.throttled_periods.saturating_sub(earlier.throttled_periods),
            throttled_s: self.throttled_s - earlier.throttled_s,
        }
    }

    /// Adds the counters of another group.
    pub(crate) fn add(&mut self, other: &Self) {
        self.used_s += other.used_s;
        self.periods += other.periods;
        self.throttled_periods += other.throttled_periods;
        self.throttled_s += other.throttled_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_cpu_stat_are_read() {
        let one = parse_stat("nr_periods 510\nnr_throttled 209\nthrottled_time 12500000000\nnr_bursts 0\n");
        assert_eq!((one.periods, one.throttled_periods, one.throttled_s), (510, 209, 12.5));
        let two = parse_stat(
            "usage_usec 2500000\nuser_usec 1\nnr_periods 7\nnr_throttled 3\nthrottled_usec 250000\n",
        );
        assert_eq!((two.used_s, two.periods, two.throttled_periods, two.throttled_s), (2.5, 7, 3, 0.25));
    }

    #[test]
    fn a_pod_is_found_in_both_hierarchies_of_version_one() {
        let root = tempfile::tempdir().unwrap();
        for controller in ["cpu", "cpuacct"] {
            let container =
                root.path().join(controller).join("podpilot-testbed/kubepods/burstable/podabc/c1");
            fs::create_dir_all(&container).unwrap();
            for group in [container.as_path(), container.parent().unwrap()] {
                fs::write(
                    group.join("cpu.stat"),
                    "nr_periods 4\nnr_throttled 2\nthrottled_time 1000000000\n",
                )
                .unwrap();
                fs::write(group.join("cpuacct.usage"), "3000000000\n").unwrap();
            }
        }
        let group = PodCgroup::find_under(root.path(), "abc", Some("c1")).unwrap();
        let expected = CpuCounters { used_s: 3.0, periods: 4, throttled_periods: 2, throttled_s: 1.0 };
        assert_eq!(group.pod().unwrap(), expected);
        assert_eq!(group.container().unwrap(), Some(expected));
        assert!(PodCgroup::find_under(root.path(), "other", None).is_err());
    }
}
