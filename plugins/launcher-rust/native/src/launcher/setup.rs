//! Setup commands (SPEC.md, section 19), run once in the place where the work environment stays. Each must succeed; its output
//! is shown only when it does not. Files they write or change by name lie in the work environment.
use super::environment::search_path;
use super::launch::Launch;
use super::words::{expand, find_program, split_command};
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail, reason, system_error};
use crate::format::glob::matches_glob;
use crate::format::metadata::{Metadata, SetupCommand, target_path};
use crate::log::{Level, event};
use crate::sys;
use crate::unpack::tree::{confined_path, parent_of};
use crate::workenv::make_directory::make_directory;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub fn run_setup(opened: &Launch, root: &Path) -> Result<()> {
    opened.package.metadata.setup.iter().enumerate().try_for_each(|(index, command)| {
        event(Level::Info, "setup", |line| {
            line.number("index", index as u64);
            line.put("type", type_of(command));
        });
        run_one(opened, root, command)
    })
}

fn type_of(command: &SetupCommand) -> &'static str {
    match command {
        SetupCommand::Chmod { .. } => "chmod",
        SetupCommand::EnumerateAndExecute { .. } => "enumerate_and_execute",
        SetupCommand::Execute { .. } => "execute",
        SetupCommand::WriteFile { .. } => "write_file",
    }
}

/// What it names of the work environment, whose own path is not filled in.
pub fn named_words(command: &SetupCommand, metadata: &Metadata) -> Vec<OsString> {
    let (line, path) = match command {
        SetupCommand::Chmod { path, .. } | SetupCommand::WriteFile { path, .. } => ("", path.as_str()),
        SetupCommand::EnumerateAndExecute { command, path, .. } => (command.as_str(), path.as_str()),
        SetupCommand::Execute { command } => (command.as_str(), ""),
    };
    let words = split_command(line).unwrap_or_default().into_iter().chain([format!("{{workenv}}/{}", target_path(path))]);
    words.map(|word| expand(&word, metadata, OsStr::new("{workenv}"))).collect()
}

fn run_one(opened: &Launch, root: &Path, command: &SetupCommand) -> Result<()> {
    let metadata = &opened.package.metadata;
    match command {
        SetupCommand::Chmod { path, mode } => {
            let mode = u32::from_str_radix(mode.trim_start_matches("0o"), 8);
            let mode = mode.map_err(|_| fail(Code::Setup, format!("the setup command chmod {path} has no octal mode")))? & 0o777;
            for file in matching(root, path)? {
                sys::set_mode(&file, mode).map_err(|error| setting_up(path, error))?;
            }
            Ok(())
        }
        SetupCommand::EnumerateAndExecute { command, path, pattern } => {
            let files = matching(root, &format!("{path}/{pattern}"))?;
            files.iter().filter(|file| file.is_file()).try_for_each(|file| execute(opened, root, command, Some(file)))
        }
        SetupCommand::Execute { command } => execute(opened, root, command, None),
        SetupCommand::WriteFile { path, content } => {
            let path = expand(path, metadata, OsStr::new("{workenv}"));
            let path = confined_path(&target_path(&path.to_string_lossy()))?;
            let content = expand(content, metadata, root.as_os_str());
            write_file(root, &path, content.as_encoded_bytes())
        }
    }
}

/// No part of the path may be a link.
fn write_file(root: &Path, path: &str, content: &[u8]) -> Result<()> {
    require_real_directories(root, parent_of(path))?;
    let write = || -> io::Result<()> {
        make_directory(&root.join(parent_of(path)), 0o755)?;
        sys::replace_file(&root.join(path))?.write_all(content)
    };
    if fs::symlink_metadata(root.join(path)).is_ok_and(|found| found.is_symlink()) {
        return Err(fail(Code::Confined, format!("{path} is a link and cannot be written to")));
    }
    write().map_err(|error| setting_up(path, error))
}

/// Each part of the path that is there is a directory and no link.
pub fn require_real_directories(root: &Path, path: &str) -> Result<()> {
    let mut at = root.to_path_buf();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        at.push(name);
        match fs::symlink_metadata(&at) {
            Ok(found) if !found.is_dir() => return Err(fail(Code::Confined, format!("{path} leads through what is no directory"))),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(setting_up(path, error)),
            Ok(_) => {}
        }
    }
    Ok(())
}

fn execute(opened: &Launch, root: &Path, command: &str, last: Option<&PathBuf>) -> Result<()> {
    let Launch { caller, package, .. } = opened;
    let metadata = &package.metadata;
    let mut env = caller.clone();
    for (name, value) in &metadata.execution_env {
        env.set(name, value);
    }
    env.set("FLAVOR_WORKENV", root);
    env.set("PATH", search_path(metadata, root, caller.get("PATH")));
    let words = split_command(command).map_err(|error| fail(Code::Setup, error.message))?;
    let mut words: Vec<OsString> = words.iter().map(|word| expand(word, metadata, root.as_os_str())).collect();
    words.extend(last.map(|path| path.clone().into_os_string()));
    let first = words.first().cloned().unwrap_or_default();
    let program = find_program(&first, &env, caller).map_err(|error| failed(command, &error.message, ""))?;
    let mut child = Command::new(program);
    child.args(words.iter().skip(1)).env_clear().envs(env.0).stdin(Stdio::null());
    let output = child.output().map_err(|error| failed(command, &reason(&error), ""))?;
    if output.status.success() { Ok(()) } else { Err(failed(command, &output.status.to_string(), &last_lines(&output))) }
}

fn failed(command: &str, how: &str, said: &str) -> PackageError {
    fail(Code::Setup, format!("the setup command {command:?} failed: {how}{said}"))
}

fn last_lines(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(5)..].iter().map(|line| format!("\n{line}")).collect()
}

/// `*` and `?` in the last part of the path. Links are left alone: they may be changed only by their own name.
fn matching(root: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let path = confined_path(&target_path(pattern))?;
    require_real_directories(root, parent_of(&path))?;
    let directory = root.join(parent_of(&path));
    let glob = path.rsplit('/').next().unwrap_or_default();
    let mut names = vec![OsString::from(glob)];
    if glob.contains(['*', '?']) {
        let entries = fs::read_dir(&directory).map_err(|error| setting_up(pattern, error))?;
        names = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
        names.retain(|name| matches_glob(glob.as_bytes(), name.as_encoded_bytes()));
        names.sort();
    }
    let mut found = Vec::new();
    for full in names.iter().map(|name| directory.join(name)) {
        if !fs::symlink_metadata(&full).map_err(|error| setting_up(pattern, error))?.is_symlink() {
            found.push(full);
        }
    }
    Ok(found)
}

fn setting_up(path: &str, error: io::Error) -> PackageError {
    system_error(error, format_args!("set up {path}"))
}
