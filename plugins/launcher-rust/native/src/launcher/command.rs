//! Which of several commands a start is for (SPEC.md, section 17): the one that its arguments name, or the caller's
//! `FLAVOR_COMMAND`, or the name by which the package was started. Where a package knows one command alone, nothing of this
//! means anything.
use super::launch::Launch;
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use crate::format::metadata::{Metadata, NamedCommand};
use crate::log::{Level, event};
use crate::sys;
use std::ffi::{OsStr, OsString};

pub const DEFAULT: &str = "default";
const FLAG: &str = "--flavor-command";

/// Takes what names the command out of the arguments.
pub fn choose_command(opened: &mut Launch) -> Result<()> {
    let Some(commands) = &opened.package.metadata.commands else { return Ok(()) };
    let is_known = |name: &OsStr| name == DEFAULT || commands.iter().any(|one| *name == *one.name);
    let asked = take_asked(&mut opened.args).or(opened.wish.take());
    let started_as = || sys::command_name(&opened.path).filter(|name| is_known(name)).map(OsStr::to_os_string);
    let name = match asked {
        Some(name) if !is_known(&name) => return Err(unknown(opened, commands, &name)),
        name => name.or_else(started_as).unwrap_or(DEFAULT.into()),
    };
    event(Level::Debug, "command", |line| line.put("name", &name.to_string_lossy()));
    opened.chosen = commands.iter().position(|one| *name == *one.name);
    Ok(())
}

/// What is said of the chosen command, where something is.
pub fn chosen_of(metadata: &Metadata, chosen: Option<usize>) -> Option<&NamedCommand> {
    metadata.commands.as_ref()?.get(chosen?)
}

/// Their names, the one called default first; none in a package that knows one command alone.
pub fn all_commands(metadata: &Metadata) -> Vec<OsString> {
    let others = |commands: &Vec<NamedCommand>| commands.iter().map(|one| one.name.clone()).filter(|name| name != DEFAULT).collect();
    let others: Option<Vec<String>> = metadata.commands.as_ref().map(others);
    let names = others.map(|others| [vec![DEFAULT.to_string()], others].concat());
    names.unwrap_or_default().into_iter().map(OsString::from).collect()
}

fn take_asked(args: &mut Vec<OsString>) -> Option<OsString> {
    let rest = args.first()?.as_encoded_bytes().strip_prefix(FLAG.as_bytes())?;
    let name = match rest.split_first() {
        Some((b'=', name)) => sys::text_of(name).to_os_string(),
        Some(_) => return None,
        None => args.get(1).cloned().unwrap_or_default(),
    };
    let words = if rest.is_empty() { 2 } else { 1 };
    args.drain(..words.min(args.len()));
    Some(name)
}

fn unknown(opened: &Launch, commands: &[NamedCommand], name: &OsStr) -> PackageError {
    let mut known = vec![DEFAULT];
    known.extend(commands.iter().map(|one| one.name.as_str()).filter(|name| *name != DEFAULT));
    let message = format!("the package has no command {name:?}; it has {}", known.join(", "));
    fail(Code::Command, message).with_hint(format!("{} {FLAG} {DEFAULT}", opened.path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(args: &[&str]) -> (Option<OsString>, Vec<OsString>) {
        let mut args: Vec<OsString> = args.iter().map(OsString::from).collect();
        (take_asked(&mut args), args)
    }

    #[test]
    fn only_the_first_argument_names_a_command() {
        assert_eq!(taken(&["--flavor-command", "a", "b"]), (Some("a".into()), vec!["b".into()]));
        assert_eq!(taken(&["--flavor-command=a", "--flavor-command=b"]), (Some("a".into()), vec!["--flavor-command=b".into()]));
        assert_eq!(taken(&["--flavor-command="]), (Some("".into()), vec![]));
        assert_eq!(taken(&["--flavor-command"]), (Some("".into()), vec![]));
        assert_eq!(taken(&["--flavor-commands=a"]), (None, vec!["--flavor-commands=a".into()]));
        assert_eq!(taken(&["b", "--flavor-command=a"]), (None, vec!["b".into(), "--flavor-command=a".into()]));
        assert_eq!(taken(&[]), (None, vec![]));
    }
}
