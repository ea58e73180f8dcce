//! With a kubectl that is a script, and a server that is a thread.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use super::{HEALTHY, healthy};
use crate::sandbox::Sandbox;

/// A program `kubectl` in the sandbox.
fn kubectl(sandbox: &Sandbox, script: &str) -> String {
    sandbox.write("kubectl", format!("#!/bin/sh\n{script}\n"));
    let path = sandbox.path("kubectl");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    path.to_string_lossy().into_owned()
}

fn doctor(sandbox: &Sandbox, more: &[&str]) -> (String, String, Option<i32>) {
    let output = sandbox.run(&[&["doctor"], more].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn what_may_not_be_listed_is_said_and_the_rest_is_examined() {
    let sandbox = Sandbox::new();
    sandbox.write("objects.json", HEALTHY);
    let script = "echo 'Error from server (Forbidden): nodes is forbidden' >&2; cat objects.json; exit 1";
    let program = kubectl(&sandbox, script);
    let (out, err, code) = doctor(&sandbox, &["--kubectl", &program]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(err, "note: Error from server (Forbidden): nodes is forbidden\n");
    assert!(out.contains("the metrics API answers"), "{out}");
}

#[test]
fn errors_in_the_ingress_controllers_log_are_told() {
    let sandbox = Sandbox::new();
    let mut objects = healthy();
    super::add(
        &mut objects,
        serde_json::json!({"kind": "Pod", "metadata": {"namespace": "ingress", "name": "traefik-x",
            "labels": {"app.kubernetes.io/name": "traefik"}}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
    );
    sandbox.write("objects.json", objects.to_string());
    let script = "case $1 in get) cat objects.json ;; logs) echo 'INF started'; echo '2026 ERR service not found' ;; esac";
    let program = kubectl(&sandbox, script);
    let (out, err, code) = doctor(&sandbox, &["--kubectl", &program]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.contains("1 errors among the last lines of its log, the newest: 2026 ERR service not found"),
        "{out}"
    );
    assert!(out.contains("next: kubectl logs -n ingress traefik-x --tail=200"), "{out}");
}

#[test]
fn a_cluster_that_cannot_be_looked_at_is_exit_code_2() {
    let sandbox = Sandbox::new();
    let program = kubectl(&sandbox, "echo 'The connection to the server was refused' >&2; exit 1");
    let (out, err, code) = doctor(&sandbox, &["--kubectl", &program]);
    assert_eq!((out.as_str(), code), ("", Some(2)));
    assert_eq!(err, "error: the cluster cannot be looked at: The connection to the server was refused\n");
    let (_, err, code) = doctor(&sandbox, &["--kubectl", "./no-such-program"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("name another with --kubectl"), "{err}");
}

#[test]
fn the_context_is_passed_on() {
    let sandbox = Sandbox::new();
    sandbox.write("objects.json", HEALTHY);
    let program = kubectl(&sandbox, "echo \"$@\" >> calls; cat objects.json");
    doctor(&sandbox, &["--kubectl", &program, "--context", "mine"]);
    let calls = String::from_utf8(sandbox.read("calls")).expect("text");
    assert!(calls.contains("--all-namespaces --output=json --request-timeout=20s --context mine"), "{calls}");
}

/// Answers one request with a status.
fn answering(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let _ = stream.read(&mut [0; 1024]);
        let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    });
    url
}

#[test]
fn a_request_from_here_tells_what_a_client_meets() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nobody = format!("http://{}/", closed.local_addr().expect("an address"));
    drop(closed);
    let cases = [
        (answering("200 OK"), "ok", "answers 200", 0),
        (answering("404 Not Found"), "problem", "no rule for this host and path", 1),
        (answering("503 Service Unavailable"), "problem", "the ingress answers, nothing behind it does", 1),
        (nobody, "problem", "nothing listens there", 1),
        ("https://127.0.0.1/".to_owned(), "problem", "is not an http:// URL", 1),
    ];
    let sandbox = Sandbox::new();
    sandbox.write("objects.json", HEALTHY);
    for (url, level, expected, code) in cases {
        let (out, _, status) = doctor(&sandbox, &["--objects", "objects.json", "--url", &url]);
        assert!(out.contains(expected), "{url}: {out}");
        assert!(out.lines().any(|line| line.starts_with(level) && line.contains(&url)), "{url}: {out}");
        assert_eq!(status, Some(code), "{out}");
    }
}

#[test]
fn the_role_that_is_shipped_may_list_what_is_looked_at() {
    let role = include_str!("../../../../../deployments/rbac.yaml");
    let kinds = include_str!("../../../src/doctor/objects.rs");
    let start = kinds.find("\"nodes,").expect("the list of kinds");
    let list: String = kinds[start + 1..]
        .chars()
        .take_while(|it| *it != '"')
        .filter(|it| it.is_alphanumeric() || *it == ',')
        .collect();
    assert_eq!(list.split(',').count(), 10);
    for kind in list.split(',') {
        assert!(role.contains(kind), "{kind} is missing in deployments/rbac.yaml");
    }
}
