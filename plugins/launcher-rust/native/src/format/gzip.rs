//! The gzip that wraps the metadata (SPEC.md, section 3). Any gzip that fills its region to the last byte is read, up to a
//! limit; what flavor itself writes, stored blocks only, can be made again from the JSON.
use crate::codes::Code;
use crate::errors::{Result, fail};
use crate::registry::limits;
use flate2::bufread::MultiGzDecoder;
use std::io::Read;

const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
const BLOCK_SIZE: usize = 0xffff;

pub fn store_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 32 + bytes.len() / BLOCK_SIZE * 5);
    out.extend_from_slice(&HEADER);
    let blocks = bytes.len().div_ceil(BLOCK_SIZE).max(1);
    for block in 0..blocks {
        let stretch = &bytes[block * BLOCK_SIZE..bytes.len().min((block + 1) * BLOCK_SIZE)];
        let length = stretch.len() as u16;
        out.push(u8::from(block + 1 == blocks));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(stretch);
    }
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out
}

/// EFLAVOR_METADATA for what is not gzip to its last byte, EFLAVOR_METADATA_LIMIT beyond 1 MiB.
pub fn gunzip_metadata(stored: &[u8]) -> Result<Vec<u8>> {
    let broken = |_| fail(Code::Metadata, "the metadata is not gzip, is cut short, or is followed by something else");
    if stored.is_empty() {
        return Err(fail(Code::Metadata, "there is no metadata"));
    }
    let mut bytes = Vec::with_capacity(stored.len().min(limits::METADATA_JSON as usize) + 1);
    let mut decoder = MultiGzDecoder::new(stored);
    decoder.by_ref().take(limits::METADATA_JSON + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > limits::METADATA_JSON {
        return Err(fail(Code::MetadataLimit, "the metadata is larger than 1 MiB once decompressed"));
    }
    Ok(bytes)
}
