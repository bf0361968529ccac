//! The allocator of procedures.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

/// Keeps blocks that were freed, by size, and hands them out again: a procedure asks for the same
/// sizes call after call, and finding room for one anew takes ten times as long.
///
/// What is kept is bounded. Everything else is the system's: large blocks, the first of each size,
/// and what was freed beyond the bound, which the system joins with its neighbours. When the system
/// has no room left it gets everything back and is asked once more, so that nothing fails for what
/// is kept.
pub(crate) struct Reusing<A> {
    system: A,
    /// The block of each class that was freed last.
    freed: UnsafeCell<[*mut Freed; CLASS_COUNT]>,
}

/// What is written into a block while nobody uses it.
struct Freed {
    next: *mut Freed,
    /// Of this block and those behind it.
    kept_bytes: usize,
}

/// The system puts a word in front of each block, and both together fill so many bytes or a multiple.
const STEP: usize = 4 * WORD;
const WORD: usize = size_of::<usize>();

/// A block has a size that the next class does not; none is of class 0.
const CLASS_COUNT: usize = 64;
const BLOCK_BYTES_MAX: usize = block_bytes(CLASS_COUNT - 1);

/// What is kept of a class, at most. A quarter of a megabyte in all, if every size was in use.
const KEPT_BYTES_MAX: usize = 4096;

/// Blocks are aligned for everything that small types hold.
const BLOCK_ALIGN: usize = 8;

const _: () = assert!(block_bytes(1) >= size_of::<Freed>() && BLOCK_ALIGN >= align_of::<Freed>());

const fn block_bytes(class: usize) -> usize {
    class * STEP - WORD
}

/// The class whose blocks are as large as that or a little larger; `None` for what is not kept.
#[inline(always)]
fn class_of(layout: Layout) -> Option<usize> {
    let is_small = layout.size() <= BLOCK_BYTES_MAX && layout.align() <= BLOCK_ALIGN;
    is_small.then_some((layout.size() + WORD + STEP - 1) >> STEP.trailing_zeros())
}

fn block_layout(class: usize) -> Layout {
    // SAFETY: the alignment is a power of two, and the size is a small one.
    unsafe { Layout::from_size_align_unchecked(block_bytes(class), BLOCK_ALIGN) }
}

impl<A: GlobalAlloc> Reusing<A> {
    pub(crate) const fn new(system: A) -> Reusing<A> {
        Reusing {
            system,
            freed: UnsafeCell::new([ptr::null_mut(); CLASS_COUNT]),
        }
    }

    /// # Safety
    /// `class` is one of `class_of`, and one thread at a time uses the allocator.
    #[inline(always)]
    unsafe fn last_freed(&self, class: usize) -> *mut *mut Freed {
        // SAFETY: by contract; within the table.
        unsafe { self.freed.get().cast::<*mut Freed>().add(class) }
    }

    /// Asks the system, and once more after giving back what is kept.
    ///
    /// # Safety
    /// `ask` may be called twice, and one thread at a time uses the allocator.
    #[cold]
    #[inline(never)]
    unsafe fn of_system(&self, ask: &mut dyn FnMut(&A) -> *mut u8) -> *mut u8 {
        match ask(&self.system) {
            block if block.is_null() => {
                // SAFETY: by contract.
                unsafe { self.give_back() };
                ask(&self.system)
            }
            block => block,
        }
    }

    /// # Safety
    /// One thread at a time uses the allocator.
    unsafe fn give_back(&self) {
        for class in 1..CLASS_COUNT {
            // SAFETY: what is in the table was freed and came from the system with this layout.
            unsafe {
                let mut freed = self.last_freed(class).replace(ptr::null_mut());
                while !freed.is_null() {
                    let next = (*freed).next;
                    self.system.dealloc(freed.cast(), block_layout(class));
                    freed = next;
                }
            }
        }
    }
}

// SAFETY: a block is the system's, of a layout that is at least as large and as aligned as what was
// asked for, and it is in the table only while nobody uses it.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Reusing<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on; a block in the table is one that was freed.
        unsafe {
            let Some(class) = class_of(layout) else {
                return self.of_system(&mut |system| system.alloc(layout));
            };
            let last = self.last_freed(class);
            let freed = *last;
            if freed.is_null() {
                return self.of_system(&mut |system| system.alloc(block_layout(class)));
            }
            *last = (*freed).next;
            freed.cast()
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is nobody's any more, has room for what is written into it, and came
        // from the system with the layout that it goes back with.
        unsafe {
            let Some(class) = class_of(layout) else {
                return self.system.dealloc(block, layout);
            };
            let last = self.last_freed(class);
            let next = *last;
            let kept_bytes = match next.is_null() {
                true => 0,
                false => (*next).kept_bytes,
            } + class * STEP;
            if kept_bytes > KEPT_BYTES_MAX {
                return self.system.dealloc(block, block_layout(class));
            }
            let freed: *mut Freed = block.cast();
            freed.write(Freed { next, kept_bytes });
            *last = freed;
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on; a block has the size that was asked for.
        unsafe {
            if class_of(layout).is_none() {
                return self.of_system(&mut |system| system.alloc_zeroed(layout));
            }
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: by contract the alignment stays and the size is one that a layout may have; what
        // both blocks have room for is copied.
        unsafe {
            let wanted = Layout::from_size_align_unchecked(size, layout.align());
            match (class_of(layout), class_of(wanted)) {
                (None, None) => self.of_system(&mut |system| system.realloc(block, layout, size)),
                (before, after) if before == after => block,
                _ => {
                    let larger = self.alloc(wanted);
                    if !larger.is_null() {
                        block.copy_to_nonoverlapping(larger, size.min(layout.size()));
                        self.dealloc(block, layout);
                    }
                    larger
                }
            }
        }
    }
}

// SAFETY: a module without atomics runs on one thread.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl<A> Sync for Reusing<A> {}

#[cfg(all(
    feature = "allocator",
    target_arch = "wasm32",
    not(target_feature = "atomics")
))]
#[global_allocator]
static ALLOCATOR: Reusing<std::alloc::System> = Reusing::new(std::alloc::System);

#[cfg(test)]
mod tests;
