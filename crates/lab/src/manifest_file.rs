//! Manifests of autoscalers from files.

use std::fs;
use std::path::Path;

use podpilot_autoscalers::knative::{AutoscalerConfigMap, KnativeResource};
use podpilot_autoscalers::{
    Hpa, HpaManifest, Keda, Knative, KnativeManifest, Rival, RivalConfig, RivalManifest, ScaledObject,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::workbench::Workbench;
use crate::{LabError, yaml_error};

/// The baseline manifest of the bundled scenarios, which must work without the source tree.
const BUNDLED_BASELINE: &str = include_str!("../../../deployments/hpa.yaml");

/// What podpilot's own files of autoscalers say that they are.
const SCHEMA: &str = "podpilot/autoscaler/v1";

/// Reads a manifest of whichever autoscaler the file is for. Other documents beside it are passed over.
pub(crate) fn read(path: &Path) -> Result<RivalManifest, LabError> {
    let text =
        fs::read_to_string(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
    parse_any(&text, &path.display().to_string())
}

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

fn parse_any(text: &str, name: &str) -> Result<RivalManifest, LabError> {
    let located = |problem: String| LabError::BadInput(format!("{name}: {problem}"));
    let mut documents = documents(text).map_err(located)?;
    let only = documents.len() == 1;
    if only && documents[0].header.schema.is_some() {
        return documents.remove(0).config().map(RivalManifest::Config).map_err(located);
    }
    let of_kind = |kind: &str| documents.iter().filter(|it| it.header.is_kind(kind)).count();
    let scaled_objects = of_kind(ScaledObject::KIND);
    if scaled_objects > 0 {
        if scaled_objects + of_kind(HpaManifest::KIND) > 1 {
            let problem = "several documents are autoscalers of the same target, must be one";
            return Err(located(problem.to_owned()));
        }
        documents.retain(|document| document.header.is_kind(ScaledObject::KIND));
        let object = documents.remove(0).parse::<ScaledObject>().map_err(located)?;
        Keda::new(Rival::Keda.name(), &object, Workbench::hpa_config())
            .map_err(|error| located(error.to_string()))?;
        return Ok(RivalManifest::Keda(Box::new(object)));
    }
    if documents.iter().any(Document::is_of_knative) {
        return parse_knative(documents).map(RivalManifest::Knative).map_err(located);
    }
    parse(text, name).map(|manifest| RivalManifest::Hpa(Box::new(manifest)))
}

/// At most one Service, Configuration or Revision, and at most one `config-autoscaler`.
fn parse_knative(documents: Vec<Document>) -> Result<Box<KnativeManifest>, String> {
    let mut manifest = KnativeManifest::default();
    for document in documents.into_iter().filter(Document::is_of_knative) {
        let is_second = if document.header.is_kind(AutoscalerConfigMap::KIND) {
            manifest.config.replace(document.parse()?).is_some()
        } else {
            manifest.resource.replace(document.parse()?).is_some()
        };
        if is_second {
            return Err("holds two documents of the same kind for Knative, must hold one of each".to_owned());
        }
    }
    let followed = manifest.settings().and_then(|settings| Knative::new(Rival::Knative.name(), settings));
    followed.map_err(|error| error.to_string())?;
    Ok(Box::new(manifest))
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
    schema: Option<String>,
    autoscaler: Option<String>,
    metadata: Option<HeaderMetadata>,
}

/// Enough to know a document by its name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HeaderMetadata {
    name: Option<String>,
}

impl Header {
    fn is_kind(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

/// A file in podpilot's own format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile<T> {
    #[expect(dead_code, reason = "checked in the header")]
    schema: String,
    #[expect(dead_code, reason = "checked in the header")]
    autoscaler: String,
    #[serde(default)]
    parameters: T,
}

/// The same with parameters that have no default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompleteConfigFile<T> {
    #[expect(dead_code, reason = "checked in the header")]
    schema: String,
    #[expect(dead_code, reason = "checked in the header")]
    autoscaler: String,
    parameters: T,
}

/// One document of a file.
#[derive(Debug)]
struct Document {
    header: Header,
    /// The file's text with the lines of the other documents blank, so that lines keep their numbers.
    text: String,
}

impl Document {
    fn is_of_knative(&self) -> bool {
        let Header { api_version, kind, metadata, .. } = &self.header;
        let name = metadata.as_ref().and_then(|metadata| metadata.name.as_deref());
        let is_resource = api_version.as_deref() == Some(KnativeResource::API_VERSION)
            && KnativeResource::KINDS.iter().any(|known| self.header.is_kind(known));
        is_resource
            || (kind.as_deref() == Some(AutoscalerConfigMap::KIND) && name == Some(AutoscalerConfigMap::NAME))
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_saphyr::from_str(&self.text).map_err(|error| yaml_error::describe(&error, &self.text))
    }

    /// Parameters in podpilot's own format.
    fn config(&self) -> Result<RivalConfig, String> {
        let schema = self.header.schema.as_deref().unwrap_or_default();
        if schema != SCHEMA {
            return Err(format!("schema: is `{schema}`, must be {SCHEMA}"));
        }
        let named = self.header.autoscaler.as_deref().ok_or("autoscaler: is missing, must be a name")?;
        let rival: Rival = named.parse().map_err(|error| format!("autoscaler: {error}"))?;
        Ok(match rival {
            Rival::Hpa => RivalConfig::Hpa(self.parameters()?),
            Rival::Keda => RivalConfig::Keda(self.parameters()?),
            Rival::Knative => RivalConfig::Knative(self.parameters()?),
            Rival::FeedForward => RivalConfig::FeedForward(self.parameters()?),
            Rival::Threshold => RivalConfig::Threshold(self.parameters()?),
            Rival::StaticPeak => RivalConfig::StaticPeak(self.parameters()?),
            Rival::Schedule => {
                let file: CompleteConfigFile<_> = self.parse()?;
                RivalConfig::Schedule(file.parameters)
            }
        })
    }

    fn parameters<T: DeserializeOwned + Default>(&self) -> Result<T, String> {
        self.parse::<ConfigFile<T>>().map(|file| file.parameters)
    }
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
        Some(Document { header: Header { api_version, kind, .. }, text }) if found == 1 => {
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
