//! What can be said of paired measurements over days: intervals, tests, effect sizes.
//!
//! The unit of evidence is the distinct day of load. Noise seeds on one day and training seeds of one agent are
//! resampled beside it and never counted as days.

mod effect_size;
mod hierarchical_bootstrap;
mod holm;
mod incomplete_beta;
mod interquartile_mean;
mod normal;
mod percentile;
mod pooling;
mod stratified_bootstrap;
mod student;
mod wilcoxon;

#[cfg(test)]
mod fixture;

pub use effect_size::{cliffs_delta, rank_biserial};
pub use hierarchical_bootstrap::{Design, Draw, RESAMPLES, Resampled, Test, resample};
pub use holm::holm;
pub use interquartile_mean::interquartile_mean;
pub use percentile::percentile;
pub use pooling::{Pooled, pool};
pub use stratified_bootstrap::stratified_bootstrap;
pub use student::{student_quantile, student_two_sided_p};
pub use wilcoxon::{WilcoxonTest, wilcoxon_signed_rank};
