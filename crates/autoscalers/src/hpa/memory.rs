//! The autoscaler's memory as a few bytes: integers of variable length, times as differences. A list that covers an
//! hour of decisions every 15 s and events of half an hour in both directions takes less than 4 KB.

use podpilot_core::Timestamp;

use super::conditions::Condition;
use super::scale_events::{ScaleEvent, ScaleEvents};
use super::stabilization::{Recommendation, Recommendations};

/// Marks the format and its version.
const HEADER: &[u8] = b"hpa1";
const PAYLOAD_BITS: u32 = 7;
const MORE_FOLLOWS: u8 = 0x80;

/// What is kept.
pub(super) struct MemoryView<'a> {
    pub(super) recommendations: &'a Recommendations,
    pub(super) up_events: &'a ScaleEvents,
    pub(super) down_events: &'a ScaleEvents,
    pub(super) scaled_to_zero: Option<&'a Condition>,
}

/// What was kept.
pub(super) struct Memory {
    pub(super) recommendations: Vec<Recommendation>,
    pub(super) up_events: Vec<ScaleEvent>,
    pub(super) down_events: Vec<ScaleEvent>,
    pub(super) scaled_to_zero: Option<(bool, Timestamp)>,
}

/// Bytes that are no memory of this autoscaler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum MemoryError {
    #[error("the snapshot is not one of an HPA")]
    Foreign,
    #[error("the snapshot ends too early")]
    Truncated,
    #[error("the snapshot holds a number out of range")]
    OutOfRange,
    #[error("the snapshot goes on after its end")]
    TooLong,
}

pub(super) fn encode(memory: &MemoryView<'_>) -> Vec<u8> {
    let mut writer = Writer { bytes: HEADER.to_vec(), last_time: 0 };
    let zero = memory.scaled_to_zero;
    writer.number(zero.map_or(0, |condition| if condition.status { 2 } else { 1 }));
    if let Some(condition) = zero {
        writer.time(condition.last_transition);
    }
    let recommendations = memory.recommendations.entries();
    writer.number(recommendations.len() as i64);
    for entry in recommendations {
        writer.number(i64::from(entry.replicas));
        writer.time(entry.at);
    }
    for events in [memory.up_events.entries(), memory.down_events.entries()] {
        writer.number(events.len() as i64);
        for event in events {
            writer.number(i64::from(event.change) * 2 + i64::from(event.is_outdated));
            writer.time(event.at);
        }
    }
    writer.bytes
}

pub(super) fn decode(bytes: &[u8]) -> Result<Memory, MemoryError> {
    let rest = bytes.strip_prefix(HEADER).ok_or(MemoryError::Foreign)?;
    let mut reader = Reader { rest, last_time: 0 };
    let scaled_to_zero = match reader.number()? {
        0 => None,
        1 => Some((false, reader.time()?)),
        2 => Some((true, reader.time()?)),
        _ => return Err(MemoryError::OutOfRange),
    };
    let memory = Memory {
        scaled_to_zero,
        recommendations: reader
            .list(|reader| Ok(Recommendation { replicas: reader.small_number()?, at: reader.time()? }))?,
        up_events: reader.list(Reader::event)?,
        down_events: reader.list(Reader::event)?,
    };
    if reader.rest.is_empty() { Ok(memory) } else { Err(MemoryError::TooLong) }
}

struct Writer {
    bytes: Vec<u8>,
    last_time: i64,
}

impl Writer {
    /// Sign in the lowest bit, then seven bits a byte from the low end.
    fn number(&mut self, value: i64) {
        let mut rest = ((value << 1) ^ (value >> 63)) as u64;
        while rest >= u64::from(MORE_FOLLOWS) {
            self.bytes.push(rest as u8 | MORE_FOLLOWS);
            rest >>= PAYLOAD_BITS;
        }
        self.bytes.push(rest as u8);
    }

    fn time(&mut self, at: Timestamp) {
        self.number(at.0.wrapping_sub(self.last_time));
        self.last_time = at.0;
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    last_time: i64,
}

impl Reader<'_> {
    fn number(&mut self) -> Result<i64, MemoryError> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(PAYLOAD_BITS as usize) {
            let (&byte, rest) = self.rest.split_first().ok_or(MemoryError::Truncated)?;
            self.rest = rest;
            value |= u64::from(byte & !MORE_FOLLOWS) << shift;
            if byte & MORE_FOLLOWS == 0 {
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        Err(MemoryError::OutOfRange)
    }

    fn small_number(&mut self) -> Result<i32, MemoryError> {
        i32::try_from(self.number()?).map_err(|_| MemoryError::OutOfRange)
    }

    fn time(&mut self) -> Result<Timestamp, MemoryError> {
        self.last_time = self.last_time.wrapping_add(self.number()?);
        Ok(Timestamp(self.last_time))
    }

    fn event(&mut self) -> Result<ScaleEvent, MemoryError> {
        let packed = self.number()?;
        let change = i32::try_from(packed >> 1).map_err(|_| MemoryError::OutOfRange)?;
        Ok(ScaleEvent { change, at: self.time()?, is_outdated: packed & 1 == 1 })
    }

    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, MemoryError>,
    ) -> Result<Vec<T>, MemoryError> {
        let length = usize::try_from(self.number()?).map_err(|_| MemoryError::OutOfRange)?;
        // No capacity from an unchecked length: a damaged snapshot must not exhaust memory.
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(item(self)?);
        }
        Ok(items)
    }
}
