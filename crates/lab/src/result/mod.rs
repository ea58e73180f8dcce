//! What `result.json` holds: the numbers of an evaluation or a simulation, their comparisons, and the material of
//! the report. Plain data; every ratio lies in 0-1 and every field name says its unit.

mod autoscaler;
mod comparison;
mod equal_service;
mod evaluation;
mod front;
mod judgement;
mod provenance;
mod schema;
mod scoreboard;
mod simulation;
mod timeline;
mod training;

pub use autoscaler::{AutoscalerResult, DayResult, LatencyMs, Role, price_per_pod_hour};
pub use comparison::{Comparison, CostRange, Difference, DifferenceIntervals, Interval, cheapest_no_looser};
pub(crate) use equal_service::DayLedger;
pub use equal_service::EqualServiceSpread;
pub use evaluation::EvaluationResult;
pub(crate) use front::{FrontPlace, FrontPoint, FrontReading, read_front};
pub use front::{efficient_front, front_cost_per_day, front_cost_per_day_at_slow_requests};
pub use judgement::Verdict;
pub use provenance::{LoadSource, PolicyProvenance, Provenance};
pub use schema::{EvaluationSchema, ScoreboardSchema, SimulationSchema, TunedSchema};
pub use scoreboard::{
    AddedByLearning, Against, PooledComparison, RowKind, ScoreCase, ScoreComparison, ScoreRow, ScoreVerdict,
    Scoreboard, Standing, TuningRecord,
};
pub use simulation::{ScalingEvent, SimulationResult};
pub use timeline::{Timeline, TimelineTrack};
pub use training::{Admission, TrainingPoint, TrainingRecord};

/// Distinct days below which no interval is claimed: resampling so few days says little.
pub const DAYS_FOR_AN_INTERVAL: u32 = 10;
