//! The `.wandb` file: `LevelDB`'s log format (github.com/google/leveldb, `doc/log_format.md`) behind a header of its own, with
//! the IEEE checksum instead of `LevelDB`'s.

use std::path::Path;

use crate::TrackError;
use crate::append_file::AppendFile;
use crate::protobuf::Message;

const BLOCK: usize = 32 * 1024;

/// Checksum, length, kind.
const CHUNK_HEADER: usize = 4 + 2 + 1;

/// `:W&B`, a magic number, version 0. Counts as part of the first block.
const FILE_HEADER: [u8; 7] = [b':', b'W', b'&', b'B', 0xe1, 0xbe, 0];

const FULL: u8 = 1;
const FIRST: u8 = 2;
const MIDDLE: u8 = 3;
const LAST: u8 = 4;

/// Field of the record's number, which counts up from 1.
const NUMBER: u64 = 1;

/// A growing file of records.
#[derive(Debug)]
pub(super) struct TransactionLog {
    file: AppendFile,
    number: i64,
}

impl TransactionLog {
    pub(super) fn create(path: &Path) -> Result<Self, TrackError> {
        let mut file = AppendFile::create(path)?;
        file.append(&FILE_HEADER)?;
        Ok(Self { file, number: 0 })
    }

    /// A record whose content is in `field`.
    pub(super) fn append(&mut self, field: u64, content: &Message) -> Result<(), TrackError> {
        let number = self.number + 1;
        let record = Message::new().int(NUMBER, number).message(field, content).into_bytes();
        self.file.append(&chunks(&record, self.file.length() as usize % BLOCK))?;
        self.number = number;
        Ok(())
    }
}

/// A record cut into chunks, none of which crosses a block; `position` is where in its block the file ends.
fn chunks(record: &[u8], mut position: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(record.len() + 2 * CHUNK_HEADER);
    let mut rest = record;
    let mut first = true;
    loop {
        if BLOCK - position < CHUNK_HEADER {
            out.resize(out.len() + BLOCK - position, 0);
            position = 0;
        }
        let (chunk, more) = rest.split_at(rest.len().min(BLOCK - position - CHUNK_HEADER));
        let kind = match (first, more.is_empty()) {
            (true, true) => FULL,
            (true, false) => FIRST,
            (false, false) => MIDDLE,
            (false, true) => LAST,
        };
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&[kind]);
        checksum.update(chunk);
        out.extend_from_slice(&checksum.finalize().to_le_bytes());
        out.extend_from_slice(&(chunk.len() as u16).to_le_bytes());
        out.push(kind);
        out.extend_from_slice(chunk);
        position = (position + CHUNK_HEADER + chunk.len()) % BLOCK;
        rest = more;
        first = false;
        if rest.is_empty() {
            return out;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads chunks back the way the format's document says; every checksum must hold.
    fn records(file: &[u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let mut open: Option<Vec<u8>> = None;
        let mut at = FILE_HEADER.len();
        while at < file.len() {
            if BLOCK - at % BLOCK < CHUNK_HEADER {
                at += BLOCK - at % BLOCK;
                continue;
            }
            let length = usize::from(u16::from_le_bytes([file[at + 4], file[at + 5]]));
            let kind = file[at + 6];
            let data = &file[at + CHUNK_HEADER..at + CHUNK_HEADER + length];
            assert_eq!(at / BLOCK, (at + CHUNK_HEADER + length - 1) / BLOCK, "a chunk crosses a block");
            assert_eq!(crc32fast::hash(&[&[kind], data].concat()).to_le_bytes(), file[at..at + 4]);
            match (kind, &mut open) {
                (FULL, None) => found.push(data.to_vec()),
                (FIRST, None) => open = Some(data.to_vec()),
                (MIDDLE, Some(record)) => record.extend_from_slice(data),
                (LAST, Some(record)) => {
                    record.extend_from_slice(data);
                    found.extend(open.take());
                }
                other => unreachable!("{other:?}"),
            }
            at += CHUNK_HEADER + length;
        }
        found
    }

    #[test]
    fn records_of_every_length_come_back() {
        let mut file = FILE_HEADER.to_vec();
        let mut expected = Vec::new();
        // Lengths that end a block at each distance from its end, and such that span blocks.
        let lengths =
            (0..12).map(|short| BLOCK - CHUNK_HEADER - FILE_HEADER.len() - short).chain([0, 1, 70_000, 5]);
        for (index, length) in lengths.enumerate() {
            let record: Vec<u8> = (0..length).map(|byte| (byte * 7 + index) as u8).collect();
            file.extend(chunks(&record, file.len() % BLOCK));
            expected.push(record);
        }
        assert_eq!(records(&file), expected);
    }
}
