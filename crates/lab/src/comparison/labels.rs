//! What the numbers must not be taken for.

use crate::result::{DAYS_FOR_AN_INTERVAL, RowKind, ScoreVerdict, Scoreboard, Standing};

/// Sentences, derived from the numbers.
pub(super) fn of(board: &Scoreboard) -> Vec<String> {
    let mut labels = vec![
        "Everything here is simulated: offered load through a model of the service, not a cluster."
            .to_owned(),
    ];
    labels.extend(beaten_bound(board));
    labels.extend(looser(board));
    labels.extend(few_days(board));
    labels.extend(untuned(board));
    labels.extend(seeds(board));
    if board.comparisons.iter().any(|one| one.standing == Standing::BetterServed) {
        labels.push(
            "Where a subject serves better than every configuration of a rival, it is compared with the rival’s best \
             served one: the saving is then larger than shown."
                .to_owned(),
        );
    }
    labels
}

/// A row below the lower bound would mean that the bound or the simulation is wrong.
fn beaten_bound(board: &Scoreboard) -> Option<String> {
    let rows = board.cases.iter().flat_map(|case| case.rows.iter().map(move |row| (case, row)));
    let beaten: Vec<String> = rows
        .filter(|(_, row)| {
            row.least_cost_per_day.is_some_and(|least| row.cost_per_day < least * (1.0 - 1e-9))
        })
        .map(|(case, row)| format!("{} on {}", row.name, case.name))
        .collect();
    (!beaten.is_empty()).then(|| {
        format!("The lower bound is beaten by {}: it or the simulation is wrong.", beaten.join(", "))
    })
}

fn looser(board: &Scoreboard) -> Option<String> {
    let count = board.comparisons.iter().filter(|one| one.verdict == ScoreVerdict::LooserService).count();
    (count > 0).then(|| {
        format!(
            "In {count} of {} comparisons the subject costs less but serves worse than any configuration of the rival: these \
             are marked “looser service” and count as no saving.",
            board.comparisons.len()
        )
    })
}

fn few_days(board: &Scoreboard) -> Option<String> {
    let few =
        board.cases.iter().filter(|case| case.perturbation.is_none() && case.days < DAYS_FOR_AN_INTERVAL);
    let named: Vec<String> = few.map(|case| format!("{} ({})", case.name, case.days)).collect();
    (!named.is_empty()).then(|| {
        format!(
            "Fewer than {DAYS_FOR_AN_INTERVAL} distinct days: {}. No interval is claimed there, the range by day is shown; \
             “better” and “worse” then mean that all days agree.",
            named.join(", ")
        )
    })
}

fn untuned(board: &Scoreboard) -> Option<String> {
    let named = board
        .cases
        .iter()
        .filter(|case| case.perturbation.is_none())
        .filter(|case| case.rows.iter().all(|row| row.kind != RowKind::Tuned));
    let named: Vec<&str> = named.map(|case| case.name.as_str()).collect();
    (!named.is_empty()).then(|| {
        format!(
            "No rival was tuned on {}: only defaults are compared there, which flatters the subject.",
            named.join(", ")
        )
    })
}

fn seeds(board: &Scoreboard) -> Option<String> {
    let agents = board.added_by_learning.iter();
    let fewest = agents.map(|one| one.training_seeds).min()?;
    let text = if fewest == 1 {
        "Agents were trained with one seed: another could give other numbers.".to_owned()
    } else {
        format!("Agents were trained with {fewest} seeds or more, which the intervals resample.")
    };
    Some(text)
}
