//! Whether the answers to queries were read for every key there is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::keyed_answers::KeyedAnswers;

/// The answers for every key; undecided before they were read.
#[derive(Default)]
pub struct Keyed {
    /// `None` where they cannot be read, or are too many.
    answers: OnceLock<Option<Arc<KeyedAnswers>>>,
    is_taken: AtomicBool,
}

impl Keyed {
    pub fn answers(&self) -> Option<&Arc<KeyedAnswers>> {
        self.answers.get()?.as_ref()
    }

    /// What came of reading them, if anybody has.
    pub fn outcome(&self) -> Option<Option<&Arc<KeyedAnswers>>> {
        self.answers.get().map(Option::as_ref)
    }

    /// Whether nobody has read them or is about to. Whoever gets true tells what came of it.
    pub fn take(&self) -> bool {
        !self.is_taken.swap(true, Ordering::Relaxed)
    }

    /// What came of reading them.
    pub fn settle(&self, answers: Option<Arc<KeyedAnswers>>) {
        // Only the one that took the task gets here.
        let _ = self.answers.set(answers);
    }
}
