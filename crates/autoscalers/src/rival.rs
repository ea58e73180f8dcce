use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use podpilot_core::{Autoscaler, MetricKey};

use crate::{
    FeedForward, FeedForwardParameters, Hpa, HpaParameters, Keda, KedaParameters, Knative, KnativeParameters,
    KnativeSettings, ManifestError, Schedule, Scheduled, ServiceFacts, StaticPeak, StaticPeakParameters,
    Threshold, ThresholdParameters,
};

/// The families of published autoscalers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rival {
    /// Kubernetes' Horizontal Pod Autoscaler.
    Hpa,
    /// KEDA.
    Keda,
    /// Knative's pod autoscaler.
    Knative,
    /// A short forecast through the inverse of the service model.
    #[serde(rename = "feedforward")]
    FeedForward,
    /// One pod more above a threshold, one fewer below.
    Threshold,
    /// A table of replica counts by time.
    Schedule,
    /// As many pods as the train part's peak needs, always.
    StaticPeak,
}

impl Rival {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Hpa,
        Self::Keda,
        Self::Knative,
        Self::FeedForward,
        Self::Threshold,
        Self::Schedule,
        Self::StaticPeak,
    ];

    /// Its name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hpa => "hpa",
            Self::Keda => "keda",
            Self::Knative => "knative",
            Self::FeedForward => "feedforward",
            Self::Threshold => "threshold",
            Self::Schedule => "schedule",
            Self::StaticPeak => "static-peak",
        }
    }
}

impl fmt::Display for Rival {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that belongs to no rival.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no autoscaler `{0}`; there are hpa, keda, knative, feedforward, threshold, schedule and static-peak"
)]
pub struct UnknownRival(pub String);

impl FromStr for Rival {
    type Err = UnknownRival;

    fn from_str(text: &str) -> Result<Self, UnknownRival> {
        Self::ALL.into_iter().find(|rival| rival.name() == text).ok_or_else(|| UnknownRival(text.to_owned()))
    }
}

/// A rival with its parameters: what a tuner searches and what an autoscaler file holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "autoscaler", content = "parameters", rename_all = "kebab-case")]
pub enum RivalConfig {
    /// An HPA on CPU utilization with a behavior.
    Hpa(HpaParameters),
    /// A `ScaledObject` on the request rate.
    Keda(KedaParameters),
    /// A revision's autoscaling settings.
    Knative(KnativeParameters),
    /// Forecast, headroom and hold.
    #[serde(rename = "feedforward")]
    FeedForward(FeedForwardParameters),
    /// Thresholds and steps.
    Threshold(ThresholdParameters),
    /// The table.
    Schedule(Schedule),
    /// Which peak, and how much above it.
    StaticPeak(StaticPeakParameters),
}

/// An autoscaler that has decided nothing yet, and what its world must know of it.
pub struct Built {
    /// It.
    pub autoscaler: Box<dyn Autoscaler>,
    /// Named metrics that it reads.
    pub named_metrics: Vec<MetricKey>,
    /// What its reasons call its metrics, in its order.
    pub metric_names: Vec<String>,
}

impl fmt::Debug for Built {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Built")
            .field("autoscaler", &self.autoscaler.name())
            .field("named_metrics", &self.named_metrics)
            .field("metric_names", &self.metric_names)
            .finish()
    }
}

impl Built {
    /// An autoscaler that reads no named metric.
    pub(crate) fn plain(autoscaler: impl Autoscaler + 'static) -> Self {
        Self { autoscaler: Box::new(autoscaler), named_metrics: Vec::new(), metric_names: Vec::new() }
    }

    pub(crate) fn hpa(hpa: Hpa, metric_names: Vec<String>) -> Self {
        let named_metrics = hpa.named_metrics().cloned().collect();
        Self { autoscaler: Box::new(hpa), named_metrics, metric_names }
    }

    pub(crate) fn keda(keda: Keda) -> Self {
        let named_metrics = keda.named_metrics().cloned().collect();
        let metric_names = keda.metric_names();
        Self { autoscaler: Box::new(keda), named_metrics, metric_names }
    }
}

impl RivalConfig {
    /// The autoscaler called `name` with this configuration, for the service that `facts` describe.
    pub fn build(&self, name: &str, facts: &ServiceFacts) -> Result<Built, ManifestError> {
        match self {
            Self::Hpa(parameters) => {
                let manifest = parameters.manifest(facts)?;
                Ok(Built::hpa(Hpa::new(name, &manifest, facts.hpa)?, manifest.metric_names()))
            }
            Self::Keda(parameters) => {
                Keda::new(name, &parameters.scaled_object(facts)?, facts.hpa).map(Built::keda)
            }
            Self::Knative(parameters) => {
                let settings = KnativeSettings::of_parameters(parameters, facts.bounds);
                Knative::new(name, settings).map(Built::plain)
            }
            Self::FeedForward(parameters) => FeedForward::new(name, parameters, facts).map(Built::plain),
            Self::Threshold(parameters) => Threshold::new(name, *parameters, facts.bounds).map(Built::plain),
            Self::Schedule(schedule) => {
                Scheduled::new(name, schedule.clone(), facts.bounds).map(Built::plain)
            }
            Self::StaticPeak(parameters) => StaticPeak::new(name, *parameters, facts).map(Built::plain),
        }
    }

    /// Whose configuration it is.
    pub fn rival(&self) -> Rival {
        match self {
            Self::Hpa(_) => Rival::Hpa,
            Self::Keda(_) => Rival::Keda,
            Self::Knative(_) => Rival::Knative,
            Self::FeedForward(_) => Rival::FeedForward,
            Self::Threshold(_) => Rival::Threshold,
            Self::Schedule(_) => Rival::Schedule,
            Self::StaticPeak(_) => Rival::StaticPeak,
        }
    }

    /// The defaults of a rival; `None` for a schedule, which has none.
    pub fn default_of(rival: Rival) -> Option<Self> {
        Some(match rival {
            Rival::Hpa => Self::Hpa(HpaParameters::default()),
            Rival::Keda => Self::Keda(KedaParameters::default()),
            Rival::Knative => Self::Knative(KnativeParameters::default()),
            Rival::FeedForward => Self::FeedForward(FeedForwardParameters::default()),
            Rival::Threshold => Self::Threshold(ThresholdParameters::default()),
            Rival::StaticPeak => Self::StaticPeak(StaticPeakParameters::default()),
            Rival::Schedule => return None,
        })
    }
}
