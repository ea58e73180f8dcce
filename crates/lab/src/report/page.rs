use super::{
    comparisons, decisions, front_plot, headline,
    html::{Html, escape, escape_sentence},
    provenance, table, timeline_plot, training_plot,
};
use crate::result::{EvaluationResult, SimulationResult, Timeline};

/// The style sheet of all reports: colours of both schemes, and the looks of the plots' classes.
pub const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("readout.js");

/// The page for an evaluation.
pub fn evaluation_report(result: &EvaluationResult) -> String {
    let mut page = Page::new(
        &format!("podpilot evaluation · {}", result.scenario),
        &headline::of_evaluation(result),
        headline::caution(result).as_deref(),
    );
    if !result.autoscalers.is_empty() {
        page.section(
            "Cost against service",
            "Each point is one autoscaler over the same load and arrivals. Lower and further left is better. The line joins HPA’s targets.",
            &scrolling(&front_plot::draw(&result.autoscalers, &result.objective)),
        );
    }
    if !result.against_hpa.is_empty() {
        page.section(
            "Against HPA at equal service",
            "HPA’s front is read between its targets at exactly the judged row’s own service: once by bad minutes, which decides, and once by slow requests, which must agree. Beside it stands the cheapest target tried with no more bad minutes.",
            &comparisons::table(result),
        );
    }
    page.timeline(result.timeline.as_ref(), |timeline| {
        timeline_plot::draw(timeline, &result.objective.latency)
    });
    page.section(
        "All autoscalers",
        &table::note(&result.autoscalers),
        &table::autoscalers(&result.autoscalers, &result.objective),
    );
    if let Some(training) = result.training.as_ref().filter(|training| !training.curve.is_empty()) {
        let admission = training
            .admission
            .map_or_else(String::new, |admission| format!(" {}.", admission.sentence(&training.agent)));
        let lead = format!(
            "{} over environment steps; the strong line is the mean of the latest tenth.{admission}",
            training.agent
        );
        page.section("Training", &lead, &scrolling(&training_plot::draw(training)));
    }
    let evaluation = Some((result.episodes, result.episode_hours, result.distinct_days));
    page.section(
        "Where this comes from",
        "",
        &provenance::facts(
            &result.scenario,
            &result.objective,
            &result.provenance,
            &result.autoscalers,
            evaluation,
            result.training.as_ref(),
        ),
    );
    page.finish()
}

/// The page for a simulation.
pub fn simulation_report(result: &SimulationResult) -> String {
    let mut page = Page::new(
        &format!("podpilot simulation · {}", result.scenario),
        &headline::of_simulation(result),
        None,
    );
    page.timeline(Some(&result.timeline), |timeline| {
        timeline_plot::draw(timeline, &result.objective.latency)
    });
    page.section(
        "Cost and service",
        &table::note(&result.autoscalers),
        &table::autoscalers(&result.autoscalers, &result.objective),
    );
    page.section("Why each scaling happened", "", &decisions::log(result));
    page.section(
        "Where this comes from",
        "",
        &provenance::facts(
            &result.scenario,
            &result.objective,
            &result.provenance,
            &result.autoscalers,
            None,
            None,
        ),
    );
    page.finish()
}

/// A plot that scrolls within its section where the screen is narrow.
pub(super) fn scrolling(plot: &str) -> String {
    format!(r#"<div class="scroll">{plot}</div>"#)
}

/// A report under construction.
pub(super) struct Page {
    html: Html,
}

impl Page {
    pub(super) fn new(title: &str, headline: &headline::Headline, caution: Option<&str>) -> Self {
        let mut html = Html::default();
        html.add(format_args!(
            r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>{0}</title><style>{STYLE}</style></head><body><main><header><p class="kicker">{0}</p><h1>{1}</h1><ul class="support">"#,
            escape(title),
            escape_sentence(&headline.claim)
        ));
        for sentence in headline.support.iter().filter(|sentence| Some(sentence.as_str()) != caution) {
            html.add(format_args!("<li>{}</li>", escape_sentence(sentence)));
        }
        html.raw("</ul>");
        if let Some(caution) = caution {
            html.add(format_args!(r#"<p class="caution">{}</p>"#, escape_sentence(caution)));
        }
        html.raw("</header>");
        Self { html }
    }

    pub(super) fn section(&mut self, heading: &str, lead: &str, content: &str) {
        let lead =
            if lead.is_empty() { String::new() } else { format!(r#"<p class="intro">{}</p>"#, escape(lead)) };
        self.html.add(format_args!("<section><h2>{}</h2>{lead}{content}</section>", escape(heading)));
    }

    pub(super) fn timeline(&mut self, timeline: Option<&Timeline>, draw: impl FnOnce(&Timeline) -> String) {
        let Some(timeline) = timeline.filter(|timeline| !timeline.load_rps.is_empty()) else {
            return;
        };
        let lead = "Move over the plot, or use the arrow keys, to read it; the boxes switch autoscalers off. The rows at the bottom mark bad minutes.";
        self.section(&format!("Timeline: {}", timeline.label), lead, &draw(timeline));
    }

    pub(super) fn finish(mut self) -> String {
        self.html.add(format_args!("</main><script>{SCRIPT}</script></body></html>\n"));
        self.html.finish()
    }
}
