//! What whoever runs the process says about its network.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::OnceLock;

use serde::Deserialize;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// Environment variable with the path of the settings, a JSON object.
const VARIABLE: &str = "HELIOSDB_NETWORK_SETTINGS";

/// Exceptions from the rules, for a network of one's own and for tests.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Addresses of hosts, instead of asking DNS.
    pub hosts: BTreeMap<String, Vec<IpAddr>>,
    /// Addresses that may be connected to although they are not public.
    pub allowed_addresses: Vec<IpAddr>,
    /// Path of a PEM file with the certificates to trust, instead of Mozilla's.
    pub certificates: Option<String>,
}

/// The process's settings, read once. Settings that cannot be read fail every request: they may
/// have been meant to forbid something.
pub fn settings() -> EngineResult<&'static Settings> {
    static SETTINGS: OnceLock<Result<Settings, EngineError>> = OnceLock::new();
    let settings = SETTINGS.get_or_init(|| match std::env::var_os(VARIABLE) {
        None => Ok(Settings::default()),
        Some(path) => std::fs::read(path)
            .map_err(|error| unreadable(error.to_string()))
            .and_then(|bytes| {
                serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
            }),
    });
    settings.as_ref().map_err(Clone::clone)
}

impl Settings {
    pub fn root_certificates(&self) -> EngineResult<RootCerts> {
        let Some(path) = &self.certificates else {
            return Ok(RootCerts::WebPki);
        };
        let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() {
            return Err(unreadable("the file of certificates holds none".to_owned()));
        }
        Ok(RootCerts::new_with_certs(&certificates))
    }
}

fn unreadable(detail: String) -> EngineError {
    EngineError::new(
        ErrorCode::IoError,
        "the settings of the network cannot be read",
    )
    .detail(detail)
    .hint(format!(
        "the environment variable {VARIABLE} names a JSON file"
    ))
}
