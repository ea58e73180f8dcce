use std::fmt::Write as _;

use super::summary::verdict;
use crate::result::{Against, Scoreboard, Standing};

/// Every comparison as a line of numbers.
pub fn scoreboard_csv(board: &Scoreboard) -> String {
    let mut text =
        "case,subject,rival,against,standing,bad_minutes,relative_cost,low,high,relative_cost_slow_requests,\
                    days,training_seeds,p,p_holm,rank_biserial,cliffs_delta,wilcoxon_p,verdict\n"
            .to_owned();
    let cell = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for one in &board.comparisons {
        let against = match one.against {
            Against::Tuned => "tuned",
            Against::Default => "default",
        };
        let standing = match one.standing {
            Standing::Equal => "equal",
            Standing::BetterServed => "better_served",
            Standing::Looser => "looser",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{against},{standing},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            quoted(&one.case),
            quoted(&one.subject),
            quoted(&one.rival),
            one.slow_minute_ratio,
            cell(one.relative_cost),
            cell(one.interval.map(|interval| interval.low)),
            cell(one.interval.map(|interval| interval.high)),
            cell(one.relative_cost_at_equal_slow_requests),
            one.days,
            one.training_seeds,
            cell(one.p),
            cell(one.p_holm),
            cell(one.rank_biserial),
            cell(one.cliffs_delta),
            cell(one.wilcoxon_p),
            verdict(one.verdict)
        );
    }
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
