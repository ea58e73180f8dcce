use std::path::PathBuf;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// Seeds of each task.
    pub(crate) seeds: u64,
    /// Trainings at a time.
    pub(crate) threads: usize,
    /// One task only.
    pub(crate) only: Option<String>,
    /// Where the raw results go.
    pub(crate) out: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self { seeds: 10, threads: 2, only: None, out: None };
        while let Some(flag) = words.next() {
            let value = words.next().ok_or_else(|| format!("{flag} needs a value"))?;
            let count = || {
                value.parse().ok().filter(|&count| count > 0).ok_or(format!("{flag} {value}: not a count"))
            };
            match flag.as_str() {
                "--seeds" => arguments.seeds = count()?,
                "--threads" => arguments.threads = count()? as usize,
                "--only" => arguments.only = Some(value),
                "--out" => arguments.out = Some(value.into()),
                _ => return Err(format!("{flag}: unknown; there are --seeds, --threads, --only and --out")),
            }
        }
        Ok(arguments)
    }
}
