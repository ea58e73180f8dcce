use super::{Initialisation, Mlp};
use podpilot_random::Stream;

/// Draws all weights and biases.
pub(crate) fn initialise(network: &mut Mlp, initialisation: Initialisation, stream: &mut Stream) {
    let sizes: Vec<(usize, usize)> = network.shape().layers().collect();
    for (index, &(inputs, outputs)) in sizes.iter().enumerate() {
        let (weight, bias) = match initialisation {
            Initialisation::Orthogonal { hidden_gain, output_gain } => {
                let gain = if index + 1 == sizes.len() { output_gain } else { hidden_gain };
                (orthogonal(outputs, inputs, gain, stream), vec![0.0; outputs])
            }
            Initialisation::FanInUniform => {
                let bound = 1.0 / (inputs as f64).sqrt();
                let mut draw = |len: usize| -> Vec<f32> {
                    (0..len).map(|_| stream.uniform_in(-bound, bound) as f32).collect()
                };
                (draw(outputs * inputs), draw(outputs))
            }
        };
        network.set_layer(index, &weight, &bias);
    }
}

/// A `rows` × `columns` matrix (row-major) whose shorter side is orthonormal, times `gain`: Gram-Schmidt, twice, on
/// normal draws.
fn orthogonal(rows: usize, columns: usize, gain: f32, stream: &mut Stream) -> Vec<f32> {
    let (count, len) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    while basis.len() < count {
        let mut vector: Vec<f64> = (0..len).map(|_| stream.standard_normal()).collect();
        for _ in 0..2 {
            for known in &basis {
                let along: f64 = vector.iter().zip(known).map(|(a, b)| a * b).sum();
                vector.iter_mut().zip(known).for_each(|(a, b)| *a -= along * b);
            }
        }
        let norm = vector.iter().map(|a| a * a).sum::<f64>().sqrt();
        if norm > 1e-6 {
            basis.push(vector.iter().map(|a| a / norm).collect());
        }
    }
    let at =
        |row: usize, column: usize| if rows <= columns { basis[row][column] } else { basis[column][row] };
    (0..rows * columns).map(|i| (at(i / columns, i % columns) * f64::from(gain)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use podpilot_random::Seed;

    #[test]
    fn the_shorter_side_is_orthonormal_times_the_gain() {
        for (rows, columns) in [(3, 7), (7, 3), (64, 64), (1, 5)] {
            let matrix = orthogonal(rows, columns, 1.5, &mut Seed(1).stream());
            let at = |row: usize, column: usize| f64::from(matrix[row * columns + column]);
            let short = rows.min(columns);
            for i in 0..short {
                for j in 0..short {
                    let product: f64 = if rows <= columns {
                        (0..columns).map(|k| at(i, k) * at(j, k)).sum()
                    } else {
                        (0..rows).map(|k| at(k, i) * at(k, j)).sum()
                    };
                    let expected = if i == j { 2.25 } else { 0.0 };
                    assert!((product - expected).abs() < 1e-5, "{rows}x{columns} ({i}, {j}): {product}");
                }
            }
        }
    }
}
