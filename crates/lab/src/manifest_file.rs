//! HPA manifests from files.

use std::fs;
use std::path::Path;

use podpilot_autoscalers::{Hpa, HpaManifest};
use serde::Deserialize;

use crate::workbench::Workbench;
use crate::{LabError, yaml_error};

/// The baseline manifest of the bundled scenarios, which must work without the source tree.
const BUNDLED_BASELINE: &str = include_str!("../../../deployments/hpa.yaml");

/// Reads an `autoscaling/v2` manifest and checks that an HPA can follow it. Other documents beside it are passed over.
pub(crate) fn read_hpa(path: &Path) -> Result<HpaManifest, LabError> {
    let text =
        fs::read_to_string(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
    parse(&text, &path.display().to_string())
}

/// The baseline manifest of the scenarios that come with podpilot.
pub(crate) fn bundled_baseline() -> Result<HpaManifest, LabError> {
    parse(BUNDLED_BASELINE, "deployments/hpa.yaml")
}

/// Whether a YAML file is a Kubernetes manifest, of whatever kind.
pub(crate) fn is_manifest(text: &str) -> bool {
    documents(text).is_ok_and(|documents| documents.iter().any(|document| document.header.kind.is_some()))
}

fn parse(text: &str, name: &str) -> Result<HpaManifest, LabError> {
    let located = |problem: String| LabError::BadInput(format!("{name}: {problem}"));
    let document = the_autoscaler(text).map_err(located)?;
    let manifest: HpaManifest = serde_saphyr::from_str(&document)
        .map_err(|error| located(yaml_error::describe(&error, &document)))?;
    Hpa::new("hpa", &manifest, Workbench::hpa_config()).map_err(|error| located(error.to_string()))?;
    Ok(manifest)
}

/// What a manifest says that it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Header {
    api_version: Option<String>,
    kind: Option<String>,
}

/// One document of a file.
#[derive(Debug)]
struct Document {
    header: Header,
    /// The file's text with the lines of the other documents blank, so that lines keep their numbers.
    text: String,
}

/// The document to follow: the file's only one, else its only HPA.
fn the_autoscaler(text: &str) -> Result<String, String> {
    let mut documents = documents(text)?;
    let count = documents.len();
    if count > 1 {
        documents.retain(|document| document.header.kind.as_deref() == Some(HpaManifest::KIND));
    }
    let found = documents.len();
    match documents.pop() {
        Some(Document { header: Header { api_version, kind }, text }) if found == 1 => {
            HpaManifest::check_type(api_version.as_deref(), kind.as_deref())
                .map_err(|error| error.to_string())?;
            Ok(text)
        }
        _ if count == 0 => Err("the file is empty".to_owned()),
        _ => Err(format!("{found} of the {count} documents are a {}, must be one", HpaManifest::KIND)),
    }
}

/// The documents that are more than comments.
fn documents(text: &str) -> Result<Vec<Document>, String> {
    let is_marker = |line: &str| line == "---" || line.starts_with("--- ");
    let mut texts = vec![String::new()];
    for (number, line) in text.lines().enumerate() {
        if is_marker(line.trim_end()) {
            texts.push("\n".repeat(number));
        }
        let last = texts.len() - 1;
        texts[last].push_str(line);
        texts[last].push('\n');
    }
    texts.retain(|text| text.lines().any(|line| !is_nothing(line)));
    texts.into_iter().map(with_header).collect()
}

fn is_nothing(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line == "---" || line.starts_with("--- #") || line.starts_with(['#', '%'])
}

fn with_header(text: String) -> Result<Document, String> {
    let header = serde_saphyr::from_str(&text).map_err(|error| yaml_error::describe(&error, &text))?;
    Ok(Document { header, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOYMENT: &str =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n";

    fn told(text: &str) -> String {
        parse(text, "mine.yaml").unwrap_err().to_string()
    }

    #[test]
    fn the_only_autoscaler_of_several_documents_is_taken() {
        let file = format!("# ours\n---\n{DEPLOYMENT}---\n{BUNDLED_BASELINE}---\n# end\n");
        assert_eq!(parse(&file, "mine.yaml").unwrap(), bundled_baseline().unwrap());
        let twice = format!("{BUNDLED_BASELINE}---\n{BUNDLED_BASELINE}");
        assert_eq!(
            told(&twice),
            "mine.yaml: 2 of the 2 documents are a HorizontalPodAutoscaler, must be one"
        );
        let none = format!("{DEPLOYMENT}---\n{DEPLOYMENT}");
        assert_eq!(told(&none), "mine.yaml: 0 of the 2 documents are a HorizontalPodAutoscaler, must be one");
    }

    #[test]
    fn errors_in_a_later_document_keep_their_lines() {
        let wrong = BUNDLED_BASELINE.replace("maxReplicas: 40", "maxReplicas: many");
        let line = 5 + wrong.lines().position(|line| line.contains("many")).unwrap() + 1;
        let file = format!("{DEPLOYMENT}---\n{wrong}");
        let error = told(&file);
        assert!(error.starts_with(&format!("mine.yaml: line {line} ")), "{error}");
    }

    #[test]
    fn what_is_no_autoscaler_is_called_so_before_its_fields_are_read() {
        assert_eq!(told(DEPLOYMENT), "mine.yaml: kind: is `Deployment`, must be HorizontalPodAutoscaler");
        let old = "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nspec: {targetCPUUtilizationPercentage: 80}\n";
        assert!(told(old).starts_with("mine.yaml: apiVersion: is `autoscaling/v1`, must be autoscaling/v2"));
        assert_eq!(told("spec: {}\n"), "mine.yaml: kind: is missing, must be HorizontalPodAutoscaler");
        assert_eq!(told("# nothing\n"), "mine.yaml: the file is empty");
    }

    #[test]
    fn an_impossible_value_is_found_when_the_file_is_read() {
        let crossed = BUNDLED_BASELINE.replace("minReplicas: 1", "minReplicas: 50");
        assert_eq!(
            told(&crossed),
            "mine.yaml: spec.maxReplicas: is 40, must not be below minReplicas, which is 50"
        );
    }
}
