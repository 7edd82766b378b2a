//! What a package is, as far as bytes tell: SPEC.md, sections 1 to 11.
pub mod bytes;
pub mod chain;
pub mod content;
pub mod examination;
pub mod file_source;
pub mod glob;
pub mod gzip;
pub mod index_block;
pub mod json;
pub mod layout;
pub mod metadata;
pub mod number;
pub mod slot;
pub mod verification;
pub mod words;
