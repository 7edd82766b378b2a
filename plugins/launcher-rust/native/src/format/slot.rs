//! One row of the slot table: 64 bytes that say where a slot lies (SPEC.md, 6). In packages built by flavor each byte but
//! the offset is computed again from the signed metadata and compared, so that the table can say nothing of its own.
use super::bytes::{read_u64, sha256};
use super::chain::{pack_chain, unpack_chain};
use super::metadata::SlotMetadata;
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use crate::registry::{DESCRIPTOR_SIZE, LIFECYCLES};

pub struct Descriptor {
    /// From the start of the file; 0 for a slot that stores nothing.
    pub offset: u64,
    /// As stored.
    pub size: u64,
    /// Operation codes, first applied first.
    pub operations: Vec<u8>,
    pub mode: u32,
}

/// `row` is DESCRIPTOR_SIZE bytes.
pub fn decode_descriptor(row: &[u8]) -> Descriptor {
    Descriptor {
        offset: read_u64(row, 16),
        size: read_u64(row, 24),
        operations: unpack_chain(read_u64(row, 40)),
        mode: u32::from(row[62]) | u32::from(row[63]) << 8,
    }
}

/// EFLAVOR_SLOT_TABLE when the row says anything but what the metadata says (exact packages), or another checksum, or
/// stores bytes that the metadata gives no checksum for (any).
pub fn require_agreement(row: &[u8], slot: &SlotMetadata) -> Result<()> {
    let agrees = match (&slot.exact, &slot.sha256) {
        (Some(_), _) => encode_descriptor(slot, read_u64(row, 16)).as_slice() == row,
        (None, Some(sha256)) => row[48..56] == sha256[..8],
        (None, None) => read_u64(row, 24) == 0,
    };
    if agrees { Ok(()) } else { Err(disagreement(slot)) }
}

fn encode_descriptor(slot: &SlotMetadata, offset: u64) -> [u8; DESCRIPTOR_SIZE] {
    let mut row = [0; DESCRIPTOR_SIZE];
    let Some(exact) = &slot.exact else { return row };
    let mut put = |at: usize, bytes: &[u8]| row[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &descriptor_id(slot.index as u64).to_le_bytes());
    put(8, &sha256(slot.id.as_bytes())[..8]);
    put(16, &offset.to_le_bytes());
    put(24, &exact.size.to_le_bytes());
    put(32, &exact.original_size.to_le_bytes());
    put(40, &pack_chain(&exact.chain).to_le_bytes());
    put(48, &slot.sha256.unwrap_or_default()[..8]);
    let lifecycle = LIFECYCLES.iter().find(|(one, _, _)| *one == slot.lifecycle).map_or(2, |(_, _, code)| *code);
    put(56, &[exact.class, lifecycle, 128]);
    put(62, &(slot.mode as u16).to_le_bytes());
    row
}

/// The slot's index, but moved up by 2^32 + 1 where one existing launcher would take its first bytes for JSON or gzip.
pub fn descriptor_id(index: u64) -> u64 {
    let misread = index & 0xff == 0x7b || index & 0xffff == 0x8b1f;
    if misread { index + (1 << 32) + 1 } else { index }
}

fn disagreement(slot: &SlotMetadata) -> PackageError {
    let message = format!("the slot table says otherwise than the signed metadata about slot {} ({})", slot.index, slot.id);
    fail(Code::SlotTable, message)
}
