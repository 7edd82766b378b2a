//! The index block: 8192 bytes at the end of a package, between the two marks, that say where everything lies (SPEC.md, 2).
use super::bytes::{adler32, read_u32, read_u64};
use crate::codes::Code;
use crate::errors::{Result, fail};
use crate::registry::{END_MARK, FORMAT_VERSION, INDEX_SIZE, START_MARK, TRAILER_SIZE};

#[derive(Clone, Debug)]
pub struct IndexBlock {
    pub format_version: u32,
    /// As stored; see `adler_of` for what it should be.
    pub checksum: u32,
    pub package_size: u64,
    pub launcher_size: u64,
    pub metadata_offset: u64,
    pub metadata_size: u64,
    pub table_offset: u64,
    pub table_size: u64,
    pub slot_count: u32,
    pub public_key: [u8; 32],
    pub metadata_checksum: [u8; 32],
    /// The first 64 of the 512 bytes reserved for it.
    pub signature: [u8; 64],
}

/// `block` is INDEX_SIZE bytes.
pub fn decode_index(block: &[u8]) -> IndexBlock {
    IndexBlock {
        format_version: read_u32(block, 0),
        checksum: read_u32(block, 4),
        package_size: read_u64(block, 8),
        launcher_size: read_u64(block, 16),
        metadata_offset: read_u64(block, 24),
        metadata_size: read_u64(block, 32),
        table_offset: read_u64(block, 40),
        table_size: read_u64(block, 48),
        slot_count: read_u32(block, 56),
        public_key: taken(block, 64),
        metadata_checksum: taken(block, 96),
        signature: taken(block, 128),
    }
}

/// The block that flavor writes for these fields, with the sum as it is stated.
pub fn encode_index(index: &IndexBlock) -> Vec<u8> {
    let mut block = vec![0; INDEX_SIZE];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &FORMAT_VERSION.to_le_bytes());
    put(8, &index.package_size.to_le_bytes());
    put(16, &index.launcher_size.to_le_bytes());
    put(24, &index.metadata_offset.to_le_bytes());
    put(32, &index.metadata_size.to_le_bytes());
    put(40, &index.table_offset.to_le_bytes());
    put(48, &(u64::from(index.slot_count) * 64).to_le_bytes());
    put(56, &index.slot_count.to_le_bytes());
    put(64, &index.public_key);
    put(96, &index.metadata_checksum);
    put(128, &index.signature);
    put(644, &4096_u32.to_le_bytes());
    put(832, &0x81_u64.to_le_bytes());
    put(856, &FORMAT_VERSION.to_le_bytes());
    put(860, &1_u32.to_le_bytes());
    put(8188, &START_MARK);
    put(4, &index.checksum.to_le_bytes());
    block
}

/// Adler-32 of the block with its own checksum field taken as zero.
pub fn adler_of(block: &[u8]) -> u32 {
    adler32([&block[..4], &[0; 4], &block[8..]])
}

/// The block inside the last bytes of a file. EFLAVOR_NOT_A_PACKAGE when the marks are not there.
pub fn unframe_index(trailer: &[u8]) -> Result<&[u8]> {
    let framed = trailer.len() == TRAILER_SIZE && trailer.starts_with(&START_MARK) && trailer.ends_with(&END_MARK);
    if !framed {
        let message = "no package trailer at the end of the file: it is not a package, or it was cut short";
        return Err(fail(Code::NotAPackage, message));
    }
    Ok(&trailer[4..4 + INDEX_SIZE])
}

fn taken<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&block[at..at + N]);
    bytes
}
