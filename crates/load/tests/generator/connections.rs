//! A connection for each request, or connections that are used again.

use podpilot_load::{Connections, Options, Plan, Summary, Unwatched, run};
use podpilot_traffic::Arrivals;

use crate::server::{AT_ONCE, Reply, Server};

fn load(server: &Server, connections: Connections) -> Summary {
    let plan = Plan::steady(50.0, 1.0, Arrivals::Smooth, 1).unwrap();
    let options = Options { connections, ..Options::default() };
    run(&plan, &server.target(), &options, &mut Unwatched).unwrap().summary
}

#[test]
fn each_request_opens_its_own() {
    let server = Server::start(|_, _| AT_ONCE);
    assert_eq!(load(&server, Connections::New).completed, 50);
    assert_eq!(server.connections(), 50);
}

#[test]
fn connections_are_used_again() {
    let server = Server::start(|_, _| AT_ONCE);
    assert_eq!(load(&server, Connections::KeepAlive).completed, 50);
    assert!(server.connections() < 50, "{} connections", server.connections());
}

#[test]
fn a_connection_that_the_server_closed_fails_no_request() {
    let server = Server::start(|_, _| Reply::AnswerAndClose);
    let summary = load(&server, Connections::KeepAlive);
    assert_eq!((summary.completed, summary.failed), (50, 0), "{:?}", summary.failures);
    assert!(server.connections() >= 50);
}
