//! Just enough of protocol buffers to write messages (developers.google.com/protocol-buffers, "Encoding").

const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED_32: u64 = 5;

/// A message under construction. Fields appear in the order in which they are added.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    bytes: Vec<u8>,
}

impl Message {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Any integer type; negative numbers take ten bytes, as the format wants it.
    pub(crate) fn int(mut self, field: u64, value: i64) -> Self {
        self.tag(field, VARINT);
        self.varint(value as u64);
        self
    }

    pub(crate) fn bool(self, field: u64, value: bool) -> Self {
        self.int(field, i64::from(value))
    }

    pub(crate) fn double(mut self, field: u64, value: f64) -> Self {
        self.tag(field, FIXED_64);
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn float(mut self, field: u64, value: f32) -> Self {
        self.tag(field, FIXED_32);
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn string(self, field: u64, value: &str) -> Self {
        self.delimited(field, value.as_bytes())
    }

    /// A string that is left out when there is none.
    pub(crate) fn optional(self, field: u64, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.string(field, value),
            None => self,
        }
    }

    pub(crate) fn message(self, field: u64, value: &Self) -> Self {
        self.delimited(field, &value.bytes)
    }

    fn delimited(mut self, field: u64, value: &[u8]) -> Self {
        self.tag(field, LENGTH_DELIMITED);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
        self
    }

    fn tag(&mut self, field: u64, kind: u64) {
        self.varint(field << 3 | kind);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification() {
        assert_eq!(Message::new().int(1, 150).into_bytes(), [0x08, 0x96, 0x01]);
        assert_eq!(
            Message::new().string(2, "testing").into_bytes(),
            [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]
        );
        let inner = Message::new().int(1, 150);
        assert_eq!(Message::new().message(3, &inner).into_bytes(), [0x1a, 0x03, 0x08, 0x96, 0x01]);
        let minus_two = Message::new().int(1, -2).into_bytes();
        assert_eq!(minus_two, [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    }
}
