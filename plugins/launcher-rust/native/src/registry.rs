// Generated from format/registry.json by `npm run generate`; edit that file instead.

pub const FORMAT_NAME: &str = "PSPF/2025";
pub const FORMAT_VERSION: u32 = 0x20250001;
pub const START_MARK: [u8; 4] = [0xf0, 0x9f, 0x93, 0xa6];
pub const END_MARK: [u8; 4] = [0xf0, 0x9f, 0xaa, 0x84];
pub const INDEX_SIZE: usize = 8192;
pub const TRAILER_SIZE: usize = 8200;
pub const DESCRIPTOR_SIZE: usize = 64;
pub const SLOT_ALIGNMENT: u64 = 8;
pub const BUILD_TOOL: &str = "flavor";
pub const LAYOUT_VERSION: u64 = 1;

pub mod limits {
    pub const METADATA_JSON: u64 = 1048576;
    pub const METADATA_DEPTH: u64 = 64;
    pub const METADATA_STORED: u64 = 2097152;
    pub const SLOT_COUNT: u64 = 4096;
    pub const TAR_PATH: u64 = 4096;
    pub const GAP: u64 = 131072;
}

/// Code and name.
pub const OPERATIONS: &[(u8, &str)] = &[
    (0x01, "tar"),
    (0x10, "gzip"),
    (0x13, "bzip2"),
    (0x16, "xz"),
    (0x1b, "zstd"),
    (0x21, "brotli"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    Persistent,
    Volatile,
    Temporary,
    Cached,
    Lazy,
    Eager,
}

/// Lifecycle, name and code.
pub const LIFECYCLES: &[(Lifecycle, &str, u8)] = &[
    (Lifecycle::Persistent, "persistent", 2),
    (Lifecycle::Volatile, "volatile", 0),
    (Lifecycle::Temporary, "temporary", 5),
    (Lifecycle::Cached, "cached", 4),
    (Lifecycle::Lazy, "lazy", 6),
    (Lifecycle::Eager, "eager", 7),
];

/// What other builders call a lifecycle.
pub const LIFECYCLE_ALIASES: &[(&str, Lifecycle)] = &[
    ("init", Lifecycle::Volatile),
    ("initialization", Lifecycle::Volatile),
    ("startup", Lifecycle::Persistent),
    ("runtime", Lifecycle::Persistent),
    ("shutdown", Lifecycle::Persistent),
    ("config", Lifecycle::Persistent),
    ("platform", Lifecycle::Persistent),
    ("dev", Lifecycle::Persistent),
    ("development", Lifecycle::Persistent),
    ("cache", Lifecycle::Cached),
    ("temp", Lifecycle::Temporary),
];
