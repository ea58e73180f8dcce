//! Exact state of trainers and environments as bytes: little-endian, lengths in front, a name at the head of each
//! section so that a mismatch is noticed where it begins.

use podpilot_random::Stream;

/// Why saved state cannot be restored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Fewer bytes than the state needs.
    #[error("saved state ends at byte {at} inside {section}")]
    Truncated {
        /// Offset where bytes ran out.
        at: usize,
        /// Section being read.
        section: String,
    },
    /// Another section than the one expected.
    #[error(
        "saved state has {found:?} where {expected:?} is expected: it belongs to another kind of trainer or version"
    )]
    Foreign {
        /// Section expected.
        expected: String,
        /// Text found.
        found: String,
    },
    /// A value that does not fit this trainer.
    #[error("saved state: {field} is {found}, but this trainer has {expected}")]
    Mismatch {
        /// Which value.
        field: &'static str,
        /// Value in the saved state.
        found: String,
        /// Value that would be right.
        expected: String,
    },
    /// Bytes remain after the end.
    #[error("saved state has {0} bytes too many")]
    TrailingBytes(usize),
    /// The environment cannot restore a state.
    #[error("this environment cannot restore a saved state")]
    Unsupported,
}

/// Writes state.
#[derive(Debug, Default)]
pub struct StateWriter {
    bytes: Vec<u8>,
}

/// Reads what a [`StateWriter`] wrote, in the same order.
#[derive(Debug)]
pub struct StateReader<'a> {
    bytes: &'a [u8],
    at: usize,
    section: String,
}

impl StateWriter {
    /// An empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Begins a named section.
    pub fn section(&mut self, name: &str) {
        self.bytes(name.as_bytes());
    }

    /// An unsigned integer.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A length or index.
    pub fn usize(&mut self, value: usize) {
        self.u64(value as u64);
    }

    /// A yes or no.
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(u8::from(value));
    }

    /// A double, bit for bit.
    pub fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    /// A single, bit for bit.
    pub fn f32(&mut self, value: f32) {
        self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// Bytes with their length in front.
    pub fn bytes(&mut self, values: &[u8]) {
        self.usize(values.len());
        self.bytes.extend_from_slice(values);
    }

    /// Singles with their number in front.
    pub fn f32s(&mut self, values: &[f32]) {
        self.usize(values.len());
        self.bytes.extend(values.iter().flat_map(|value| value.to_bits().to_le_bytes()));
    }

    /// Doubles with their number in front.
    pub fn f64s(&mut self, values: &[f64]) {
        self.usize(values.len());
        self.bytes.extend(values.iter().flat_map(|value| value.to_bits().to_le_bytes()));
    }

    /// Small integers with their number in front.
    pub fn u32s(&mut self, values: &[u32]) {
        self.usize(values.len());
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    /// Flags with their number in front.
    pub fn bools(&mut self, values: &[bool]) {
        self.usize(values.len());
        self.bytes.extend(values.iter().map(|&value| u8::from(value)));
    }

    /// A random stream at its present position.
    pub fn stream(&mut self, stream: &Stream) {
        // Writing plain integers to a vector cannot fail.
        let text = serde_json::to_vec(stream).unwrap_or_default();
        self.bytes(&text);
    }
}

impl<'a> StateReader<'a> {
    /// Reads from the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, section: "the header".to_owned() }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], StateError> {
        let end = self.at.checked_add(len).filter(|&end| end <= self.bytes.len());
        let Some(end) = end else {
            return Err(StateError::Truncated { at: self.bytes.len(), section: self.section.clone() });
        };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StateError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn items<const N: usize>(&mut self) -> Result<impl Iterator<Item = [u8; N]> + use<'a, N>, StateError> {
        let len = self.usize()?;
        let bytes = self.take(len.saturating_mul(N))?;
        Ok(bytes.as_chunks::<N>().0.iter().copied())
    }

    /// Expects the section that was begun with this name.
    pub fn section(&mut self, name: &str) -> Result<(), StateError> {
        let found = self.bytes()?;
        if found == name.as_bytes() {
            name.clone_into(&mut self.section);
            return Ok(());
        }
        let found = String::from_utf8_lossy(found).chars().take(40).collect();
        Err(StateError::Foreign { expected: name.to_owned(), found })
    }

    /// An unsigned integer.
    pub fn u64(&mut self) -> Result<u64, StateError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A length or index.
    pub fn usize(&mut self) -> Result<usize, StateError> {
        Ok(self.u64()? as usize)
    }

    /// A yes or no.
    pub fn bool(&mut self) -> Result<bool, StateError> {
        Ok(self.array::<1>()? != [0])
    }

    /// A double.
    pub fn f64(&mut self) -> Result<f64, StateError> {
        Ok(f64::from_bits(self.u64()?))
    }

    /// A single.
    pub fn f32(&mut self) -> Result<f32, StateError> {
        Ok(f32::from_bits(u32::from_le_bytes(self.array()?)))
    }

    /// Bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], StateError> {
        let len = self.usize()?;
        self.take(len)
    }

    /// Singles.
    pub fn f32s(&mut self) -> Result<Vec<f32>, StateError> {
        Ok(self.items::<4>()?.map(|bytes| f32::from_bits(u32::from_le_bytes(bytes))).collect())
    }

    /// Doubles.
    pub fn f64s(&mut self) -> Result<Vec<f64>, StateError> {
        Ok(self.items::<8>()?.map(|bytes| f64::from_bits(u64::from_le_bytes(bytes))).collect())
    }

    /// Small integers.
    pub fn u32s(&mut self) -> Result<Vec<u32>, StateError> {
        Ok(self.items::<4>()?.map(u32::from_le_bytes).collect())
    }

    /// Flags.
    pub fn bools(&mut self) -> Result<Vec<bool>, StateError> {
        Ok(self.items::<1>()?.map(|byte| byte != [0]).collect())
    }

    /// A random stream.
    pub fn stream(&mut self) -> Result<Stream, StateError> {
        let text = self.bytes()?;
        serde_json::from_slice(text).map_err(|_| StateError::Foreign {
            expected: "a random stream".to_owned(),
            found: String::from_utf8_lossy(text).chars().take(40).collect(),
        })
    }

    /// Singles that fill `target` exactly.
    pub fn f32s_into(&mut self, field: &'static str, target: &mut [f32]) -> Result<(), StateError> {
        let values = self.f32s()?;
        expect_equal(field, values.len(), target.len())?;
        target.copy_from_slice(&values);
        Ok(())
    }

    /// Expects that all bytes have been read.
    pub fn finish(self) -> Result<(), StateError> {
        match self.bytes.len() - self.at {
            0 => Ok(()),
            left => Err(StateError::TrailingBytes(left)),
        }
    }
}

/// Compares a value of the saved state with the one this trainer has.
pub(crate) fn expect_equal<T: PartialEq + ToString + Copy>(
    field: &'static str,
    found: T,
    expected: T,
) -> Result<(), StateError> {
    if found == expected {
        return Ok(());
    }
    Err(StateError::Mismatch { field, found: found.to_string(), expected: expected.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use podpilot_random::Seed;

    fn sample() -> Vec<u8> {
        let mut writer = StateWriter::new();
        writer.section("sample");
        writer.f64(-0.1);
        writer.f32s(&[1.5, f32::MIN_POSITIVE]);
        writer.bools(&[true, false]);
        writer.into_bytes()
    }

    #[test]
    fn values_read_back_bit_for_bit() {
        let bytes = sample();
        let mut reader = StateReader::new(&bytes);
        reader.section("sample").unwrap();
        assert_eq!(reader.f64(), Ok(-0.1));
        assert_eq!(reader.f32s(), Ok(vec![1.5, f32::MIN_POSITIVE]));
        assert_eq!(reader.bools(), Ok(vec![true, false]));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn a_stream_continues_where_it_was() {
        let mut stream = Seed(3).stream();
        let _ = (stream.bits(), stream.standard_normal());
        let mut writer = StateWriter::new();
        writer.stream(&stream);
        let bytes = writer.into_bytes();
        let mut restored = StateReader::new(&bytes).stream().unwrap();
        assert_eq!(restored, stream);
        assert_eq!(restored.standard_normal().to_bits(), stream.standard_normal().to_bits());
    }

    #[test]
    fn truncated_and_foreign_states_are_refused() {
        let bytes = sample();
        for len in 0..bytes.len() {
            let mut reader = StateReader::new(&bytes[..len]);
            let read = reader.section("sample").and_then(|()| reader.f64()).and_then(|_| reader.f32s());
            let read = read.and_then(|_| reader.bools());
            assert!(matches!(read, Err(StateError::Truncated { .. })), "{len} bytes: {read:?}");
        }
        let mut reader = StateReader::new(&bytes);
        assert!(matches!(reader.section("other"), Err(StateError::Foreign { .. })));
        let reader = StateReader::new(&bytes);
        assert_eq!(reader.finish(), Err(StateError::TrailingBytes(bytes.len())));
    }
}
