use super::{
    html::{Html, escape},
    marks,
};
use crate::{
    number::{amount, clock, thousands},
    result::SimulationResult,
};

/// Rows of the log shown for each autoscaler; `result.json` has them all.
const MOST_ROWS: usize = 400;

/// Why each scaling happened: one folded table for each autoscaler.
pub(super) fn log(result: &SimulationResult) -> String {
    let classes = marks::classes(result.autoscalers.iter().map(|row| row.role));
    let mut html = Html::default();
    for (index, (row, class)) in result.autoscalers.iter().zip(&classes).enumerate() {
        let events: Vec<_> = result.events.iter().filter(|event| event.autoscaler == row.name).collect();
        let open = if index == 0 { " open" } else { "" };
        html.add(format_args!(
            r#"<details{open}><summary><i class="swatch {class}"></i>{}: {} changes</summary><div class="scroll tall"><table class="log"><thead><tr><th>Time</th><th>Load, req/s</th><th>Replicas</th><th>Why</th></tr></thead><tbody>"#,
            escape(&row.name),
            thousands(events.len() as f64)
        ));
        for event in events.iter().take(MOST_ROWS) {
            let direction = if event.to > event.from { "up" } else { "down" };
            html.add(format_args!(
                r#"<tr><td>{}</td><td>{}</td><td class="{direction}">{} → {}</td><td class="word">{}</td></tr>"#,
                clock(event.at_s),
                amount(event.load_rps),
                event.from,
                event.to,
                escape(&event.why)
            ));
        }
        html.raw("</tbody></table></div>");
        if events.len() > MOST_ROWS {
            html.add(format_args!(
                "<p>The first {MOST_ROWS} are shown; <code>result.json</code> has them all.</p>"
            ));
        }
        html.raw("</details>");
    }
    html.finish()
}
