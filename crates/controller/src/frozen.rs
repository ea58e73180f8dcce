use serde::{Deserialize, Serialize};

/// Inputs that never varied in training. Their weights are whatever they were drawn as, so at run time they must keep
/// the value that they had: a policy trained on one day has not learned what yesterday means.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FrozenInputs {
    inputs: Vec<(usize, f32)>,
}

impl FrozenInputs {
    /// Finds the constant columns of training inputs (rows of `width` numbers). Without rows nothing is frozen.
    pub fn find(rows: &[f32], width: usize) -> Self {
        let Some(first) = rows.get(..width) else { return Self::default() };
        let is_constant =
            |column: usize| rows.iter().skip(column).step_by(width).all(|x| *x == first[column]);
        let inputs =
            (0..width).filter(|column| is_constant(*column)).map(|column| (column, first[column])).collect();
        Self { inputs }
    }

    /// The frozen columns in ascending order and their values.
    pub fn columns(&self) -> &[(usize, f32)] {
        &self.inputs
    }

    /// Puts the training values in.
    pub fn apply(&self, input: &mut [f32]) {
        for &(column, value) in &self.inputs {
            input[column] = value;
        }
    }

    /// Whether every column lies below `width` and holds a finite value.
    pub(crate) fn fits(&self, width: usize) -> bool {
        self.inputs.iter().all(|(column, value)| *column < width && value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_columns_keep_their_value() {
        let frozen = FrozenInputs::find(&[1.0, 0.0, 3.0, 2.0, 0.0, 3.0, 1.0, 0.0, 3.0], 3);
        assert_eq!(frozen.columns(), [(1, 0.0), (2, 3.0)]);
        let mut input = [7.0, 7.0, 7.0];
        frozen.apply(&mut input);
        assert_eq!(input, [7.0, 0.0, 3.0]);
        assert!(frozen.fits(3) && !frozen.fits(2));
        assert_eq!(FrozenInputs::find(&[], 3), FrozenInputs::default());
    }
}
