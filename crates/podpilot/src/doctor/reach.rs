use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::finding::Finding;

const CHECK: &str = "network";
const PATIENCE: Duration = Duration::from_secs(10);

/// One request from here to an http:// URL: what a client outside the cluster meets.
pub(crate) fn reach(url: &str) -> Finding {
    let Some((authority, path)) = parts(url) else {
        let message = "is not an http:// URL, such as http://10.0.0.5/";
        return Finding::problem(CHECK, url, message, "podpilot doctor --url http://ADDRESS/");
    };
    match status(&authority, &path) {
        Ok(code) => judged(url, code),
        Err(error) => {
            let message = format!("no answer: {error}");
            Finding::problem(CHECK, url, message, unreachable(error.kind()))
        }
    }
}

fn judged(url: &str, code: u16) -> Finding {
    let next = match code {
        200..=399 => return Finding::ok(CHECK, url, format!("answers {code}")),
        404 => "kubectl get ingress -A   (no rule for this host and path; try: curl -H 'Host: THE-HOST' URL)",
        502..=504 => "kubectl get endpointslices -A   (the ingress answers, nothing behind it does)",
        _ => "kubectl logs -n ingress -l app.kubernetes.io/name=traefik --tail=50",
    };
    Finding::problem(CHECK, url, format!("answers {code}"), next)
}

fn unreachable(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::ConnectionRefused => {
            "kubectl get pods -n ingress -o wide   (nothing listens there: the controller is not on this address or port)"
        }
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            "kubectl get nodes -o wide   (packets get lost: a firewall, or an address that has changed; a Multipass machine's does)"
        }
        _ => "kubectl get nodes -o wide   (is the address that of a node?)",
    }
}

/// Host with port, and path.
fn parts(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.is_empty() {
        return None;
    }
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let authority = if has_port { authority.to_owned() } else { format!("{authority}:80") };
    Some((authority, format!("/{path}")))
}

fn status(authority: &str, path: &str) -> io::Result<u16> {
    let address = authority
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // In one piece: a server that answers after the first would reset what comes later.
    let request = format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut head = [0; 12]; // "HTTP/1.1 200"
    stream.read_exact(&mut head)?;
    let code = std::str::from_utf8(&head).ok().and_then(|head| head.get(9..12)?.parse().ok());
    code.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "what answers there does not speak HTTP"))
}
