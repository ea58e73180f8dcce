//! Evaluation on the test part: every autoscaler meets the same days and the same noise.

mod contender;
mod day_bootstrap;
mod episodes;
mod rival_contender;
mod score;
mod tournament;
mod track;
mod workers;

pub(crate) use contender::{Contender, refuse_equal_names, service_facts};
pub(crate) use episodes::{EPISODE_LENGTH, Episode, distinct_days, plan_episodes};
pub(crate) use score::Score;
pub(crate) use tournament::Ground;
pub(crate) use track::{Stretch, TIMELINE_STEP, Track};
pub(crate) use workers::on_every_core;

use std::sync::Arc;

use podpilot_random::Seed;
use podpilot_traffic::LoadSeries;

use crate::LabError;
use crate::request::Observer;
use crate::result::{
    AutoscalerResult, Comparison, EvaluationResult, EvaluationSchema, PolicyProvenance, Role, Timeline,
    TrainingRecord, cheapest_no_looser,
};
use crate::workbench::Workbench;

/// Default target of the Kubernetes HPA, always shown.
const DEFAULT_HPA_PERCENT: u32 = 80;

/// What an evaluation needs besides the workbench.
#[derive(Debug)]
pub(crate) struct EvaluationPlan {
    pub(crate) contenders: Vec<Contender>,
    pub(crate) episodes: u32,
    pub(crate) seed: u64,
    pub(crate) policies: Vec<PolicyProvenance>,
    pub(crate) training: Option<TrainingRecord>,
}

/// Runs the plan on the test part and compares.
pub(crate) fn evaluate(
    plan: EvaluationPlan,
    bench: &Workbench,
    observer: &mut dyn Observer,
) -> Result<EvaluationResult, LabError> {
    let seed = Seed(plan.seed).named("evaluation");
    let episodes = plan_episodes(&bench.test, bench.train.duration(), plan.episodes, seed);
    let rows = tournament::play(&plan.contenders, &episodes, bench, observer)?;
    let timeline = timeline(&plan.contenders, &rows, &episodes, bench)?;
    let intervals =
        |own: &AutoscalerResult, other: &AutoscalerResult| day_bootstrap::day_intervals(own, other, seed);
    let learned = |row: &&AutoscalerResult| !row.is_hpa_front();
    let against_hpa = rows
        .iter()
        .filter(learned)
        .map(|row| {
            let at_equal_service = day_bootstrap::equal_service_interval(row, &rows, seed);
            Comparison::against_hpa(row, &rows, at_equal_service, intervals)
        })
        .collect();
    let by_role = |role: Role| rows.iter().find(|row| row.role == role);
    let against_clone = by_role(Role::Agent)
        .filter(|_| by_role(Role::Clone).is_some())
        .map(|agent| Comparison::against(agent, by_role(Role::Clone), intervals));
    Ok(EvaluationResult {
        schema: EvaluationSchema,
        scenario: bench.scenario().name.clone(),
        episodes: plan.episodes,
        episode_hours: episodes.first().map_or(0.0, |episode| episode.length.as_seconds() / 3_600.0),
        distinct_days: distinct_days(&episodes),
        objective: bench.scenario().objective,
        against_hpa,
        against_clone,
        provenance: bench.provenance(plan.seed, plan.policies)?,
        training: plan.training,
        timeline: Some(timeline),
        autoscalers: rows,
    })
}

/// The day with the highest mean load among the episodes, for the agent, the base policy, HPA's default and the HPA it is compared with.
fn timeline(
    contenders: &[Contender],
    rows: &[AutoscalerResult],
    episodes: &[Episode],
    bench: &Workbench,
) -> Result<Timeline, LabError> {
    let shown = shown_rows(rows);
    let day =
        busiest(episodes, &bench.whole).ok_or_else(|| LabError::BadInput("no episode to show".to_owned()))?;
    let stretch =
        Stretch { load: Arc::clone(&bench.whole), start: day.start, length: day.length, seed: day.seed };
    let mut timeline = Timeline {
        label: format!("distinct day {} of the test part, the busiest", day.day + 1),
        step_s: TIMELINE_STEP.as_seconds(),
        load_rps: Vec::new(),
        tracks: Vec::new(),
    };
    for contender in contenders.iter().filter(|contender| shown.contains(&contender.name.as_str())) {
        let track = Track::record(contender, &bench.prepared, &stretch, false)?;
        timeline.load_rps = track.load_rps;
        timeline.tracks.push(track.timeline);
    }
    Ok(timeline)
}

/// The episode with the highest mean load; of equal ones the first.
pub(crate) fn busiest(episodes: &[Episode], whole: &LoadSeries) -> Option<Episode> {
    let mean_rps = |episode: &Episode| {
        whole.slice(episode.start, episode.start + episode.length).map_or(0.0, |load| load.mean())
    };
    let loads = episodes.iter().map(|episode| (mean_rps(episode), *episode));
    loads.reduce(|most, next| if next.0 > most.0 { next } else { most }).map(|(_, episode)| episode)
}

fn shown_rows(rows: &[AutoscalerResult]) -> Vec<&str> {
    let mut shown: Vec<&str> = rows
        .iter()
        .filter(|row| {
            matches!(row.role, Role::Agent | Role::Quantile | Role::Other)
                || row.role == Role::Hpa { target_percent: DEFAULT_HPA_PERCENT }
        })
        .map(|row| row.name.as_str())
        .collect();
    let rival =
        rows.iter().find(|row| row.role == Role::Agent).and_then(|agent| cheapest_no_looser(agent, rows));
    shown.extend(
        rival
            .map(|row| row.name.as_str())
            .filter(|name| !shown.contains(name))
            .into_iter()
            .collect::<Vec<_>>(),
    );
    shown
}

#[cfg(test)]
mod tests {
    use podpilot_core::Span;

    use super::*;

    #[test]
    fn the_busiest_day_is_the_first_of_those_with_the_highest_mean() {
        let rates = [1.0, 9.0, 6.0, 6.0, 2.0, 10.0];
        let whole = LoadSeries::new(Span::minutes(60), rates.to_vec()).unwrap();
        let episode = |day: u32, hour: i64| Episode {
            start: Span::minutes(60 * hour),
            length: Span::minutes(120),
            day,
            seed: Seed(1),
        };
        let episodes = [episode(0, 0), episode(1, 2), episode(2, 4)];
        assert_eq!(busiest(&episodes, &whole), Some(episodes[1]), "6, not the peak of 10 within a mean of 6");
        assert_eq!(busiest(&[], &whole), None);
    }
}
