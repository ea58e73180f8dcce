use crate::snapshot::{Damaged, Reader, Writer};

/// Follows one fault from its onset: until it ends, replicas never fall below the count at its onset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FaultWatch {
    /// Decisions since the onset, that one included; 0 without a fault.
    ticks: u32,
    replicas_at_onset: i32,
}

impl FaultWatch {
    /// Takes up whether this decision lacks a signal. `replicas` are those asked for now.
    pub(crate) fn tick(&mut self, faulty: bool, replicas: i32) {
        if !faulty {
            *self = Self::default();
            return;
        }
        if self.ticks == 0 {
            self.replicas_at_onset = replicas;
        }
        self.ticks = self.ticks.saturating_add(1);
    }

    /// Whether there is a fault now.
    pub(crate) fn is_active(self) -> bool {
        self.ticks > 0
    }

    /// Whether the fault has outlived one decision, so that the in-process HPA is heard.
    pub(crate) fn is_confirmed(self) -> bool {
        self.ticks > 1
    }

    /// Fewest replicas that the fault allows, given those asked for now.
    pub(crate) fn floor(self, replicas: i32) -> Option<i32> {
        self.is_active().then(|| self.replicas_at_onset.max(replicas))
    }

    pub(crate) fn save(self, writer: &mut Writer) {
        writer.put_u32(self.ticks);
        writer.put_i32(self.replicas_at_onset);
    }

    pub(crate) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        *self = Self { ticks: reader.u32()?, replicas_at_onset: reader.i32()? };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_the_count_at_onset_or_higher() {
        let mut watch = FaultWatch::default();
        watch.tick(false, 9);
        assert_eq!(watch.floor(9), None);
        watch.tick(true, 7);
        assert_eq!((watch.floor(7), watch.is_confirmed()), (Some(7), false));
        watch.tick(true, 4);
        assert_eq!((watch.floor(4), watch.is_confirmed()), (Some(7), true));
        assert_eq!(watch.floor(12), Some(12), "what the HPA added stays");
        watch.tick(false, 12);
        assert_eq!(watch.floor(12), None);
    }
}
