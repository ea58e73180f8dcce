//! `podpilot load` through the real binary.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use podpilot_load::{MinuteRow, SecondRow, Summary};

use crate::bad_input::refused;
use crate::sandbox::Sandbox;

/// A server on loopback that answers at once; gives its URL.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                head.push(byte[0]);
            }
            // A client that went away is none of the server's business.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        }
    });
    format!("http://{address}/")
}

/// Runs what must send; returns standard output. On a busy machine the generator may call itself saturated.
fn sent(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.run(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    let saturated = output.status.code() == Some(1) && error.contains("the generator was saturated");
    assert!(output.status.success() || saturated, "{error}");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

fn lines<T: serde::de::DeserializeOwned>(sandbox: &Sandbox, name: &str) -> Vec<T> {
    let text = String::from_utf8(sandbox.read(name)).expect("the file is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

#[test]
fn a_run_is_printed_and_written() {
    let sandbox = Sandbox::new();
    let arguments =
        ["--rps", "40", "--duration-s", "2", "--arrivals", "even", "--output", "json", "--out", "run"];
    let printed = sent(&sandbox, &[&["load", &server()], &arguments[..]].concat());
    let summary: Summary = serde_json::from_str(&printed).expect("the schema podpilot/load/v1");
    assert_eq!((summary.schema.as_str(), summary.intended, summary.completed), ("podpilot/load/v1", 80, 80));
    assert_eq!(summary.parameters.load["shape"], "steady");
    let written: Summary = serde_json::from_slice(&sandbox.read("run/summary.json")).expect("a summary");
    assert_eq!(written, summary);
    let seconds: Vec<SecondRow> = lines(&sandbox, "run/series.jsonl");
    assert_eq!(seconds.iter().map(|row| row.completed).sum::<u64>(), 80);
    assert!(seconds.iter().enumerate().all(|(index, row)| row.t_s == index as u64));
    let minutes: Vec<MinuteRow> = lines(&sandbox, "run/minutes.jsonl");
    assert_eq!(minutes.iter().map(|row| row.requests).sum::<u64>(), 80);
    let metrics = String::from_utf8(sandbox.read("run/metrics.prom")).expect("text");
    assert!(metrics.contains("podpilot_load_completed_requests_total 80\n"));
    assert_eq!(sandbox.read("run/load.csv"), b"t_seconds,rps\n0,40\n1,40\n");
    let inspected = sandbox.done(&["inspect", "run/load.csv"]);
    assert!(inspected.contains("40"), "podpilot reads what it wrote: {inspected}");
}

#[test]
fn the_seconds_come_as_csv() {
    let sandbox = Sandbox::new();
    let csv = sent(&sandbox, &["load", &server(), "--rps", "20", "--duration-s", "1", "--output", "csv"]);
    let mut rows = csv.lines();
    let columns = rows.next().expect("a header").split(',').count();
    assert!(
        rows.next().is_some_and(|row| row.starts_with("0,false,20,") && row.split(',').count() == columns)
    );
}

#[test]
fn loads_are_given_as_everywhere() {
    let sandbox = Sandbox::with_load();
    let planned = |arguments: &[&str]| {
        let common = ["load", "http://127.0.0.1:9/", "--dry-run", "--output", "json"];
        let printed = sandbox.done(&[&common, arguments].concat());
        serde_json::from_str::<serde_json::Value>(&printed).expect("JSON")
    };
    let trace = planned(&["--trace", "load.csv", "--speed-up", "600", "--peak-rps", "300"]);
    assert_eq!((trace["duration_s"].as_f64(), trace["peak_rps"].as_f64()), (Some(60.0), Some(300.0)));
    let scenario = planned(&["--scenario", "spike", "--duration-s", "3600", "--scale", "0.01"]);
    assert_eq!(scenario["peak_rps"].as_f64(), Some(100.0));
    let shape =
        "{shape: sum, parts: [{shape: steady, rps: 5}, {shape: step, from_rps: 0, to_rps: 7, at_s: 10}]}";
    let text = planned(&["--load", shape, "--duration-s", "20"]);
    sandbox.write("shape.yaml", shape);
    let file = planned(&["--load", "shape.yaml", "--duration-s", "20"]);
    assert_eq!((text["peak_rps"].as_f64(), &text), (Some(12.0), &file));
}

#[test]
fn bad_input_is_told_before_anything_is_sent() {
    let url = "http://127.0.0.1:9/";
    let run = |arguments: &[&str], told: &[&str]| {
        let common = ["load", url, "--duration-s", "1"];
        refused(&[], &[&common, arguments].concat(), told);
    };
    refused(&[], &["load", "127.0.0.1:9", "--rps", "1", "--duration-s", "1"], &["127.0.0.1:9", "http://"]);
    refused(&[], &["load", "https://127.0.0.1/", "--rps", "1"], &["https://127.0.0.1/", "TLS"]);
    refused(&[], &["load", url, "--rps", "1"], &["--duration-s"]);
    run(&[], &["--rps", "--trace", "--load", "--scenario"]);
    run(&["--load", "{shape: stady, rps: 1}"], &["stady", "steady", "flash_crowd"]);
    run(&["--load", "{shape: steady, rps: -1}"], &["load.rps", "-1"]);
    run(&["--scenario", "nope"], &["nope", "flash-crowd"]);
    run(&["--trace", "none.csv"], &["none.csv"]);
    run(&["--rps", "abc"], &["abc", "--rps"]);
    run(&["--rps", "1", "--timeout-s", "abc"], &["abc", "--timeout-s", "number of seconds"]);
    run(&["--rps", "1", "--arrivals", "odd"], &["odd", "poisson", "even"]);
    run(&["--rps", "1", "--connections", "old"], &["old", "keep-alive"]);
    run(&["--rps", "1", "--header", "gzip"], &["gzip", "Accept-Encoding: gzip"]);
    run(&["--rps", "1", "--warm-up-s", "2"], &["--warm-up-s"]);
    run(&["--rps", "1", "--prometheus-listen", "9090"], &["9090", "127.0.0.1:9464"]);
    run(&["--rps", "1", "--scale", "2", "--peak-rps", "3"], &["--scale", "--peak-rps"]);
    refused(
        &[("file", "")],
        &["load", url, "--rps", "1", "--duration-s", "1", "--out", "file/run"],
        &["file/run"],
    );
}

#[test]
fn a_saturated_generator_fails() {
    let sandbox = Sandbox::new();
    // Nobody answers on this port, for its queue is never looked at.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", silent.local_addr().expect("an address"));
    let load = ["--rps", "40", "--duration-s", "1", "--timeout-s", "1", "--max-in-flight", "2"];
    let output = sandbox.run(&[&["load", &url], &load[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("the generator was saturated; the numbers do not count"), "{told}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("were not sent"));
}

#[test]
fn ctrl_c_writes_the_results_so_far() {
    let sandbox = Sandbox::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_podpilot"))
        .current_dir(sandbox.path("."))
        .args(["load", &server(), "--rps", "40", "--duration-s", "3600", "--out", "run"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    while !fs::metadata(sandbox.path("run/series.jsonl")).is_ok_and(|file| file.len() > 0) {
        assert!(child.try_wait().expect("the child can be asked").is_none(), "it ended before its time");
        thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    let output = child.wait_with_output().expect("the child ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("of 3600 s"), "{told}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("stopped before its end"));
    let summary: Summary = serde_json::from_slice(&sandbox.read("run/summary.json")).expect("a summary");
    assert!(summary.interrupted && summary.completed > 0);
}

/// The same file is replayed by the k6 scripts' own tests.
#[test]
fn a_load_is_exported_for_k6() {
    let sandbox = Sandbox::new();
    sandbox.write("requests.csv", "t_seconds,rps\n0,4\n60,10\n120,10\n180,2\n");
    let arguments =
        ["load", "export-k6", "--trace", "requests.csv", "--peak-rps", "20", "--duration-s", "200"];
    let printed = sandbox.done(&arguments);
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../../load-test/tests/exported.json");
    assert_eq!(printed, fs::read_to_string(golden).expect("the golden file"));
    sandbox.done(&[&arguments[..], &["--out", "trace.json"]].concat());
    assert_eq!(sandbox.read("trace.json"), printed.as_bytes());
}

#[test]
fn an_export_that_cannot_be_is_refused() {
    refused(&[], &["load", "export-k6", "--rps", "5"], &["--duration-s"]);
    let nowhere = ["load", "export-k6", "--rps", "5", "--duration-s", "9", "--out", "no/file"];
    refused(&[], &nowhere, &["--out no/file"]);
    refused(&[], &["load", "--rps", "5"], &["<URL>"]);
}
