//! The way of a procedure's requests to the network.

use std::sync::Arc;

use super::guest_call::ProcedureCall;
use crate::error::EngineResult;
use crate::network::{Client, Permit};
use crate::rights::{Need, check_need};

impl ProcedureCall {
    /// A client that asks only hosts that this procedure, and those above it, may ask.
    pub fn network_client(&self) -> EngineResult<Client> {
        let rights = self.context.rights.clone();
        let name = self.pinned.procedure.name.clone();
        let is_guard_off = self.state.is_guard_off();
        let permit: Permit = Box::new(move |host, port| {
            if is_guard_off {
                return Ok(());
            }
            check_need(&rights, &Need::Network { host, port }, &name)
        });
        Client::new(permit, Arc::clone(&self.execution.cancellation))
    }
}
