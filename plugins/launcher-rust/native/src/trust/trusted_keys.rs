//! `trusted_keys`: a line for each key, like OpenSSH's allowed signers. A pin is a line without a pattern.
use super::policy::{Owner, line_of, lines, read_policy_file, unreliable, words};
use crate::errors::Result;
use crate::format::bytes::hash_from_hex;
use crate::format::glob::matches_glob;
use std::path::Path;

pub type PublicKey = [u8; 32];

/// A key that is accepted for the name, and where that stands.
pub struct TrustedKey {
    pub key: PublicKey,
    pub line: usize,
}

/// Of those lines whose pattern matches the name.
pub fn read_trusted_keys(path: &Path, owner: Owner, name: &str) -> Result<Vec<TrustedKey>> {
    read_policy_file(path, owner)?.map_or(Ok(Vec::new()), |text| matching_keys(&text, path, name))
}

fn matching_keys(text: &str, path: &Path, name: &str) -> Result<Vec<TrustedKey>> {
    let mut found = Vec::new();
    for (line, text) in lines(text) {
        let mut words = words(text);
        let pattern = words.next().unwrap_or_default();
        let key = key_of(&mut words, path, line)?;
        if matches_glob(pattern.as_bytes(), name.as_bytes()) {
            found.push(TrustedKey { key, line });
        }
    }
    Ok(found)
}

/// The algorithm and a key; what follows is a comment. EFLAVOR_POLICY.
pub fn key_of<'a>(words: &mut impl Iterator<Item = &'a str>, path: &Path, line: usize) -> Result<PublicKey> {
    let algorithm = words.next().unwrap_or_default();
    if algorithm != "ed25519" {
        return Err(unreliable(line_of(path, line), &format!("ed25519 is wanted, not {algorithm:?}")));
    }
    let word = words.next().unwrap_or_default();
    let why = || format!("{word:?} is no key: 44 characters of base64 or 64 hex digits");
    parse_key(word).ok_or_else(|| unreliable(line_of(path, line), &why()))
}

/// 64 hex digits, or 44 characters of base64.
pub fn parse_key(word: &str) -> Option<PublicKey> {
    if word.len() == 44 { from_base64(word.as_bytes()) } else { hash_from_hex(word) }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Canonical and padded (RFC 4648): the two bits that are left over are zero.
fn from_base64(word: &[u8]) -> Option<PublicKey> {
    let (digits, padding) = word.split_at(43);
    let (mut key, mut bits, mut count) = (Vec::with_capacity(32), 0_u32, 0);
    for digit in digits {
        bits = bits << 6 | DIGITS.iter().position(|known| known == digit)? as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            key.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    key.try_into().ok().filter(|_| padding == b"=" && bits == 0)
}

pub fn to_base64(key: &PublicKey) -> String {
    let digit = |at: usize| {
        let pair = u16::from_be_bytes([key[at * 6 / 8], *key.get(at * 6 / 8 + 1).unwrap_or(&0)]);
        DIGITS[usize::from(pair >> (10 - at * 6 % 8) & 63)] as char
    };
    (0..43).map(digit).chain(['=']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "00102030405060708090a0b0c0d0e0f0ffeeddccbbaa99887766554433221101";
    const BASE64: &str = "ABAgMEBQYHCAkKCwwNDg8P/u3cy7qpmId2ZVRDMiEQE=";

    #[test]
    fn a_key_is_hex_or_canonical_base64() {
        let key = hash_from_hex(HEX).unwrap();
        assert_eq!((parse_key(HEX), parse_key(&HEX.to_uppercase())), (Some(key), Some(key)));
        assert_eq!((parse_key(BASE64), to_base64(&key).as_str()), (Some(key), BASE64));
        for wrong in
            [&BASE64[..43], &BASE64.replace("EQE=", "EQF="), &BASE64.replace('/', "_"), &BASE64.replace('=', "A"), &HEX[1..], "", "é"]
        {
            assert_eq!(parse_key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_lines_whose_pattern_matches_count_and_all_must_be_right() {
        let found = |text: &str, name: &str| {
            let found = matching_keys(text, Path::new("trusted_keys"), name);
            found.map(|keys| keys.iter().map(|key| key.line).collect::<Vec<_>>()).map_err(|error| error.message)
        };
        let text = format!("# mine\n\nsample ed25519 {HEX}\r\nsa*\ted25519   {BASE64} of the team\n ?ther ed25519 {HEX}");
        assert_eq!(found(&text, "sample"), Ok(vec![3, 4]));
        assert_eq!(found(&text, "öther"), Ok(vec![5]));
        assert_eq!(found(&text, "else"), Ok(vec![]));
        for wrong in [format!("x ed25518 {HEX}"), format!("ed25519 {HEX}"), "x ed25519".to_string(), "x".to_string()] {
            assert!(found(&format!("\n{wrong}\n"), "sample").unwrap_err().starts_with("trusted_keys:2 "), "{wrong}");
        }
    }

    #[test]
    fn patterns_are_compared_by_code_points() {
        let matches = |pattern: &str, name: &str| matches_glob(pattern.as_bytes(), name.as_bytes());
        assert!(matches("?", "€") && matches("*€?", "a€€") && matches("*", "") && matches("a*b*", "axxbyy"));
        assert!(!matches("??", "€") && !matches("*??de", "€de") && !matches("a*b", "axxbyy") && !matches("", "a"));
    }
}
