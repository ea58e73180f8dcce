/// How requests are simulated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fidelity {
    /// Fluid queues over tables that the request mode measured: fast enough to train on.
    #[default]
    Fast,
    /// Every request through a pod's queue: the reference.
    Request,
}
