//! The stamp: the last file written into a generation, and the proof that it is whole. It names the package by the SHA-256 of
//! its signed metadata and the boot of the machine during which it was written: files that were not yet on the disk when the
//! power went are caught by comparing sizes once after each boot.
use super::atomic_file::replace_file;
use crate::format::json::{Json, parse_json, quote};
use crate::format::number::decimal;
use crate::registry::LAYOUT_VERSION;
use crate::sys;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

#[derive(Clone, Debug)]
pub struct Stamp {
    /// SHA-256 of the signed metadata, in hex.
    pub metadata: String,
    pub boot: String,
    pub name: String,
    pub version: String,
    /// In bytes, of the regular files.
    pub size: u64,
    /// Keys of the shared slots that are part of it.
    pub shared: Vec<String>,
    /// Paths in it that the command names; every start makes sure that they are there.
    pub needs: Vec<String>,
    pub last_used: SystemTime,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

pub use crate::sys::boot_id;

pub fn same_boot(a: &str, b: &str) -> bool {
    let second = |text: &str| text.strip_prefix("at ").and_then(decimal).map(|(second, _)| second);
    a == b || matches!((second(a), second(b)), (Some(a), Some(b)) if a.abs_diff(b) < 10)
}

/// None when there is none, or none of this layout.
pub fn read_stamp(generation: &Path) -> Option<Stamp> {
    let (bytes, last_used) = read_with_time(&stamp_path(generation)).ok()?;
    let json = parse_json(&bytes)?;
    let text = |key: &str| match json.get(key) {
        Some(Json::Text(bytes)) => String::from_utf8(bytes.clone()).ok(),
        _ => None,
    };
    let texts = |key: &str| match json.get(key) {
        Some(Json::List(items)) => items.iter().map(text_of).collect(),
        _ => None,
    };
    if number_of(json.get("layout"))? != LAYOUT_VERSION {
        return None;
    }
    Some(Stamp {
        metadata: text("metadata")?,
        boot: text("boot")?,
        name: text("name")?,
        version: text("version")?,
        size: number_of(json.get("size"))?,
        shared: texts("shared")?,
        needs: texts("needs")?,
        last_used,
    })
}

fn read_with_time(path: &Path) -> io::Result<(Vec<u8>, SystemTime)> {
    use std::io::Read;
    let mut file = fs::File::open(path)?;
    let found = file.metadata()?;
    let mut bytes = Vec::with_capacity(found.len() as usize + 1);
    file.read_to_end(&mut bytes)?;
    Ok((bytes, found.modified()?))
}

fn text_of(json: &Json) -> Option<String> {
    match json {
        Json::Text(bytes) => String::from_utf8(bytes.clone()).ok(),
        _ => None,
    }
}

fn number_of(json: Option<&Json>) -> Option<u64> {
    match json {
        Some(Json::Number(spelt)) => spelt.parse().ok(),
        _ => None,
    }
}

/// Whole or not at all.
pub fn write_stamp(generation: &Path, stamp: &Stamp) -> io::Result<()> {
    let list = |items: &[String]| items.iter().map(|item| quote(item)).collect::<Vec<_>>().join(",");
    let text = format!(
        "{{\"layout\":{LAYOUT_VERSION},\"boot\":{},\"metadata\":{},\"name\":{},\"needs\":[{}],\"shared\":[{}],\"size\":{},\"version\":{}}}",
        quote(&stamp.boot),
        quote(&stamp.metadata),
        quote(&stamp.name),
        list(&stamp.needs),
        list(&stamp.shared),
        stamp.size,
        quote(&stamp.version),
    );
    let path = stamp_path(generation);
    let draft = generation.join(format!(".flavor/stamp.{}", std::process::id()));
    replace_file(&path, &draft, &text)
}

/// Notes, to the day, that the generation was started. A base directory that cannot be written to is used as it is.
pub fn touch_stamp(generation: &Path, last_used: SystemTime) {
    if SystemTime::now().duration_since(last_used).is_ok_and(|age| age > DAY) {
        let _ = sys::touch(&stamp_path(generation));
    }
}

pub fn write_file_list(path: &Path, files: &BTreeMap<String, u64>) -> io::Result<()> {
    fs::write(path, file_list_text(files))
}

pub fn file_list_text(files: &BTreeMap<String, u64>) -> String {
    let rows: Vec<String> = files.iter().map(|(path, size)| format!("[{},{size}]", quote(path))).collect();
    format!("[{}]", rows.join(","))
}

/// True when each file of the list is there and has its size.
pub fn agrees_with_list(list: &Path, root: &Path) -> bool {
    read_file_list(list).is_some_and(|files| have_sizes(&files, root))
}

/// None when it cannot be read.
pub fn read_file_list(path: &Path) -> Option<BTreeMap<String, u64>> {
    parse_file_list(&fs::read(path).ok()?)
}

pub fn parse_file_list(bytes: &[u8]) -> Option<BTreeMap<String, u64>> {
    let Json::List(rows) = parse_json(bytes)? else { return None };
    let file = |row: &Json| match row {
        Json::List(pair) => Some((text_of(pair.first()?)?, number_of(pair.get(1))?)),
        _ => None,
    };
    rows.iter().map(file).collect()
}

pub fn have_sizes(files: &BTreeMap<String, u64>, root: &Path) -> bool {
    files.iter().all(|(path, size)| fs::symlink_metadata(root.join(path)).is_ok_and(|found| found.len() == *size))
}

/// Of those that are there, and regular files.
pub fn sizes_now(root: &Path, paths: impl IntoIterator<Item = String>) -> BTreeMap<String, u64> {
    let size = |path: &str| fs::symlink_metadata(root.join(path)).ok().filter(|found| found.is_file()).map(|found| found.len());
    paths.into_iter().filter_map(|path| size(&path).map(|size| (path, size))).collect()
}

pub fn stamp_path(generation: &Path) -> PathBuf {
    generation.join(".flavor/stamp")
}

pub fn files_path(generation: &Path) -> PathBuf {
    generation.join(".flavor/files")
}

pub fn live_path(generation: &Path) -> PathBuf {
    generation.join(".flavor/live")
}
