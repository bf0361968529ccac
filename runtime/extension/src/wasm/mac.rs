//! HMAC-SHA-256 (RFC 2104), for files that only this engine may have written.

use sha2::{Digest, Sha256};

const BLOCK_BYTES: usize = 64;

/// The code of a message under a key of at most 64 bytes.
pub fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let pad = |mask: u8| {
        let mut block = [mask; BLOCK_BYTES];
        for (padded, byte) in block.iter_mut().zip(key) {
            *padded ^= byte;
        }
        block
    };
    let mut inner = Sha256::new_with_prefix(pad(0x36));
    for part in parts {
        inner.update(part);
    }
    Sha256::new_with_prefix(pad(0x5c))
        .chain_update(inner.finalize())
        .finalize()
        .into()
}

/// Compares without telling by its time where the difference is.
pub fn is_equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0, |difference, (left, right)| difference | (left ^ right))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 4231, whose key is shorter and padded with zeros either way.
    #[test]
    fn a_published_vector_holds() {
        let mut key = [0u8; 32];
        key[..4].copy_from_slice(b"Jefe");
        let code = hmac_sha256(&key, &[b"what do ya want ", b"for nothing?"]);
        let text: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            text,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(is_equal(&code, &code) && !is_equal(&code, &[0; 32]));
    }
}
