//! Small things done to bytes: hex, little-endian numbers, Adler-32, CRC-32, and the place that bytes are read from.
use crate::codes::Code;
use crate::errors::{Result, fail};
use sha2::{Digest, Sha256};

/// Random access to a package, wherever it lies.
pub trait ByteSource: Sync {
    /// Of the whole file, in bytes.
    fn size(&self) -> u64;
    /// Fills `into` from `position`; EFLAVOR_IO when there are fewer bytes.
    fn read_at(&self, position: u64, into: &mut [u8]) -> Result<()>;

    fn read(&self, position: u64, length: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length as usize];
        self.read_at(position, &mut bytes)?;
        Ok(bytes)
    }
}

impl ByteSource for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, position: u64, into: &mut [u8]) -> Result<()> {
        let start = usize::try_from(position).unwrap_or(usize::MAX);
        let found = start.checked_add(into.len()).and_then(|end| self.get(start..end));
        into.copy_from_slice(found.ok_or_else(|| fail(Code::Io, format!("read: the bytes end before {position}")))?);
        Ok(())
    }
}

pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)] as char, DIGITS[usize::from(byte & 15)] as char]).collect()
}

/// 32 bytes from 64 hex digits of either case.
pub fn hash_from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = (pair[0] as char).to_digit(16)?;
        let low = (pair[1] as char).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(bytes)
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Word by word, which some C libraries do not.
pub fn are_equal(one: &[u8], other: &[u8]) -> bool {
    let ((words, rest), (other_words, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let equal = |(a, b): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*a) == u64::from_ne_bytes(*b);
    one.len() == other.len() && words.iter().zip(other_words).all(equal) && rest == other_rest
}

pub fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// The little-endian number at `at`; `at + 8` must lie inside.
pub fn read_u64(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

pub fn read_u32(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Adler-32 (RFC 1950, section 9). In stretches so short that neither sum leaves 32 bits.
pub fn adler32<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for piece in pieces {
        for stretch in piece.chunks(5552) {
            let (words, rest) = stretch.as_chunks::<8>();
            for word in words {
                // An index block is zeros, for the most part.
                if *word == [0; 8] {
                    b += 8 * a;
                } else {
                    for byte in word {
                        a += u32::from(*byte);
                        b += a;
                    }
                }
            }
            for byte in rest {
                a += u32::from(*byte);
                b += a;
            }
            a %= 65_521;
            b %= 65_521;
        }
    }
    b << 16 | a
}
