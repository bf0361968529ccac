use super::*;
use core::cell::{Cell, RefCell};
use std::alloc::System;
use std::collections::HashMap;

/// A system with so much room, that insists on getting back what it gave.
struct Bounded {
    bytes_max: usize,
    bytes: Cell<usize>,
    given: RefCell<HashMap<usize, Layout>>,
}

impl Bounded {
    fn new(bytes_max: usize) -> Bounded {
        Bounded {
            bytes_max,
            bytes: Cell::new(0),
            given: RefCell::default(),
        }
    }
}

// SAFETY: the blocks are the real system's.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.bytes.get() + layout.size() > self.bytes_max {
            return ptr::null_mut();
        }
        self.bytes.set(self.bytes.get() + layout.size());
        // SAFETY: passed on.
        let block = unsafe { System.alloc(layout) };
        // SAFETY: the block is that large; what nobody wrote is not zero.
        unsafe { block.write_bytes(0xaa, layout.size()) };
        self.given.borrow_mut().insert(block as usize, layout);
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let given = self.given.borrow_mut().remove(&(block as usize));
        assert_eq!(given, Some(layout), "freed as it was given");
        self.bytes.set(self.bytes.get() - layout.size());
        // SAFETY: passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// Numbers in no order, the same in every run.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    }
}

/// A block in use: every byte of it is `mark`.
struct Used {
    block: *mut u8,
    layout: Layout,
    mark: u8,
}

impl Used {
    fn fill(&self) {
        assert_eq!(self.block as usize % self.layout.align(), 0);
        // SAFETY: the block is that large.
        unsafe { self.block.write_bytes(self.mark, self.layout.size()) }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the block is that large and was filled.
        unsafe { core::slice::from_raw_parts(self.block, self.layout.size()) }
    }
}

#[test]
fn blocks_in_use_are_apart_and_keep_what_is_in_them() {
    let allocator = Reusing::new(Bounded::new(usize::MAX));
    let mut number = numbers(42);
    let mut used: Vec<Used> = Vec::new();
    for turn in 0..100_000usize {
        let size = 1 + number([16, 200, 1100, 5000][turn % 4]);
        match number(5) {
            0 | 1 => {
                let layout = layout(size, 1 << number(6));
                let is_zeroed = number(2) == 0;
                // SAFETY: the layout has a size.
                let block = unsafe {
                    match is_zeroed {
                        true => allocator.alloc_zeroed(layout),
                        false => allocator.alloc(layout),
                    }
                };
                let block = Used {
                    block,
                    layout,
                    mark: turn as u8,
                };
                assert!(!is_zeroed || block.bytes().iter().all(|byte| *byte == 0));
                block.fill();
                used.push(block);
            }
            2 if !used.is_empty() => {
                let index = number(used.len());
                let block = &mut used[index];
                let both = size.min(block.layout.size());
                // SAFETY: the block is in use with this layout.
                block.block = unsafe { allocator.realloc(block.block, block.layout, size) };
                block.layout = layout(size, block.layout.align());
                assert!(block.bytes()[..both].iter().all(|byte| *byte == block.mark));
                block.fill();
            }
            _ if !used.is_empty() => {
                let block = used.swap_remove(number(used.len()));
                assert!(block.bytes().iter().all(|byte| *byte == block.mark));
                // SAFETY: the block is in use with this layout, and not any more.
                unsafe { allocator.dealloc(block.block, block.layout) };
            }
            _ => {}
        }
    }
    for block in used {
        // SAFETY: as above.
        unsafe { allocator.dealloc(block.block, block.layout) };
    }
    // SAFETY: one thread.
    unsafe { allocator.give_back() };
    assert_eq!(allocator.system.bytes.get(), 0);
}

#[test]
fn a_freed_block_is_handed_out_again() {
    let allocator = Reusing::new(Bounded::new(usize::MAX));
    // SAFETY: every block is freed once, with its layout.
    unsafe {
        let first = allocator.alloc(layout(30, 1));
        allocator.dealloc(first, layout(30, 1));
        let second = allocator.alloc(layout(25, 4));
        assert_eq!(first, second);
        // What still fits does not move.
        assert_eq!(allocator.realloc(second, layout(25, 4), 28), second);
        allocator.dealloc(second, layout(28, 4));
    }
    assert_eq!(allocator.system.given.borrow().len(), 1);
    // SAFETY: one thread.
    unsafe { allocator.give_back() };
}

#[test]
fn what_is_kept_is_bounded_whatever_was_freed() {
    let allocator = Reusing::new(Bounded::new(usize::MAX));
    for size in (1..3000).step_by(STEP - 1) {
        let layout = layout(size, 8);
        // SAFETY: every block is freed once, with its layout.
        unsafe {
            let blocks: Vec<*mut u8> = (0..500).map(|_| allocator.alloc(layout)).collect();
            for block in blocks {
                allocator.dealloc(block, layout);
            }
        }
    }
    let kept = allocator.system.bytes.get();
    assert!(
        kept > 0 && kept <= (CLASS_COUNT - 1) * KEPT_BYTES_MAX,
        "{kept}"
    );
    // SAFETY: one thread.
    unsafe { allocator.give_back() };
    assert_eq!(allocator.system.bytes.get(), 0);
}

#[test]
fn nothing_fails_for_what_is_kept() {
    const ROOM: usize = 100_000;
    let large = layout(ROOM, 16);
    let ways: [fn(&Reusing<Bounded>, Layout) -> *mut u8; 2] = [
        // SAFETY: the layout has a size.
        |allocator, large| unsafe { allocator.alloc(large) },
        // SAFETY: as above.
        |allocator, large| unsafe { allocator.alloc_zeroed(large) },
    ];
    for take in ways {
        let allocator = Reusing::new(Bounded::new(ROOM));
        for size in [20, 100, 1000] {
            // SAFETY: every block is freed once, with its layout.
            unsafe {
                let block = allocator.alloc(layout(size, 1));
                allocator.dealloc(block, layout(size, 1));
            }
        }
        let block = take(&allocator, large);
        assert!(!block.is_null());
        // SAFETY: small blocks have no room beside it, and the large one goes back.
        unsafe {
            assert!(allocator.alloc(layout(8, 8)).is_null());
            allocator.dealloc(block, large);
        }
    }
}
