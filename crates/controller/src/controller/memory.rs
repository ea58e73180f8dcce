use podpilot_core::{Objective, Timestamp};

use crate::encoding::{AgentEncoder, DemandEncoder};
use crate::fault::FaultWatch;
use crate::schema::{Fnv, encoding_schema};
use crate::snapshot::{Damaged, Reader, Writer};
use crate::{Hold, Trim, TrimSettings};

const MAGIC: &[u8; 4] = b"PPC1";

/// All that one decision leaves to the next. Fixed size, so that branching a rollout copies it without allocating.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Memory {
    pub(super) demand: DemandEncoder,
    pub(super) agent: AgentEncoder,
    pub(super) trim: Trim,
    pub(super) hold: Hold,
    pub(super) fault: FaultWatch,
    /// The last decision.
    pub(super) last: Option<Timestamp>,
    /// Since when memory is complete; `None` before the first decision.
    pub(super) complete_since: Option<Timestamp>,
    /// The last decision wanted more pods than could be had.
    pub(super) saturated: bool,
}

impl Memory {
    pub(super) fn new(objective: &Objective, trim: Option<TrimSettings>) -> Self {
        Self {
            demand: DemandEncoder::new(),
            agent: AgentEncoder::new(objective),
            trim: Trim::new(trim, objective.latency.quantile),
            hold: Hold::new(),
            fault: FaultWatch::default(),
            last: None,
            complete_since: None,
            saturated: false,
        }
    }

    /// Magic, schema hash, parts, checksum.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.put_bytes(MAGIC);
        writer.put_bytes(&hash(encoding_schema().as_bytes()));
        self.demand.save(&mut writer);
        self.agent.save(&mut writer);
        self.trim.save(&mut writer);
        self.hold.save(&mut writer);
        self.fault.save(&mut writer);
        writer.put_optional_time(self.last);
        writer.put_optional_time(self.complete_since);
        writer.put_bool(self.saturated);
        let mut bytes = writer.finish();
        let checksum = hash(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    /// Puts back what [`Memory::to_bytes`] gave, or says what is wrong and changes nothing.
    pub(super) fn restore(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else { return Err("not a snapshot of a controller") };
        let Some(rest) = rest.strip_prefix(&hash(encoding_schema().as_bytes())) else {
            return Err("the snapshot was taken with another encoding");
        };
        let checked =
            rest.split_last_chunk::<8>().filter(|(_, sum)| **sum == hash(&bytes[..bytes.len() - 8]));
        let Some((body, _)) = checked else { return Err("the snapshot is damaged or not whole") };
        let mut restored = self.clone();
        match restored.load(body) {
            Ok(()) => {
                *self = restored;
                Ok(())
            }
            Err(Damaged) => Err("the snapshot does not fit this controller's settings"),
        }
    }

    fn load(&mut self, body: &[u8]) -> Result<(), Damaged> {
        let mut reader = Reader::new(body);
        self.demand.load(&mut reader)?;
        self.agent.load(&mut reader)?;
        self.trim.load(&mut reader)?;
        self.hold.load(&mut reader)?;
        self.fault.load(&mut reader)?;
        self.last = reader.optional_time()?;
        self.complete_since = reader.optional_time()?;
        self.saturated = reader.bool()?;
        reader.finish()
    }
}

fn hash(bytes: &[u8]) -> [u8; 8] {
    let mut hash = Fnv::new();
    hash.add_bytes(bytes);
    hash.0.to_le_bytes()
}
