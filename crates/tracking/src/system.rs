//! What the process uses, under W&B's names.

use std::time::Duration;

use rustix::system::uname;

/// The machine's name, as far as it is fit for a file name.
pub(crate) fn host() -> String {
    let name = uname().nodename().to_string_lossy().into_owned();
    let clean: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    if clean.is_empty() { "localhost".to_owned() } else { clean }
}

/// Reads usage since the last reading.
#[derive(Debug)]
pub(crate) struct Usage {
    last: Reading,
    cores: f64,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    cpu: Duration,
    at: std::time::Instant,
}

impl Usage {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
        Self { last: Reading::now(), cores }
    }

    /// `cpu`: per cent of all cores since the last call. `proc.memory.rssMB`, `proc.cpu.threads`: where `/proc` says.
    pub(crate) fn sample(&mut self) -> Vec<(String, f64)> {
        let now = Reading::now();
        let elapsed = (now.at - self.last.at).as_secs_f64();
        let mut values = Vec::new();
        if elapsed > 0.0 {
            let busy = now.cpu.saturating_sub(self.last.cpu).as_secs_f64();
            values.push(("cpu".to_owned(), 100.0 * busy / elapsed / self.cores));
        }
        self.last = now;
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| -> Option<f64> {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line[name.len()..].split_whitespace().next()?.parse().ok()
        };
        if let Some(kilobytes) = field("VmRSS:") {
            values.push(("proc.memory.rssMB".to_owned(), kilobytes / 1024.0));
        }
        if let Some(threads) = field("Threads:") {
            values.push(("proc.cpu.threads".to_owned(), threads));
        }
        values
    }
}

impl Reading {
    fn now() -> Self {
        let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Self {
            cpu: Duration::new(u64::try_from(cpu.tv_sec).unwrap_or(0), cpu.tv_nsec as u32),
            at: crate::clock::instant(),
        }
    }
}
