//! What a recorded run leaves behind, read back here and by the readers of W&B and TensorBoard.

mod faults;
mod python;
mod readers;
mod resume;
mod sample;
