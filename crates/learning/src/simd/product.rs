use super::activation::{activate, through};
use super::{Epilogue, PAD, dispatch};
use pulp::Simd;

/// From this many numbers a row of the right matrix on, its columns are first copied together: rows a power of two apart
/// would otherwise share a few sets of the first-level cache.
const PACK_FROM_WIDTH: usize = 96;

/// The left matrix of a product.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Left<'a> {
    /// Stored row by row, `stride` numbers apart.
    Rows(&'a [f32], usize),
    /// Stored column by column (the transpose of what lies in memory), `stride` numbers apart.
    Columns(&'a [f32], usize),
}

/// out\[rows × width\] = epilogue(bias + left\[rows × depth\] · right\[depth × width\]).
#[derive(Debug)]
pub(crate) struct Product<'a> {
    /// Left matrix.
    pub(crate) left: Left<'a>,
    /// Rows of the result.
    pub(crate) rows: usize,
    /// Columns of the left matrix.
    pub(crate) depth: usize,
    /// Right matrix, row-major; at least `depth` rows.
    pub(crate) right: &'a [f32],
    /// Numbers in a row of right matrix, bias and result; a multiple of [`PAD`].
    pub(crate) width: usize,
    /// Added to each row; empty = nothing.
    pub(crate) bias: &'a [f32],
    /// What is done to the sums.
    pub(crate) epilogue: Epilogue<'a>,
    /// Result, row-major; at least `rows` rows.
    pub(crate) out: &'a mut [f32],
    /// Scratch for copied columns, at least `depth × 2 × PAD` numbers where rows are wide.
    pub(crate) pack: &'a mut [f32],
}

impl Product<'_> {
    /// Computes the result.
    pub(crate) fn run(self) {
        assert!(self.width.is_multiple_of(PAD) && self.out.len() >= self.rows * self.width);
        assert!(self.right.len() >= self.depth * self.width);
        dispatch(self);
    }
}

impl pulp::WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let stride = self.width / S::F32_LANES;
        let outputs = match self.epilogue {
            Epilogue::Derivative(_, outputs) => S::as_simd_f32s(outputs).0,
            Epilogue::Linear | Epilogue::Activate(_) => &[],
        };
        let task = Task::<S> {
            simd,
            left: self.left,
            rows: self.rows,
            depth: self.depth,
            stride,
            bias: S::as_simd_f32s(self.bias).0,
            epilogue: self.epilogue,
            outputs,
        };
        let right = S::as_simd_f32s(&self.right[..self.depth * self.width]).0;
        let out = S::as_mut_simd_f32s(self.out).0;
        let pack = S::as_mut_simd_f32s(self.pack).0;
        let packed = self.width >= PACK_FROM_WIDTH && self.rows > 8;
        let mut column = 0;
        while column < stride {
            let panel = Panel { vectors: right, stride, at: column, column };
            column += if self.rows == 1 && stride - column >= 8 {
                task.panel::<8>(panel, out)
            } else if self.rows == 1 && stride - column >= 4 {
                task.panel::<4>(panel, out)
            } else if stride - column == 1 {
                task.panel::<1>(panel, out)
            } else if packed {
                let vectors = copy_columns::<S>(right, stride, column, &mut pack[..2 * self.depth]);
                task.panel::<2>(Panel { vectors, stride: 2, at: 0, column }, out)
            } else {
                task.panel::<2>(panel, out)
            };
        }
    }
}

/// Copies two vectors of each row of the right matrix together.
#[inline(always)]
fn copy_columns<'p, S: Simd>(
    right: &[S::f32s],
    stride: usize,
    column: usize,
    pack: &'p mut [S::f32s],
) -> &'p [S::f32s] {
    for (copy, row) in pack.chunks_exact_mut(2).zip(right.chunks_exact(stride)) {
        copy.copy_from_slice(&row[column..column + 2]);
    }
    pack
}

/// What all panels of a product share.
#[derive(Clone, Copy)]
struct Task<'a, S: Simd> {
    simd: S,
    left: Left<'a>,
    rows: usize,
    depth: usize,
    /// Vectors in a row of the result.
    stride: usize,
    bias: &'a [S::f32s],
    epilogue: Epilogue<'a>,
    /// What the activation put out, for its derivative.
    outputs: &'a [S::f32s],
}

/// Some neighbouring columns of the right matrix.
#[derive(Clone, Copy)]
struct Panel<'a, V> {
    vectors: &'a [V],
    /// Vectors from one row to the next.
    stride: usize,
    /// Where the panel's columns begin in a row of `vectors`.
    at: usize,
    /// Where they begin in a row of the result, in vectors.
    column: usize,
}

// Index loops: iterator adapters are not inlined here, and a call in the innermost loop spills every register.
#[expect(clippy::needless_range_loop, reason = "iterators cost a factor of five in these loops")]
impl<S: Simd> Task<'_, S> {
    /// All rows of the result for `V` vectors of columns; gives back `V`.
    #[inline(always)]
    fn panel<const V: usize>(&self, panel: Panel<'_, S::f32s>, out: &mut [S::f32s]) -> usize {
        let mut row = 0;
        while row < self.rows {
            // Blocks of six rows fill the sixteen registers; what remains is split so that no block is tiny.
            row += match (self.rows - row, V) {
                (1, _) => self.block::<1, V>(row, panel, out),
                (2, _) => self.block::<2, V>(row, panel, out),
                (3, _) => self.block::<3, V>(row, panel, out),
                (8.., 1) => self.block::<8, V>(row, panel, out),
                (6 | 12.., 2..) => self.block::<6, V>(row, panel, out),
                _ => self.block::<4, V>(row, panel, out),
            };
        }
        V
    }

    /// `M` rows by `V` vectors of the result; gives back `M`.
    #[inline(always)]
    fn block<const M: usize, const V: usize>(
        &self,
        row: usize,
        panel: Panel<'_, S::f32s>,
        out: &mut [S::f32s],
    ) -> usize {
        let start = self.bias.get(panel.column..).and_then(<[S::f32s]>::first_chunk::<V>).copied();
        let start = [start.unwrap_or([self.simd.splat_f32s(0.0); V]); M];
        let sums = match self.left {
            Left::Rows(data, stride) => {
                let mut rows: [&[f32]; M] = [&[]; M];
                for (r, line) in rows.iter_mut().enumerate() {
                    *line = &data[(row + r) * stride..][..self.depth];
                }
                self.accumulate_rows(start, &rows, panel)
            }
            Left::Columns(data, stride) => self.accumulate_columns(start, &data[row..], stride, panel),
        };
        for (r, sums) in sums.into_iter().enumerate() {
            let at = (row + r) * self.stride + panel.column;
            self.store(sums, at, &mut out[at..at + V]);
        }
        M
    }

    #[inline(always)]
    fn accumulate_rows<const M: usize, const V: usize>(
        &self,
        mut sums: [[S::f32s; V]; M],
        rows: &[&[f32]; M],
        panel: Panel<'_, S::f32s>,
    ) -> [[S::f32s; V]; M] {
        for k in 0..self.depth {
            let right = &panel.vectors[k * panel.stride + panel.at..][..V];
            for r in 0..M {
                let left = self.simd.splat_f32s(rows[r][k]);
                for v in 0..V {
                    sums[r][v] = self.simd.mul_add_e_f32s(left, right[v], sums[r][v]);
                }
            }
        }
        sums
    }

    #[inline(always)]
    fn accumulate_columns<const M: usize, const V: usize>(
        &self,
        mut sums: [[S::f32s; V]; M],
        data: &[f32],
        stride: usize,
        panel: Panel<'_, S::f32s>,
    ) -> [[S::f32s; V]; M] {
        for k in 0..self.depth {
            let right = &panel.vectors[k * panel.stride + panel.at..][..V];
            let left = &data[k * stride..][..M];
            for r in 0..M {
                let left = self.simd.splat_f32s(left[r]);
                for v in 0..V {
                    sums[r][v] = self.simd.mul_add_e_f32s(left, right[v], sums[r][v]);
                }
            }
        }
        sums
    }

    #[inline(always)]
    fn store<const V: usize>(&self, sums: [S::f32s; V], at: usize, out: &mut [S::f32s]) {
        // Plain loops: a closure would be compiled without the vector instructions of the function around it.
        let simd = self.simd;
        match self.epilogue {
            Epilogue::Linear => out.copy_from_slice(&sums),
            Epilogue::Activate(activation) => {
                for (out, sum) in out.iter_mut().zip(sums) {
                    *out = activate(simd, activation, sum);
                }
            }
            Epilogue::Derivative(activation, _) => {
                for ((out, sum), &output) in out.iter_mut().zip(sums).zip(&self.outputs[at..at + V]) {
                    *out = through(simd, activation, sum, output);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Activation;
    use podpilot_random::Seed;

    fn drawn(len: usize, seed: u64) -> Vec<f32> {
        let mut stream = Seed(seed).stream();
        (0..len).map(|_| stream.uniform_in(-1.0, 1.0) as f32).collect()
    }

    /// The same chain of fused multiply-adds, one number at a time.
    fn plain(
        left: impl Fn(usize, usize) -> f32,
        right: &[f32],
        bias: &[f32],
        size: (usize, usize, usize),
    ) -> Vec<f32> {
        let (rows, depth, width) = size;
        let mut out = vec![0.0; rows * width];
        for row in 0..rows {
            for column in 0..width {
                let mut sum = f64::from(bias.get(column).copied().unwrap_or(0.0));
                for k in 0..depth {
                    sum += f64::from(left(row, k)) * f64::from(right[k * width + column]);
                }
                out[row * width + column] = sum as f32;
            }
        }
        out
    }

    fn run(
        left: Left<'_>,
        right: &[f32],
        bias: &[f32],
        size: (usize, usize, usize),
        epilogue: Epilogue<'_>,
    ) -> Vec<f32> {
        let (rows, depth, width) = size;
        let (mut out, mut pack) = (vec![9.0; rows * width], vec![0.0; 2 * PAD * depth]);
        Product { left, rows, depth, right, width, bias, epilogue, out: &mut out, pack: &mut pack }.run();
        out
    }

    fn assert_close(found: &[f32], expected: &[f32], context: &str) {
        for (&a, &b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 2e-5, "{context}: {a} for {b}");
        }
    }

    #[test]
    fn products_of_every_block_shape_match_the_plain_sum() {
        for rows in (1..=14).chain([64]) {
            for width in [8, 16, 24, 64, 104, 256] {
                let depth = 19;
                let size = (rows, depth, width);
                let (right, bias) = (drawn(depth * width, 1), drawn(width, 2));
                let by_rows = drawn(rows * depth, 3);
                let expected = plain(|r, k| by_rows[r * depth + k], &right, &bias, size);
                let found = run(Left::Rows(&by_rows, depth), &right, &bias, size, Epilogue::Linear);
                assert_close(&found, &expected, &format!("rows {size:?}"));
                let by_columns = drawn(rows * depth, 4);
                let expected = plain(|r, k| by_columns[k * rows + r], &right, &[], size);
                let found = run(Left::Columns(&by_columns, rows), &right, &[], size, Epilogue::Linear);
                assert_close(&found, &expected, &format!("columns {size:?}"));
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_in_every_batch() {
        let (depth, width) = (64, 256);
        let (right, bias, left) = (drawn(depth * width, 1), drawn(width, 2), drawn(13 * depth, 3));
        let all = run(
            Left::Rows(&left, depth),
            &right,
            &bias,
            (13, depth, width),
            Epilogue::Activate(Activation::Tanh),
        );
        for row in 0..13 {
            let alone = &left[row * depth..];
            let epilogue = Epilogue::Activate(Activation::Tanh);
            let one = run(Left::Rows(alone, depth), &right, &bias, (1, depth, width), epilogue);
            assert_eq!(one, all[row * width..(row + 1) * width]);
        }
    }

    #[test]
    fn the_epilogue_multiplies_by_the_derivative() {
        let (left, right) = ([1.0, -2.0], drawn(8, 5));
        let outputs = [0.5, -0.5, 0.0, 0.9, 0.0, 1.0, -1.0, 0.1, 0.2, 0.0, 0.3, -0.1, 0.0, 0.0, 1.0, 2.0];
        for (activation, slope) in [
            (Activation::Tanh, (|y: f32| 1.0 - y * y) as fn(f32) -> f32),
            (Activation::Relu, |y: f32| if y > 0.0 { 1.0 } else { 0.0 }),
        ] {
            let epilogue = Epilogue::Derivative(activation, &outputs);
            let found = run(Left::Rows(&left, 1), &right, &[], (2, 1, 8), epilogue);
            for (at, &value) in found.iter().enumerate() {
                assert!((value - left[at / 8] * right[at % 8] * slope(outputs[at])).abs() < 1e-6);
            }
        }
    }
}
