//! Measured cells by content: what an autoscaler did in a world is run once, ever.

use std::fs;
use std::path::{Path, PathBuf};

use podpilot_traffic::sha256_hex;

use super::cell::{CELL_SCHEMA, Cell};
use crate::LabError;

/// A folder of cells, one file for each autoscaler in each world.
#[derive(Debug)]
pub(super) struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// Without a folder nothing is kept.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, LabError> {
        if let Some(folder) = folder {
            fs::create_dir_all(folder)
                .map_err(|source| LabError::NotWritable { path: folder.to_owned(), source })?;
        }
        Ok(Self { folder: folder.map(Path::to_owned) })
    }

    /// The name under which cells of this entrant in this world lie.
    pub(super) fn key(entrant: &str, world: &str) -> String {
        sha256_hex(format!("{CELL_SCHEMA} {} {entrant} {world}", env!("CARGO_PKG_VERSION")).as_bytes())
    }

    pub(super) fn load(&self, key: &str) -> Option<Vec<Cell>> {
        let bytes = fs::read(self.path(key)?).ok()?;
        // A file that cannot be read is measured again and written anew.
        serde_json::from_slice(&bytes).ok()
    }

    pub(super) fn store(&self, key: &str, cells: &[Cell]) -> Result<(), LabError> {
        let Some(path) = self.path(key) else {
            return Ok(());
        };
        let text = serde_json::to_vec(cells).map_err(|error| LabError::Failed(error.to_string()))?;
        let beside = path.with_extension("tmp");
        fs::write(&beside, text)
            .and_then(|()| fs::rename(&beside, &path))
            .map_err(|source| LabError::NotWritable { path, source })
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(format!("{key}.json")))
    }
}
