//! Cryptography for guests that hold `crypto`: hashes, message codes, random bytes, authenticated
//! encryption and signatures. The algorithms are those of *ring* and *sha3*; this file checks
//! sizes, moves bytes and keeps secrets out of errors.

use ring::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{digest, hmac, signature};
use sha3::{Digest, Sha3_256, Sha3_512};
use wasmtime::Linker;

use super::failure::fault;
use super::guest_access::{
    Guest, Range, call, check_range, deliver, memory_and_state, refuse, write_bytes,
};
use super::host_state::HostState;
use super::limits::CRYPTO_BYTES_MAX;
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::{cipher, hash_algorithm, signature_algorithm, status};
use crate::generated::errors::ErrorCode;
use crate::rights::Need;

pub fn define(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
    linker.func_wrap(
        module,
        "heliosdb_crypto_hash",
        |mut guest: Guest<'_>,
         algorithm: u32,
         data: u32,
         data_len: u32,
         hash: u32,
         hash_len: u32| {
            answer(
                &mut guest,
                (hash, hash_len),
                &[Range(data, data_len)],
                |parts| hash_of(algorithm, parts[0]),
            )
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_crypto_hmac",
        |mut guest: Guest<'_>,
         algorithm: u32,
         key: u32,
         key_len: u32,
         data: u32,
         data_len: u32,
         code: u32,
         code_len: u32| {
            let parts = [Range(key, key_len), Range(data, data_len)];
            answer(&mut guest, (code, code_len), &parts, |parts| {
                code_of(algorithm, parts[0], parts[1])
            })
        },
    )?;
    linker.func_wrap(module, "heliosdb_crypto_random", random)?;
    linker.func_wrap(
        module,
        "heliosdb_crypto_verify",
        |mut guest: Guest<'_>,
         algorithm: u32,
         key: u32,
         key_len: u32,
         message: u32,
         message_len: u32,
         code: u32,
         code_len: u32| {
            let parts = [
                Range(key, key_len),
                Range(message, message_len),
                Range(code, code_len),
            ];
            judge(&mut guest, &parts, |parts| {
                verify(algorithm, parts[0], parts[1], parts[2])
            })
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_crypto_equal",
        |mut guest: Guest<'_>, left: u32, left_len: u32, right: u32, right_len: u32| {
            let parts = [Range(left, left_len), Range(right, right_len)];
            judge(&mut guest, &parts, |parts| {
                Ok(super::mac::is_equal(parts[0], parts[1]))
            })
        },
    )?;
    define_encryption(linker, module)
}

fn define_encryption(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
    for (name, direction) in [
        ("heliosdb_crypto_seal", Direction::Seal),
        ("heliosdb_crypto_open", Direction::Open),
    ] {
        linker.func_wrap(
            module,
            name,
            move |mut guest: Guest<'_>,
                  cipher: u32,
                  key: u32,
                  key_len: u32,
                  nonce: u32,
                  nonce_len: u32,
                  bound: u32,
                  bound_len: u32,
                  message: u32,
                  message_len: u32,
                  result: u32,
                  result_len: u32| {
                let parts = [
                    Range(key, key_len),
                    Range(nonce, nonce_len),
                    Range(bound, bound_len),
                    Range(message, message_len),
                ];
                answer(&mut guest, (result, result_len), &parts, |parts| {
                    let box_ = Sealed {
                        cipher,
                        key: parts[0],
                        nonce: parts[1],
                        bound: parts[2],
                    };
                    match direction {
                        Direction::Seal => box_.seal(parts[3]),
                        Direction::Open => box_.open(parts[3]),
                    }
                })
            },
        )?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Direction {
    Seal,
    Open,
}

/// Computes bytes from ranges of guest memory and delivers them.
fn answer(
    guest: &mut Guest<'_>,
    (buffer, len_address): (u32, u32),
    ranges: &[Range],
    compute: impl FnOnce(&[&[u8]]) -> EngineResult<Vec<u8>>,
) -> wasmtime::Result<i32> {
    match with_parts(guest, ranges, compute)? {
        Ok(bytes) => deliver(guest, &bytes, buffer, len_address),
        Err(error) => refuse(guest, error),
    }
}

/// Decides a question about ranges of guest memory.
fn judge(
    guest: &mut Guest<'_>,
    ranges: &[Range],
    decide: impl FnOnce(&[&[u8]]) -> EngineResult<bool>,
) -> wasmtime::Result<i32> {
    match with_parts(guest, ranges, decide)? {
        Ok(true) => Ok(status::OK),
        Ok(false) => Ok(status::MISMATCH),
        Err(error) => refuse(guest, error),
    }
}

/// Looks at ranges of guest memory in place, when the guest may use cryptography at all.
fn with_parts<T>(
    guest: &mut Guest<'_>,
    ranges: &[Range],
    body: impl FnOnce(&[&[u8]]) -> EngineResult<T>,
) -> wasmtime::Result<EngineResult<T>> {
    let permitted = call(guest)?.guest_call.require(&Need::Crypto);
    for Range(address, length) in ranges {
        check_range(guest, *address, *length)?;
    }
    let total: u64 = ranges.iter().map(|range| u64::from(range.1)).sum();
    if let Err(error) = permitted.and_then(|()| check_total(total)) {
        return Ok(Err(error));
    }
    let (memory, _) = memory_and_state(guest)?;
    let parts: wasmtime::Result<Vec<&[u8]>> = ranges.iter().map(|range| range.of(memory)).collect();
    Ok(body(&parts?))
}

/// One call cannot be interrupted, so it must not be asked for too much.
fn check_total(total: u64) -> EngineResult<()> {
    if total <= CRYPTO_BYTES_MAX {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::ProgramLimitExceeded,
        "a cryptographic function was given too many bytes at once",
    )
    .detail(format!(
        "limit {CRYPTO_BYTES_MAX} bytes, given {total} bytes"
    ))
    .field("limit", CRYPTO_BYTES_MAX)
    .field("requested", total))
}

fn random(mut guest: Guest<'_>, address: u32, length: u32) -> wasmtime::Result<i32> {
    let permitted = call(&mut guest)?.guest_call.require(&Need::Crypto);
    check_range(&mut guest, address, length)?;
    if let Err(error) = permitted.and_then(|()| check_total(u64::from(length))) {
        return refuse(&mut guest, error);
    }
    let mut bytes = vec![0u8; length as usize];
    fill_random(&mut bytes).or_else(fault)?;
    write_bytes(&mut guest, address, &bytes)?;
    Ok(status::OK)
}

fn fill_random(bytes: &mut [u8]) -> EngineResult<()> {
    getrandom::fill(bytes).map_err(|_| {
        EngineError::new(
            ErrorCode::IoError,
            "the operating system gave no random bytes",
        )
    })
}

fn hash_of(algorithm: u32, data: &[u8]) -> EngineResult<Vec<u8>> {
    let known = match algorithm {
        hash_algorithm::SHA256 => &digest::SHA256,
        hash_algorithm::SHA384 => &digest::SHA384,
        hash_algorithm::SHA512 => &digest::SHA512,
        hash_algorithm::SHA3_256 => return Ok(Sha3_256::digest(data).to_vec()),
        hash_algorithm::SHA3_512 => return Ok(Sha3_512::digest(data).to_vec()),
        other => return Err(unknown("hash algorithm", other)),
    };
    Ok(digest::digest(known, data).as_ref().to_vec())
}

fn code_of(algorithm: u32, key: &[u8], data: &[u8]) -> EngineResult<Vec<u8>> {
    let known = match algorithm {
        hash_algorithm::SHA256 => hmac::HMAC_SHA256,
        hash_algorithm::SHA384 => hmac::HMAC_SHA384,
        hash_algorithm::SHA512 => hmac::HMAC_SHA512,
        other => return Err(unknown("hash algorithm for HMAC", other)),
    };
    Ok(hmac::sign(&hmac::Key::new(known, key), data)
        .as_ref()
        .to_vec())
}

fn verify(algorithm: u32, key: &[u8], message: &[u8], code: &[u8]) -> EngineResult<bool> {
    if algorithm != signature_algorithm::ED25519 {
        return Err(unknown("signature algorithm", algorithm));
    }
    check_size("an Ed25519 public key", 32, key)?;
    check_size("an Ed25519 signature", 64, code)?;
    let key = signature::UnparsedPublicKey::new(&signature::ED25519, key);
    Ok(key.verify(message, code).is_ok())
}

/// What sealing and opening have in common.
struct Sealed<'a> {
    cipher: u32,
    key: &'a [u8],
    /// Empty when the host draws the nonce and keeps it in front of the sealed bytes.
    nonce: &'a [u8],
    /// Authenticated with the message, not part of it.
    bound: &'a [u8],
}

impl Sealed<'_> {
    fn seal(&self, message: &[u8]) -> EngineResult<Vec<u8>> {
        let key = self.key()?;
        let mut drawn = [0; aead::NONCE_LEN];
        let (mut sealed, nonce) = if self.nonce.is_empty() {
            fill_random(&mut drawn)?;
            (drawn.to_vec(), drawn)
        } else {
            (Vec::new(), self.given_nonce()?)
        };
        let mut text = message.to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(self.bound),
            &mut text,
        )
        .map_err(|_| EngineError::internal("a message cannot be sealed"))?;
        sealed.append(&mut text);
        Ok(sealed)
    }

    fn open(&self, sealed: &[u8]) -> EngineResult<Vec<u8>> {
        let key = self.key()?;
        let (nonce, sealed) = if self.nonce.is_empty() {
            let Some((nonce, rest)) = sealed.split_first_chunk() else {
                return Err(not_authentic());
            };
            (*nonce, rest)
        } else {
            (self.given_nonce()?, sealed)
        };
        let mut text = sealed.to_vec();
        let message = key
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.bound),
                &mut text,
            )
            .map_err(|_| not_authentic())?;
        Ok(message.to_vec())
    }

    fn key(&self) -> EngineResult<LessSafeKey> {
        let algorithm = match self.cipher {
            cipher::AES_128_GCM => &aead::AES_128_GCM,
            cipher::AES_256_GCM => &aead::AES_256_GCM,
            cipher::CHACHA20_POLY1305 => &aead::CHACHA20_POLY1305,
            other => return Err(unknown("cipher", other)),
        };
        check_size("a key of this cipher", algorithm.key_len(), self.key)?;
        UnboundKey::new(algorithm, self.key)
            .map(LessSafeKey::new)
            .map_err(|_| EngineError::internal("a key of the right size was refused"))
    }

    fn given_nonce(&self) -> EngineResult<[u8; aead::NONCE_LEN]> {
        check_size("a nonce", aead::NONCE_LEN, self.nonce)?;
        self.nonce
            .try_into()
            .map_err(|_| EngineError::internal("a nonce of the right size was refused"))
    }
}

fn check_size(what: &str, size: usize, bytes: &[u8]) -> EngineResult<()> {
    if bytes.len() == size {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::InvalidParameterValue,
        format!("{what} has {size} bytes"),
    )
    .detail(format!("given: {} bytes", bytes.len())))
}

fn unknown(what: &str, number: u32) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        format!("there is no {what} {number}"),
    )
}

/// One answer whatever is wrong with key, nonce or bytes: a reason would help an attacker.
fn not_authentic() -> EngineError {
    EngineError::new(
        ErrorCode::DataException,
        "the sealed message is not authentic",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hashes_of_the_empty_message_are_the_published_ones() {
        let starts = [
            (hash_algorithm::SHA256, "e3b0c44298fc1c14", 32),
            (hash_algorithm::SHA384, "38b060a751ac9638", 48),
            (hash_algorithm::SHA512, "cf83e1357eefb8bd", 64),
            (hash_algorithm::SHA3_256, "a7ffc6f8bf1ed766", 32),
            (hash_algorithm::SHA3_512, "a69f73cca23a9ac5", 64),
        ];
        for (algorithm, start, size) in starts {
            let hash = hash_of(algorithm, b"").unwrap();
            assert_eq!((&hex(&hash)[..16], hash.len()), (start, size));
        }
        assert!(hash_of(0, b"").is_err() && hash_of(u32::MAX, b"").is_err());
    }

    /// Test case 2 of RFC 4231.
    #[test]
    fn a_published_message_code_holds() {
        let code = code_of(
            hash_algorithm::SHA256,
            b"Jefe",
            b"what do ya want for nothing?",
        );
        assert!(hex(&code.unwrap()).starts_with("5bdcc146bf60754e6a042426089575c7"));
        assert!(code_of(hash_algorithm::SHA3_256, b"", b"").is_err());
    }

    #[test]
    fn what_is_sealed_opens_and_nothing_else_does() {
        for cipher in [
            cipher::AES_128_GCM,
            cipher::AES_256_GCM,
            cipher::CHACHA20_POLY1305,
        ] {
            let key = vec![
                7;
                if cipher == cipher::AES_128_GCM {
                    16
                } else {
                    32
                }
            ];
            for nonce in [&b""[..], &b"twelve bytes"[..]] {
                let sealed = |bound| Sealed {
                    cipher,
                    key: &key,
                    nonce,
                    bound,
                };
                let mut bytes = sealed(b"row 1").seal(b"secret").unwrap();
                assert_eq!(sealed(b"row 1").open(&bytes).unwrap(), b"secret");
                assert!(sealed(b"row 2").open(&bytes).is_err());
                for length in 0..bytes.len() {
                    assert!(sealed(b"row 1").open(&bytes[..length]).is_err());
                }
                for index in 0..bytes.len() {
                    bytes[index] ^= 1;
                    assert!(sealed(b"row 1").open(&bytes).is_err());
                    bytes[index] ^= 1;
                }
            }
        }
    }

    /// The first test of RFC 8032, 7.1.
    #[test]
    fn a_published_signature_holds_and_a_changed_one_does_not() {
        let bytes = |text: &str| -> Vec<u8> {
            (0..text.len() / 2)
                .map(|index| u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).unwrap())
                .collect()
        };
        let key = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let mut code = bytes(concat!(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ));
        let check =
            |code: &[u8], message| verify(signature_algorithm::ED25519, &key, message, code);
        assert_eq!(check(&code, b""), Ok(true));
        assert_eq!(check(&code, b"x"), Ok(false));
        code[0] ^= 1;
        assert_eq!(check(&code, b""), Ok(false));
        assert!(check(&code[1..], b"").is_err());
        assert!(verify(2, &key, b"", &code).is_err());
    }
}
