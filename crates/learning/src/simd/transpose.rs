use super::PAD;

/// Writes the transpose of `source` (`rows` × `source_stride`, the first `columns` of each row count) into `target`
/// (`columns` × `target_stride`), in blocks that stay in the first-level cache; padding of the target is left alone.
pub(crate) fn transpose(
    source: &[f32],
    source_stride: usize,
    target: &mut [f32],
    target_stride: usize,
    (rows, columns): (usize, usize),
) {
    for row_block in (0..rows).step_by(PAD) {
        let row_end = rows.min(row_block + PAD);
        for (column, line) in target.chunks_exact_mut(target_stride).take(columns).enumerate() {
            for (row, cell) in (row_block..row_end).zip(&mut line[row_block..row_end]) {
                *cell = source[row * source_stride + column];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_keeps_every_number_and_the_padding() {
        let source: Vec<f32> = (0..20 * 24).map(|i| i as f32).collect();
        let mut target = vec![-1.0; 21 * 32];
        transpose(&source, 24, &mut target, 32, (20, 21));
        for column in 0..21 {
            for row in 0..32 {
                let expected = if row < 20 { source[row * 24 + column] } else { -1.0 };
                assert_eq!(target[column * 32 + row], expected, "({row}, {column})");
            }
        }
    }
}
