//! Interpreters that come with the engine: a guest in such a language is a small module that
//! imports the interpreter's memory and functions and carries the program alone.
//!
//! An interpreter is compiled once in a process, and like any module kept compiled on disk. It
//! gets no right that its guest lacks: of the host's functions it reaches those kinds only that
//! the guest imports itself, so a guest's imports say what it can do, as anywhere else.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use wasmtime::{Extern, ExternType, Instance, InstancePre, Linker, Module, Store};

use super::code::ModuleCode;
use super::failure::fault;
use super::host_functions;
use super::host_state::HostState;
use super::module::{HostImport, ModuleHash};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// One interpreter as it lies in this library.
pub struct Interpreter {
    /// The module name that its guests import from: the language and the version that decides
    /// whether a program runs.
    pub namespace: &'static str,
    /// The module, compressed with brotli.
    compressed: &'static [u8],
    /// What the build says of the module, as JSON.
    facts: &'static str,
    /// What an instance needs where nobody set a limit, in bytes.
    pub memory_bytes_max_default: u64,
    module: OnceLock<EngineResult<Module>>,
    code: OnceLock<Arc<ModuleCode>>,
}

static INTERPRETERS: [Interpreter; 3] = [
    Interpreter {
        namespace: "heliosdb_python@3.11",
        compressed: include_bytes!("../../../../sdk/python/engine/engine.wasm.br"),
        facts: include_str!("../../../../sdk/python/engine/engine.json"),
        memory_bytes_max_default: 32 << 20,
        module: OnceLock::new(),
        code: OnceLock::new(),
    },
    Interpreter {
        namespace: "heliosdb_quickjs@0.16",
        compressed: include_bytes!("../../../../sdk/js/engine/engine.wasm.br"),
        facts: include_str!("../../../../sdk/js/engine/engine.json"),
        memory_bytes_max_default: 16 << 20,
        module: OnceLock::new(),
        code: OnceLock::new(),
    },
    Interpreter {
        namespace: "heliosdb_mruby@3.2",
        compressed: include_bytes!("../../../../sdk/ruby/engine/engine.wasm.br"),
        facts: include_str!("../../../../sdk/ruby/engine/engine.json"),
        memory_bytes_max_default: 16 << 20,
        module: OnceLock::new(),
        code: OnceLock::new(),
    },
];

/// How the module names of interpreters begin.
const NAMESPACE_PREFIX: &str = "heliosdb_";

/// The interpreter that a module imports from, when it does.
pub fn imported_by(module: &Module) -> EngineResult<Option<&'static Interpreter>> {
    let Some(namespace) = module
        .imports()
        .map(|import| import.module())
        .find(|name| name.starts_with(NAMESPACE_PREFIX) && name.contains('@'))
    else {
        return Ok(None);
    };
    let known = INTERPRETERS
        .iter()
        .find(|interpreter| interpreter.namespace == namespace);
    known.map(Some).ok_or_else(|| {
        let names: Vec<&str> = INTERPRETERS.iter().map(|one| one.namespace).collect();
        EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            format!("the module needs the interpreter {namespace}, which is not there"),
        )
        .detail(format!("this engine has {}", names.join(", ")))
        .hint("compile the source again with this version of HeliosDB")
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    memory_page_count: usize,
}

impl Interpreter {
    /// The linear memory an instance starts with.
    pub fn memory_bytes_initial(&self) -> EngineResult<usize> {
        let facts: Facts = serde_json::from_str(self.facts)
            .map_err(|error| EngineError::internal(format!("{}: {error}", self.namespace)))?;
        Ok(facts.memory_page_count * 65_536)
    }

    /// The compiled interpreter; `compile` makes it of the module's bytes, or finds it made.
    pub fn module(
        &self,
        compile: impl FnOnce(
            &ModuleHash,
            usize,
            &dyn Fn() -> EngineResult<Vec<u8>>,
        ) -> EngineResult<Module>,
    ) -> EngineResult<&Module> {
        self.module
            .get_or_init(|| {
                // The compressed bytes stand for the module: a compiled one is found without
                // unpacking anything.
                let hash = ModuleHash::of(self.compressed);
                compile(&hash, self.compressed.len(), &|| self.unpack())
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    fn unpack(&self) -> EngineResult<Vec<u8>> {
        const BUFFER_BYTES: usize = 64 << 10;
        let mut bytes = Vec::new();
        brotli_decompressor::Decompressor::new(self.compressed, BUFFER_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                EngineError::internal(format!("{} cannot be unpacked: {error}", self.namespace))
            })?;
        Ok(bytes)
    }
}

/// A guest's interpreter, linked to what the guest may do when the first instance is made:
/// compiling an interpreter takes seconds, which a procedure that is never called need not cost.
pub struct LinkedInterpreter {
    interpreter: &'static Interpreter,
    imports: BTreeSet<HostImport>,
    link: Link,
    links: OnceLock<EngineResult<Links>>,
}

/// Makes the links of a guest: its module, its interpreter and what it imports of the host.
pub type Link = fn(&Module, &'static Interpreter, &BTreeSet<HostImport>) -> EngineResult<Links>;

pub struct Links {
    direct: InstancePre<HostState>,
    fiber: InstancePre<HostState>,
    /// The host's functions, for what a guest imports beside its interpreter.
    host: Linker<HostState>,
}

impl Links {
    /// Links `module`, the interpreter's, with the host functions of `direct` and `fiber`, less
    /// those of kinds that are not among `imports`.
    pub fn new(
        module: &Module,
        imports: &BTreeSet<HostImport>,
        (direct, fiber): (Linker<HostState>, Linker<HostState>),
    ) -> EngineResult<Self> {
        Ok(Self {
            direct: restricted(direct.clone(), module, imports)?,
            fiber: restricted(fiber, module, imports)?,
            host: direct,
        })
    }
}

impl LinkedInterpreter {
    pub fn new(
        interpreter: &'static Interpreter,
        imports: &BTreeSet<HostImport>,
        link: Link,
    ) -> Self {
        Self {
            interpreter,
            imports: imports.clone(),
            link,
            links: OnceLock::new(),
        }
    }

    pub fn interpreter(&self) -> &'static Interpreter {
        self.interpreter
    }

    fn find_links(&self, guest: &Module) -> &EngineResult<Links> {
        self.links
            .get_or_init(|| (self.link)(guest, self.interpreter, &self.imports))
    }

    fn links(&self, guest: &Module) -> wasmtime::Result<&Links> {
        match self.find_links(guest) {
            Ok(links) => Ok(links),
            Err(error) => fault(error.clone()),
        }
    }

    /// Where the interpreter's compiled functions lie.
    pub fn code(&self, guest: &Module) -> EngineResult<Arc<ModuleCode>> {
        let links = self.find_links(guest).as_ref().map_err(Clone::clone)?;
        let code = &self.interpreter.code;
        Ok(Arc::clone(
            code.get_or_init(|| ModuleCode::of(links.direct.module())),
        ))
    }

    /// Instantiates the interpreter and then the guest; neither runs anything.
    pub fn instantiate(
        &self,
        store: &mut Store<HostState>,
        guest: &Module,
    ) -> wasmtime::Result<Instance> {
        let links = self.links(guest)?;
        let interpreter = links.direct.instantiate(&mut *store)?;
        let imports = self.imports_of(store, guest, (links, &interpreter))?;
        Instance::new(store, guest, &imports)
    }

    /// As [`LinkedInterpreter::instantiate`], on a fiber.
    pub async fn instantiate_async(
        &self,
        store: &mut Store<HostState>,
        guest: &Module,
    ) -> wasmtime::Result<Instance> {
        let links = self.links(guest)?;
        let interpreter = links.fiber.instantiate_async(&mut *store).await?;
        let imports = self.imports_of(store, guest, (links, &interpreter))?;
        Instance::new_async(store, guest, &imports).await
    }

    fn imports_of(
        &self,
        store: &mut Store<HostState>,
        guest: &Module,
        (links, interpreter): (&Links, &Instance),
    ) -> wasmtime::Result<Vec<Extern>> {
        guest
            .imports()
            .map(|import| {
                let (module, name) = (import.module(), import.name());
                if module != self.interpreter.namespace {
                    return links.host.get(&mut *store, module, name);
                }
                interpreter
                    .get_export(&mut *store, name)
                    .ok_or_else(|| wasmtime::Error::msg(format!("no {name}")))
            })
            .collect()
    }
}

/// What an interpreter offers to its guests, its memory among it.
const EXPORTS: [&str; 6] = [
    "memory",
    "hdb_alloc",
    "hdb_load",
    "hdb_call",
    "heliosdb_abi_version",
    "heliosdb_value_format",
];

/// Names what a guest imports that no interpreter has.
pub fn unfit_imports(guest: &Module, namespace: &str) -> Vec<String> {
    guest
        .imports()
        .filter(|import| import.module() == namespace && !EXPORTS.contains(&import.name()))
        .map(|import| format!("{namespace}.{}", import.name()))
        .collect()
}

fn restricted(
    mut linker: Linker<HostState>,
    interpreter: &Module,
    imports: &BTreeSet<HostImport>,
) -> EngineResult<InstancePre<HostState>> {
    let internal = |error: wasmtime::Error| EngineError::internal(format!("{error:#}"));
    linker.allow_shadowing(true);
    for import in interpreter.imports() {
        let (module, name) = (import.module(), import.name());
        let is_denied =
            host_functions::import_kind(module, name).is_some_and(|kind| !imports.contains(&kind));
        if let (true, ExternType::Func(signature)) = (is_denied, import.ty()) {
            let refused = name.to_owned();
            linker
                .func_new(module, name, signature, move |_, _, _| refuse(&refused))
                .map_err(internal)?;
        }
    }
    linker.instantiate_pre(interpreter).map_err(internal)
}

fn refuse(name: &str) -> wasmtime::Result<()> {
    fault(
        EngineError::new(
            ErrorCode::FeatureNotSupported,
            format!("the program calls {name}, which its module does not import"),
        )
        .hint("write the function's name in the source, so that compiling finds it"),
    )
}
