//! What a call logged, one line behind the other: a line a row must not cost an allocation a row.

use super::call::LogLevel;

/// Log lines in the order they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogLines {
    text: String,
    /// The level of each line, and where its text ends.
    ends: Vec<(LogLevel, usize)>,
}

impl LogLines {
    pub fn push(&mut self, level: LogLevel, message: &str) {
        self.text.push_str(message);
        self.ends.push((level, self.text.len()));
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (LogLevel, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |(level, end)| {
            let message = &self.text[start..*end];
            start = *end;
            (*level, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_as_they_went_in() {
        let mut lines = LogLines::default();
        assert!(lines.is_empty());
        let written = [
            (LogLevel::Info, "one"),
            (LogLevel::Error, ""),
            (LogLevel::Debug, "zwölf"),
        ];
        for (level, message) in written {
            lines.push(level, message);
        }
        assert_eq!(lines.iter().collect::<Vec<_>>(), written);
    }
}
