//! The environment of the application, in the order of SPEC.md, section 18. The launcher's own switches do not reach the
//! application; `FLAVOR_CACHE` does only because its caller set it.
use super::words::expand;
use crate::format::glob::matches_glob;
use crate::format::metadata::{Metadata, RuntimeEnvironment};
use crate::log::{Level, event, is_on};
use crate::sys;
use crate::workenv::base::resolve;
use crate::workenv::variables::Variables;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

pub struct Facts<'a> {
    pub metadata: &'a Metadata,
    /// Of the package file, as it was started.
    pub path: &'a Path,
    /// Real path of the work environment.
    pub workenv: &'a Path,
    pub data: Option<PathBuf>,
    /// `FLAVOR_SLOT_<ID>` of slots that live elsewhere.
    pub slots: &'a Variables,
}

pub fn caller_environment(env: &Variables) -> Variables {
    let mut caller = env.clone();
    for name in ["FLAVOR_COMMAND", "FLAVOR_LAUNCHER_CLI"] {
        caller.remove(name);
    }
    caller
}

pub fn application_environment(caller: &Variables, facts: &Facts) -> Variables {
    let Facts { metadata, path, workenv, data, slots } = facts;
    let file = resolve(path);
    let mut env = apply_rules(caller, metadata.runtime_env.as_ref());
    for (name, value) in &metadata.workenv_env {
        env.set(name, expand(value, metadata, workenv.as_os_str()));
    }
    for (name, value) in &metadata.execution_env {
        env.set(name, value);
    }
    for (name, value) in &slots.0 {
        env.set(name, value);
    }
    env.set("FLAVOR_COMMAND_NAME", file.file_name().unwrap_or_default());
    env.set("FLAVOR_ORIGINAL_COMMAND", &file);
    env.set("FLAVOR_PACKAGE", &file);
    env.set("FLAVOR_VERSION", &metadata.version);
    env.set("FLAVOR_WORKENV", *workenv);
    if let Some(data) = data {
        env.set("FLAVOR_APP_DATA", data);
    }
    if let Some(cache) = caller.get("FLAVOR_CACHE") {
        env.set("FLAVOR_CACHE", cache);
    }
    let path = search_path(metadata, workenv, env.get("PATH"));
    env.set("PATH", path);
    env
}

/// What differs from the environment that this process was started with. What `map` renames is its caller's, and may be a
/// secret.
pub fn tell_environment(env: &Variables, facts: &Facts) {
    if !is_on(Level::Debug) {
        return;
    }
    let caller = Variables::of_process();
    let mut names: Vec<&OsString> = env.0.iter().chain(&caller.0).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    for name in names.into_iter().filter(|name| env.get(name) != caller.get(name)) {
        let value = env.get(name);
        event(Level::Debug, "environment", |line| {
            line.put("action", if value.is_some() { "set" } else { "unset" });
            line.put("name", &name.to_string_lossy());
            if let Some(value) = value.filter(|_| !is_only_renamed(name, facts)) {
                line.put("value", &value.to_string_lossy());
            }
        });
    }
}

fn is_only_renamed(name: &OsStr, Facts { metadata, slots, .. }: &Facts) -> bool {
    let in_list = |list: &[(String, String)]| list.iter().any(|(known, _)| OsStr::new(known) == name);
    let Some(rules) = &metadata.runtime_env else { return false };
    let renamed = rules.map.iter().any(|(_, to)| OsStr::new(to) == name);
    let own = ["FLAVOR_APP_DATA", "FLAVOR_CACHE", "FLAVOR_COMMAND_NAME", "FLAVOR_ORIGINAL_COMMAND", "FLAVOR_PACKAGE", "FLAVOR_VERSION"];
    let set = in_list(&rules.set) || in_list(&metadata.workenv_env) || in_list(&metadata.execution_env) || slots.get(name).is_some();
    renamed && !set && name != "PATH" && name != "FLAVOR_WORKENV" && !own.iter().any(|known| *known == name)
}

pub fn search_path(metadata: &Metadata, workenv: &Path, path: Option<&OsStr>) -> OsString {
    let below = |directory: &str| workenv.iter().chain(directory.split('/').filter(|name| !name.is_empty()).map(OsStr::new)).collect();
    let own = metadata.workenv_path.iter().map(|directory| below(directory)).chain([workenv.join("bin")]);
    let all: Vec<PathBuf> = own.chain(path.filter(|path| !path.is_empty()).map(PathBuf::from)).collect();
    all.iter().map(|path| path.as_os_str()).collect::<Vec<_>>().join(OsStr::new(sys::PATH_SEPARATOR))
}

/// `FLAVOR_SLOT_` and the id in capitals, everything but letters and digits an underscore.
pub fn slot_variable(id: &str) -> String {
    let plain = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_uppercase() } else { '_' };
    format!("FLAVOR_SLOT_{}", id.chars().map(plain).collect::<String>())
}

fn apply_rules(caller: &Variables, rules: Option<&RuntimeEnvironment>) -> Variables {
    let Some(rules) = rules else { return caller.clone() };
    let any = |globs: &[String], name: &OsStr| globs.iter().any(|glob| matches_glob(glob.as_bytes(), name.as_encoded_bytes()));
    let mut env = caller.clone();
    env.0.retain(|(name, _)| any(&rules.pass, name) || !any(&rules.unset, name));
    for (from, to) in &rules.map {
        let left = |name: &OsStr| !any(&rules.pass, name) && !any(&rules.unset, name);
        let Some(value) = caller.get(from).filter(|_| left(OsStr::new(from))) else { continue };
        env.remove(from);
        env.set(to, value);
    }
    for (name, value) in &rules.set {
        env.set(name, value);
    }
    env
}
