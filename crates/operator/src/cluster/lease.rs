use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a lease lasts and how often it is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseSettings {
    /// Namespace of the Lease.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Who this process is.
    pub identity: String,
    /// Others may take over this long after the last renewal.
    pub duration: Duration,
    /// Time between renewals.
    pub renew_every: Duration,
    /// No write is sent in the last part of the lease, so that it does not arrive after its end.
    pub margin: Duration,
}

impl LeaseSettings {
    /// 30 s, renewed every 10 s, no writes in the last 5 s.
    pub fn new(namespace: impl Into<String>, identity: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            name: "podpilot-operator".to_owned(),
            identity: identity.into(),
            duration: Duration::from_secs(30),
            renew_every: Duration::from_secs(10),
            margin: Duration::from_secs(5),
        }
    }
}

/// Until when this process may write, by the monotonic clock, which goes on while the process is stopped.
#[derive(Debug, Clone)]
pub struct Leadership {
    deadline: Arc<watch::Sender<Option<Instant>>>,
}

impl Leadership {
    /// Not the leader.
    pub fn none() -> Self {
        Self { deadline: Arc::new(watch::Sender::new(None)) }
    }

    /// The leader for as long as the process lives, where there is no second one: tools and tests.
    pub fn forever() -> Self {
        let far = Instant::now() + Duration::from_hours(10 * 365 * 24);
        Self { deadline: Arc::new(watch::Sender::new(Some(far))) }
    }

    /// Whether a write may be sent now.
    pub fn may_write(&self) -> bool {
        self.deadline.borrow().is_some_and(|deadline| Instant::now() < deadline)
    }

    fn set(&self, deadline: Option<Instant>) {
        self.deadline.send_replace(deadline);
    }
}

/// What was last seen of a lease of somebody else, and when by our own clock: clocks of other machines are not believed.
struct Seen {
    version: Option<String>,
    at: Instant,
}

/// Acquires the lease, renews it, and gives it back when `stop` is called.
pub async fn hold_lease(
    client: Client,
    settings: LeaseSettings,
    leadership: Leadership,
    stop: CancellationToken,
) {
    let api: Api<Lease> = Api::namespaced(client, &settings.namespace);
    let mut seen: Option<Seen> = None;
    loop {
        let began = Instant::now();
        let round = tokio::time::timeout(settings.renew_every, try_once(&api, &settings, &mut seen)).await;
        match round {
            Ok(Ok(true)) => leadership.set(Some(began + settings.duration - settings.margin)),
            Ok(Ok(false)) => leadership.set(None),
            // The lease may still be ours: what was known holds until its deadline.
            Ok(Err(error)) => tracing::warn!(%error, "the lease could not be renewed"),
            Err(_) => tracing::warn!("the lease could not be renewed in time"),
        }
        let pause = settings.renew_every.saturating_sub(began.elapsed());
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
    let held = leadership.may_write();
    leadership.set(None);
    if held && let Err(error) = release(&api, &settings).await {
        tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
    }
}

/// Renews or takes the lease; says whether it is ours.
async fn try_once(
    api: &Api<Lease>,
    settings: &LeaseSettings,
    seen: &mut Option<Seen>,
) -> Result<bool, kube::Error> {
    let Some(mut lease) = api.get_opt(&settings.name).await? else {
        let lease = Lease {
            metadata: ObjectMeta { name: Some(settings.name.clone()), ..ObjectMeta::default() },
            spec: Some(ours(settings, None)),
        };
        return settle(api.create(&PostParams::default(), &lease).await);
    };
    let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.clone()).unwrap_or_default();
    if !holder.is_empty() && holder != settings.identity && !has_run_out(&lease, settings, seen) {
        return Ok(false);
    }
    if holder != settings.identity {
        tracing::info!(previous = holder, identity = settings.identity, "taking the lease");
    }
    lease.spec = Some(ours(settings, lease.spec.take()));
    settle(api.replace(&settings.name, &PostParams::default(), &lease).await)
}

/// A conflict means that somebody else was faster.
fn settle(written: Result<Lease, kube::Error>) -> Result<bool, kube::Error> {
    match written {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

/// Nobody has renewed it for as long as it lasts.
fn has_run_out(lease: &Lease, settings: &LeaseSettings, seen: &mut Option<Seen>) -> bool {
    let version = lease.metadata.resource_version.clone();
    let stated = lease.spec.as_ref().and_then(|spec| spec.lease_duration_seconds);
    let lasts = stated.map_or(settings.duration, |seconds| Duration::from_secs(seconds.max(0) as u64));
    match seen {
        Some(seen) if seen.version == version => seen.at.elapsed() > lasts,
        _ => {
            *seen = Some(Seen { version, at: Instant::now() });
            false
        }
    }
}

fn ours(settings: &LeaseSettings, before: Option<LeaseSpec>) -> LeaseSpec {
    let now = MicroTime(Timestamp::now());
    let before = before.unwrap_or_default();
    let stays = before.holder_identity.as_deref() == Some(settings.identity.as_str());
    LeaseSpec {
        holder_identity: Some(settings.identity.clone()),
        lease_duration_seconds: Some(settings.duration.as_secs() as i32),
        acquire_time: if stays { before.acquire_time } else { Some(now.clone()) },
        renew_time: Some(now),
        lease_transitions: Some(before.lease_transitions.unwrap_or(0) + i32::from(!stays)),
        ..LeaseSpec::default()
    }
}

/// Without a holder, the next process takes over at once.
async fn release(api: &Api<Lease>, settings: &LeaseSettings) -> Result<(), kube::Error> {
    let Some(mut lease) = api.get_opt(&settings.name).await? else { return Ok(()) };
    let Some(spec) = &mut lease.spec else { return Ok(()) };
    if spec.holder_identity.as_deref() != Some(settings.identity.as_str()) {
        return Ok(());
    }
    spec.holder_identity = None;
    api.replace(&settings.name, &PostParams::default(), &lease).await.map(|_| ())
}
