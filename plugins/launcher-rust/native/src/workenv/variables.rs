//! An environment: names and values as the system has them, in whatever bytes, in their order.
use crate::sys;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

#[derive(Clone, Debug, Default)]
pub struct Variables(pub Vec<(OsString, OsString)>);

impl Variables {
    pub fn of_process() -> Variables {
        let mut variables = Variables::default();
        variables.0.extend(std::env::vars_os());
        variables
    }

    pub fn get(&self, name: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.0.iter().find(|(known, _)| sys::is_same_variable(known, name.as_ref())).map(|(_, value)| value.as_os_str())
    }

    /// As text, empty when there is none.
    pub fn word(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_string_lossy().into_owned()
    }

    /// A path, which counts only when it is absolute.
    pub fn absolute(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| sys::is_same_variable(known, &name)) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    pub fn remove(&mut self, name: impl AsRef<OsStr>) {
        self.0.retain(|(known, _)| !sys::is_same_variable(known, name.as_ref()));
    }
}
