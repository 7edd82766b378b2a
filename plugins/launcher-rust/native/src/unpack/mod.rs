//! From stored bytes to files: SPEC.md, section 12.
pub mod decoders;
pub mod entry;
pub mod frames;
pub mod tree;
#[allow(clippy::module_inception)]
pub mod unpack;
pub mod untar;
