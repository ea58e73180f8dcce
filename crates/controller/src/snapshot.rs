use podpilot_core::{Sample, Span, Timestamp};

/// Writes a snapshot: little-endian numbers one after another.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

/// Reads what [`Writer`] wrote.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
}

/// The bytes end too early, are too many, or hold an impossible value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

impl Writer {
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn put_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn put_bool(&mut self, value: bool) {
        self.bytes.push(u8::from(value));
    }

    pub(crate) fn put_i16(&mut self, value: i16) {
        self.put_bytes(&value.to_le_bytes());
    }

    pub(crate) fn put_i32(&mut self, value: i32) {
        self.put_bytes(&value.to_le_bytes());
    }

    pub(crate) fn put_u32(&mut self, value: u32) {
        self.put_bytes(&value.to_le_bytes());
    }

    pub(crate) fn put_i64(&mut self, value: i64) {
        self.put_bytes(&value.to_le_bytes());
    }

    pub(crate) fn put_f32(&mut self, value: f32) {
        self.put_bytes(&value.to_le_bytes());
    }

    pub(crate) fn put_f64(&mut self, value: f64) {
        self.put_bytes(&value.to_le_bytes());
    }

    pub(crate) fn put_optional_time(&mut self, time: Option<Timestamp>) {
        self.put_bool(time.is_some());
        self.put_i64(time.unwrap_or_default().0);
    }

    pub(crate) fn put_optional_sample(&mut self, sample: Option<&Sample<f64>>) {
        self.put_bool(sample.is_some());
        if let Some(sample) = sample {
            self.put_f64(sample.value);
            self.put_i64(sample.at.0);
            self.put_i64(sample.window.0);
        }
    }
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Errors if something is left.
    pub(crate) fn finish(self) -> Result<(), Damaged> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged) }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'b [u8], Damaged> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Damaged)?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Damaged> {
        match self.take::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Damaged),
        }
    }

    pub(crate) fn i16(&mut self) -> Result<i16, Damaged> {
        self.take().map(i16::from_le_bytes)
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Damaged> {
        self.take().map(i32::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Damaged> {
        self.take().map(u32::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Damaged> {
        self.take().map(i64::from_le_bytes)
    }

    pub(crate) fn f32(&mut self) -> Result<f32, Damaged> {
        self.take().map(f32::from_le_bytes)
    }

    pub(crate) fn f64(&mut self) -> Result<f64, Damaged> {
        self.take().map(f64::from_le_bytes)
    }

    pub(crate) fn optional_time(&mut self) -> Result<Option<Timestamp>, Damaged> {
        let present = self.bool()?;
        let time = Timestamp(self.i64()?);
        Ok(present.then_some(time))
    }

    pub(crate) fn optional_sample(&mut self) -> Result<Option<Sample<f64>>, Damaged> {
        if !self.bool()? {
            return Ok(None);
        }
        let value = self.f64()?;
        Ok(Some(Sample { value, at: Timestamp(self.i64()?), window: Span(self.i64()?) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_a_cut_is_noticed() {
        let sample = Sample { value: 2.5, at: Timestamp(7), window: Span(8) };
        let mut writer = Writer::default();
        writer.put_bool(true);
        writer.put_i16(-3);
        writer.put_f64(0.1);
        writer.put_optional_time(None);
        writer.put_optional_sample(Some(&sample));
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.bool(), Ok(true));
        assert_eq!(reader.i16(), Ok(-3));
        assert_eq!(reader.f64(), Ok(0.1));
        assert_eq!(reader.optional_time(), Ok(None));
        assert_eq!(reader.optional_sample(), Ok(Some(sample)));
        assert_eq!(reader.finish(), Ok(()));
        assert_eq!(Reader::new(&bytes[..2]).take::<3>(), Err(Damaged));
        assert_eq!(Reader::new(&[2]).bool(), Err(Damaged));
        assert_eq!(Reader::new(&bytes).finish(), Err(Damaged), "bytes are left");
    }
}
