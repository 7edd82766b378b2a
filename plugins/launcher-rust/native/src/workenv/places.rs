//! Where things lie below a base directory. No other module spells these names.
//!
//!     workenvs/<name>-<12 hex>              a link to the generation in use: the work environment
//!     workenvs/<name>-<12 hex>.building     spares double work while one is being built; correctness never depends on it
//!     workenvs/.gen/<id>.<random>/          a generation: one extracted copy, built where it stays
//!         .flavor/stamp                     written last: the generation is whole
//!         .flavor/files                     its regular files and their sizes
//!         .flavor/live                      a FIFO that every user of the generation holds open
//!         data                              a link to the application's data
//!     workenvs/.gen/trash.<random>/         on its way out; anybody may delete it
//!     slots/<key>/                          a slot's extracted content, shared by packages
use crate::format::bytes::{sha256, to_hex};
use crate::format::json::quote;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Place {
    pub base: PathBuf,
    pub id: String,
    /// The work environment: a link.
    pub link: PathBuf,
    pub marker: PathBuf,
}

/// A package's name as one harmless file name: `@scope/app` → `scope-app`.
pub fn safe_name(name: &str) -> String {
    let mut safe = String::new();
    let mut replaced = false;
    for char in name.chars() {
        let harmless = char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
        match (harmless, replaced) {
            (true, _) => safe.push(char),
            (false, false) => safe.push('-'),
            (false, true) => {}
        }
        replaced = !harmless;
    }
    let safe: String = safe.trim_start_matches(['.', '-']).chars().take(64).collect();
    if safe.is_empty() { "package".to_string() } else { safe }
}

/// `digest` is the SHA-256 of the signed metadata in hex.
pub fn workenv_id(name: &str, digest: &str) -> String {
    format!("{}-{}", safe_name(name), digest.get(..12).unwrap_or(digest))
}

/// `id` must be one.
pub fn place_of(base: &Path, id: &str) -> Place {
    let link = workenvs_of(base).join(id);
    let marker = workenvs_of(base).join(format!("{id}.building"));
    Place { base: base.to_path_buf(), id: id.to_string(), link, marker }
}

/// A letter, digit or `_`, then those and `.` and `-`, then `-` and twelve digits.
pub fn is_workenv_id(text: &str) -> bool {
    let Some((name, digits)) = text.rsplit_once('-') else { return false };
    let hex = digits.len() == 12 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let harmless = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    hex && harmless && !name.is_empty() && !name.starts_with(['.', '-'])
}

pub fn workenvs_of(base: &Path) -> PathBuf {
    base.join("workenvs")
}

pub fn generations_of(base: &Path) -> PathBuf {
    workenvs_of(base).join(".gen")
}

pub fn slots_of(base: &Path) -> PathBuf {
    base.join("slots")
}

/// Of an extracted slot: two slots share a copy when bytes, chain and place are the same.
pub fn slot_key(stored: &[u8; 32], chain: &[u8], target: &str, mode: u32) -> String {
    let chain: Vec<String> = chain.iter().map(u8::to_string).collect();
    let text = format!("[\"{}\",[{}],{},{mode}]", to_hex(stored), chain.join(","), quote(target));
    let mut key = to_hex(&sha256(text.as_bytes()));
    key.truncate(40);
    key
}

/// `app-0123456789ab.Xy12z3` → `app-0123456789ab`; nothing for what is no generation.
pub fn id_of_generation(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(id, _)| id).filter(|id| is_workenv_id(id))
}
