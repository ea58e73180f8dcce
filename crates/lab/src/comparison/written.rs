//! The scoreboard as files.

use std::fmt::Write as _;

use super::played::Played;
use crate::result::Scoreboard;
use crate::run_directory::RunDirectory;
use crate::{LabError, report};

/// Names of the files, in the order they are written.
const JSON: &str = "scoreboard.json";
const CSV: &str = "scoreboard.csv";
const MARKDOWN: &str = "scoreboard.md";
const HTML: &str = "scoreboard.html";
const CELLS: &str = "cells.csv";

pub(super) fn write(run: &RunDirectory, board: &Scoreboard, played: &[Played]) -> Result<(), LabError> {
    run.write(CELLS, cells(played).as_bytes())?;
    run.write_json(JSON, board)?;
    run.write(CSV, report::scoreboard_csv(board).as_bytes())?;
    run.write(MARKDOWN, report::scoreboard_markdown(board).as_bytes())?;
    run.write(HTML, report::scoreboard_report(board).as_bytes())
}

/// Raw cells, one line each: enough to make every number of the report again.
fn cells(played: &[Played]) -> String {
    let mut text =
        "case,row,day,noise,seed,start_s,hours,cost,pod_hours,node_hours,minutes,bad_minutes,requests,\
                    slow_requests,failed_requests,pods_started,scale_events\n"
            .to_owned();
    for one in played {
        for (row, cells) in one.case.rows.iter().zip(&one.cells) {
            for cell in cells {
                // Writing to a string cannot fail.
                let _ = writeln!(
                    text,
                    "\"{}\",\"{}\",{},{},{},{},{},{:.6},{:.6},{:.6},{},{},{},{:.3},{:.3},{},{}",
                    one.case.name,
                    row.name,
                    cell.day,
                    cell.noise,
                    cell.seed,
                    cell.start_s,
                    cell.hours,
                    cell.cost,
                    cell.pod_hours,
                    cell.node_hours,
                    cell.minutes,
                    cell.bad_minutes,
                    cell.requests,
                    cell.slow_requests,
                    cell.failed_requests,
                    cell.pods_started,
                    cell.scale_events
                );
            }
        }
    }
    text
}
