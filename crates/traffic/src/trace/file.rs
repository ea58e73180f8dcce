use std::path::Path;

use super::format::parse_trace;
use super::hash::sha256_hex;
use super::{Trace, TraceError};
use crate::{Manifest, ManifestEntry, ManifestError};

/// Reads a trace file of any known format. Where a `manifest.json` beside it names the file, its gaps are cut and
/// its split is kept; the file must then be the very one that the manifest describes.
pub fn read_trace(path: &Path) -> Result<Trace, TraceError> {
    let shown = path.display().to_string();
    let content = std::fs::read(path)
        .map_err(|error| TraceError::Unreadable { file: shown.clone(), problem: error.to_string() })?;
    let mut trace = parse_trace(&shown, &content)?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    if let (Some(file_name), Some(folder)) = (file_name, path.parent()) {
        trace.name.clone_from(&file_name);
        let manifest_path = folder.join("manifest.json");
        if let Some(entry) = Manifest::read(&manifest_path)?.and_then(|manifest| manifest.entry(&file_name)) {
            let manifest_shown = manifest_path.display().to_string();
            apply(&mut trace, &entry, &manifest_shown, &sha256_hex(&content))?;
        }
    }
    Ok(trace)
}

fn apply(trace: &mut Trace, entry: &ManifestEntry, manifest: &str, sha256: &str) -> Result<(), TraceError> {
    let wrong = |problem: String| {
        TraceError::Manifest(ManifestError {
            file: manifest.to_owned(),
            problem: format!("{}: {problem}", entry.file),
        })
    };
    if let Some(expected) = entry.sha256.as_ref().filter(|expected| !expected.eq_ignore_ascii_case(sha256)) {
        return Err(wrong(format!(
            "sha256 is {expected}, but that of the file is {sha256}; correct or remove the entry"
        )));
    }
    trace.split = entry.split();
    let gaps = entry.gap_spans();
    if !gaps.is_empty() {
        trace.series =
            trace.series.without(&gaps).map_err(|_| wrong("the gaps leave nothing of it".to_owned()))?;
    }
    Ok(())
}
