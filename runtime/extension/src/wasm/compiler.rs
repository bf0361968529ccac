//! Compiling modules, checking them against the contract, and keeping them by content.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use wasmparser::{Parser, Payload};
use wasmtime::{Engine, ExternType, FuncType, ImportType, InstancePre, Linker, Module};

use super::abi_version;
use super::columnar::ColumnarEntries;
#[cfg(unix)]
use super::compile_cache::compile_cache;
use super::engine::{MEMORY_BYTES_CEILING, shared_engine};
use super::host_functions::{self, QueryMode};
use super::host_state::HostState;
use super::interpreter::{self, Interpreter, LinkedInterpreter, Links};
use super::limits::{
    FUNCTION_BYTES_MAX, FUNCTIONS_MAX, LOCALS_MAX, MODULE_BYTES_MAX, TEXT_MODULE_BYTES_MAX,
};
use super::module::{
    CompiledModule, HostImport, Linked, ModuleHash, entry_exports, exports_function,
};
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
        .field("limit", limit)
        .field("requested", found)
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

/// The module of this content, compiled on disk before or made by `compile`.
#[cfg(unix)]
fn load_or(
    engine: &'static Engine,
    (hash, bytes_len): (&ModuleHash, usize),
    compile: impl FnOnce() -> EngineResult<Module>,
) -> EngineResult<Module> {
    match compile_cache(engine) {
        Some(cache) => cache.get(engine, (hash, bytes_len), compile),
        None => compile(),
    }
}

#[cfg(not(unix))]
fn load_or(
    _: &'static Engine,
    _: (&ModuleHash, usize),
    compile: impl FnOnce() -> EngineResult<Module>,
) -> EngineResult<Module> {
    compile()
}

fn new_module(engine: &'static Engine, bytes: &[u8]) -> EngineResult<Module> {
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

/// Where compiled modules lie, when they are kept.
pub fn cache_folder() -> Option<std::path::PathBuf> {
    #[cfg(unix)]
    if let Ok(engine) = shared_engine() {
        return compile_cache(engine).map(|cache| cache.folder().to_owned());
    }
    None
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
    let module = load_or(engine, (&hash, bytes.len()), || new_module(engine, bytes))?;
    let mut memory_bytes_initial = check_memory(&module)?;
    let interpreter = interpreter::imported_by(&module)?;
    let imports = check_imports(&module, interpreter)?;
    let is_version_known = match abi_version::declared(bytes) {
        Some(code) => abi_version::check(code).map(|()| true)?,
        None => module.get_export(abi_version::EXPORT).is_none(),
    };
    let linked = match interpreter {
        None => Linked::Alone {
            direct: pre_link(&module, QueryMode::Direct)?,
            fiber: pre_link(&module, QueryMode::Parking)?,
        },
        Some(interpreter) => {
            let unfit = interpreter::unfit_imports(&module, interpreter.namespace);
            if !unfit.is_empty() {
                return Err(does_not_fit(unfit.join(", ")));
            }
            memory_bytes_initial = interpreter.memory_bytes_initial()?;
            let linked = LinkedInterpreter::new(interpreter, &imports, link_interpreter);
            Linked::Interpreted(linked)
        }
    };
    let initializer = ["_initialize"]
        .into_iter()
        .find(|name| exports_function(&module, name, &[], &[]));
    Ok(CompiledModule {
        hash,
        entries: entry_exports(&module),
        columnar_entries: ColumnarEntries::of(&module),
        initializer,
        linked,
        imports,
        bytes_len: bytes.len(),
        memory_bytes_initial,
        is_version_known: AtomicBool::new(is_version_known),
        code: OnceLock::new(),
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
            )
            .field("limit", MEMORY_BYTES_CEILING)
            .field("requested", memory.minimum().saturating_mul(65_536)))
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
fn check_imports(
    module: &Module,
    interpreter: Option<&Interpreter>,
) -> EngineResult<BTreeSet<HostImport>> {
    let mut kinds = BTreeSet::new();
    let mut unknown = Vec::new();
    for import in module.imports() {
        if interpreter.is_some_and(|one| one.namespace == import.module()) {
            continue;
        }
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
fn pre_link(module: &Module, mode: QueryMode) -> EngineResult<InstancePre<HostState>> {
    host_linker(&[module], mode)?
        .instantiate_pre(module)
        .map_err(|error| does_not_fit(format!("{error:#}")))
}

fn does_not_fit(detail: String) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidFunctionDefinition,
        "the module's imports do not fit",
    )
    .detail(detail)
}

/// The host's functions, and a refusal for everything else of WASI that the modules import.
fn host_linker(modules: &[&Module], mode: QueryMode) -> EngineResult<Linker<HostState>> {
    let mut linker = Linker::new(shared_engine()?);
    // Two modules may import the same refused function.
    linker.allow_shadowing(true);
    let internal = |error: wasmtime::Error| EngineError::internal(format!("{error:#}"));
    host_functions::define(&mut linker, mode).map_err(internal)?;
    preview1::define(&mut linker).map_err(internal)?;
    for import in modules.iter().flat_map(|module| module.imports()) {
        let is_refused = preview1::is_module(import.module())
            && !preview1::is_defined(import.module(), import.name());
        if let (true, ExternType::Func(signature)) = (is_refused, import.ty()) {
            preview1::define_refusal(&mut linker, import.module(), import.name(), signature)
                .map_err(internal)?;
        }
    }
    Ok(linker)
}

/// Links a program's interpreter, which is compiled once in the process.
fn link_interpreter(
    program: &Module,
    interpreter: &'static Interpreter,
    imports: &BTreeSet<HostImport>,
) -> EngineResult<Links> {
    let engine = shared_engine()?;
    let module = interpreter.module(|hash, bytes_len, unpack| {
        load_or(engine, (hash, bytes_len), || new_module(engine, &unpack()?))
    })?;
    let both = [program, module];
    let direct = host_linker(&both, QueryMode::Direct)?;
    let fiber = host_linker(&both, QueryMode::Parking)?;
    Links::new(module, imports, (direct, fiber))
}
