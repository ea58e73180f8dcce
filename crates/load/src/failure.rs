use std::error::Error;
use std::io;

use serde::{Deserialize, Serialize};

/// Why a request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// It had not ended when its time was up.
    Timeout,
    /// The connection was refused.
    Refused,
    /// The other side ended the connection before its answer was whole.
    Reset,
    /// No connection for another reason, such as no route.
    Connect,
    /// The answer was not HTTP.
    Protocol,
    /// Status 400-499.
    Http4xx,
    /// Status 500-599.
    Http5xx,
    /// The generator itself could not send it: too many in flight, or out of ports or files.
    NotSent,
}

impl FailureKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Timeout,
        Self::Refused,
        Self::Reset,
        Self::Connect,
        Self::Protocol,
        Self::Http4xx,
        Self::Http5xx,
        Self::NotSent,
    ];

    /// Its name in files and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Connect => "connect",
            Self::Protocol => "protocol",
            Self::Http4xx => "http_4xx",
            Self::Http5xx => "http_5xx",
            Self::NotSent => "not_sent",
        }
    }

    /// What a status means; `None`: all is well. Redirects are answers and are not followed.
    pub(crate) fn of_status(status: u16) -> Option<Self> {
        match status {
            400..=499 => Some(Self::Http4xx),
            500..=599 => Some(Self::Http5xx),
            _ => None,
        }
    }

    /// What kept a connection from being made.
    pub(crate) fn of_connect(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Self::Reset,
            io::ErrorKind::TimedOut => Self::Timeout,
            _ if is_own_shortage(error) => Self::NotSent,
            _ => Self::Connect,
        }
    }

    /// What ended an exchange on a connection.
    pub(crate) fn of_exchange(error: &hyper::Error) -> Self {
        if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
            return Self::Reset;
        }
        let mut source = error.source();
        while let Some(cause) = source {
            if let Some(error) = cause.downcast_ref::<io::Error>() {
                return match error.kind() {
                    io::ErrorKind::TimedOut => Self::Timeout,
                    io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Protocol,
                    _ => Self::Reset,
                };
            }
            source = cause.source();
        }
        Self::Protocol
    }
}

/// Out of ports, files or buffers on this side.
fn is_own_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let shortages = [Errno::ADDRNOTAVAIL, Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    shortages.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Failed requests by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureCounts {
    /// [`FailureKind::Timeout`].
    pub timeout: u64,
    /// [`FailureKind::Refused`].
    pub refused: u64,
    /// [`FailureKind::Reset`].
    pub reset: u64,
    /// [`FailureKind::Connect`].
    pub connect: u64,
    /// [`FailureKind::Protocol`].
    pub protocol: u64,
    /// [`FailureKind::Http4xx`].
    pub http_4xx: u64,
    /// [`FailureKind::Http5xx`].
    pub http_5xx: u64,
    /// [`FailureKind::NotSent`].
    pub not_sent: u64,
}

impl FailureCounts {
    /// The count of a kind.
    pub fn of(&self, kind: FailureKind) -> u64 {
        let mut copy = *self;
        *copy.slot(kind)
    }

    /// All kinds together.
    pub fn total(&self) -> u64 {
        FailureKind::ALL.iter().map(|kind| self.of(*kind)).sum()
    }

    pub(crate) fn add(&mut self, kind: FailureKind) {
        *self.slot(kind) += 1;
    }

    fn slot(&mut self, kind: FailureKind) -> &mut u64 {
        match kind {
            FailureKind::Timeout => &mut self.timeout,
            FailureKind::Refused => &mut self.refused,
            FailureKind::Reset => &mut self.reset,
            FailureKind::Connect => &mut self.connect,
            FailureKind::Protocol => &mut self.protocol,
            FailureKind::Http4xx => &mut self.http_4xx,
            FailureKind::Http5xx => &mut self.http_5xx,
            FailureKind::NotSent => &mut self.not_sent,
        }
    }
}
