//! Where the compiled functions of a guest lie in the process's memory.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use wasmtime::Module;

use super::interrupt::Fence;
use crate::error::one_line;

/// Bytes between two functions that are padding; what is longer may be one of wasmtime's own
/// trampolines, which belong to no function.
const PADDING_MAX: usize = 16;

/// The functions of one compiled module, without the trampolines that lie beside them.
pub struct ModuleCode {
    module: Module,
    /// Ascending addresses.
    ranges: Box<[Range<usize>]>,
    /// Looked up when the first profile asks.
    names: OnceLock<Vec<(Range<usize>, String)>>,
    fence: Fence,
}

impl ModuleCode {
    pub fn of(module: &Module) -> Arc<Self> {
        let base = module.text().as_ptr() as usize;
        let mut functions: Vec<Range<usize>> = module
            .functions()
            .map(|function| base + function.offset..base + function.offset + function.len)
            .collect();
        functions.sort_unstable_by_key(|range| range.start);
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for range in functions {
            match ranges.last_mut() {
                Some(last) if range.start < last.end + PADDING_MAX => {
                    last.end = last.end.max(range.end);
                }
                _ => ranges.push(range),
            }
        }
        Arc::new(Self {
            module: module.clone(),
            fence: Fence::around(module.text()),
            ranges: ranges.into_boxed_slice(),
            names: OnceLock::new(),
        })
    }

    fn name_of(&self, address: usize) -> Option<&str> {
        let names = self.names.get_or_init(|| {
            let base = self.module.text().as_ptr() as usize;
            let mut names: Vec<_> = self
                .module
                .functions()
                .map(|function| {
                    let start = base + function.offset;
                    let name = match &function.name {
                        Some(name) => one_line(name),
                        None => format!("function {}", function.index.as_u32()),
                    };
                    (start..start + function.len, name)
                })
                .collect();
            names.sort_unstable_by_key(|(range, _)| range.start);
            names
        });
        let after = names.partition_point(|(range, _)| range.start <= address);
        let (range, name) = names.get(after.checked_sub(1)?)?;
        range.contains(&address).then_some(name)
    }
}

/// The code that a guest runs: its own module's, and its interpreter's where it has one.
#[derive(Clone, Default)]
pub struct GuestCode(pub Arc<[Arc<ModuleCode>]>);

impl GuestCode {
    /// Whether an instruction belongs to one of the functions. Takes no lock and allocates
    /// nothing: a fault's handler asks.
    pub fn contains(&self, address: usize) -> bool {
        self.0.iter().any(|module| {
            let ranges = &module.ranges;
            let after = ranges.partition_point(|range| range.start <= address);
            after > 0 && address < ranges[after - 1].end
        })
    }

    /// What keeps the code from being executed.
    pub fn fences(&self) -> impl Iterator<Item = &Fence> {
        self.0.iter().map(|module| &module.fence)
    }

    /// The name of the function that an instruction belongs to.
    pub fn name_of(&self, address: usize) -> Option<&str> {
        self.0.iter().find_map(|module| module.name_of(address))
    }
}
