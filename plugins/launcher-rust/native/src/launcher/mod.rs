//! What happens at a start: SPEC.md, sections 14 and 16 to 20.
pub mod cold;
pub mod command;
pub mod environment;
pub mod late;
pub mod late_slot;
pub mod later;
pub mod launch;
pub mod needs;
pub mod progress;
pub mod report;
pub mod services;
pub mod setup;
pub mod start;
pub mod trust;
pub mod words;
