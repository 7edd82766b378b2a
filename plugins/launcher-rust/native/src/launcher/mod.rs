//! What happens at a start: SPEC.md, sections 14 and 16 to 20.
pub mod cold;
pub mod environment;
pub mod late;
pub mod later;
pub mod launch;
pub mod progress;
pub mod report;
pub mod services;
pub mod setup;
pub mod start;
pub mod trust;
pub mod words;
