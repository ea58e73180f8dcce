//! Metrics can be scraped while requests are sent.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use podpilot_load::{Live, MinuteRow, Options, Plan, PreparedRun, RunError, SecondRow, Watcher};
use podpilot_traffic::Arrivals;

use crate::server::{AT_ONCE, Server};

/// Scrapes when the first second is over.
struct Scraper {
    address: SocketAddr,
    pages: Vec<String>,
}

impl Watcher for Scraper {
    fn second(&mut self, _row: &SecondRow, _live: &Live) {
        for path in ["/metrics", "/"] {
            let mut stream = TcpStream::connect(self.address).unwrap();
            write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            let mut page = String::new();
            stream.read_to_string(&mut page).unwrap();
            self.pages.push(page);
        }
    }

    fn minute(&mut self, _row: &MinuteRow) {}

    fn should_stop(&self) -> bool {
        false
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn the_page_has_the_metrics() {
    let server = Server::start(|_, _| AT_ONCE);
    let plan = Plan::steady(40.0, 2.0, Arrivals::Smooth, 1).unwrap();
    let (target, options, address) = (server.target(), Options::default(), free_address());
    let mut scraper = Scraper { address, pages: Vec::new() };
    let result =
        PreparedRun::new(&plan, &target, &options, Some(address)).unwrap().run(&mut scraper).unwrap();
    assert!(scraper.pages[0].starts_with("HTTP/1.1 200 OK"), "{}", scraper.pages[0]);
    assert!(scraper.pages[0].contains("\npodpilot_load_intended_requests_total "));
    assert!(scraper.pages[1].starts_with("HTTP/1.1 404"), "{}", scraper.pages[1]);
    assert!(
        result.exposition.contains("\npodpilot_load_completed_requests_total 80\n"),
        "{}",
        result.exposition
    );
}

#[test]
fn an_address_in_use_is_refused_before_anything_is_sent() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let plan = Plan::steady(40.0, 1.0, Arrivals::Smooth, 1).unwrap();
    let (target, options) = (crate::server::nobody(), Options::default());
    let error = PreparedRun::new(&plan, &target, &options, Some(taken.local_addr().unwrap())).unwrap_err();
    assert!(matches!(error, RunError::Listen { .. }) && error.is_bad_input(), "{error}");
}
