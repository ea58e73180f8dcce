//! What is read from and written to the API server.

mod floor;
mod lease;
mod scale;
mod status_writer;
mod trimming;
mod watches;
mod write_fault;

pub use floor::{
    FLOOR_ANNOTATION, FloorChange, USER_MIN_ANNOTATION, floor_change, release_change, write_floor,
};
pub use lease::{Leadership, LeaseSettings, hold_lease};
pub use scale::write_scale;
pub use status_writer::{StatusWriter, write_status};
pub use watches::Watches;
pub use write_fault::WriteFault;
