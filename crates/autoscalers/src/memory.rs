//! An autoscaler's memory as bytes: little-endian numbers one after another behind a header.

use podpilot_core::{RestoreError, Snapshot, Timestamp};

/// Writes a snapshot.
#[derive(Debug)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

/// Reads what [`Writer`] wrote.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
}

/// What is wrong with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damaged {
    #[error("the snapshot is of another autoscaler or version")]
    Foreign,
    #[error("the snapshot ends too early")]
    Truncated,
    #[error("the snapshot holds an impossible value")]
    Impossible,
    #[error("the snapshot goes on after its end")]
    TooLong,
}

impl Damaged {
    pub(crate) fn in_snapshot_of(self, autoscaler: &str) -> RestoreError {
        RestoreError { autoscaler: autoscaler.to_owned(), why: self.to_string() }
    }
}

/// Restores an autoscaler without memory: only the empty snapshot is its own.
pub(crate) fn restore_nothing(snapshot: &Snapshot, autoscaler: &str) -> Result<(), RestoreError> {
    Reader::new(snapshot, b"").and_then(Reader::finish).map_err(|damage| damage.in_snapshot_of(autoscaler))
}

impl Writer {
    pub(crate) fn new(header: &[u8]) -> Self {
        Self { bytes: header.to_vec() }
    }

    pub(crate) fn finish(self) -> Snapshot {
        Snapshot(self.bytes)
    }

    pub(crate) fn put_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn put_bool(&mut self, value: bool) {
        self.bytes.push(u8::from(value));
    }

    pub(crate) fn put_i32(&mut self, value: i32) {
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

    pub(crate) fn put_time(&mut self, time: Option<Timestamp>) {
        self.put_bool(time.is_some());
        if let Some(time) = time {
            self.put_i64(time.0);
        }
    }

    pub(crate) fn put_count(&mut self, count: usize) {
        self.put_i32(i32::try_from(count).unwrap_or(i32::MAX));
    }
}

impl<'b> Reader<'b> {
    pub(crate) fn new(snapshot: &'b Snapshot, header: &[u8]) -> Result<Self, Damaged> {
        let rest = snapshot.0.strip_prefix(header).ok_or(Damaged::Foreign)?;
        Ok(Self { rest })
    }

    /// Errors if something is left.
    pub(crate) fn finish(self) -> Result<(), Damaged> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged::TooLong) }
    }

    /// Everything that is left.
    pub(crate) fn remainder(self) -> &'b [u8] {
        self.rest
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(Damaged::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Damaged> {
        match self.take::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Damaged::Impossible),
        }
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Damaged> {
        self.take().map(i32::from_le_bytes)
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

    pub(crate) fn time(&mut self) -> Result<Option<Timestamp>, Damaged> {
        if self.bool()? { self.i64().map(|nanos| Some(Timestamp(nanos))) } else { Ok(None) }
    }

    /// A length of at most `most`.
    pub(crate) fn count(&mut self, most: usize) -> Result<usize, Damaged> {
        usize::try_from(self.i32()?).ok().filter(|count| *count <= most).ok_or(Damaged::Impossible)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_damage_is_noticed() {
        let mut writer = Writer::new(b"test");
        writer.put_bool(true);
        writer.put_f64(0.1);
        writer.put_time(Some(Timestamp(-7)));
        writer.put_time(None);
        writer.put_count(3);
        let snapshot = writer.finish();
        let mut reader = Reader::new(&snapshot, b"test").unwrap();
        assert_eq!(reader.bool(), Ok(true));
        assert_eq!(reader.f64(), Ok(0.1));
        assert_eq!(reader.time(), Ok(Some(Timestamp(-7))));
        assert_eq!(reader.time(), Ok(None));
        assert_eq!(reader.count(3), Ok(3));
        assert_eq!(reader.i32(), Err(Damaged::Truncated));
        assert_eq!(reader.finish(), Ok(()));
        assert_eq!(Reader::new(&snapshot, b"best").unwrap_err(), Damaged::Foreign);
        assert_eq!(Reader::new(&snapshot, b"test").unwrap().finish(), Err(Damaged::TooLong));
        assert_eq!(Reader::new(&Snapshot(vec![2]), b"").unwrap().bool(), Err(Damaged::Impossible));
        let count = Snapshot(vec![9, 0, 0, 0]);
        assert_eq!(Reader::new(&count, b"").unwrap().count(8), Err(Damaged::Impossible));
    }
}
