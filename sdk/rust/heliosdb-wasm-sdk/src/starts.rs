//! Where the values of a result begin.

/// Positions of values. Most results are so small that they need no room of their own.
#[derive(Clone)]
pub(crate) enum Starts {
    Few([u32; Starts::FEW], usize),
    Many(Vec<u32>),
}

impl Starts {
    const FEW: usize = 8;

    pub(crate) fn with_capacity(count: usize) -> Starts {
        match count <= Starts::FEW {
            true => Starts::Few([0; Starts::FEW], 0),
            false => Starts::Many(Vec::with_capacity(count)),
        }
    }

    /// Adds a position: no more than the stated capacity where that is few.
    pub(crate) fn push(&mut self, start: usize) {
        match self {
            Starts::Few(starts, count) => {
                starts[*count] = start as u32;
                *count += 1;
            }
            Starts::Many(starts) => starts.push(start as u32),
        }
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        match self {
            Starts::Few(starts, count) => &starts[..*count],
            Starts::Many(starts) => starts,
        }
    }
}
