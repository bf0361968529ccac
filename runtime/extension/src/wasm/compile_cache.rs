//! Compiled modules on disk, so that a new process need not compile what an earlier one has.
//!
//! Deserialising machine code is running it, so nothing is loaded that this engine did not write
//! under this user: the folder and its files are the user's alone, and each file's name carries a
//! code over its content under a random key that lies in the same folder. Whoever can read the key
//! is the user, or root. Everything that can go wrong turns the cache off or misses; nothing fails.
//!
//! A file is `<module SHA-256>-<engine>-<code>.cwasm`. `<engine>` stands for wasmtime's version,
//! its settings and the processor's features. Files are written aside and renamed, so processes
//! may share the folder; the oldest ones go when it grows too large.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

use super::mac::{hmac_sha256, is_equal};
use super::module::ModuleHash;

/// Names the folder; empty turns the cache off.
const FOLDER_VARIABLE: &str = "HELIOSDB_CACHE_DIR";

/// Bytes of all files; the least recently used ones make room.
const CACHE_BYTES_MAX: u64 = 512 << 20;

/// Smaller modules compile faster than a file is read and checked.
const MODULE_BYTES_MIN: usize = 4 << 10;

const SUFFIX: &str = ".cwasm";

/// A folder of compiled modules.
pub struct CompileCache {
    folder: PathBuf,
    key: [u8; 32],
    engine_tag: String,
    bytes_max: u64,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// The process's cache; none where there is no folder of the user's own.
pub fn compile_cache(engine: &Engine) -> Option<&'static CompileCache> {
    static CACHE: OnceLock<Option<CompileCache>> = OnceLock::new();
    CACHE
        .get_or_init(|| {
            let folder = cache_folder()?;
            CompileCache::open(&folder, engine, CACHE_BYTES_MAX).ok()
        })
        .as_ref()
}

fn cache_folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(FOLDER_VARIABLE) {
        return (!named.is_empty()).then(|| PathBuf::from(named).join("modules"));
    }
    let user = match std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".cache"),
    };
    Some(user.join("heliosdb").join("modules"))
}

impl CompileCache {
    pub fn open(folder: &Path, engine: &Engine, bytes_max: u64) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        check_private(&fs::symlink_metadata(folder)?, true)?;
        Ok(Self {
            key: read_key(folder)?,
            folder: folder.to_owned(),
            engine_tag: engine_tag(engine),
            bytes_max,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How often a module was found, and how often it was not.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.hits.load(Ordering::Relaxed),
            self.misses.load(Ordering::Relaxed),
        )
    }

    /// The module, or what `compile` makes, which is kept.
    pub fn get<E>(
        &self,
        engine: &Engine,
        (hash, bytes_len): (&ModuleHash, usize),
        compile: impl FnOnce() -> Result<Module, E>,
    ) -> Result<Module, E> {
        if bytes_len < MODULE_BYTES_MIN {
            return compile();
        }
        if let Some(module) = self.load(engine, hash) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(module);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let module = compile()?;
        if let Ok(serialized) = module.serialize() {
            // A full disk costs the next process its time and nobody anything else.
            let _ = self.store(hash, &serialized);
        }
        Ok(module)
    }

    fn load(&self, engine: &Engine, hash: &ModuleHash) -> Option<Module> {
        let prefix = format!("{hash}-{}-", self.engine_tag);
        for entry in fs::read_dir(&self.folder).ok()?.flatten() {
            let name = entry.file_name();
            let Some(code) = name
                .to_str()
                .and_then(|name| name.strip_prefix(&prefix)?.strip_suffix(SUFFIX))
            else {
                continue;
            };
            match self.read(engine, hash, &entry.path(), code) {
                Ok(module) => return Some(module),
                // Not ours, or damaged: it will never be of use.
                Err(_) => drop(fs::remove_file(entry.path())),
            }
        }
        None
    }

    fn read(
        &self,
        engine: &Engine,
        hash: &ModuleHash,
        path: &Path,
        code: &str,
    ) -> io::Result<Module> {
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW)
            .open(path)?;
        check_private(&file.metadata()?, false)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        if !is_equal(self.code(hash, &content).as_bytes(), code.as_bytes()) {
            return Err(io::Error::other("the file was not written by this engine"));
        }
        // Says that it was used; on a read-only disk nothing is ever evicted either.
        let _ = file.set_modified(SystemTime::now());
        // SAFETY: the code proves that this engine serialised these bytes for this very build and
        // processor, and nobody else can change a file of this folder.
        unsafe { Module::deserialize_open_file(engine, file) }
            .map_err(|error| io::Error::other(format!("{error:#}")))
    }

    fn store(&self, hash: &ModuleHash, serialized: &[u8]) -> io::Result<()> {
        let name = format!(
            "{hash}-{}-{}{SUFFIX}",
            self.engine_tag,
            self.code(hash, serialized)
        );
        write_aside(&self.folder, serialized, |draft| {
            fs::rename(draft, self.folder.join(&name))
        })?;
        self.evict()
    }

    /// Removes the least recently used files until the rest fits.
    fn evict(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = fs::read_dir(&self.folder)?
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().ends_with(SUFFIX))
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in files {
            if total <= self.bytes_max {
                break;
            }
            // Another process may have removed it; a mapped file lives on until it is unmapped.
            let _ = fs::remove_file(path);
            total -= size;
        }
        Ok(())
    }

    fn code(&self, hash: &ModuleHash, content: &[u8]) -> String {
        let parts = [
            hash.to_string().into_bytes(),
            self.engine_tag.clone().into_bytes(),
        ];
        hex(&hmac_sha256(&self.key, &[&parts[0], &parts[1], content]))
    }
}

/// The folder's key, made by whoever comes first.
fn read_key(folder: &Path) -> io::Result<[u8; 32]> {
    let path = folder.join("key");
    if !path.exists() {
        let mut fresh = [0u8; 32];
        getrandom::fill(&mut fresh).map_err(|error| io::Error::other(error.to_string()))?;
        // A link is made once: of two processes one wins, and both read the winner's.
        write_aside(folder, &fresh, |draft| {
            let made = fs::hard_link(draft, &path);
            let _ = fs::remove_file(draft);
            match made {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                _ => Ok(()),
            }
        })?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW)
        .open(&path)?;
    check_private(&file.metadata()?, false)?;
    let mut key = [0u8; 32];
    file.read_exact(&mut key)?;
    Ok(key)
}

fn write_aside(
    folder: &Path,
    content: &[u8],
    place: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!("draft-{}-{number}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file: File| file.write_all(content))
        .and_then(|()| place(&draft));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Refuses what others own, can read or can write.
fn check_private(metadata: &fs::Metadata, is_folder: bool) -> io::Result<()> {
    // SAFETY: the call has no preconditions.
    let user = unsafe { libc::geteuid() };
    if metadata.is_dir() == is_folder
        && (is_folder || metadata.is_file())
        && metadata.uid() == user
        && metadata.mode() & 0o077 == 0
    {
        return Ok(());
    }
    Err(io::Error::other("the file is not this user's alone"))
}

/// What compiled code depends on beside the module.
fn engine_tag(engine: &Engine) -> String {
    let mut hasher = ShaHasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    std::env::consts::ARCH.hash(&mut hasher);
    hex(&hasher.0.finalize()[..16])
}

/// SHA-256 as a hasher: the standard one may differ between builds.
struct ShaHasher(Sha256);

impl Hasher for ShaHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("heliosdb-cache-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }

        fn files(&self) -> Vec<PathBuf> {
            fs::read_dir(&self.0)
                .map(|entries| {
                    entries
                        .flatten()
                        .map(|entry| entry.path())
                        .filter(|path| path.to_string_lossy().ends_with(SUFFIX))
                        .collect()
                })
                .unwrap_or_default()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn module_of(number: usize) -> Vec<u8> {
        format!("(module (func (export \"f\") (result i32) (i32.const {number})))").into_bytes()
    }

    /// Asks for a module; true when it had to be compiled.
    fn ask(cache: &CompileCache, engine: &Engine, number: usize) -> bool {
        let bytes = module_of(number);
        let mut was_compiled = false;
        cache
            .get(engine, (&ModuleHash::of(&bytes), MODULE_BYTES_MIN), || {
                was_compiled = true;
                Module::new(engine, &bytes)
            })
            .expect("it compiles");
        was_compiled
    }

    #[test]
    fn a_module_is_compiled_once_for_two_processes() {
        let folder = Folder::new("twice");
        let engine = Engine::default();
        let first = CompileCache::open(&folder.0, &engine, u64::MAX).expect("it opens");
        assert!(ask(&first, &engine, 1));
        let second = CompileCache::open(&folder.0, &engine, u64::MAX).expect("it opens");
        assert!(!ask(&second, &engine, 1));
        assert_eq!(second.counts(), (1, 0));
    }

    #[test]
    fn a_file_of_somebody_else_is_never_loaded() {
        let folder = Folder::new("foreign");
        let engine = Engine::default();
        let cache = CompileCache::open(&folder.0, &engine, u64::MAX).expect("it opens");
        assert!(ask(&cache, &engine, 1));
        // Changed content.
        let [path] = &folder.files()[..] else {
            panic!("one file")
        };
        let mut content = fs::read(path).expect("it is there");
        let last = content.len() - 1;
        content[last] ^= 1;
        fs::write(path, &content).expect("it can be written");
        assert!(ask(&cache, &engine, 1), "a changed file was loaded");
        // Another module's file under this one's name.
        assert!(ask(&cache, &engine, 2));
        let hash = ModuleHash::of(&module_of(1)).to_string();
        let other = folder
            .files()
            .into_iter()
            .find(|path| !path.to_string_lossy().contains(&hash))
            .expect("the second file");
        let own = folder
            .files()
            .into_iter()
            .find(|path| path.to_string_lossy().contains(&hash))
            .expect("the first file");
        fs::rename(&other, &own).expect("it can be renamed");
        assert!(ask(&cache, &engine, 1), "another module's file was loaded");
        // Readable by others.
        let path = &folder.files()[0];
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("it is ours");
        assert!(ask(&cache, &engine, 1), "a file open to others was loaded");
        // A key of somebody else's making.
        fs::set_permissions(folder.0.join("key"), fs::Permissions::from_mode(0o644))
            .expect("it is ours");
        assert!(CompileCache::open(&folder.0, &engine, u64::MAX).is_err());
        // A folder open to others.
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o777)).expect("it is ours");
        assert!(CompileCache::open(&folder.0, &engine, u64::MAX).is_err());
    }

    #[test]
    fn the_least_recently_used_file_makes_room() {
        let folder = Folder::new("room");
        let engine = Engine::default();
        let cache = CompileCache::open(&folder.0, &engine, u64::MAX).expect("it opens");
        for number in 1..=3 {
            assert!(ask(&cache, &engine, number));
        }
        let sizes: u64 = folder
            .files()
            .iter()
            .map(|path| fs::metadata(path).map_or(0, |metadata| metadata.len()))
            .sum();
        assert!(!ask(&cache, &engine, 1), "used again, so not the oldest");
        let cache = CompileCache::open(&folder.0, &engine, sizes).expect("it opens");
        assert!(ask(&cache, &engine, 4));
        assert!(!ask(&cache, &engine, 1) && !ask(&cache, &engine, 3) && !ask(&cache, &engine, 4));
        assert!(ask(&cache, &engine, 2), "the oldest one had to go");
    }
}
