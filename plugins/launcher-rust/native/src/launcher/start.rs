//! Starting the application: this process becomes it, or waits for it where the system cannot do that. The generation stays
//! held by whoever belongs to the application, and the system lets it go with the last of them.
use super::words::{cannot_start, find_program};
use crate::errors::{PackageError, Result, reason};
use crate::log::{Level, event};
use crate::sys;
use crate::workenv::base::resolve;
use crate::workenv::variables::Variables;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

pub struct Start<'a> {
    pub words: Vec<OsString>,
    pub args: &'a [OsString],
    pub env: Variables,
    pub caller: &'a Variables,
    /// What the application holds: the FIFO of the generation, and those of its session.
    pub held: Vec<File>,
}

/// Gives the exit code of the application where this process did not become it.
pub fn start_application(start: Start) -> Result<i32> {
    let Start { mut words, args, env, caller, held } = start;
    let program = find_program(&words[0], &env, caller)?;
    let program = resolve(&program);
    words[0] = program.clone().into_os_string();
    words.extend_from_slice(args);
    event(Level::Info, "exec", |line| {
        line.path("program", &program);
        line.number("arguments", words.len() as u64 - 1);
    });
    sys::run(&program, &words, &env.0, held).map_err(|error| refused(&program, error))
}

fn refused(program: &Path, error: io::Error) -> PackageError {
    let why = match error.kind() {
        ErrorKind::NotFound => "its interpreter is not there".to_string(),
        _ => reason(&error),
    };
    cannot_start(program, &why)
}
