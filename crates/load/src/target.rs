use std::net::{SocketAddr, ToSocketAddrs};

use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Where requests go: a URL that was resolved once, and the headers of every request.
#[derive(Debug, Clone)]
pub struct Target {
    url: String,
    /// Tried in turn for every new connection.
    pub(crate) addresses: Vec<SocketAddr>,
    /// What stands in the request line.
    pub(crate) path: Uri,
    pub(crate) headers: HeaderMap,
}

/// A target that nothing can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not a URL of this kind.
    #[error("the URL is `{url}`, must be like http://127.0.0.1:8080/path: {problem}")]
    Url {
        /// The text given.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// TLS is not spoken.
    #[error(
        "the URL is `{url}`, must begin with http://: TLS is not supported; send to the service inside the ingress"
    )]
    Https {
        /// The text given.
        url: String,
    },
    /// The host has no address.
    #[error("cannot resolve {host}: {problem}")]
    Unresolved {
        /// Host and port.
        host: String,
        /// What the resolver says.
        problem: String,
    },
    /// Not a header.
    #[error("the header is `{header}`, must be like `Accept-Encoding: gzip`")]
    Header {
        /// The text given.
        header: String,
    },
}

impl Target {
    /// Parses the URL and resolves its host. `headers` are lines such as `Accept-Encoding: gzip`; one named `Host`
    /// replaces the URL's.
    pub fn new(url: &str, headers: &[String]) -> Result<Self, TargetError> {
        let wrong = |problem: &str| TargetError::Url { url: url.to_owned(), problem: problem.to_owned() };
        let uri: Uri =
            url.parse().map_err(|error: hyper::http::uri::InvalidUri| wrong(&error.to_string()))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(TargetError::Https { url: url.to_owned() }),
            _ => return Err(wrong("it does not begin with http://")),
        }
        let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("user names and passwords belong in --header 'Authorization: ...'"));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let host =
            HeaderValue::from_str(authority.as_str()).map_err(|_| wrong("its host is not plain text"))?;
        Ok(Self {
            url: url.to_owned(),
            addresses: resolved(authority.host(), authority.port_u16().unwrap_or(80))?,
            path: path.parse().map_err(|_| wrong("its path is not valid"))?,
            headers: parsed_headers(host, headers)?,
        })
    }

    /// The URL as it was given.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers of every request as lines, secrets left out.
    pub fn header_lines(&self) -> Vec<String> {
        let secret = |name: &HeaderName| SECRET.contains(name);
        let shown = |name: &HeaderName, value: &HeaderValue| {
            if secret(name) {
                "(hidden)".into()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            }
        };
        self.headers.iter().map(|(name, value)| format!("{name}: {}", shown(name, value))).collect()
    }
}

const SECRET: [HeaderName; 3] = [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];

fn resolved(host: &str, port: u16) -> Result<Vec<SocketAddr>, TargetError> {
    let unresolved = |problem: String| TargetError::Unresolved { host: format!("{host}:{port}"), problem };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses: Vec<SocketAddr> =
        (bare, port).to_socket_addrs().map_err(|error| unresolved(error.to_string()))?.collect();
    if addresses.is_empty() { Err(unresolved("it has no address".to_owned())) } else { Ok(addresses) }
}

fn parsed_headers(host: HeaderValue, lines: &[String]) -> Result<HeaderMap, TargetError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, host);
    headers.insert(
        header::USER_AGENT,
        HeaderValue::from_static(concat!("podpilot/", env!("CARGO_PKG_VERSION"))),
    );
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    for line in lines {
        let wrong = || TargetError::Header { header: line.clone() };
        let (name, value) = line.split_once(':').ok_or_else(wrong)?;
        let name: HeaderName = name.trim().parse().map_err(|_| wrong())?;
        headers.insert(name, value.trim().parse().map_err(|_| wrong())?);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(url: &str) -> String {
        Target::new(url, &[]).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_http_url_is_refused_with_what_would_be_right() {
        assert!(error("127.0.0.1:8080").contains("must be like http://"), "{}", error("127.0.0.1:8080"));
        assert!(error("ftp://127.0.0.1/").contains("does not begin with http://"));
        assert!(error("https://127.0.0.1/").contains("TLS is not supported"));
        assert!(error("http://a:b@127.0.0.1/").contains("Authorization"));
        assert!(error("http://").contains("must be like http://"));
        assert!(error("").contains("must be like http://"));
        assert!(error("http://name.invalid/").starts_with("cannot resolve name.invalid:80"));
    }

    #[test]
    fn the_path_and_its_query_are_kept_and_the_port_is_80_if_left_out() {
        let target = Target::new("http://127.0.0.1/a/b?c=d", &[]).unwrap();
        assert_eq!(target.path, "/a/b?c=d");
        assert_eq!(target.addresses[0].to_string(), "127.0.0.1:80");
        assert_eq!(Target::new("http://[::1]:81", &[]).unwrap().addresses[0].to_string(), "[::1]:81");
    }

    #[test]
    fn secrets_are_sent_but_not_recorded() {
        let target = Target::new("http://127.0.0.1/", &["Authorization: Bearer x".to_owned()]).unwrap();
        assert_eq!(target.headers["authorization"], "Bearer x");
        assert!(target.header_lines().contains(&"authorization: (hidden)".to_owned()));
    }

    #[test]
    fn headers_replace_those_that_are_always_sent() {
        let lines = ["Host: shop.example".to_owned(), "accept-encoding:gzip".to_owned()];
        let target = Target::new("http://127.0.0.1/", &lines).unwrap();
        assert_eq!(target.headers["host"], "shop.example");
        assert_eq!(target.headers["accept-encoding"], "gzip");
        for wrong in ["gzip", ": x", "a b: c", "x: \u{7}"] {
            let error = Target::new("http://127.0.0.1/", &[wrong.to_owned()]).unwrap_err();
            assert_eq!(error, TargetError::Header { header: wrong.to_owned() });
        }
    }
}
