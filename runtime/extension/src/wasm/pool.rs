//! Warm guests: instantiated and initialised ahead of time, never called.
//!
//! A guest that was called is dropped after its statement, so nothing it learned reaches the next
//! one. A thread of the pool's own drops what a statement took and replaces it; it touches no
//! database. Waking it costs a short statement a tenth of its time, so it makes small guests for
//! several statements ahead, and is woken again when these run out.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

use super::cancellation::Cancellation;
use super::engine::ActiveGuest;
use super::failure::POOL_EXHAUSTED;
use super::gauge::Gauge;
use super::instance::GuestInstance;
use super::limits::Limits;
use super::module::CompiledModule;
use crate::error::{EngineError, EngineResult};
use crate::files::GrantedFolders;

/// Warm guests of the whole process; the other places are left to running statements.
pub const WARM_INSTANCES_MAX: usize = 256;

/// Requests for warm guests that may wait; further ones are dropped, which costs time only.
const REQUESTS_MAX: usize = 64;

/// Statements that warm guests are made ahead for, and how much linear memory these may have
/// together: large guests are made for one statement.
const STATEMENTS_AHEAD_MAX: usize = 8;
const AHEAD_BYTES_MAX: usize = 8 << 20;

/// A guest that had no more linear memory than this may wait to be dropped until the thread has
/// something else to do.
const PATIENT_BYTES_MAX: usize = 2 << 20;

static WARM_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Every pool, so that a statement that finds no place can take it from them.
static POOLS: Mutex<Vec<Weak<InstancePool>>> = Mutex::new(Vec::new());

/// The warm guests of one version of one procedure.
#[derive(Default)]
pub struct InstancePool {
    idle: Mutex<Vec<Warm>>,
    /// Guests of statements that are over.
    spent: Mutex<Vec<GuestInstance>>,
}

impl std::fmt::Debug for InstancePool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "InstancePool({} idle)", self.idle_count())
    }
}

/// A warm guest and its place in the process's count.
struct Warm {
    instance: GuestInstance,
    _place: WarmPlace,
}

#[derive(Debug)]
struct WarmPlace;

impl WarmPlace {
    fn take() -> Self {
        WARM_COUNT.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for WarmPlace {
    fn drop(&mut self) {
        WARM_COUNT.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is needed to make a guest.
pub struct GuestRecipe {
    pub module: Arc<CompiledModule>,
    pub entry: String,
    pub limits: Limits,
    pub gauge: Arc<Gauge>,
    /// Opened once for all guests made by it.
    pub folders: Arc<GrantedFolders>,
}

impl GuestRecipe {
    fn make(&self, cancellation: &Arc<Cancellation>) -> EngineResult<GuestInstance> {
        GuestInstance::new(self, cancellation)
    }
}

impl GuestRecipe {
    /// A guest that runs on fibers; these are never kept warm. With `evicts`, the warm guests of
    /// all procedures give way when no place is left.
    pub fn make_on_fiber(
        &self,
        cancellation: &Arc<Cancellation>,
        evicts: bool,
    ) -> EngineResult<GuestInstance> {
        match self.try_on_fiber(cancellation) {
            Err(error) if evicts && error.message == POOL_EXHAUSTED && evict_all() > 0 => {
                self.try_on_fiber(cancellation)
            }
            made => made,
        }
    }

    fn try_on_fiber(&self, cancellation: &Arc<Cancellation>) -> EngineResult<GuestInstance> {
        let made = GuestInstance::new_on_fiber(self, cancellation);
        match pin!(made).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(instance) => instance,
            Poll::Pending => Err(EngineError::internal("a module waits while it initialises")),
        }
    }
}

impl InstancePool {
    pub fn new() -> Arc<Self> {
        let pool = Arc::new(Self::default());
        let mut pools = POOLS.lock();
        pools.retain(|known| known.strong_count() > 0);
        pools.push(Arc::downgrade(&pool));
        pool
    }

    pub fn idle_count(&self) -> usize {
        self.idle.lock().len()
    }

    /// A warm guest, or one made now; true when it had to be made. Never waits for another
    /// statement: when every place of the process is taken, the warm guests of all procedures
    /// give way, and after that it fails.
    pub fn take(
        &self,
        recipe: &GuestRecipe,
        cancellation: &Arc<Cancellation>,
    ) -> EngineResult<(GuestInstance, bool)> {
        // The lock is held for the pop alone; what no longer fits is dropped outside.
        let warm = self.idle.lock().pop();
        if let Some(warm) = warm {
            let mut instance = warm.instance;
            if *instance.limits() == recipe.limits {
                instance.serve(recipe, cancellation);
                return Ok((instance, false));
            }
            drop(std::mem::take(&mut *self.idle.lock()));
        }
        match recipe.make(cancellation) {
            Err(error) if error.message == POOL_EXHAUSTED && evict_all() > 0 => {
                recipe.make(cancellation).map(|made| (made, true))
            }
            made => made.map(|made| (made, true)),
        }
    }

    /// Takes what a statement used, and asks that as many guests be warm for the next ones, at
    /// most the procedure's limit.
    pub fn refill(self: &Arc<Self>, recipe: &Arc<GuestRecipe>, mut used: Vec<GuestInstance>) {
        let count = used.len();
        let idle_max = recipe.limits.instances_idle_max as usize;
        if count == 0 || idle_max == 0 {
            return;
        }
        let is_patient = used
            .iter()
            .all(|instance| instance.peak_memory_bytes() <= PATIENT_BYTES_MAX);
        used.iter_mut().for_each(GuestInstance::retire);
        self.spent.lock().append(&mut used);
        let ahead = AHEAD_BYTES_MAX / recipe.module.memory_bytes_initial.max(1);
        let wanted = (count * ahead.clamp(1, STATEMENTS_AHEAD_MAX)).min(idle_max);
        let enough = wanted.min(count * 2);
        if is_patient && self.idle_count() >= enough {
            return;
        }
        let request = Request {
            pool: Arc::downgrade(self),
            recipe: Arc::clone(recipe),
            wanted,
        };
        if warmer().try_send(request).is_err() {
            self.drop_spent();
        }
    }

    fn drop_spent(&self) -> usize {
        // Taken under the lock and dropped outside of it.
        let spent = std::mem::take(&mut *self.spent.lock());
        spent.len()
    }
}

/// Drops every warm guest of the process, and those that only wait to be dropped, and says how many
/// there were.
fn evict_all() -> usize {
    let pools: Vec<Arc<InstancePool>> = POOLS.lock().iter().filter_map(Weak::upgrade).collect();
    pools
        .iter()
        .map(|pool| pool.drop_spent() + std::mem::take(&mut *pool.idle.lock()).len())
        .sum()
}

struct Request {
    pool: Weak<InstancePool>,
    recipe: Arc<GuestRecipe>,
    wanted: usize,
}

fn warmer() -> &'static SyncSender<Request> {
    static WARMER: OnceLock<SyncSender<Request>> = OnceLock::new();
    WARMER.get_or_init(|| {
        let (sender, receiver) = sync_channel::<Request>(REQUESTS_MAX);
        // Without the thread requests stay unanswered, and every statement makes its own guests.
        let _ = std::thread::Builder::new()
            .name("heliosdb-warm".to_owned())
            .spawn(move || {
                for request in receiver {
                    let _ =
                        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| warm(&request)));
                }
            });
        sender
    })
}

fn warm(request: &Request) {
    let _active = ActiveGuest::enter();
    let nobody = Cancellation::new(None);
    loop {
        let Some(pool) = request.pool.upgrade() else {
            return;
        };
        // Their places are free before new guests are made.
        pool.drop_spent();
        if pool.idle_count() >= request.wanted
            || WARM_COUNT.load(Ordering::Relaxed) >= WARM_INSTANCES_MAX
        {
            return;
        }
        // A guest that cannot start says so to the statement that needs it, not here.
        let Ok(instance) = request.recipe.make(&nobody) else {
            return;
        };
        pool.idle.lock().push(Warm {
            instance,
            _place: WarmPlace::take(),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::super::compiler::compile_module;
    use super::*;

    /// Statements of several threads that take guests, stop, and ask for warm ones.
    #[test]
    fn threads_share_a_pool_and_every_guest_belongs_to_one() {
        let text = b"(module (memory (export \"memory\") 1) (func (export \"f\")))";
        let gauge = Arc::<Gauge>::default();
        let recipe = Arc::new(GuestRecipe {
            module: compile_module(text).unwrap(),
            entry: "f".to_owned(),
            limits: Limits::default(),
            gauge: Arc::clone(&gauge),
            folders: Arc::default(),
        });
        let pool = InstancePool::new();
        let is_stopped = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let cancellation = Cancellation::new(None);
                    for round in 0..50 {
                        let (first, _) = pool.take(&recipe, &cancellation).unwrap();
                        let (second, _) = pool.take(&recipe, &cancellation).unwrap();
                        assert!(first.is_healthy() && second.is_healthy());
                        let mut used = vec![first, second];
                        used.truncate(round % 3);
                        pool.refill(&recipe, used);
                    }
                    cancellation.request();
                    is_stopped.fetch_or(cancellation.should_stop(), Ordering::Relaxed);
                });
            }
        });
        assert!(is_stopped.load(Ordering::Relaxed));
        // The engine's own thread may be making a last one.
        let in_use = || gauge.live().saturating_sub(pool.idle_count() as u64);
        for _ in 0..500 {
            if in_use() == 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(in_use(), 0);
        assert!(gauge.made() > 0);
    }
}
