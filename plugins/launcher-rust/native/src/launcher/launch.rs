//! A launch, step by step as SPEC.md, section 14, states it: read, verify, find the work environment, start.
use super::command::choose_command;
use super::environment::{Facts, application_environment, caller_environment, tell_environment};
use super::late::{Session, add_late_slots, end_session, open_session};
use super::late_slot::{is_all_at_once, is_missing};
use super::needs::has_needs;
use super::start::{Start, start_application};
use super::trust::require_trust;
use super::words::command_words;
use super::{cold, services};
use crate::codes::Code;
use crate::errors::{Result, fail};
use crate::format::bytes::{ByteSource, sha256, to_hex};
use crate::format::content::{require_launcher, require_slot};
use crate::format::examination::{Package, Slot, open_package};
use crate::format::file_source::FileSource;
use crate::format::verification::SignatureCheck;
use crate::log::{Level, event, say};
use crate::sys;
use crate::trust::policy::{Directories, Policy, Validation, raised_validation, read_policy};
use crate::trust::rotation::leads;
use crate::workenv::app_data::{DataOwner, open_app_data};
use crate::workenv::base::{resolve, tell_bases, visit_existing_bases};
use crate::workenv::generation::{Generation, hold_current};
use crate::workenv::late_notes::forget_damaged_slots;
use crate::workenv::places::{place_of, workenv_id};
use crate::workenv::stamp::{Stamp, agrees_with_list, boot_id, files_path, read_stamp, same_boot, touch_stamp, write_stamp};
use crate::workenv::variables::Variables;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

pub struct Request {
    /// The package, open for reading; what is read is read from here.
    pub file: File,
    /// Where it was found.
    pub path: PathBuf,
    pub args: Vec<OsString>,
    /// The environment this process was started with.
    pub env: Variables,
}

/// A package that passed every check, and what follows from it.
pub struct Launch {
    pub package: Package<FileSource>,
    pub path: PathBuf,
    pub args: Vec<OsString>,
    /// SHA-256 of the signed metadata, in hex.
    pub digest: String,
    pub id: String,
    pub caller: Variables,
    /// The command that the caller's environment asks for.
    pub wish: Option<OsString>,
    /// Which of several commands is started, where something is said of it.
    pub chosen: Option<usize>,
    pub strict: bool,
    /// False when nobody looked whether the key signed it.
    pub signed: bool,
    pub directories: Directories,
    /// An error only for who asks it.
    pub policy: Result<Policy>,
}

/// A work environment ready for use.
pub struct Ready {
    pub base: PathBuf,
    pub generation: Generation,
    /// When the stamp says that it was last started.
    pub stamp: Option<Stamp>,
    /// The base was made for this run and goes with it.
    pub single: bool,
}

/// Gives an exit code where the process is not replaced.
pub fn launch(request: Request) -> Result<i32> {
    let serves = serves_itself(&request.env);
    let mut opened = open_checked(request)?;
    if serves { services::serve(&mut opened) } else { run(&mut opened) }
}

pub fn serves_itself(env: &Variables) -> bool {
    matches!(env.word("FLAVOR_LAUNCHER_CLI").to_lowercase().as_str(), "1" | "true")
}

pub fn run(opened: &mut Launch) -> Result<i32> {
    let ready = make_ready(opened)?;
    add_late_slots(opened, &ready)?;
    let session = open_session(opened, &ready)?;
    start(opened, ready, session)
}

/// A start as far as the work environment.
pub fn make_ready(opened: &mut Launch) -> Result<Ready> {
    require_trust(opened)?;
    choose_command(opened)?;
    match find_ready(opened) {
        Some(ready) => Ok(ready),
        None => cold::build_ready(opened),
    }
}

/// Reads and verifies.
fn open_checked(request: Request) -> Result<Launch> {
    let Request { file, path, args, env } = request;
    let source = FileSource::new(file)?;
    event(Level::Info, "start", |line| {
        line.path("package", &resolve(&path));
        line.number("size", source.size());
        line.put("launcher", "rust");
    });
    if sys::has_raised_rights() {
        return Err(fail(Code::Setuid, "a package cannot be started with raised rights (setuid or setgid)"));
    }
    let directories = Directories::of(&env);
    let policy = read_policy(&directories);
    let validation = validation_of(&env, &policy)?;
    let signed = validation > Validation::None;
    if !signed {
        say(&format!("{}: FLAVOR_VALIDATION=none: the signature is not checked\n", path.display()));
    }
    let package = open_package(source, if signed { SignatureCheck::Strict } else { SignatureCheck::Any })?;
    let strict = validation == Validation::Strict;
    if strict {
        require_launcher(&package)?;
        for slot in &package.slots {
            require_slot(&package.source, slot)?;
        }
    }
    let digest = to_hex(&sha256(&package.metadata_bytes));
    let id = workenv_id(&package.metadata.name, &digest);
    let wish = env.get("FLAVOR_COMMAND").filter(|name| !name.is_empty()).map(OsString::from);
    let caller = caller_environment(&env);
    Ok(Launch { path, args, digest, id, caller, wish, chosen: None, strict, signed, directories, policy, package })
}

/// Less than usual is asked for only where it is known that the policy allows it.
fn validation_of(env: &Variables, policy: &Result<Policy>) -> Result<Validation> {
    let wish = env.word("FLAVOR_VALIDATION");
    match policy {
        Ok(policy) => Ok(raised_validation(&wish, policy)),
        Err(error) => match raised_validation(&wish, &Policy::default()) {
            Validation::None => Err(error.clone()),
            validation => Ok(validation),
        },
    }
}

/// The work environment of this very package, if one is there and whole.
pub fn find_ready(opened: &Launch) -> Option<Ready> {
    find_ready_but(opened, None)
}

/// The same for who knows already that `broken` is.
pub fn find_ready_but(opened: &Launch, broken: Option<&Path>) -> Option<Ready> {
    let (found, looked) = visit_existing_bases(&opened.caller, |base| {
        let generation = hold_current(&place_of(base, &opened.id))?;
        let Some(stamp) = whole(opened, &generation.path) else { return Some(Err(generation.path)) };
        if !can_serve(opened, &generation.path) {
            return None;
        }
        // Its real path, as that of the generation.
        let base = generation.path.ancestors().nth(3).unwrap_or(base).to_path_buf();
        Some(Ok(Ready { base, generation, stamp: Some(stamp), single: false }))
    })?;
    match &found {
        Err(damaged) if broken == Some(damaged) => return None,
        Err(damaged) => {
            tell_bases(&looked);
            tell_workenv(Level::Warn, "damaged", damaged);
        }
        Ok(ready) => {
            tell_bases(&looked);
            tell_workenv(Level::Info, "warm", &ready.generation.path);
        }
    }
    found.ok()
}

/// Slots that are missing can be put there.
fn can_serve(opened: &Launch, root: &Path) -> bool {
    let missing = |slot: &Slot| is_missing(opened, root, slot).unwrap_or_default();
    is_all_at_once(opened) || !opened.package.slots.iter().any(missing) || sys::may_write(&root.join(".flavor")).is_ok()
}

pub fn tell_workenv(level: Level, state: &str, path: &Path) {
    event(level, "workenv", |line| {
        line.put("state", state);
        line.path("path", path);
    });
}

fn whole(opened: &Launch, path: &Path) -> Option<Stamp> {
    let stamp = read_stamp(path).filter(|stamp| stamp.metadata == opened.digest)?;
    let known = same_boot(&stamp.boot, &boot_id());
    let sound = (known && !opened.strict) || is_undamaged(path);
    if !sound || !has_needs(opened, path, &stamp) {
        return None;
    }
    if !known {
        // A base directory that cannot be written to is compared at each start.
        let _ = write_stamp(path, &Stamp { boot: boot_id(), ..stamp.clone() });
    }
    Some(stamp)
}

/// A power cut may leave files empty that were written shortly before it: their sizes are compared once after each boot.
fn is_undamaged(path: &Path) -> bool {
    agrees_with_list(&files_path(path), path) && forget_damaged_slots(path)
}

fn start(opened: &Launch, ready: Ready, session: Session) -> Result<i32> {
    let Launch { package, caller, path, args, .. } = opened;
    let Ready { base, generation, stamp, .. } = ready;
    let metadata = &package.metadata;
    let data = data_of(opened, &base);
    let facts = Facts { metadata, path, workenv: &generation.path, data, slots: &session.variables };
    let env = application_environment(caller, &facts);
    if let Some(stamp) = stamp {
        touch_stamp(&generation.path, stamp.last_used);
    }
    tell_environment(&env, &facts);
    let words = command_words(metadata, opened.chosen, generation.path.as_os_str())?;
    let held = generation.live.into_iter().chain(session.held).collect();
    let ended = start_application(Start { words, args, env, caller, held });
    end_session(session.doomed);
    ended
}

pub fn data_of(opened: &Launch, base: &Path) -> Option<PathBuf> {
    let Launch { caller, package, .. } = opened;
    let metadata = &package.metadata;
    if metadata.build.development {
        return open_app_data(caller, base, &metadata.name, &DataOwner::Development);
    }
    let owner = DataOwner::Key {
        key: &package.index.public_key,
        before: metadata.rotations.iter().map(|statement| statement.from).collect(),
        leads: &|from| leads(&metadata.rotations, &metadata.name, &[*from], &package.index.public_key),
    };
    open_app_data(caller, base, &metadata.name, &owner)
}
