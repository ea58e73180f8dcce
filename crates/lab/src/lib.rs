//! Training, evaluation and reports on the simulator.
