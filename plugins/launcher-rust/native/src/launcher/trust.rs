//! The one place where a start is allowed or refused for who signed the package rather than for what is in it. So far every
//! key that matches its package is accepted.
use crate::errors::Result;
use crate::format::examination::Package;
use crate::workenv::variables::Variables;

pub fn require_trust<S>(_package: &Package<S>, _env: &Variables) -> Result<()> {
    Ok(())
}
