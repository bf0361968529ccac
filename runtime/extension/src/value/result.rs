//! Encoding a query's result: `{"columns": [{"name", "type"}, …], "rows": [[…], …]}`.
//!
//! Chunks are encoded as they come, straight from their vectors. Nothing is known about the number of
//! rows before the end, so MessagePack's `rows` always has the five-byte array header.

use super::Format;
use super::error::{Result, ValueError, sqlstate};
use super::json;
use super::logical_type::LogicalType;
use super::msgpack;
use super::read::VectorReader;
use super::sink::write_cell;

/// An encoder that takes a result chunk by chunk.
#[derive(Clone, Debug)]
pub struct ResultEncoder {
    format: Format,
    out: Vec<u8>,
    bytes_max: usize,
    row_count: u32,
    /// Where MessagePack's number of rows stands.
    count_at: usize,
}

impl ResultEncoder {
    /// Begins a result; `bytes_max` bounds the whole message.
    pub fn new(format: Format, columns: &[(String, LogicalType)], bytes_max: usize) -> Self {
        let mut out = Vec::with_capacity(256);
        let mut count_at = 0;
        match format {
            Format::MessagePack => {
                msgpack::write_map_header(&mut out, 2);
                msgpack::write_text(&mut out, b"columns");
                msgpack::write_array_header(&mut out, columns.len());
                for (name, logical_type) in columns {
                    msgpack::write_map_header(&mut out, 2);
                    msgpack::write_text(&mut out, b"name");
                    msgpack::write_text(&mut out, name.as_bytes());
                    msgpack::write_text(&mut out, b"type");
                    msgpack::write_text(&mut out, logical_type.to_string().as_bytes());
                }
                msgpack::write_text(&mut out, b"rows");
                out.push(0xdd);
                count_at = out.len();
                out.extend_from_slice(&[0; 4]);
            }
            Format::Json => {
                out.extend_from_slice(b"{\"columns\":[");
                for (position, (name, logical_type)) in columns.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(b"{\"name\":");
                    json::write_string(&mut out, name.as_bytes());
                    out.extend_from_slice(b",\"type\":");
                    json::write_string(&mut out, logical_type.to_string().as_bytes());
                    out.push(b'}');
                }
                out.extend_from_slice(b"],\"rows\":[");
            }
        }
        ResultEncoder {
            format,
            out,
            bytes_max,
            row_count: 0,
            count_at,
        }
    }

    /// Appends the first `row_count` rows of a chunk's vectors.
    ///
    /// # Errors
    /// 53400 beyond `bytes_max` (looked at after each row); as [`write_cell`].
    ///
    /// # Safety
    /// Every vector has `row_count` rows.
    pub unsafe fn push_chunk(
        &mut self,
        readers: &[VectorReader<'_>],
        row_count: usize,
    ) -> Result<()> {
        for row in 0..row_count {
            self.separate();
            let format = self.format;
            // SAFETY: the row is inside by contract.
            unsafe { encode_row(format, readers, row, &mut self.out) }?;
            self.row_done()?;
        }
        Ok(())
    }

    /// Appends a row that [`encode_row`] encoded in this encoder's format.
    ///
    /// # Errors
    /// 53400 beyond `bytes_max`.
    pub fn push_encoded(&mut self, row: &[u8]) -> Result<()> {
        self.separate();
        self.out.extend_from_slice(row);
        self.row_done()
    }

    /// Adds the message that these rows, encoded by [`encode_row`], make together with what was
    /// written so far; nothing when it fails.
    ///
    /// # Errors
    /// 53400 when the message is longer than `bytes_max`.
    pub fn write_message<'r>(
        &self,
        rows: impl Iterator<Item = &'r [u8]>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let start = out.len();
        out.extend_from_slice(&self.out);
        let mut row_count = self.row_count;
        for row in rows {
            if self.format == Format::Json && row_count > 0 {
                out.push(b',');
            }
            out.extend_from_slice(row);
            row_count += 1;
        }
        match self.format {
            Format::MessagePack => {
                let count_at = start + self.count_at;
                out[count_at..count_at + 4].copy_from_slice(&row_count.to_be_bytes());
            }
            Format::Json => out.extend_from_slice(b"]}"),
        }
        if out.len() - start > self.bytes_max {
            out.truncate(start);
            return Err(self.too_large());
        }
        Ok(())
    }

    /// Bytes of the message so far.
    pub fn byte_count(&self) -> usize {
        self.out.len()
    }

    fn separate(&mut self) {
        if self.format == Format::Json && self.row_count > 0 {
            self.out.push(b',');
        }
    }

    fn row_done(&mut self) -> Result<()> {
        self.row_count = self
            .row_count
            .checked_add(1)
            .ok_or_else(|| self.too_large())?;
        if self.out.len() > self.bytes_max {
            Err(self.too_large())
        } else {
            Ok(())
        }
    }

    fn too_large(&self) -> ValueError {
        let message = format!(
            "query result exceeds {} bytes after {} rows",
            self.bytes_max, self.row_count
        );
        ValueError::new(sqlstate::LIMIT_EXCEEDED, message)
    }

    /// Ends the message.
    ///
    /// # Errors
    /// 53400 when the message is longer than `bytes_max`.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        match self.format {
            Format::MessagePack => {
                let count = self.row_count.to_be_bytes();
                self.out[self.count_at..self.count_at + 4].copy_from_slice(&count);
            }
            Format::Json => self.out.extend_from_slice(b"]}"),
        }
        if self.out.len() > self.bytes_max {
            return Err(self.too_large());
        }
        Ok(self.out)
    }
}

/// Encodes one row of a result by itself.
///
/// # Errors
/// As [`write_cell`].
///
/// # Safety
/// Every vector has `row`.
pub unsafe fn encode_row(
    format: Format,
    readers: &[VectorReader<'_>],
    row: usize,
    out: &mut Vec<u8>,
) -> Result<()> {
    match format {
        Format::MessagePack => {
            msgpack::write_array_header(out, readers.len());
            let mut sink = msgpack::sink(out);
            for reader in readers {
                // SAFETY: the row is inside by contract.
                unsafe { write_cell(&mut sink, reader, row) }?;
            }
        }
        Format::Json => {
            out.push(b'[');
            for (position, reader) in readers.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                // SAFETY: the row is inside by contract.
                unsafe { json::encode_cell(reader, row, out) }?;
            }
            out.push(b']');
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn a_message_written_at_once_is_what_its_rows_make_one_by_one() {
        let columns = [("a".to_owned(), LogicalType::BigInt)];
        for (format, rows) in [
            (Format::Json, [&b"[1]"[..], b"[2]"]),
            (Format::MessagePack, [&[0x91, 1][..], &[0x91, 2]]),
        ] {
            let heading = ResultEncoder::new(format, &columns, 100);
            for count in 0..=2 {
                let mut encoder = heading.clone();
                for row in &rows[..count] {
                    encoder.push_encoded(row).unwrap();
                }
                let mut written = b"before".to_vec();
                heading
                    .write_message(rows[..count].iter().copied(), &mut written)
                    .unwrap();
                assert_eq!(written[6..], encoder.finish().unwrap());
            }
            let bounded = ResultEncoder::new(format, &columns, heading.byte_count());
            let mut written = b"before".to_vec();
            let rows = rows.iter().copied();
            assert!(bounded.write_message(rows, &mut written).is_err());
            assert_eq!(written, b"before");
        }
    }

    #[test]
    fn an_empty_result_has_its_columns() {
        let columns = [("a".to_owned(), LogicalType::parse("DECIMAL(5,2)").unwrap())];
        let json = ResultEncoder::new(Format::Json, &columns, 1000)
            .finish()
            .unwrap();
        let expected = r#"{"columns":[{"name":"a","type":"DECIMAL(5,2)"}],"rows":[]}"#;
        assert_eq!(String::from_utf8(json.clone()).unwrap(), expected);
        let msgpack = ResultEncoder::new(Format::MessagePack, &columns, 1000)
            .finish()
            .unwrap();
        assert_eq!(
            msgpack::decode(&msgpack).unwrap(),
            json::decode(&json).unwrap()
        );
        let error = ResultEncoder::new(Format::Json, &columns, json.len() - 1)
            .finish()
            .unwrap_err();
        assert_eq!(error.sqlstate, sqlstate::LIMIT_EXCEEDED);
        assert!(matches!(
            msgpack::decode(&msgpack).unwrap(),
            Value::Struct(_)
        ));
    }
}
