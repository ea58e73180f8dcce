//! Tables of a scoreboard as text cells, for the terminal, Markdown and HTML alike.

use super::summary::{range, rival_service, verdict};
use crate::number::{amount, percent, signed_percent, signed_points};
use crate::result::{Against, RowKind, ScoreCase, ScoreComparison, Scoreboard};

/// A table: a heading row, then rows of as many cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Column headings.
    pub head: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Which comparisons a table shows.
fn rows<'a>(
    board: &'a Scoreboard,
    wanted: impl Fn(&ScoreComparison) -> bool + 'a,
) -> impl Iterator<Item = &'a ScoreComparison> {
    board.comparisons.iter().filter(move |one| wanted(one))
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), signed_percent)
}

fn p(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value < 0.001 => "<0.001".to_owned(),
        Some(value) => format!("{value:.3}"),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:+.2}"))
}

fn against(one: Against, rival: &str) -> String {
    match one {
        Against::Tuned => format!("{rival}, tuned"),
        Against::Default => format!("{rival}, as it comes"),
    }
}

/// The headline table: all loads together.
pub fn pooled(board: &Scoreboard) -> Table {
    let rows = board.pooled.iter().map(|one| {
        let range = one.interval.map_or_else(
            || "–".to_owned(),
            |interval| format!("{} to {}", signed_percent(interval.low), signed_percent(interval.high)),
        );
        vec![
            one.group.clone(),
            one.subject.clone(),
            against(one.against, &one.rival),
            signed_percent(one.relative_cost),
            range,
            p(one.p_holm),
            optional(one.interquartile_mean),
            one.cases.to_string(),
            one.looser.len().to_string(),
            one.days.to_string(),
            if one.p.is_some() { verdict(one.verdict).to_owned() } else { "not tested".to_owned() },
        ]
    });
    Table {
        head: vec![
            "loads of",
            "who",
            "against",
            "cost at no looser service",
            "95 %",
            "p (Holm)",
            "IQM by day",
            "loads",
            "left out: looser",
            "days",
            "verdict",
        ],
        rows: rows.collect(),
    }
}

/// Comparisons of one case.
pub fn comparisons(board: &Scoreboard, case: &str) -> Table {
    let rows = rows(board, |one| one.case == case).map(|one| {
        vec![
            one.subject.clone(),
            against(one.against, &one.rival),
            percent(one.slow_minute_ratio),
            rival_service(one),
            optional(one.relative_cost),
            range(one),
            optional(one.relative_cost_at_equal_slow_requests),
            p(one.p_holm),
            verdict(one.verdict).to_owned(),
        ]
    });
    Table {
        head: vec![
            "who",
            "against",
            "bad minutes",
            "rival’s bad minutes",
            "cost at no looser service",
            "range",
            "at equal slow requests",
            "p (Holm)",
            "verdict",
        ],
        rows: rows.collect(),
    }
}

/// Everyone on one case. Of a tuned front its ends and the point nearest the objective are shown.
pub fn autoscalers(case: &ScoreCase) -> Table {
    let shown = case.rows.iter().filter(|row| row.kind != RowKind::Tuned || is_shown(case, &row.name));
    let rows = shown.map(|row| {
        vec![
            row.name.clone(),
            amount(row.cost_per_day),
            row.least_cost_per_day.map_or_else(|| "–".to_owned(), amount),
            percent(row.slow_minute_ratio),
            percent(row.slow_request_ratio),
            percent(row.failed_request_ratio),
            percent(row.cpu_over_minute_ratio),
            percent(row.memory_over_minute_ratio),
            amount(row.pod_hours_per_day),
            amount(row.node_hours_per_day),
            amount(row.pods_started_per_hour),
        ]
    });
    Table {
        head: vec![
            "autoscaler",
            "cost a day",
            "lower bound at its bad minutes",
            "bad minutes",
            "slow requests",
            "failed",
            "CPU over",
            "memory over",
            "pod-hours a day",
            "node-hours a day",
            "pods started an hour",
        ],
        rows: rows.collect(),
    }
}

fn is_shown(case: &ScoreCase, name: &str) -> bool {
    let Some(row) = case.rows.iter().find(|row| row.name == name) else {
        return false;
    };
    let front: Vec<_> = case.family(&row.family, RowKind::Tuned).collect();
    let wanted = case.objective.bad_minutes;
    let nearest = front.iter().filter(|other| other.slow_minute_ratio <= wanted);
    let nearest = nearest.min_by(|a, b| a.cost_per_day.total_cmp(&b.cost_per_day));
    let ends = [front.first(), front.last()];
    nearest.into_iter().chain(ends.into_iter().flatten()).any(|other| other.name == name)
}

/// Effect sizes and Wilcoxon's test, unperturbed cases.
pub fn appendix(board: &Scoreboard) -> Table {
    let rows = rows(board, |one| {
        one.relative_cost.is_some()
            && board.cases.iter().any(|case| case.name == one.case && case.perturbation.is_none())
    });
    let rows = rows.map(|one| {
        vec![
            one.case.clone(),
            one.subject.clone(),
            against(one.against, &one.rival),
            one.days.to_string(),
            number(one.rank_biserial),
            number(one.cliffs_delta),
            p(one.wilcoxon_p),
            p(one.p),
        ]
    });
    Table {
        head: vec![
            "load",
            "who",
            "against",
            "days",
            "rank-biserial, paired",
            "Cliff’s delta",
            "p (Wilcoxon)",
            "p (bootstrap), uncorrected",
        ],
        rows: rows.collect(),
    }
}

/// What learning added, by case.
pub fn learning(board: &Scoreboard) -> Table {
    let rows = board.added_by_learning.iter().map(|one| {
        let range = match (one.interval, one.by_day) {
            (Some(interval), _) => {
                format!("{} to {}, 95 %", signed_percent(interval.low), signed_percent(interval.high))
            }
            (None, Some((low, high))) => {
                format!("by day {} to {}", signed_percent(low), signed_percent(high))
            }
            (None, None) => "–".to_owned(),
        };
        vec![
            one.case.clone(),
            one.agent.clone(),
            signed_percent(one.relative_cost),
            range,
            signed_points(one.slow_minute_ratio),
            one.days.to_string(),
            one.training_seeds.to_string(),
        ]
    });
    Table {
        head: vec!["load", "agent", "cost", "range", "bad minutes", "days", "training seeds"],
        rows: rows.collect(),
    }
}

/// What tuning cost.
pub fn tuning(board: &Scoreboard) -> Table {
    let rows = board.cases.iter().filter(|case| case.perturbation.is_none()).flat_map(|case| {
        case.tuning.iter().map(|one| {
            vec![
                case.name.clone(),
                one.family.clone(),
                one.configurations.to_string(),
                one.simulated_days.to_string(),
                one.points.to_string(),
            ]
        })
    });
    Table {
        head: vec!["load", "rival", "configurations tried", "days simulated", "points of the front"],
        rows: rows.collect(),
    }
}
