//! One request over HTTP/1.1: connect, send, read to the end.

mod pool;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use podpilot_core::Span;
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use crate::clock::Clock;
use crate::event::{Ended, Event};
use crate::{Connections, FailureKind, Options, Target};
use pool::Pool;

type Connection = SendRequest<Empty<Bytes>>;

/// Sends requests to one target.
#[derive(Debug)]
pub(crate) struct Client {
    target: Target,
    timeout: Span,
    clock: Clock,
    /// Connections that are free; `None`: every request opens its own.
    pool: Option<Mutex<Pool>>,
    in_flight: AtomicUsize,
    max_in_flight: usize,
}

impl Client {
    pub(crate) fn new(target: &Target, options: &Options, clock: Clock) -> Self {
        let mut target = target.clone();
        let keeps = options.connections == Connections::KeepAlive;
        if !keeps {
            target.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Self {
            target,
            timeout: options.timeout,
            clock,
            pool: keeps.then(Mutex::default),
            in_flight: AtomicUsize::new(0),
            max_in_flight: options.max_in_flight,
        }
    }

    /// Takes a place among the requests under way; `false`: there is none, so the request must not be sent.
    pub(crate) fn admit(&self) -> bool {
        let admitted = self.in_flight.fetch_add(1, Ordering::Relaxed) < self.max_in_flight;
        if !admitted {
            self.in_flight.fetch_sub(1, Ordering::Relaxed);
        }
        admitted
    }

    /// Carries out a request that was admitted and tells what became of it.
    pub(crate) async fn perform(self: Arc<Self>, intended: Span, events: Sender<Event>) {
        // The receiver is gone only when the run was stopped; then nobody wants to know.
        let tell = |event| {
            let _ = events.send(event);
        };
        tell(Event::Sent { intended, at: self.clock.now() });
        let deadline = self.clock.instant_of(intended + self.timeout).into();
        let outcome = timeout_at(deadline, self.exchange()).await.unwrap_or(Err(FailureKind::Timeout));
        let at = self.clock.now();
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let (failure, body_bytes) = match outcome {
            Ok(answer) => (FailureKind::of_status(answer.status), answer.body_bytes),
            Err(kind) => (Some(kind), 0),
        };
        tell(Event::Ended(Ended { intended, at, was_sent: true, failure, body_bytes }));
    }

    /// A connection that lay free may have been closed by the other side just now: then another one is tried, as GET may
    /// be repeated (RFC 9110, 9.2.2).
    async fn exchange(&self) -> Result<Answer, FailureKind> {
        while let Some(mut connection) = self.free_connection() {
            if connection.ready().await.is_err() {
                continue;
            }
            match self.ask(connection).await {
                Err(FailureKind::Reset) => {}
                settled => return settled,
            }
        }
        self.ask(self.connect().await?).await
    }

    async fn ask(&self, mut connection: Connection) -> Result<Answer, FailureKind> {
        let response = connection
            .send_request(self.request())
            .await
            .map_err(|error| FailureKind::of_exchange(&error))?;
        let answer = read(response).await.map_err(|error| FailureKind::of_exchange(&error))?;
        self.keep(connection);
        Ok(answer)
    }

    fn request(&self) -> Request<Empty<Bytes>> {
        let mut request = Request::new(Empty::new());
        *request.method_mut() = Method::GET;
        request.uri_mut().clone_from(&self.target.path);
        request.headers_mut().clone_from(&self.target.headers);
        request
    }

    async fn connect(&self) -> Result<Connection, FailureKind> {
        let stream = TcpStream::connect(self.target.addresses.as_slice())
            .await
            .map_err(|error| FailureKind::of_connect(&error))?;
        stream.set_nodelay(true).map_err(|error| FailureKind::of_connect(&error))?;
        let (connection, driver) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| FailureKind::of_exchange(&error))?;
        // Ends when the connection is dropped or closed; its errors reach the request through the connection.
        tokio::spawn(driver);
        Ok(connection)
    }

    fn free_connection(&self) -> Option<Connection> {
        self.pool.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, connection: Connection) {
        if let Some(pool) = &self.pool {
            pool.lock().unwrap_or_else(PoisonError::into_inner).put(connection);
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Answer {
    status: u16,
    body_bytes: u64,
}

async fn read(response: Response<Incoming>) -> Result<Answer, hyper::Error> {
    let status = response.status().as_u16();
    let mut body = response.into_body();
    let mut body_bytes = 0;
    while let Some(frame) = body.frame().await {
        body_bytes += frame?.data_ref().map_or(0, |data| data.len() as u64);
    }
    Ok(Answer { status, body_bytes })
}
