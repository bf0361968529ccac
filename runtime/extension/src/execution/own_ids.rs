//! The transaction ids that the engine's own writing uses up.
//!
//! A gap between two transaction ids means that something else began or ended between them. What
//! the engine writes about procedures changes nothing that a procedure reads, so its ids are
//! counted and do not make a gap.

use parking_lot::RwLock;

#[derive(Default)]
pub struct OwnIds(RwLock<i64>);

impl OwnIds {
    /// Runs `body`, which uses up `ids` ids when it succeeds.
    pub fn spend<T, E>(&self, ids: i64, body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut count = self.0.write();
        let outcome = body();
        if outcome.is_ok() {
            *count += ids;
        }
        outcome
    }

    /// Runs `body` while none are used up, with how many have been so far.
    pub fn counted<T>(&self, body: impl FnOnce(i64) -> T) -> T {
        let count = self.0.read();
        body(*count)
    }
}
