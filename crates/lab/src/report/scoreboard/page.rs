use super::super::html::{Html, escape, escape_sentence};
use super::super::page::{Page, scrolling};
use super::super::{headline::Headline, provenance, timeline_plot};
use super::tables::{self, Table};
use super::{fronts_plot, summary};
use crate::result::{ScoreCase, Scoreboard};

/// The page for a scoreboard.
pub fn scoreboard_report(board: &Scoreboard) -> String {
    let top = summary::headline(board);
    let sentences = summary::sentences(board).into_iter().filter(|sentence| *sentence != top).collect();
    let headline = Headline { claim: top, support: sentences };
    let mut page = Page::new(&format!("podpilot scoreboard · {}", board.title), &headline, None);
    page.section(
        "All loads together",
        "Geometric mean over loads of the cost ratio at no looser service. Intervals resample days within each load; p-values are corrected by Holm over all tests of this page.",
        &html(&tables::pooled(board)),
    );
    page.section("What these numbers are not", "", &list(&board.labels));
    for case in board.cases.iter().filter(|case| case.perturbation.is_none()) {
        of_case(&mut page, board, case);
    }
    perturbed(&mut page, board);
    let sections = [
        (
            "What learning added",
            "Each agent against the demand-quantile controller it starts from.",
            tables::learning(board),
        ),
        ("Tuning budgets", "Rivals were searched on the train part only.", tables::tuning(board)),
        (
            "Appendix: effect sizes and Wilcoxon",
            "Days are the pairs. −1: cheaper on every day. Wilcoxon’s test takes days as independent and says nothing of how much.",
            tables::appendix(board),
        ),
    ];
    for (heading, lead, table) in sections.into_iter().filter(|(.., table)| !table.rows.is_empty()) {
        page.section(heading, lead, &html(&table));
    }
    let facts = format!(
        "{} p-values in the family of Holm’s correction. {} simulated days in all.",
        board.family_size, board.days_in_all
    );
    page.section("Where this comes from", &facts, &origins(board));
    page.finish()
}

fn of_case(page: &mut Page, board: &Scoreboard, case: &ScoreCase) {
    let lead = format!(
        "Scenario {}, {} distinct days of the test part, {} noise seed(s) a day. Lower and further left is better; lines are the rivals’ fronts, tuned on the train part.",
        case.scenario, case.days, case.noise_seeds
    );
    let content = format!(
        "{}{}{}",
        scrolling(&fronts_plot::draw(case)),
        html(&tables::comparisons(board, &case.name)),
        html(&tables::autoscalers(case))
    );
    page.section(&case.name, &lead, &content);
    page.timeline(case.timeline.as_ref(), |timeline| timeline_plot::draw(timeline, &case.objective.latency));
}

fn perturbed(page: &mut Page, board: &Scoreboard) {
    let cases: Vec<_> = board.cases.iter().filter(|case| case.perturbation.is_some()).collect();
    if cases.is_empty() {
        return;
    }
    let mut content = String::new();
    for case in cases {
        let heading = format!("<h3>{}</h3>", escape(&case.name));
        content.push_str(&heading);
        content.push_str(&html(&tables::comparisons(board, &case.name)));
    }
    page.section(
        "Perturbed",
        "The registered perturbations, met by everyone as they were trained and tuned. They describe and are no part of the tests.",
        &content,
    );
}

fn origins(board: &Scoreboard) -> String {
    let mut html = Html::default();
    for case in board.cases.iter().filter(|case| case.perturbation.is_none()) {
        html.add(format_args!("<h3>{}</h3>", escape(&case.name)));
        let evaluation = Some((case.days * case.noise_seeds, 24.0, case.days));
        html.raw(&provenance::facts(
            &case.scenario,
            &case.objective,
            &case.provenance,
            &[],
            evaluation,
            None,
        ));
    }
    html.finish()
}

fn list(sentences: &[String]) -> String {
    let items = sentences.iter().map(|sentence| format!("<li>{}</li>", escape_sentence(sentence)));
    format!("<ul>{}</ul>", items.collect::<String>())
}

fn html(table: &Table) -> String {
    let mut html = Html::default();
    html.raw(r#"<div class="scroll"><table class="autoscalers"><thead><tr>"#);
    for cell in &table.head {
        html.add(format_args!("<th>{}</th>", escape(cell)));
    }
    html.raw("</tr></thead><tbody>");
    for row in &table.rows {
        html.raw("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let class = match cell.as_str() {
                "better" => " class=\"kept\"",
                "worse" | "looser service" => " class=\"missed\"",
                _ => "",
            };
            let tag = if index == 0 { "th" } else { "td" };
            html.add(format_args!("<{tag}{class}>{}</{tag}>", escape(cell)));
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div>");
    html.finish()
}
