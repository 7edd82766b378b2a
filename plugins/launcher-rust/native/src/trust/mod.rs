//! Whether the key of a package is one to trust: decided outside of the package, by files of the system and of the user
//! (SPEC.md, section 21).
pub mod decision;
pub mod pins;
pub mod policy;
pub mod rotation;
pub mod trusted_keys;
