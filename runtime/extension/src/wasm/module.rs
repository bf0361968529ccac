//! A compiled module and what can be learned from it before it ever runs.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};
use wasmtime::{ExternType, Instance, InstancePre, Module, Store, ValType};

use super::code::{GuestCode, ModuleCode};
use super::columnar::ColumnarEntries;
use super::host_state::HostState;
use super::interpreter::LinkedInterpreter;
use crate::error::EngineResult;
use crate::generated::abi::RESERVED_EXPORTS;

/// SHA-256 of a module's bytes, the module's identity everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleHash([u8; 32]);

impl ModuleHash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut hash = [0u8; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (index, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for ModuleHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// What a module can ask of the host, read off its imports. It bounds what the procedure can do:
/// a module without `Query` cannot read a table, whatever it is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostImport {
    Query,
    Transaction,
    /// `heliosdb_now`, which stands still during a statement.
    StatementClock,
    /// Random bytes or a running clock.
    Nondeterminism,
}

/// A module ready to be instantiated.
pub struct CompiledModule {
    pub hash: ModuleHash,
    pub module: Module,
    pub linked: Linked,
    pub imports: BTreeSet<HostImport>,
    /// Exported functions that can be a procedure's entry: no parameters, nothing or one i32.
    pub entries: Vec<String>,
    /// Those of them that can be called for many rows at once.
    pub columnar_entries: ColumnarEntries,
    /// Name of the exported function to run once after instantiation.
    pub initializer: Option<&'static str>,
    pub bytes_len: usize,
    /// The linear memory a new instance starts with.
    pub memory_bytes_initial: usize,
    /// Whether the version of the contract that the module needs was looked at.
    pub is_version_known: AtomicBool,
    /// Where its compiled functions lie, once an instance is made.
    pub code: OnceLock<GuestCode>,
}

/// A module with its imports resolved.
pub enum Linked {
    Alone {
        direct: InstancePre<HostState>,
        /// The same module linked so that its queries can wait; for instances on fibers.
        fiber: InstancePre<HostState>,
    },
    /// A program for an interpreter, which is instantiated before it.
    Interpreted(LinkedInterpreter),
}

impl Linked {
    pub fn instantiate(
        &self,
        store: &mut Store<HostState>,
        module: &Module,
    ) -> wasmtime::Result<Instance> {
        match self {
            Self::Alone { direct, .. } => direct.instantiate(store),
            Self::Interpreted(interpreter) => interpreter.instantiate(store, module),
        }
    }

    /// As [`Linked::instantiate`], on a fiber.
    pub async fn instantiate_async(
        &self,
        store: &mut Store<HostState>,
        module: &Module,
    ) -> wasmtime::Result<Instance> {
        match self {
            Self::Alone { fiber, .. } => fiber.instantiate_async(store).await,
            Self::Interpreted(interpreter) => interpreter.instantiate_async(store, module).await,
        }
    }
}

impl CompiledModule {
    /// Where its compiled functions lie, and its interpreter's.
    pub fn code(&self) -> EngineResult<GuestCode> {
        if let Some(code) = self.code.get() {
            return Ok(code.clone());
        }
        let own = ModuleCode::of(&self.module);
        let parts = match &self.linked {
            Linked::Alone { .. } => vec![own],
            Linked::Interpreted(linked) => vec![own, linked.code(&self.module)?],
        };
        Ok(self
            .code
            .get_or_init(|| GuestCode(Arc::from(parts)))
            .clone())
    }

    /// The memory limit of a procedure that names none, where the usual one is too low.
    pub fn memory_bytes_max_default(&self) -> Option<u64> {
        match &self.linked {
            Linked::Alone { .. } => None,
            Linked::Interpreted(linked) => Some(linked.interpreter().memory_bytes_max_default),
        }
    }
}

/// Lists the exports that can be entered.
pub fn entry_exports(module: &Module) -> Vec<String> {
    module
        .exports()
        .filter(|export| {
            !RESERVED_EXPORTS.contains(&export.name()) && !export.name().starts_with("__")
        })
        .filter(|export| is_entry(&export.ty()))
        .map(|export| export.name().to_owned())
        .collect()
}

fn is_entry(export: &ExternType) -> bool {
    let ExternType::Func(signature) = export else {
        return false;
    };
    let mut results = signature.results();
    signature.params().len() == 0
        && matches!(
            (results.next(), results.next()),
            (None, _) | (Some(ValType::I32), None)
        )
}

/// Whether the module exports a function with exactly these parameters and results.
pub fn exports_function(
    module: &Module,
    name: &str,
    parameters: &[ValType],
    results: &[ValType],
) -> bool {
    let same = |left: &ValType, right: &ValType| ValType::eq(left, right);
    match module.get_export(name) {
        Some(ExternType::Func(signature)) => {
            signature.params().len() == parameters.len()
                && signature.results().len() == results.len()
                && signature
                    .params()
                    .zip(parameters)
                    .all(|(left, right)| same(&left, right))
                && signature
                    .results()
                    .zip(results)
                    .all(|(left, right)| same(&left, right))
        }
        _ => false,
    }
}
