//! Cryptography, for procedures that hold `crypto`.

use crate::error::Error;
use crate::generated::status;
use crate::host::{check, host_functions, receive};

host_functions! {
    pub fn heliosdb_crypto_hash(
        algorithm: u32,
        data: *const u8,
        data_len: u32,
        hash: *mut u8,
        hash_len: *mut u32,
    ) -> i32;
    pub fn heliosdb_crypto_hmac(
        algorithm: u32,
        key: *const u8,
        key_len: u32,
        data: *const u8,
        data_len: u32,
        code: *mut u8,
        code_len: *mut u32,
    ) -> i32;
    pub fn heliosdb_crypto_random(bytes: *mut u8, bytes_len: u32) -> i32;
    pub fn heliosdb_crypto_seal(
        cipher: u32,
        key: *const u8,
        key_len: u32,
        nonce: *const u8,
        nonce_len: u32,
        bound: *const u8,
        bound_len: u32,
        message: *const u8,
        message_len: u32,
        sealed: *mut u8,
        sealed_len: *mut u32,
    ) -> i32;
    pub fn heliosdb_crypto_open(
        cipher: u32,
        key: *const u8,
        key_len: u32,
        nonce: *const u8,
        nonce_len: u32,
        bound: *const u8,
        bound_len: u32,
        sealed: *const u8,
        sealed_len: u32,
        message: *mut u8,
        message_len: *mut u32,
    ) -> i32;
    pub fn heliosdb_crypto_verify(
        algorithm: u32,
        key: *const u8,
        key_len: u32,
        message: *const u8,
        message_len: u32,
        signature: *const u8,
        signature_len: u32,
    ) -> i32;
    pub fn heliosdb_crypto_equal(
        left: *const u8,
        left_len: u32,
        right: *const u8,
        right_len: u32,
    ) -> i32;
}

/// How bytes are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// SHA-256, 32 bytes.
    Sha256 = 1,
    /// SHA-384, 48 bytes.
    Sha384 = 2,
    /// SHA-512, 64 bytes.
    Sha512 = 3,
    /// SHA3-256, 32 bytes; not for message codes.
    Sha3_256 = 4,
    /// SHA3-512, 64 bytes; not for message codes.
    Sha3_512 = 5,
}

/// How messages are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// AES-128-GCM with a key of 16 bytes.
    Aes128Gcm = 1,
    /// AES-256-GCM with a key of 32 bytes.
    Aes256Gcm = 2,
    /// ChaCha20-Poly1305 with a key of 32 bytes.
    ChaCha20Poly1305 = 3,
}

const ED25519: u32 = 1;

fn size(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

/// The hash of some bytes.
pub fn heliosdb_crypto_hash(algorithm: HashAlgorithm, data: &[u8]) -> Result<Vec<u8>, Error> {
    // SAFETY: `data` outlives the call; the buffer has the capacity that `length` states.
    let call = |hash, length| unsafe {
        import::heliosdb_crypto_hash(algorithm as u32, data.as_ptr(), size(data), hash, length)
    };
    receive(call, call)
}

/// The HMAC of some bytes; compare it with [`heliosdb_crypto_equal`].
pub fn heliosdb_crypto_hmac(
    algorithm: HashAlgorithm,
    key: &[u8],
    data: &[u8],
) -> Result<Vec<u8>, Error> {
    // SAFETY: `key` and `data` outlive the call; the buffer has the stated capacity.
    let call = |code, length| unsafe {
        let algorithm = algorithm as u32;
        let (key_at, data_at) = (key.as_ptr(), data.as_ptr());
        import::heliosdb_crypto_hmac(
            algorithm,
            key_at,
            size(key),
            data_at,
            size(data),
            code,
            length,
        )
    };
    receive(call, call)
}

/// Fills a buffer with random bytes.
pub fn heliosdb_crypto_random(bytes: &mut [u8]) -> Result<(), Error> {
    // SAFETY: `bytes` is memory of ours of the stated size.
    check(unsafe { import::heliosdb_crypto_random(bytes.as_mut_ptr(), size(bytes)) })
}

/// Encrypts a message under a nonce that the database draws and keeps in front of it. `bound` is
/// authenticated with the message: give the same to [`heliosdb_crypto_open`].
pub fn heliosdb_crypto_seal(
    cipher: Cipher,
    key: &[u8],
    bound: &[u8],
    message: &[u8],
) -> Result<Vec<u8>, Error> {
    // SAFETY: the slices outlive the call; the buffer has the stated capacity. A second call draws
    // another nonce, which is as good.
    let call = |sealed, length| unsafe {
        import::heliosdb_crypto_seal(
            cipher as u32,
            key.as_ptr(),
            size(key),
            core::ptr::null(),
            0,
            bound.as_ptr(),
            size(bound),
            message.as_ptr(),
            size(message),
            sealed,
            length,
        )
    };
    receive(call, call)
}

/// Decrypts what [`heliosdb_crypto_seal`] sealed; an error when anything was changed.
pub fn heliosdb_crypto_open(
    cipher: Cipher,
    key: &[u8],
    bound: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, Error> {
    // SAFETY: the slices outlive the call; the buffer has the stated capacity.
    let call = |message, length| unsafe {
        import::heliosdb_crypto_open(
            cipher as u32,
            key.as_ptr(),
            size(key),
            core::ptr::null(),
            0,
            bound.as_ptr(),
            size(bound),
            sealed.as_ptr(),
            size(sealed),
            message,
            length,
        )
    };
    receive(call, call)
}

/// Whether an Ed25519 signature is the key's for the message.
pub fn heliosdb_crypto_verify(key: &[u8], message: &[u8], code: &[u8]) -> Result<bool, Error> {
    // SAFETY: the slices outlive the call.
    judge(unsafe {
        let (key_at, message_at) = (key.as_ptr(), message.as_ptr());
        let (code_at, code_len) = (code.as_ptr(), size(code));
        let message_len = size(message);
        import::heliosdb_crypto_verify(
            ED25519,
            key_at,
            size(key),
            message_at,
            message_len,
            code_at,
            code_len,
        )
    })
}

/// Whether two secrets are equal, in a time that tells nothing about where they differ.
pub fn heliosdb_crypto_equal(left: &[u8], right: &[u8]) -> Result<bool, Error> {
    // SAFETY: the slices outlive the call.
    judge(unsafe {
        import::heliosdb_crypto_equal(left.as_ptr(), size(left), right.as_ptr(), size(right))
    })
}

fn judge(answer: i32) -> Result<bool, Error> {
    match answer {
        status::MISMATCH => Ok(false),
        other => check(other).map(|()| true),
    }
}
