use std::fmt::Write as _;

use super::summary;
use super::tables::{self, Table};
use crate::result::Scoreboard;

/// The scoreboard as Markdown.
pub fn scoreboard_markdown(board: &Scoreboard) -> String {
    let mut text = format!("# Scoreboard: {}\n\n", board.title);
    list(&mut text, &summary::sentences(board));
    section(&mut text, "All loads together", &tables::pooled(board));
    text.push_str("\n## What these numbers are not\n\n");
    list(&mut text, &board.labels);
    for case in &board.cases {
        let comparisons = tables::comparisons(board, &case.name);
        let heading = format!(
            "{} (scenario {}, {} distinct days, {} noise seeds a day)",
            case.name, case.scenario, case.days, case.noise_seeds
        );
        section(&mut text, &heading, &comparisons);
        if case.perturbation.is_none() {
            text.push('\n');
            table(&mut text, &tables::autoscalers(case));
        }
    }
    section(&mut text, "What learning added", &tables::learning(board));
    section(&mut text, "Tuning budgets", &tables::tuning(board));
    section(&mut text, "Appendix: effect sizes and Wilcoxon", &tables::appendix(board));
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "\n{} p-values in the family of Holm’s correction. {} simulated days.\n",
        board.family_size, board.days_in_all
    );
    text
}

fn list(text: &mut String, sentences: &[String]) {
    for sentence in sentences {
        let _ = writeln!(text, "- {sentence}");
    }
}

fn section(text: &mut String, heading: &str, content: &Table) {
    if content.rows.is_empty() {
        return;
    }
    let _ = write!(text, "\n## {heading}\n\n");
    table(text, content);
}

fn table(text: &mut String, content: &Table) {
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let joined = cells.map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(text, "| {joined} |");
    };
    line(&mut content.head.iter().map(|cell| (*cell).to_owned()));
    line(&mut content.head.iter().map(|_| "---".to_owned()));
    for row in &content.rows {
        line(&mut row.iter().cloned());
    }
}
