use podpilot_core::Objective;
use serde::{Deserialize, Serialize};

use super::{Interval, Provenance, ScoreboardSchema, Timeline};
use crate::tuning::TunedFront;

/// Many autoscalers on many loads, paired: the content of `scoreboard.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoreboard {
    /// `podpilot/scoreboard/v1`.
    pub schema: ScoreboardSchema,
    /// What it is called, such as the name of a preset.
    pub title: String,
    /// One load on one scenario each.
    pub cases: Vec<ScoreCase>,
    /// Each learned controller against each rival on each case, unperturbed ones first.
    pub comparisons: Vec<ScoreComparison>,
    /// The same over all unperturbed cases together.
    pub pooled: Vec<PooledComparison>,
    /// What reinforcement learning added over the demand-quantile controller, by case.
    pub added_by_learning: Vec<AddedByLearning>,
    /// p-values that Holm's correction was made over.
    pub family_size: u32,
    /// What the numbers must not be taken for, in sentences.
    pub labels: Vec<String>,
    /// Simulated days that this comparison ran; those that the cache had are not among them.
    pub simulated_days: f64,
    /// Simulated days in all.
    pub days_in_all: f64,
}

/// One load on one scenario, as it is or perturbed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreCase {
    /// Name in tables, such as `nasa95` or `nasa95, start-up-x3`.
    pub name: String,
    /// Cases of one group are pooled.
    pub group: String,
    /// The scenario's name.
    pub scenario: String,
    /// The perturbation, if there is one.
    pub perturbation: Option<String>,
    /// The service level asked for.
    pub objective: Objective,
    /// Distinct days of the test part that were played.
    pub days: u32,
    /// Noise seeds on each day.
    pub noise_seeds: u32,
    /// Every autoscaler that took part.
    pub rows: Vec<ScoreRow>,
    /// How the tuned fronts came about.
    pub tuning: Vec<TuningRecord>,
    /// The busiest day, for some of them.
    pub timeline: Option<Timeline>,
    /// Where the numbers come from.
    pub provenance: Provenance,
}

/// What was spent on tuning a rival for a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuningRecord {
    /// The rival's family.
    pub family: String,
    /// Different configurations tried on the train part.
    pub configurations: u32,
    /// Days simulated for it.
    pub simulated_days: u64,
    /// Points of the front that came of it.
    pub points: u32,
}

impl TuningRecord {
    pub(crate) fn of(front: &TunedFront) -> Self {
        Self {
            family: front.autoscaler.name().to_owned(),
            configurations: front.budget.configurations,
            simulated_days: front.budget.simulated_days,
            points: front.front.len() as u32,
        }
    }
}

/// What a row is to the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// A trained agent.
    Agent,
    /// The demand-quantile controller.
    Quantile,
    /// A rival as it comes.
    Default,
    /// A point of a rival's front that was tuned on the train part.
    Tuned,
    /// Any other autoscaler that the user named.
    Other,
}

/// One autoscaler on one case, summed over days and noise seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRow {
    /// Name in tables.
    pub name: String,
    /// Whom it belongs to: all points of a tuned front and all training seeds of an agent share it.
    pub family: String,
    /// What it is.
    pub kind: RowKind,
    /// Seed that an agent was trained with.
    pub training_seed: Option<u64>,
    /// Parameters, where it has any.
    pub config: Option<serde_json::Value>,
    /// Hash of all that its decisions depend on, beside what it observes.
    pub identity: String,
    /// Simulated hours.
    pub hours: f64,
    /// Money a day.
    pub cost_per_day: f64,
    /// What nobody could undercut with this row's own bad minutes, day by day, knowing the future: money a day.
    pub least_cost_per_day: Option<f64>,
    /// Pod-hours a day, from scheduled to deleted.
    pub pod_hours_per_day: f64,
    /// Node-hours a day.
    pub node_hours_per_day: f64,
    /// Share of bad minutes.
    pub slow_minute_ratio: f64,
    /// Share of slow requests.
    pub slow_request_ratio: f64,
    /// Share of failed requests.
    pub failed_request_ratio: f64,
    /// Share of minutes above the CPU ceiling (of the limit).
    pub cpu_over_minute_ratio: f64,
    /// Share of minutes above the memory ceiling (of the limit).
    pub memory_over_minute_ratio: f64,
    /// Pods started an hour.
    pub pods_started_per_hour: f64,
    /// Changes of the replica count an hour.
    pub scale_events_per_hour: f64,
}

/// Which of a rival's configurations the subject meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Its front, tuned on the train part.
    Tuned,
    /// Its defaults.
    Default,
}

/// How the subject's service stands to the rival's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The rival's front is read at exactly the subject's share of bad minutes.
    Equal,
    /// The subject serves better than any configuration of the rival; it is compared with the rival's best served one, which
    /// favours the rival.
    BetterServed,
    /// The subject serves worse than any configuration of the rival: a lower cost is **no** saving.
    Looser,
}

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreVerdict {
    /// Cheaper at no looser service.
    Better,
    /// No difference that can be told from noise.
    NoDifference,
    /// Dearer at service that is no better.
    Worse,
    /// One measure of service says cheaper, the other does not.
    Mixed,
    /// Cheaper, but at looser service: not a saving.
    LooserService,
    /// Dearer, but better served than the rival ever serves: not a loss.
    BetterServed,
}

/// A learned controller against a rival on one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreComparison {
    /// Name of the case.
    pub case: String,
    /// Who is judged.
    pub subject: String,
    /// The rival's family.
    pub rival: String,
    /// Tuned or as it comes.
    pub against: Against,
    /// Service of the one against the other's.
    pub standing: Standing,
    /// Share of bad minutes of the subject.
    pub slow_minute_ratio: f64,
    /// Smallest and largest share of bad minutes that the rival's configurations have.
    pub rival_slow_minute_ratio: (f64, f64),
    /// Cost of the subject over the rival's at no looser service, minus 1; `None` where the service is looser.
    pub relative_cost: Option<f64>,
    /// The same read at the share of slow requests.
    pub relative_cost_at_equal_slow_requests: Option<f64>,
    /// Distinct days.
    pub days: u32,
    /// Training seeds of the subject.
    pub training_seeds: u32,
    /// Smallest and largest relative cost by day, the rival at the service of the whole.
    pub by_day: Option<(f64, f64)>,
    /// Interval, from ten distinct days on.
    pub interval: Option<Interval>,
    /// p-value that belongs to the interval.
    pub p: Option<f64>,
    /// The same after Holm's correction over all p-values of the scoreboard.
    pub p_holm: Option<f64>,
    /// Effect size over days, blind to the pairing: −1 every day of the subject cheaper than every day of the rival.
    pub cliffs_delta: Option<f64>,
    /// Effect size over paired days: −1 every day cheaper.
    pub rank_biserial: Option<f64>,
    /// For the appendix: p-value of Wilcoxon's signed-rank test over days.
    pub wilcoxon_p: Option<f64>,
    /// The judgement.
    pub verdict: ScoreVerdict,
}

/// A learned controller against a rival's tuned front over all cases that allow it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PooledComparison {
    /// Which cases were pooled.
    pub group: String,
    /// Who is judged.
    pub subject: String,
    /// The rival's family.
    pub rival: String,
    /// Tuned or as it comes.
    pub against: Against,
    /// Geometric mean over cases of the cost ratio, minus 1.
    pub relative_cost: f64,
    /// Interquartile mean over days of all cases of the relative cost by day.
    pub interquartile_mean: Option<f64>,
    /// Stratified-bootstrap interval of the interquartile mean (strata: cases).
    pub interquartile_interval: Option<Interval>,
    /// Interval of `relative_cost`.
    pub interval: Option<Interval>,
    /// p-value that belongs to the interval.
    pub p: Option<f64>,
    /// The same after Holm's correction.
    pub p_holm: Option<f64>,
    /// Distinct days of all cases in it together.
    pub days: u32,
    /// Cases in it.
    pub cases: u32,
    /// Cases left out because the subject's service is looser than anything the rival does.
    pub looser: Vec<String>,
    /// Cases in which the subject serves better than all that the rival does: its cost there is held against the rival's
    /// best served end.
    pub better_served: Vec<String>,
    /// The judgement.
    pub verdict: ScoreVerdict,
}

/// An agent against the demand-quantile controller it starts from, plainly: cost and service side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedByLearning {
    /// Name of the case.
    pub case: String,
    /// The agent.
    pub agent: String,
    /// Cost over that of the start, minus 1.
    pub relative_cost: f64,
    /// Share of bad minutes minus that of the start.
    pub slow_minute_ratio: f64,
    /// Interval of the relative cost, from ten distinct days on.
    pub interval: Option<Interval>,
    /// Smallest and largest relative cost by day.
    pub by_day: Option<(f64, f64)>,
    /// Distinct days.
    pub days: u32,
    /// Training seeds.
    pub training_seeds: u32,
}

impl ScoreCase {
    /// Rows of a family that are of a kind.
    pub fn family<'a>(&'a self, family: &'a str, kind: RowKind) -> impl Iterator<Item = &'a ScoreRow> {
        self.rows.iter().filter(move |row| row.family == family && row.kind == kind)
    }
}
