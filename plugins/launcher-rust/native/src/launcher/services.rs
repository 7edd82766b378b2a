//! The launcher's own commands: `FLAVOR_LAUNCHER_CLI=1 ./app COMMAND`. Results go to stdout. A package that fails its checks
//! never gets here, so all of them speak of a sound one.
use super::command::{DEFAULT, all_commands, choose_command};
use super::late::{add_late_slots, add_slot};
use super::later::clean_quietly;
use super::launch::{Launch, find_ready, make_ready, run};
use super::trust::look_at_trust;
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail, system_error};
use crate::format::bytes::{ByteSource, to_hex};
use crate::format::chain::chain_word;
use crate::format::content::examine_content;
use crate::format::examination::{CheckResult, Slot, examine};
use crate::format::json::{indent_json, quote};
use crate::format::verification::SignatureCheck;
use crate::sys;
use crate::unpack::tree::Tree;
use crate::unpack::unpack::unpack_slot;
use crate::workenv::base::{find_base, known_candidates, resolve};
use crate::workenv::inventory::{CleanOptions, clean_base};
use crate::workenv::make_directory::make_directory;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

const USAGE: &str = "Commands of a package's launcher:

  info               what the package is
  verify             checks every byte of it
  metadata           prints its signed metadata
  extract SLOT DIR   unpacks one slot, by number or id, below DIR
  run [ARGS]         starts it, as without FLAVOR_LAUNCHER_CLI
  slot path ID       prints where a slot is, unpacking it if need be
  prepare            makes it ready to start, and prints where
  clean              removes work environments that nobody uses
  doctor             says what a start would find on this machine";

/// What a launcher is without a package behind it.
pub fn serve_bare(args: &[OsString]) -> Option<i32> {
    match args.first()?.to_str()?.trim_start_matches('-') {
        "help" | "h" => print("A launcher of flavor, with no package behind it: `flavor pack --launcher rust` puts one there."),
        "version" | "V" => print(&format!("flavor-rs-launcher {}", env!("CARGO_PKG_VERSION"))),
        _ => return None,
    }
    Some(0)
}

pub fn serve(opened: &mut Launch) -> Result<i32> {
    let mut args = std::mem::take(&mut opened.args);
    let name = if args.is_empty() { "info".to_string() } else { args.remove(0).to_string_lossy().into_owned() };
    match name.strip_prefix("--").unwrap_or(&name) {
        "info" => info(opened),
        "verify" => verify(opened)?,
        "metadata" => write(&[indent_json(&opened.package.metadata_bytes), b"\n".to_vec()].concat()),
        "extract" => extract(opened, &args)?,
        "run" => {
            opened.args = args;
            return run(opened);
        }
        "slot" => slot(opened, &args)?,
        "prepare" => prepare(opened)?,
        "clean" => clean(opened, &args),
        "doctor" => doctor(opened),
        "help" => print(USAGE),
        _ => return Err(misuse(format!("there is no command {name:?}"))),
    }
    Ok(0)
}

/// When nobody listens any more, there is nothing to be done about it.
fn write(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

fn print(text: &str) {
    write(format!("{text}\n").as_bytes());
}

fn print_path(path: &Path) {
    write(&[path.as_os_str().as_encoded_bytes(), b"\n"].concat());
}

fn info(opened: &Launch) {
    let package = &opened.package;
    let metadata = &package.metadata;
    let line = |argv: &[String]| argv.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
    let command = match &metadata.argv {
        Some(argv) => line(argv),
        None => metadata.command.clone(),
    };
    let or = |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_string() } else { text.to_string() };
    let development = if metadata.build.development { ", for development" } else { "" };
    let mut lines = vec![format!("{} {}", metadata.name, metadata.version)];
    lines.extend(Some(metadata.description.clone()).filter(|text| !text.is_empty()));
    lines.push(format!("format    PSPF/2025, {} bytes", package.source.size()));
    lines.push(format!("built by  {} {}{development}", or(&metadata.build.tool, "unknown"), metadata.build.tool_version));
    lines.push(format!("key       ed25519 {}", to_hex(&package.index.public_key)));
    lines.push(format!("command   {command}"));
    for other in metadata.commands.iter().flatten().filter(|other| other.name != DEFAULT) {
        lines.push(format!("  {}  {}", other.name, line(&other.argv)));
    }
    lines.push("slots".to_string());
    lines.extend(package.slots.iter().map(|slot| {
        let (purpose, target) = (or(&slot.purpose, "data"), or(&slot.target, "."));
        format!("  {}  {}  {purpose}  {}  {} bytes  → {target}", slot.index, slot.id, chain_word(&slot.chain), slot.stored_size)
    }));
    print(&lines.join("\n"));
}

fn verify(opened: &Launch) -> Result<()> {
    let package = &opened.package;
    let mut results = examine(&package.source, SignatureCheck::Strict);
    results.extend(examine_content(package));
    results.push(CheckResult { name: "trust".to_string(), outcome: look_at_trust(opened).map(|decision| decision.said()) });
    for result in &results {
        match &result.outcome {
            Ok(detail) => print(&format!("ok   {}: {detail}", result.name)),
            Err(error) => print(&format!("BAD  {}: {error}", result.name)),
        }
    }
    results.into_iter().find_map(|result| result.outcome.err()).map_or(Ok(()), Err)
}

fn extract(opened: &Launch, args: &[OsString]) -> Result<()> {
    let [which, directory, ..] = args else { return Err(misuse("extract needs a slot and a directory".to_string())) };
    let slot = slot_of(opened, which)?;
    look_at_trust(opened)?;
    let directory = resolve(Path::new(directory));
    make_directory(&directory, 0o777).map_err(|error| system_error(error, format_args!("make {}", directory.display())))?;
    let mut tree = Tree::new(&directory);
    unpack_slot(&opened.package.source, slot, &mut tree, &|_| {})?;
    tree.finish().map(|_| ())
}

fn slot(opened: &mut Launch, args: &[OsString]) -> Result<()> {
    let [verb, which, ..] = args else { return Err(misuse("slot needs `path` and the id of a slot".to_string())) };
    if verb != "path" {
        return Err(misuse("slot needs `path` and the id of a slot".to_string()));
    }
    let index = slot_of(opened, which)?.index;
    let ready = make_ready(opened)?;
    print_path(&add_slot(opened, &ready.generation.path, &opened.package.slots[index])?);
    Ok(())
}

/// Of several commands, for each where the caller names none.
fn prepare(opened: &mut Launch) -> Result<()> {
    let all = if opened.wish.is_none() { all_commands(&opened.package.metadata) } else { Vec::new() };
    let mut names = all.into_iter();
    opened.wish = opened.wish.take().or(names.next());
    let ready = make_ready(opened)?;
    add_late_slots(opened, &ready)?;
    for name in names {
        opened.wish = Some(name);
        choose_command(opened)?;
        add_late_slots(opened, &ready)?;
    }
    print_path(&ready.generation.path);
    Ok(())
}

fn clean(opened: &Launch, args: &[OsString]) {
    let base = find_base(&opened.caller);
    if args.first().is_some_and(|flag| flag == "--quietly") {
        let id = args.get(1).map_or(String::new(), |id| id.to_string_lossy().into_owned());
        return clean_quietly(&base, &id, &opened.caller);
    }
    let report = clean_base(&base, &CleanOptions::default());
    report.removed.iter().for_each(|id| print(&format!("removed  {id}")));
    report.in_use.iter().for_each(|id| print(&format!("in use   {id}")));
    report.leftovers.iter().for_each(|name| print(&format!("removed  {name}")));
}

fn doctor(opened: &Launch) {
    let base = find_base(&opened.caller);
    let noexec = if sys::is_noexec(&base) { " (mounted noexec: programs in it cannot start)" } else { "" };
    let current = find_ready(opened).map_or("not built yet".to_string(), |ready| ready.generation.path.display().to_string());
    print(&format!("launcher         flavor-rs-launcher {}", env!("CARGO_PKG_VERSION")));
    print(&format!("base directory   {}{noexec}", base.display()));
    for candidate in known_candidates(&opened.caller) {
        print(&format!("                 candidate {}", candidate.display()));
    }
    print(&format!("work environment {current}"));
}

fn slot_of<'a>(opened: &'a Launch, which: &OsString) -> Result<&'a Slot> {
    let slots = &opened.package.slots;
    let which = which.to_string_lossy();
    let numbered = || which.bytes().all(|byte| byte.is_ascii_digit()).then(|| slots.get(which.parse::<usize>().ok()?)).flatten();
    slots.iter().find(|slot| slot.id == which).or_else(numbered).ok_or_else(|| {
        let ids: Vec<&str> = slots.iter().map(|slot| slot.id.as_str()).collect();
        misuse(format!("the package has no slot {which:?}; it has {}", ids.join(", ")))
    })
}

fn misuse(message: String) -> PackageError {
    fail(Code::LauncherUsage, message)
}
