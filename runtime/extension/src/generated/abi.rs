// Generated from runtime/abi/procedure-abi.yaml by `npm run generate`. Do not edit.
#![cfg_attr(rustfmt, rustfmt_skip)]

use wasmtime::ValType;

use crate::wasm::HostImport;

/// The version of the contract that this engine offers.
pub const VERSION: (u16, u16) = (1, 2);

/// What a host function answers.
pub mod status {
    /// The call did what was asked.
    pub const OK: i32 = 0;
    /// Nothing was written but the size the value needs.
    pub const BUFFER_TOO_SMALL: i32 = 1;
    /// The call failed; `heliosdb_last_error` says why.
    pub const ERROR: i32 = 2;
    /// There is nothing more.
    pub const END: i32 = 3;
    /// What was verified or compared does not hold.
    pub const MISMATCH: i32 = 4;
}

/// The numbers of `hash_algorithm`.
pub mod hash_algorithm {
    /// SHA-256, 32 bytes
    pub const SHA256: u32 = 1;
    /// SHA-384, 48 bytes
    pub const SHA384: u32 = 2;
    /// SHA-512, 64 bytes
    pub const SHA512: u32 = 3;
    /// SHA3-256, 32 bytes; not for message codes
    pub const SHA3_256: u32 = 4;
    /// SHA3-512, 64 bytes; not for message codes
    pub const SHA3_512: u32 = 5;
}

/// The numbers of `cipher`.
pub mod cipher {
    /// AES-128-GCM, key of 16 bytes
    pub const AES_128_GCM: u32 = 1;
    /// AES-256-GCM, key of 32 bytes
    pub const AES_256_GCM: u32 = 2;
    /// ChaCha20-Poly1305, key of 32 bytes
    pub const CHACHA20_POLY1305: u32 = 3;
}

/// The numbers of `signature_algorithm`.
pub mod signature_algorithm {
    /// Ed25519: a public key of 32 bytes, a signature of 64
    pub const ED25519: u32 = 1;
}

/// One function of the host, as the contract describes it.
pub struct HostFunctionSpec {
    pub name: &'static str,
    pub parameters: &'static [ValType],
    pub results: &'static [ValType],
    /// What importing it says about the procedure.
    pub import: Option<HostImport>,
}

/// Every function of the host.
pub const HOST_FUNCTIONS: [HostFunctionSpec; 26] = [
    HostFunctionSpec {
        name: "heliosdb_query",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Query),
    },
    HostFunctionSpec {
        name: "heliosdb_query_params",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Query),
    },
    HostFunctionSpec {
        name: "heliosdb_fetch_result",
        parameters: &[ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_cursor_open",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Query),
    },
    HostFunctionSpec {
        name: "heliosdb_cursor_next",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Query),
    },
    HostFunctionSpec {
        name: "heliosdb_cursor_close",
        parameters: &[ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Query),
    },
    HostFunctionSpec {
        name: "heliosdb_get_param",
        parameters: &[ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_return",
        parameters: &[ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_log",
        parameters: &[ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_begin_tx",
        parameters: &[],
        results: &[ValType::I32],
        import: Some(HostImport::Transaction),
    },
    HostFunctionSpec {
        name: "heliosdb_commit_tx",
        parameters: &[],
        results: &[ValType::I32],
        import: Some(HostImport::Transaction),
    },
    HostFunctionSpec {
        name: "heliosdb_rollback_tx",
        parameters: &[],
        results: &[ValType::I32],
        import: Some(HostImport::Transaction),
    },
    HostFunctionSpec {
        name: "heliosdb_now",
        parameters: &[],
        results: &[ValType::I64],
        import: Some(HostImport::StatementClock),
    },
    HostFunctionSpec {
        name: "heliosdb_error",
        parameters: &[ValType::I32, ValType::I32, ValType::I32],
        results: &[],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_error_stack",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_last_error",
        parameters: &[ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_fetch",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Nondeterminism),
    },
    HostFunctionSpec {
        name: "heliosdb_metric_count",
        parameters: &[ValType::I32, ValType::I32, ValType::I64],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_metric_observe",
        parameters: &[ValType::I32, ValType::I32, ValType::F64],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_crypto_hash",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_crypto_hmac",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_crypto_random",
        parameters: &[ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Nondeterminism),
    },
    HostFunctionSpec {
        name: "heliosdb_crypto_seal",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: Some(HostImport::Nondeterminism),
    },
    HostFunctionSpec {
        name: "heliosdb_crypto_open",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_crypto_verify",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
    HostFunctionSpec {
        name: "heliosdb_crypto_equal",
        parameters: &[ValType::I32, ValType::I32, ValType::I32, ValType::I32],
        results: &[ValType::I32],
        import: None,
    },
];

/// Exports that the contract gives a meaning of their own.
pub const RESERVED_EXPORTS: [&str; 7] = ["memory", "heliosdb_abi_version", "heliosdb_value_format", "heliosdb_alloc", "heliosdb_free", "_start", "_initialize"];
