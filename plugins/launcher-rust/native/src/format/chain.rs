//! A slot's chain: the operations that were applied to its content, first applied first (SPEC.md, section 7). On disk a
//! 64-bit number, one byte an operation, ended by a zero byte. The word for it is for people only.
use crate::registry::OPERATIONS;

pub const TAR: u8 = 0x01;

pub fn unpack_chain(packed: u64) -> Vec<u8> {
    packed.to_le_bytes().into_iter().take_while(|code| *code != 0).collect()
}

/// At most eight codes count.
pub fn pack_chain(codes: &[u8]) -> u64 {
    codes.iter().take(8).rev().fold(0, |packed, code| packed << 8 | u64::from(*code))
}

pub fn operation_name(code: u8) -> String {
    let known = OPERATIONS.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| format!("0x{code:02x}"), |(_, name)| (*name).to_string())
}

pub fn chain_word(codes: &[u8]) -> String {
    let names: Vec<String> = codes.iter().map(|code| operation_name(*code)).collect();
    match names.as_slice() {
        [] => "none".to_string(),
        [tar, gzip] if tar == "tar" && gzip == "gzip" => "tgz".to_string(),
        [one] => one.clone(),
        several => several.iter().map(|name| short(name)).collect::<Vec<_>>().join("."),
    }
}

fn short(name: &str) -> &str {
    match name {
        "brotli" => "br",
        "bzip2" => "bz2",
        "gzip" => "gz",
        "zstd" => "zst",
        other => other,
    }
}

/// True when the content is a tree: its first operation was tar.
pub fn is_tree(codes: &[u8]) -> bool {
    codes.first() == Some(&TAR)
}
