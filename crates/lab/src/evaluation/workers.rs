//! Independent pieces of work on every core.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does the pieces 0..`total`, each worker with a state of its own; `done` is told of each as it is finished, in no
/// particular order, and may stop the rest. Returns whether all was done.
pub(crate) fn on_every_core<S, T: Send>(
    total: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
    mut done: impl FnMut(usize, T) -> ControlFlow<()>,
) -> bool {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(total);
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            let (next, stop, state, work) = (&next, &stop, &state, &work);
            scope.spawn(move || {
                let mut own = state();
                while !stop.load(Ordering::Relaxed) {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= total || sender.send((piece, work(&mut own, piece))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (piece, outcome) in receiver {
            if done(piece, outcome).is_break() {
                stop.store(true, Ordering::Relaxed);
                return false;
            }
        }
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once() {
        let mut seen = vec![0; 100];
        let all = on_every_core(
            100,
            || 0,
            |_, piece| piece,
            |piece, outcome| {
                assert_eq!(piece, outcome);
                seen[piece] += 1;
                ControlFlow::Continue(())
            },
        );
        assert!(all && seen.iter().all(|count| *count == 1));
        assert!(on_every_core(0, || (), |(), _| (), |_, ()| ControlFlow::Break(())));
    }

    #[test]
    fn a_stop_ends_the_work() {
        let mut heard = 0;
        let all = on_every_core(
            10_000,
            || (),
            |(), _| (),
            |_, ()| {
                heard += 1;
                if heard == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        assert!(!all && heard == 3);
    }
}
