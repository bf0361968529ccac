//! Compiling modules, checking them against the contract, and keeping them by content.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use wasmparser::{Parser, Payload};
use wasmtime::{Engine, ExternType, FuncType, ImportType, InstancePre, Linker, Module};

use super::abi_version;
#[cfg(unix)]
use super::compile_cache::compile_cache;
use super::engine::{MEMORY_BYTES_CEILING, shared_engine};
use super::host_functions::{self, QueryMode};
use super::instance::HostState;
use super::limits::{
    FUNCTION_BYTES_MAX, FUNCTIONS_MAX, LOCALS_MAX, MODULE_BYTES_MAX, TEXT_MODULE_BYTES_MAX,
};
use super::module::{CompiledModule, HostImport, ModuleHash, entry_exports, exports_function};
use super::preview1;
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::HostFunctionSpec;
use crate::generated::errors::ErrorCode;

/// Compiled modules of the process by content; freed when no procedure holds them.
static MODULES: OnceLock<Mutex<HashMap<ModuleHash, Weak<CompiledModule>>>> = OnceLock::new();

/// How the binary format begins.
const BINARY_MAGIC: &[u8] = b"\0asm";

/// Compiled modules that procedures of this process hold.
pub fn compiled_count() -> usize {
    MODULES.get().map_or(0, |modules| {
        let modules = modules.lock();
        modules
            .values()
            .filter(|module| module.strong_count() > 0)
            .count()
    })
}

/// Compiles a module, or returns the compiled one of the same content.
pub fn compile_module(bytes: &[u8]) -> EngineResult<Arc<CompiledModule>> {
    if bytes.len() > MODULE_BYTES_MAX {
        return Err(too_large(
            "bytes",
            MODULE_BYTES_MAX as u64,
            bytes.len() as u64,
        ));
    }
    let hash = ModuleHash::of(bytes);
    let modules = MODULES.get_or_init(|| Mutex::new(HashMap::new()));
    if let Some(found) = modules.lock().get(&hash).and_then(Weak::upgrade) {
        return Ok(found);
    }
    // Compiled outside the lock: two threads may do it twice, which costs time but nothing else.
    let compiled = Arc::new(compile(hash, bytes)?);
    let mut modules = modules.lock();
    modules.retain(|_, module| module.strong_count() > 0);
    modules.insert(hash, Arc::downgrade(&compiled));
    Ok(compiled)
}

fn too_large(what: &str, limit: u64, found: u64) -> EngineError {
    EngineError::new(ErrorCode::ProgramLimitExceeded, "the module is too large")
        .detail(format!("limit {limit} {what}, module {found} {what}"))
}

/// Refuses modules that would take unreasonably long to compile, which cannot be interrupted.
fn check_size(bytes: &[u8]) -> EngineResult<()> {
    if !bytes.starts_with(BINARY_MAGIC) {
        if bytes.len() > TEXT_MODULE_BYTES_MAX {
            return Err(too_large(
                "bytes of text",
                TEXT_MODULE_BYTES_MAX as u64,
                bytes.len() as u64,
            ));
        }
        return Ok(());
    }
    let mut locals = 0u64;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|error| does_not_compile(&error))? {
            Payload::CodeSectionStart { count, .. } if count > FUNCTIONS_MAX => {
                return Err(too_large("functions", FUNCTIONS_MAX.into(), count.into()));
            }
            Payload::CodeSectionEntry(body) => {
                let size = body.range().len();
                if size > FUNCTION_BYTES_MAX {
                    return Err(too_large(
                        "bytes in one function",
                        FUNCTION_BYTES_MAX as u64,
                        size as u64,
                    ));
                }
                let groups = body
                    .get_locals_reader()
                    .map_err(|error| does_not_compile(&error))?;
                for group in groups {
                    let (count, _) = group.map_err(|error| does_not_compile(&error))?;
                    locals += u64::from(count);
                }
                if locals > LOCALS_MAX {
                    return Err(too_large("local variables", LOCALS_MAX, locals));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(unix)]
fn load_or_compile(
    engine: &'static Engine,
    (hash, bytes): (&ModuleHash, &[u8]),
) -> EngineResult<Module> {
    let compile = || Module::new(engine, bytes).map_err(|error| does_not_compile(&error));
    match compile_cache(engine) {
        Some(cache) => cache.get(engine, (hash, bytes.len()), compile),
        None => compile(),
    }
}

#[cfg(not(unix))]
fn load_or_compile(
    engine: &'static Engine,
    (_, bytes): (&ModuleHash, &[u8]),
) -> EngineResult<Module> {
    Module::new(engine, bytes).map_err(|error| does_not_compile(&error))
}

/// How often a module was found compiled on disk, and how often it was not.
pub fn cache_counts() -> (u64, u64) {
    #[cfg(unix)]
    if let Ok(engine) = shared_engine()
        && let Some(cache) = compile_cache(engine)
    {
        return cache.counts();
    }
    (0, 0)
}

fn does_not_compile(error: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidFunctionDefinition,
        "the module does not compile",
    )
    .detail(format!("{error:#}"))
}

fn compile(hash: ModuleHash, bytes: &[u8]) -> EngineResult<CompiledModule> {
    let engine = shared_engine()?;
    if !looks_like_module(bytes) {
        return Err(EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            "the bytes are not a WebAssembly module",
        )
        .detail(format!(
            "{} bytes that do not begin with `\\0asm`",
            bytes.len()
        ))
        .hint("compile the source to wasm32-wasip1 or wasm32-unknown-unknown first"));
    }
    check_size(bytes)?;
    let module = load_or_compile(engine, (&hash, bytes))?;
    let memory_bytes_initial = check_memory(&module)?;
    let imports = check_imports(&module)?;
    let is_version_known = match abi_version::declared(bytes) {
        Some(code) => abi_version::check(code).map(|()| true)?,
        None => module.get_export(abi_version::EXPORT).is_none(),
    };
    let instance_pre = link(&module, QueryMode::Direct)?;
    let fiber_pre = link(&module, QueryMode::Parking)?;
    let initializer = ["_initialize"]
        .into_iter()
        .find(|name| exports_function(&module, name, &[], &[]));
    Ok(CompiledModule {
        hash,
        entries: entry_exports(&module),
        initializer,
        instance_pre,
        fiber_pre,
        imports,
        bytes_len: bytes.len(),
        memory_bytes_initial,
        is_version_known: AtomicBool::new(is_version_known),
        module,
    })
}

/// The binary format's magic, or the text format's opening parenthesis.
fn looks_like_module(bytes: &[u8]) -> bool {
    if bytes.starts_with(BINARY_MAGIC) {
        return true;
    }
    let text = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
    text.is_some_and(|start| {
        bytes[start..].starts_with(b"(module") || bytes[start..].starts_with(b";;")
    })
}

/// The initial size of the exported memory in bytes.
fn check_memory(module: &Module) -> EngineResult<usize> {
    match module.get_export("memory") {
        Some(ExternType::Memory(memory)) if memory.is_64() || memory.is_shared() => {
            Err(EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                "the module's memory must be 32-bit and not shared",
            ))
        }
        Some(ExternType::Memory(memory))
            if memory.minimum() * 65_536 > MEMORY_BYTES_CEILING as u64 =>
        {
            Err(EngineError::new(
                ErrorCode::ProgramLimitExceeded,
                "the module asks for more memory than any procedure can have",
            ))
        }
        Some(ExternType::Memory(memory)) => Ok((memory.minimum() * 65_536) as usize),
        _ => Err(EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            "the module does not export its memory",
        )
        .hint(
            "export the linear memory under the name `memory`; every compiler has an option for it",
        )),
    }
}

/// What the imports say about the module, or an error naming those that cannot be satisfied.
fn check_imports(module: &Module) -> EngineResult<BTreeSet<HostImport>> {
    let mut kinds = BTreeSet::new();
    let mut unknown = Vec::new();
    for import in module.imports() {
        let is_function = matches!(import.ty(), ExternType::Func(_));
        if !is_function {
            unknown.push(format!(
                "{}.{} (not a function)",
                import.module(),
                import.name()
            ));
        } else if !host_functions::is_defined(import.module(), import.name())
            && !preview1::is_module(import.module())
        {
            unknown.push(format!("{}.{}", import.module(), import.name()));
        }
        if let ExternType::Func(signature) = import.ty()
            && let Some(spec) = host_functions::spec(import.module(), import.name())
        {
            check_signature(&import, &signature, spec)?;
        }
        kinds.extend(host_functions::import_kind(import.module(), import.name()));
    }
    if unknown.is_empty() {
        return Ok(kinds);
    }
    Err(EngineError::new(
        ErrorCode::InvalidFunctionDefinition,
        "the module imports what the host does not offer",
    )
    .detail(unknown.join(", "))
    .hint(format!(
        "module `heliosdb` offers {}; WASI preview 1 is there with everything denied",
        host_functions::names()
    )))
}

/// Refuses an import of a host function by another signature than it has.
fn check_signature(
    import: &ImportType<'_>,
    signature: &FuncType,
    spec: &HostFunctionSpec,
) -> EngineResult<()> {
    let offered = FuncType::new(
        shared_engine()?,
        spec.parameters.iter().cloned(),
        spec.results.iter().cloned(),
    );
    if FuncType::eq(signature, &offered) {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::InvalidFunctionDefinition,
        "the module's imports do not fit",
    )
    .detail(format!(
        "{}.{}: the module imports {signature}, the host offers {offered}",
        import.module(),
        import.name()
    )))
}

/// Links a module whose imports were checked.
fn link(module: &Module, mode: QueryMode) -> EngineResult<InstancePre<HostState>> {
    let mut linker = Linker::new(shared_engine()?);
    let internal = |error: wasmtime::Error| EngineError::internal(format!("{error:#}"));
    host_functions::define(&mut linker, mode).map_err(internal)?;
    preview1::define(&mut linker).map_err(internal)?;
    for import in module.imports() {
        let is_refused = preview1::is_module(import.module())
            && !preview1::is_defined(import.module(), import.name());
        if let (true, ExternType::Func(signature)) = (is_refused, import.ty()) {
            preview1::define_refusal(&mut linker, import.module(), import.name(), signature)
                .map_err(internal)?;
        }
    }
    linker.instantiate_pre(module).map_err(|error| {
        EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            "the module's imports do not fit",
        )
        .detail(format!("{error:#}"))
    })
}
