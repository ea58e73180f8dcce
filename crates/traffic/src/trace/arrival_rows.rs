use podpilot_core::Span;

use super::error::Problem;
use super::{grid, number};
use crate::LoadSeries;

/// Long enough to hold some requests, short enough to keep what a decision period can see.
const BIN: Span = Span::seconds(10);

/// One arrival a row, with line numbers; `columns` is 1 (`t_seconds`) or 2 (`t_seconds,work`). Arrivals are
/// counted in bins from the first one; a bin that the recording's end cuts short is dropped.
pub(super) fn parse<'a>(
    lines: impl Iterator<Item = (usize, &'a str)>,
    columns: usize,
) -> Result<LoadSeries, Problem> {
    let mut times: Vec<Span> = Vec::new();
    for (line, text) in lines {
        let at = parse_row(text, columns).map_err(|problem| Problem::line(line, problem))?;
        if let Some(previous) = times.last().filter(|previous| at < **previous) {
            let problem =
                format!("t_seconds {at} is out of order after {previous}, must not fall from row to row");
            return Err(Problem::line(line, problem));
        }
        times.push(at);
    }
    count(&times)
}

fn parse_row(text: &str, columns: usize) -> Result<Span, String> {
    let fields: Vec<&str> = text.split(',').collect();
    if fields.len() != columns {
        let header = if columns == 1 { "t_seconds" } else { "t_seconds,work" };
        return Err(format!("{} fields, must be {columns}: {header}", fields.len()));
    }
    if let Some(work) = fields.get(1) {
        number::rate(work, "work")?;
    }
    number::time(fields[0], "t_seconds")
}

fn count(times: &[Span]) -> Result<LoadSeries, Problem> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return Err(Problem::whole("there are no arrivals below the header, must be at least one"));
    };
    let bins = grid::checked_steps((*last - *first) / BIN, BIN)?;
    if bins == 0 {
        let problem = format!("the arrivals span {}, must span at least {BIN}", *last - *first);
        return Err(Problem::whole(problem));
    }
    let mut counts = vec![0.0; bins];
    for at in times {
        if let Some(count) = counts.get_mut(((*at - *first) / BIN) as usize) {
            *count += 1.0;
        }
    }
    let rates = counts.iter().map(|count| count / BIN.as_seconds()).collect();
    Ok(LoadSeries::recorded_from(*first, BIN, rates)?)
}
