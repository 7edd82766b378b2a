//! The launcher that stands in front of a package: it checks what stands behind it in its own file, puts its slots where
//! they are to be used, once, and starts the application in its own place. `format/SPEC.md` says what it does, byte by
//! byte and step by step; the names of modules are those of the TypeScript sources that do the same.
//!
//!     launcher   what happens at a start, and the launcher's own commands
//!     trust      whether the key is one to trust, as files outside of the package say
//!     workenv    work environments on the disk
//!     unpack     decoders, tar, and the directory that nothing leaves
//!     format     pure bytes
//!     log        what is done, line by line, for who asks
//!     sys        what systems do differently, and calls that the standard library does not have; all unsafe code is there
//!
//! It is a library so that tests can reach its parts; `main.rs` is the program.
#[rustfmt::skip]
pub mod codes;
pub mod errors;
pub mod format;
pub mod launcher;
pub mod log;
#[rustfmt::skip]
pub mod registry;
pub mod sys;
pub mod trust;
pub mod unpack;
pub mod workenv;
