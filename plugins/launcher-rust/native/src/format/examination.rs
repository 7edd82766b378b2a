//! Reading a package: one list of named checks, in the order of SPEC.md, section 10, used by everything that opens one. None
//! of them reads a slot or the launcher, so the cost is that of a few kilobytes, whatever the size of the package.
use super::bytes::{ByteSource, are_equal, is_zero, sha256, to_hex};
use super::gzip::{gunzip_metadata, store_gzip};
use super::index_block::{IndexBlock, adler_of, decode_index, encode_index, unframe_index};
use super::layout::place_slots;
use super::metadata::{Metadata, SlotMetadata, parse_metadata};
use super::slot::{decode_descriptor, require_agreement};
use super::verification::{SignatureCheck, require_signature};
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use crate::log::{Level, event};
use crate::registry::{DESCRIPTOR_SIZE, FORMAT_VERSION, SLOT_ALIGNMENT, TRAILER_SIZE, limits};
use std::ops::Deref;

/// A slot as both the table and the metadata see it.
#[derive(Clone, Debug)]
pub struct Slot {
    pub facts: SlotMetadata,
    pub chain: Vec<u8>,
    pub mode: u32,
    pub offset: u64,
    pub stored_size: u64,
}

impl Deref for Slot {
    type Target = SlotMetadata;
    fn deref(&self) -> &SlotMetadata {
        &self.facts
    }
}

#[derive(Clone, Debug)]
pub struct Region {
    pub name: String,
    pub offset: u64,
    pub size: u64,
}

pub struct Package<S> {
    pub source: S,
    pub index: IndexBlock,
    pub metadata: Metadata,
    /// The exact bytes that are signed.
    pub metadata_bytes: Vec<u8>,
    pub regions: Vec<Region>,
    pub slots: Vec<Slot>,
}

pub struct CheckResult {
    pub name: String,
    pub outcome: Result<String>,
}

/// What is known so far.
struct Findings<'a> {
    source: &'a dyn ByteSource,
    verify: SignatureCheck,
    /// The check that is being done has nothing to hold the bytes to.
    unheld: bool,
    index_bytes: Vec<u8>,
    index: Option<IndexBlock>,
    stored: Option<Vec<u8>>,
    table: Vec<u8>,
    /// Bytes between metadata and table, where they could be read together with both.
    between: Option<(u64, Vec<u8>)>,
    regions: Vec<Region>,
    metadata_bytes: Option<Vec<u8>>,
    metadata: Option<Metadata>,
    slots: Option<Vec<Slot>>,
}

type Check = for<'a, 'b> fn(&'a mut Findings<'b>) -> Result<String>;

const CHECKS: [(&str, Check); 12] = [
    ("trailer", check_trailer),
    ("format version", check_version),
    ("index checksum", check_index),
    ("package size", check_size),
    ("regions", check_regions),
    ("padding", check_padding),
    ("metadata checksum", check_stored),
    ("metadata", check_metadata),
    ("signature", check_signature),
    ("metadata keys", check_keys),
    ("slot table", check_table),
    ("exact bytes", check_exact),
];

/// The error of the first check that fails.
pub fn open_package<S: ByteSource>(source: S, verify: SignatureCheck) -> Result<Package<S>> {
    let mut findings = start(&source, verify);
    for (name, check) in CHECKS {
        run_check(name, check, &mut findings)?;
    }
    let Findings { index, metadata, metadata_bytes, regions, slots, .. } = findings;
    match (index, metadata, metadata_bytes, slots) {
        (Some(index), Some(metadata), Some(metadata_bytes), Some(slots)) => {
            Ok(Package { source, index, metadata, metadata_bytes, regions, slots })
        }
        _ => Err(missing()),
    }
}

/// Every check in order with what it saw, as far as the first that fails.
pub fn examine(source: &dyn ByteSource, verify: SignatureCheck) -> Vec<CheckResult> {
    let mut findings = start(source, verify);
    let mut results = Vec::new();
    for (name, check) in CHECKS {
        let outcome = run_check(name, check, &mut findings);
        let failed = outcome.is_err();
        results.push(CheckResult { name: name.to_string(), outcome });
        if failed {
            break;
        }
    }
    results
}

fn run_check(name: &str, check: Check, findings: &mut Findings) -> Result<String> {
    findings.unheld = false;
    let outcome = check(findings);
    tell_check(name, if findings.unheld { None } else { Some(&outcome) });
    outcome
}

/// None where there was nothing to hold the bytes to.
pub fn tell_check(name: &str, outcome: Option<&Result<String>>) {
    event(Level::Debug, "check", |line| {
        line.put("check", name);
        match outcome {
            None => line.put("result", "unchecked"),
            Some(Ok(_)) => line.put("result", "ok"),
            Some(Err(error)) => {
                line.put("result", "failed");
                line.put("error", error.code.name());
            }
        }
    });
}

fn tell_read(region: &str, offset: u64, size: u64) {
    if size > 0 {
        event(Level::Debug, "read", |line| {
            line.put("region", region);
            line.number("offset", offset);
            line.number("size", size);
        });
    }
}

fn start(source: &dyn ByteSource, verify: SignatureCheck) -> Findings<'_> {
    Findings {
        source,
        verify,
        unheld: false,
        index_bytes: Vec::new(),
        index: None,
        stored: None,
        table: Vec::new(),
        between: None,
        regions: Vec::new(),
        metadata_bytes: None,
        metadata: None,
        slots: None,
    }
}

/// Cannot happen: each check comes after those that it needs.
fn missing() -> PackageError {
    fail(Code::Internal, "a check came before one that it needs")
}

fn check_trailer(findings: &mut Findings) -> Result<String> {
    let size = findings.source.size();
    let wanted = size.min(TRAILER_SIZE as u64);
    tell_read("trailer", size - wanted, wanted);
    let trailer = findings.source.read(size - wanted, wanted)?;
    findings.index_bytes = unframe_index(&trailer)?.to_vec();
    findings.index = Some(decode_index(&findings.index_bytes));
    Ok(format!("both marks, {size} bytes"))
}

fn check_version(findings: &mut Findings) -> Result<String> {
    let index = findings.index.as_ref().ok_or_else(missing)?;
    if index.format_version != FORMAT_VERSION {
        let message = format!("the package is of format version {:#x}; this reader knows {FORMAT_VERSION:#x}", index.format_version);
        return Err(fail(Code::FormatVersion, message));
    }
    Ok(format!("{FORMAT_VERSION:#x}"))
}

fn check_index(findings: &mut Findings) -> Result<String> {
    let index = findings.index.as_ref().ok_or_else(missing)?;
    if index.checksum == 0 {
        findings.unheld = true;
        return Ok("not set".to_string());
    }
    if index.checksum != adler_of(&findings.index_bytes) {
        return Err(fail(Code::IndexChecksum, "the index block was altered: its Adler-32 sum is wrong"));
    }
    Ok(format!("0x{:08x}", index.checksum))
}

fn check_size(findings: &mut Findings) -> Result<String> {
    let index = findings.index.as_ref().ok_or_else(missing)?;
    let size = findings.source.size();
    if index.package_size != size {
        let message = format!("the file has {size} bytes; its index states {}", index.package_size);
        return Err(fail(Code::PackageSize, message));
    }
    Ok(format!("{size} bytes"))
}

fn check_regions(findings: &mut Findings) -> Result<String> {
    let index = findings.index.clone().ok_or_else(missing)?;
    let size = findings.source.size();
    let slot_count = u64::from(index.slot_count);
    if index.table_size != slot_count * DESCRIPTOR_SIZE as u64 || slot_count > limits::SLOT_COUNT {
        let message = format!("a slot table of {} bytes does not hold {slot_count} slots", index.table_size);
        return Err(fail(Code::SlotTable, message));
    }
    if index.metadata_size > limits::METADATA_STORED {
        let message = format!("the stored metadata is {} bytes; {} is the most", index.metadata_size, limits::METADATA_STORED);
        return Err(fail(Code::MetadataLimit, message));
    }
    let mut regions = fixed_regions(&index, size);
    require_disjoint(&mut regions, size)?;
    tell_read("slot table", index.table_offset, index.table_size);
    read_fixed(findings, &index)?;
    for (row, bytes) in findings.table.chunks_exact(DESCRIPTOR_SIZE).enumerate() {
        let found = decode_descriptor(bytes);
        if found.size > 0 {
            regions.push(Region { name: format!("slot {row}"), offset: found.offset, size: found.size });
        }
    }
    require_disjoint(&mut regions, size)?;
    findings.regions = regions;
    Ok(format!("{}, none overlapping", findings.regions.len()))
}

/// Metadata and table, in one go where the table follows closely; nothing that belongs to a slot is read.
fn read_fixed(findings: &mut Findings, index: &IndexBlock) -> Result<()> {
    let metadata_end = index.metadata_offset + index.metadata_size;
    let gap = index.table_offset.checked_sub(metadata_end).filter(|gap| *gap <= limits::GAP && index.table_size > 0);
    if let Some(gap) = gap {
        let mut bytes = findings.source.read(index.metadata_offset, index.metadata_size + gap + index.table_size)?;
        findings.table = bytes.split_off((index.metadata_size + gap) as usize);
        findings.between = Some((metadata_end, bytes.split_off(index.metadata_size as usize)));
        findings.stored = Some(bytes);
    } else {
        findings.stored = Some(findings.source.read(index.metadata_offset, index.metadata_size)?);
        if index.table_size > 0 {
            findings.table = findings.source.read(index.table_offset, index.table_size)?;
        }
    }
    Ok(())
}

fn check_padding(findings: &mut Findings) -> Result<String> {
    let mut gaps = Vec::new();
    let mut end = 0;
    for region in &findings.regions {
        let gap = region.offset.saturating_sub(end);
        if gap > limits::GAP {
            return Err(fail(Code::Region, format!("{gap} bytes before the {} belong to no region", region.name)));
        }
        if gap > 0 {
            gaps.push((end, gap));
        }
        end = region.offset + region.size;
    }
    for (offset, size) in &gaps {
        tell_read("padding", *offset, *size);
        let zero = match &findings.between {
            Some((start, bytes)) if start == offset && bytes.len() as u64 == *size => is_zero(bytes),
            _ => is_zero(&findings.source.read(*offset, *size)?),
        };
        if !zero {
            let message = format!("bytes {offset} to {} belong to no region and are not zero", offset + size);
            return Err(fail(Code::Padding, message));
        }
    }
    Ok(format!("{} bytes, all zero", gaps.iter().map(|(_, size)| size).sum::<u64>()))
}

fn check_stored(findings: &mut Findings) -> Result<String> {
    let index = findings.index.as_ref().ok_or_else(missing)?;
    tell_read("metadata", index.metadata_offset, index.metadata_size);
    if is_zero(&index.metadata_checksum) {
        findings.unheld = true;
        return Ok("not set".to_string());
    }
    let sum = sha256(findings.stored.as_ref().ok_or_else(missing)?);
    if sum != index.metadata_checksum {
        return Err(fail(Code::MetadataChecksum, "the metadata was altered: its SHA-256 is not the one in the index"));
    }
    Ok(format!("sha256:{}", to_hex(&sum)))
}

fn check_metadata(findings: &mut Findings) -> Result<String> {
    let bytes = gunzip_metadata(findings.stored.as_ref().ok_or_else(missing)?)?;
    let said = format!("{} bytes of JSON", bytes.len());
    findings.metadata_bytes = Some(bytes);
    Ok(said)
}

fn check_signature(findings: &mut Findings) -> Result<String> {
    let index = findings.index.as_ref().ok_or_else(missing)?;
    let json = findings.metadata_bytes.as_ref().ok_or_else(missing)?;
    require_signature(findings.verify, &index.public_key, &index.signature, json)?;
    findings.unheld = findings.verify == SignatureCheck::Any;
    Ok(format!("ed25519 by {}", to_hex(&index.public_key)))
}

fn check_keys(findings: &mut Findings) -> Result<String> {
    let metadata = parse_metadata(findings.metadata_bytes.as_ref().ok_or_else(missing)?)?;
    let said = format!("{} {}", metadata.name, metadata.version);
    findings.metadata = Some(metadata);
    Ok(said)
}

fn check_table(findings: &mut Findings) -> Result<String> {
    let metadata = findings.metadata.as_ref().ok_or_else(missing)?;
    let rows: Vec<&[u8]> = findings.table.chunks_exact(DESCRIPTOR_SIZE).collect();
    if metadata.slots.len() != rows.len() {
        let message = format!("the table has {} slots; the metadata has {}", rows.len(), metadata.slots.len());
        return Err(fail(Code::SlotTable, message));
    }
    let mut slots = Vec::with_capacity(rows.len());
    for (slot, row) in metadata.slots.iter().zip(rows) {
        require_agreement(row, slot)?;
        slots.push(join_slot(slot, row));
    }
    let said = format!("{} slots, as the metadata says", slots.len());
    findings.slots = Some(slots);
    Ok(said)
}

fn join_slot(slot: &SlotMetadata, row: &[u8]) -> Slot {
    let found = decode_descriptor(row);
    let mode = match found.mode {
        _ if slot.exact.is_some() => slot.mode,
        0 => 0o600,
        mode => mode,
    };
    Slot { facts: slot.clone(), chain: found.operations, mode, offset: found.offset, stored_size: found.size }
}

fn check_exact(findings: &mut Findings) -> Result<String> {
    let index = findings.index.as_ref().ok_or_else(missing)?;
    let metadata = findings.metadata.as_ref().ok_or_else(missing)?;
    let slots = findings.slots.as_ref().ok_or_else(missing)?;
    if !metadata.exact {
        findings.unheld = true;
        return Ok("not promised by its builder".to_string());
    }
    if index.checksum == 0 {
        return Err(fail(Code::IndexChecksum, "the index block carries no Adler-32 sum"));
    }
    if is_zero(&index.metadata_checksum) {
        return Err(fail(Code::MetadataChecksum, "the index block carries no SHA-256 of the metadata"));
    }
    if metadata.launcher.as_ref().is_none_or(|launcher| launcher.size != index.launcher_size) {
        return Err(fail(Code::Region, "the index gives the launcher another size than the metadata"));
    }
    if findings.stored.as_deref() != findings.metadata_bytes.as_deref().map(store_gzip).as_deref() {
        return Err(fail(Code::Metadata, "the metadata is not stored as flavor stores it"));
    }
    require_exact_places(index, slots, findings.source.size())?;
    // The sum that is stated has been found right.
    if !are_equal(&findings.index_bytes, &encode_index(index)) {
        return Err(fail(Code::IndexChecksum, "the index block holds bytes that flavor does not write"));
    }
    Ok("every byte outside launcher and slots follows from the signed metadata".to_string())
}

/// Everything lies where flavor puts it. Only the table's place is free: it follows some padding.
fn require_exact_places(index: &IndexBlock, slots: &[Slot], size: u64) -> Result<()> {
    let slots_offset = index.table_offset.saturating_add(index.table_size);
    let (offsets, trailer_offset) = place_slots(slots_offset, slots.iter().map(|slot| slot.stored_size));
    let placed = index.metadata_offset == index.launcher_size
        && index.table_offset.is_multiple_of(SLOT_ALIGNMENT)
        && slots.iter().zip(offsets).all(|(slot, offset)| slot.offset == offset)
        && trailer_offset == size - TRAILER_SIZE as u64;
    if placed { Ok(()) } else { Err(fail(Code::Region, "the metadata, a slot or the trailer is not where flavor puts it")) }
}

fn fixed_regions(index: &IndexBlock, size: u64) -> Vec<Region> {
    let region = |name: &str, offset: u64, size: u64| Region { name: name.to_string(), offset, size };
    let mut regions = vec![region("launcher", 0, index.launcher_size), region("metadata", index.metadata_offset, index.metadata_size)];
    if index.table_size > 0 {
        regions.push(region("slot table", index.table_offset, index.table_size));
    }
    regions.push(region("trailer", size - TRAILER_SIZE as u64, TRAILER_SIZE as u64));
    regions
}

/// Sorts them by place. EFLAVOR_REGION for one that leaves the file or overlaps another.
fn require_disjoint(regions: &mut [Region], size: u64) -> Result<()> {
    regions.sort_by_key(|region| (region.offset, region.size));
    let mut end = 0;
    for region in regions {
        let Some(region_end) = region.offset.checked_add(region.size).filter(|end| *end <= size) else {
            return Err(fail(Code::Region, format!("the {} reaches beyond the end of the file", region.name)));
        };
        if region.offset < end {
            return Err(fail(Code::Region, format!("the {} overlaps what comes before it", region.name)));
        }
        end = region_end;
    }
    Ok(())
}
