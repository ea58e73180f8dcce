//! Vectorised kernels in safe code. The instruction set is picked at run time (crate `pulp`), so a binary built for any
//! x86-64 uses AVX2 and FMA where they exist.
//!
//! Each output number is one chain of fused multiply-adds in a fixed order, whatever the width of the vectors and the
//! size of the batch: results do not depend on either.

#![expect(
    clippy::inline_always,
    reason = "a function that is not inlined is compiled without the vector instructions"
)]

mod activation;
mod elementwise;
mod product;
mod transpose;

pub(crate) use activation::Epilogue;
pub(crate) use elementwise::{AdamStep, adam, column_sums, move_towards, squared_norm};
pub(crate) use product::{Left, Product};
pub(crate) use transpose::transpose;

/// Rows of weights, gradients and activations are padded with zeros to a multiple of this many numbers.
pub(crate) const PAD: usize = 8;

/// The padded length of a row of `len` numbers.
pub(crate) const fn padded(len: usize) -> usize {
    len.div_ceil(PAD) * PAD
}

/// Runs `operation` with the widest vectors this processor has.
#[inline]
pub(crate) fn dispatch<Op: pulp::WithSimd>(operation: Op) -> Op::Output {
    pulp::Arch::new().dispatch(operation)
}
