//! Load: recorded traces, generated shapes, their composition, and arrival noise.
