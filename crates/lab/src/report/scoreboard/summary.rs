//! The scoreboard in plain words, written from its numbers alone.

use crate::comparison::ALL_LOADS;
use crate::number::{percent, signed_percent};
use crate::result::{
    Against, DAYS_FOR_AN_INTERVAL, PooledComparison, ScoreComparison, ScoreVerdict, Scoreboard,
};

/// Sentences, most important first: for each learned controller against each tuned rival, then against defaults, then what
/// learning added.
pub fn sentences(board: &Scoreboard) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for against in [Against::Tuned, Against::Default] {
        let pooled = board.pooled.iter().filter(|one| one.against == against);
        said.extend(pooled.map(|one| of_pooled(one, board)));
        said.extend(never_comparable(board, against));
    }
    said.extend(of_learning(board));
    said
}

/// One line for the top of a page.
pub fn headline(board: &Scoreboard) -> String {
    let tuned = board.pooled.iter().filter(|one| one.against == Against::Tuned);
    let first = tuned.clone().find(|one| one.rival == "hpa").or_else(|| board.pooled.first());
    match first {
        Some(one) => of_pooled(one, board),
        None => "Nothing here can be compared at no looser service: no saving is claimed.".to_owned(),
    }
}

fn name(against: Against, rival: &str) -> String {
    match against {
        Against::Tuned => format!("tuned {rival}"),
        Against::Default => format!("{rival} as it comes"),
    }
}

fn of_pooled(one: &PooledComparison, board: &Scoreboard) -> String {
    let rival = name(one.against, &one.rival);
    let cost = signed_percent(one.relative_cost);
    let range = one.interval.map_or_else(String::new, |interval| {
        format!(
            ", {} %: {} to {}",
            (interval.level * 100.0).round(),
            signed_percent(interval.low),
            signed_percent(interval.high)
        )
    });
    let group = if one.group == ALL_LOADS { String::new() } else { format!(" ({})", one.group) };
    let over = format!("{}{group} and {}", counted(one.cases, "load"), counted(one.days, "distinct day"));
    let enough = one.interval.is_some();
    let told = match one.verdict {
        ScoreVerdict::Better => format!(
            "{} is cheaper than {rival} at no looser service: {cost} over {over}{range}.",
            one.subject
        ),
        ScoreVerdict::Worse => {
            format!("{} is dearer than {rival} at no better service: {cost} over {over}{range}.", one.subject)
        }
        ScoreVerdict::BetterServed => format!(
            "{} costs more than {rival}, and serves better than {rival} ever does on {}: {cost} over {over}{range}; neither a \
             saving nor a loss.",
            one.subject,
            one.better_served.join(", ")
        ),
        _ if enough => format!(
            "Between {} and {rival} there is no difference that can be told from noise: {cost} over {over}{range}.",
            one.subject
        ),
        _ => format!("{} against {rival}: {cost} over {over}; too little to test.", one.subject),
    };
    format!("{told}{}{}", split(one, board), left_out(one))
}

/// How the single loads stand, the bad news by name.
fn split(one: &PooledComparison, board: &Scoreboard) -> String {
    let cases: Vec<&ScoreComparison> = board
        .comparisons
        .iter()
        .filter(|other| {
            (&other.subject, &other.rival, other.against) == (&one.subject, &one.rival, one.against)
                && board.cases.iter().any(|case| {
                    case.name == other.case && case.perturbation.is_none() && case.group == one.group
                })
        })
        .collect();
    if cases.len() < 2 {
        return String::new();
    }
    let of = |verdict: ScoreVerdict| cases.iter().filter(move |case| case.verdict == verdict);
    let worse: Vec<String> = of(ScoreVerdict::Worse)
        .map(|case| {
            let cost = case.relative_cost.map_or_else(|| "dearer and looser".to_owned(), signed_percent);
            format!("{} ({cost})", case.case)
        })
        .collect();
    let mut parts = vec![
        format!("better on {}", of(ScoreVerdict::Better).count()),
        format!("no difference on {}", of(ScoreVerdict::NoDifference).count()),
    ];
    let mixed = of(ScoreVerdict::Mixed).count();
    if mixed > 0 {
        parts.push(format!("mixed on {mixed}"));
    }
    let better_served = of(ScoreVerdict::BetterServed).count();
    if better_served > 0 {
        parts.push(format!("dearer but better served on {better_served}"));
    }
    let worse_count = worse.len();
    parts.push(if worse.is_empty() {
        "worse on none".to_owned()
    } else {
        format!("worse on {worse_count}: {}", worse.join(", "))
    });
    format!(" By load: {}.", parts.join(", "))
}

fn left_out(one: &PooledComparison) -> String {
    match one.looser.as_slice() {
        [] => String::new(),
        looser => format!(
            " Left out, because its service is looser there than anything the rival does: {}.",
            looser.join(", ")
        ),
    }
}

/// Subjects and rivals that no load allows to compare.
fn never_comparable(board: &Scoreboard, against: Against) -> Vec<String> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for one in board.comparisons.iter().filter(|one| one.against == against) {
        let key = (one.subject.as_str(), one.rival.as_str());
        let pooled = board
            .pooled
            .iter()
            .any(|other| other.against == against && (other.subject.as_str(), other.rival.as_str()) == key);
        if !pooled && !seen.contains(&key) {
            seen.push(key);
        }
    }
    let told = |(subject, rival): (&str, &str)| {
        let rival = name(against, rival);
        format!("{subject} serves looser than {rival} on every load: whatever it costs, that is no saving.")
    };
    seen.into_iter().map(told).collect()
}

fn of_learning(board: &Scoreboard) -> Vec<String> {
    board
        .added_by_learning
        .iter()
        .map(|one| {
            let cost = signed_percent(one.relative_cost);
            let points = crate::number::signed_points(one.slow_minute_ratio);
            let range = match (one.interval, one.by_day) {
                (Some(interval), _) => format!(
                    " (95 %: {} to {})",
                    signed_percent(interval.low),
                    signed_percent(interval.high)
                ),
                (None, Some((low, high))) => {
                    format!(" (by day {} to {})", signed_percent(low), signed_percent(high))
                }
                (None, None) => String::new(),
            };
            let sure = match (one.interval, one.by_day) {
                (Some(interval), _) => interval.low > 0.0 || interval.high < 0.0,
                (None, Some((low, high))) => low > 0.0 || high < 0.0,
                (None, None) => false,
            };
            let verdict = if sure { "" } else { "; no difference in cost that can be told from noise" };
            format!(
                "On {}, {} against the quantile controller it starts from: cost {cost}{range}, bad minutes {points}, {}{verdict}.",
                one.case,
                one.agent,
                counted(one.training_seeds, "training seed"),
            )
        })
        .collect()
}

fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The range behind a comparison, in words.
pub fn range(one: &ScoreComparison) -> String {
    match (one.interval, one.by_day) {
        (Some(interval), _) => {
            format!("{} to {}, 95 %", signed_percent(interval.low), signed_percent(interval.high))
        }
        (None, Some((low, high))) if one.days < DAYS_FOR_AN_INTERVAL => {
            format!("by day {} to {}", signed_percent(low), signed_percent(high))
        }
        _ => "–".to_owned(),
    }
}

/// The verdict in words.
pub fn verdict(one: ScoreVerdict) -> &'static str {
    match one {
        ScoreVerdict::Better => "better",
        ScoreVerdict::NoDifference => "no difference",
        ScoreVerdict::Worse => "worse",
        ScoreVerdict::Mixed => "mixed",
        ScoreVerdict::LooserService => "looser service",
        ScoreVerdict::BetterServed => "dearer, better served",
    }
}

/// The rival's service in words.
pub fn rival_service(one: &ScoreComparison) -> String {
    let (low, high) = one.rival_slow_minute_ratio;
    if low == high { percent(low) } else { format!("{} to {}", percent(low), percent(high)) }
}
