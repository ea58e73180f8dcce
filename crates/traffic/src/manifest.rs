use std::io::ErrorKind;
use std::path::Path;

use podpilot_core::Span;
use serde::{Deserialize, Deserializer};

use crate::Split;

/// A `manifest.json` beside trace files: a list of what is known of each. Provenance (`title`, `source`, `origin`,
/// `licence`, ...) is for people and not read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Manifest {
    /// One entry a file.
    pub entries: Vec<ManifestEntry>,
}

/// What a manifest says about one trace.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ManifestEntry {
    /// File name without folder.
    pub file: String,
    /// SHA-256 of the file in hexadecimal.
    pub sha256: Option<String>,
    /// Spans without data, [from, to) in the file's seconds.
    #[serde(default, deserialize_with = "gaps")]
    gaps: Vec<(Span, Span)>,
    #[serde(default, deserialize_with = "split")]
    split: Option<Split>,
}

/// A manifest that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct ManifestError {
    /// The manifest.
    pub file: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl Manifest {
    /// Parses a manifest; `name` stands for the file in errors.
    pub fn parse(name: &str, text: &str) -> Result<Self, ManifestError> {
        serde_json::from_str(text)
            .map_err(|error| ManifestError { file: name.to_owned(), problem: error.to_string() })
    }

    /// Reads a manifest file, `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, ManifestError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ManifestError { file: name, problem: error.to_string() }),
        }
    }

    /// The entry of a file.
    pub fn entry(&self, file: &str) -> Option<ManifestEntry> {
        self.entries.iter().find(|entry| entry.file == file).cloned()
    }
}

impl ManifestEntry {
    /// Spans without data on the recording's time axis, from (inclusive) and to (exclusive).
    pub fn gap_spans(&self) -> Vec<(Span, Span)> {
        self.gaps.clone()
    }

    /// How the file is to be split, if the manifest says so.
    pub fn split(&self) -> Option<Split> {
        self.split
    }
}

fn gaps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(Span, Span)>, D::Error> {
    let pairs: Vec<(f64, f64)> = Vec::deserialize(deserializer)?;
    pairs
        .into_iter()
        .map(|(from, to)| {
            if from < to && from.abs() < 9.0e9 && to.abs() < 9.0e9 {
                return Ok((Span::from_seconds(from), Span::from_seconds(to)));
            }
            Err(serde::de::Error::custom(format!(
                "a gap is [{from}, {to}], must be [from, to] in seconds with from before to"
            )))
        })
        .collect()
}

/// Either an object (`{"train": 0.6}`, `{"train_days": 40}`) or a sentence that begins with it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stated {
    Object(Split),
    Sentence(String),
}

fn split<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Split>, D::Error> {
    let expected = "`{\"train\": 0.6}`, `{\"train_days\": 40}`, \"train: first 40 days; ...\" or \"train: first 60 % ...\"";
    let Some(stated) = Option::<serde_json::Value>::deserialize(deserializer)? else { return Ok(None) };
    let shown = stated.to_string();
    let split = match serde_json::from_value(stated) {
        Ok(Stated::Object(split)) => Some(split),
        Ok(Stated::Sentence(sentence)) => split_in(&sentence),
        Err(_) => None,
    };
    match split.filter(|split| split.validate("split").is_ok()) {
        Some(split) => Ok(Some(split)),
        None => Err(serde::de::Error::custom(format!("split is {shown}, must be {expected}"))),
    }
}

fn split_in(sentence: &str) -> Option<Split> {
    let rest = sentence.trim().strip_prefix("train: first ")?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let number: f64 = rest[..end].parse().ok()?;
    let unit = rest[end..].trim_start();
    if unit.starts_with("day") {
        Some(Split::TrainDays(number))
    } else if unit.starts_with('%') {
        Some(Split::Train(number / 100.0))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(entry: &str) -> Result<ManifestEntry, ManifestError> {
        Manifest::parse("m.json", &format!("[{entry}]")).map(|manifest| manifest.entries[0].clone())
    }

    #[test]
    fn splits_are_objects_or_sentences() {
        for (split, expected) in [
            ("null", None),
            (r#"{"train": 0.75}"#, Some(Split::Train(0.75))),
            (r#"{"train_days": 3}"#, Some(Split::TrainDays(3.0))),
            (r#""train: first 40 days (t < 3456000); test: the rest""#, Some(Split::TrainDays(40.0))),
            (r#""train: first 60 % by time; test: the rest""#, Some(Split::Train(0.6))),
        ] {
            let entry = parse(&format!(r#"{{"file": "a.csv", "split": {split}}}"#)).unwrap();
            assert_eq!(entry.split(), expected, "{split}");
        }
        assert_eq!(parse(r#"{"file": "a.csv"}"#).unwrap().split(), None);
    }

    #[test]
    fn what_cannot_be_used_is_one_clear_error() {
        for (entry, part) in [
            (r#"{"file": "a.csv", "split": "half"}"#, "split is \"half\", must be"),
            (r#"{"file": "a.csv", "split": {"train": 1.5}}"#, "split is {\"train\":1.5}, must be"),
            (r#"{"file": "a.csv", "gaps": [[5, 5]]}"#, "a gap is [5, 5], must be"),
            (r#"{"file": "a.csv", "gaps": [[5]]}"#, "invalid length 1"),
            (r#"{"sha256": "00"}"#, "missing field `file`"),
            ("{", "line 1"),
        ] {
            let error = parse(entry).unwrap_err().to_string();
            assert!(error.starts_with("m.json: ") && error.contains(part), "{entry}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
