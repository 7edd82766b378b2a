//! One tar entry's description, from its 512-byte header and what precedes it: ustar, pax (`x`, `g`), GNU long names (`L`,
//! `K`), old V7. Numbers may be octal or GNU's base-256; names must be UTF-8. Everything else that calls itself tar is refused.
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use std::collections::BTreeMap;

pub const BLOCK_SIZE: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryType {
    Directory,
    File,
    Hardlink,
    Symlink,
}

#[derive(Debug)]
pub struct Entry {
    pub kind: EntryType,
    /// As written: neither made plain nor checked.
    pub path: String,
    pub link: String,
    /// Permission bits without setuid, setgid and sticky.
    pub mode: u32,
    pub size: u64,
}

/// What an extension header says of the entry after it (pax keys).
pub type Extension = BTreeMap<String, String>;

/// A header block is an entry, or announces so many bytes that extend the next entry or all later ones.
#[derive(Debug)]
pub enum Header {
    Entry(Entry),
    Extension(u8, u64),
}

/// `block` is BLOCK_SIZE bytes. EFLAVOR_TAR.
pub fn decode_header(block: &[u8], global: &Extension, next: &Extension) -> Result<Header> {
    require_checksum(block)?;
    let flag = block[156];
    let size = number(&block[124..136])?;
    if matches!(flag, b'x' | b'g' | b'L' | b'K') {
        return Ok(Header::Extension(flag, size));
    }
    let extended = |key: &str| next.get(key).or_else(|| global.get(key));
    let path = match extended("path") {
        Some(path) => path.clone(),
        None => header_name(block)?,
    };
    let kind = match flag {
        b'0' | 0 if path.ends_with('/') => Some(EntryType::Directory),
        b'0' | b'7' | 0 => Some(EntryType::File),
        b'1' => Some(EntryType::Hardlink),
        b'2' => Some(EntryType::Symlink),
        b'5' => Some(EntryType::Directory),
        _ => None,
    };
    let sparse = next.keys().chain(global.keys()).any(|key| key.starts_with("GNU.sparse"));
    let Some(kind) = kind.filter(|_| !sparse) else {
        return Err(bad_tar(format!("{path:?} is of type {:?}, which work environments cannot hold", flag as char)));
    };
    let link = match extended("linkpath") {
        Some(link) => link.clone(),
        None => text(&block[157..257])?,
    };
    let size = if kind == EntryType::File { size_of(extended("size"), size)? } else { 0 };
    Ok(Header::Entry(Entry { kind, path, link, mode: (number(&block[100..108])? & 0o777) as u32, size }))
}

/// The content of a `K`, `L`, `g` or `x` header.
pub fn decode_extension(flag: u8, content: &[u8]) -> Result<Extension> {
    match flag {
        b'L' => Ok(Extension::from([("path".to_string(), text(content)?)])),
        b'K' => Ok(Extension::from([("linkpath".to_string(), text(content)?)])),
        _ => decode_records(content),
    }
}

fn decode_records(mut content: &[u8]) -> Result<Extension> {
    let malformed = || bad_tar("a pax record is malformed".to_string());
    let mut records = Extension::new();
    while !content.is_empty() {
        let space = content.iter().position(|byte| *byte == b' ').ok_or_else(malformed)?;
        let digits = &content[..space];
        let plain = (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
        let length = if plain { digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')) } else { 0 };
        if length < space + 3 || length > content.len() || content[length - 1] != b'\n' {
            return Err(malformed());
        }
        let record = utf8(&content[space + 1..length - 1])?;
        let (key, value) = record.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(malformed)?;
        if value.contains('\0') {
            return Err(bad_tar("a pax record holds a zero byte".to_string()));
        }
        records.insert(key.to_string(), value.to_string());
        content = &content[length..];
    }
    Ok(records)
}

pub fn bad_tar(message: String) -> PackageError {
    fail(Code::Tar, format!("the tar stream is unusable: {message}"))
}

fn require_checksum(block: &[u8]) -> Result<()> {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    if sum(&block[..148]) + sum(&block[156..]) + 8 * 0x20 != number(&block[148..156])? {
        return Err(bad_tar("a header does not have the checksum it states".to_string()));
    }
    Ok(())
}

fn header_name(block: &[u8]) -> Result<String> {
    let name = text(&block[..100])?;
    let prefix = if &block[257..263] == b"ustar\0" { text(&block[345..500])? } else { String::new() };
    Ok(if prefix.is_empty() { name } else { format!("{prefix}/{name}") })
}

fn text(field: &[u8]) -> Result<String> {
    utf8(field.split(|byte| *byte == 0).next().unwrap_or_default())
}

fn utf8(bytes: &[u8]) -> Result<String> {
    std::str::from_utf8(bytes).map(str::to_string).map_err(|_| bad_tar("a name is not UTF-8".to_string()))
}

fn number(field: &[u8]) -> Result<u64> {
    if field[0] & 0x80 != 0 {
        return base256(field);
    }
    let end = field.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |last| last + 1);
    let digits = field[..end].trim_ascii();
    if !digits.iter().all(|digit| (b'0'..=b'7').contains(digit)) {
        return Err(bad_tar(format!("a header holds {:?} where a number belongs", String::from_utf8_lossy(digits))));
    }
    Ok(digits.iter().fold(0, |number, digit| number << 3 | u64::from(digit - b'0')))
}

fn base256(field: &[u8]) -> Result<u64> {
    let mut value: u64 = u64::from(field[0] & 0x7f);
    for byte in &field[1..] {
        value = value << 8 | u64::from(*byte);
        if value >= 1 << 53 {
            return Err(bad_tar("a number is beyond any file".to_string()));
        }
    }
    Ok(value)
}

fn size_of(pax: Option<&String>, header: u64) -> Result<u64> {
    let Some(pax) = pax else { return Ok(header) };
    let plain = (1..=15).contains(&pax.len()) && pax.bytes().all(|byte| byte.is_ascii_digit());
    pax.parse().ok().filter(|_| plain).ok_or_else(|| bad_tar(format!("a pax record gives the size {pax:?}")))
}
