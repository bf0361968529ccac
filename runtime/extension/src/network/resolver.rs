//! Names to addresses, for hosts that may be asked and addresses that may be connected to.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Instant;

use parking_lot::Mutex;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::address::is_public;
use super::client::Permit;
use super::settings::Settings;
use super::transport::{POLL, stopped};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::wasm::Cancellation;

/// Addresses tried of one host.
const ADDRESSES_MAX: usize = 16;

/// Asked before every connection and every redirect, whether or not a connection is reused.
pub struct GuardedResolver {
    pub permit: Permit,
    pub settings: &'static Settings,
    pub cancellation: Arc<Cancellation>,
    /// Why the last request was refused, whole; the library passes its own errors only.
    pub refusal: Arc<Mutex<Option<EngineError>>>,
}

impl fmt::Debug for GuardedResolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("GuardedResolver")
    }
}

impl Resolver for GuardedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        match self.addresses(uri, timeout) {
            Ok(addresses) => {
                let mut resolved = self.empty();
                addresses
                    .into_iter()
                    .take(ADDRESSES_MAX)
                    .for_each(|address| resolved.push(address));
                Ok(resolved)
            }
            Err(error) => {
                *self.refusal.lock() = Some(error);
                Err(ureq::Error::HostNotFound)
            }
        }
    }
}

impl GuardedResolver {
    fn addresses(&self, uri: &Uri, timeout: NextTimeout) -> EngineResult<Vec<SocketAddr>> {
        let (host, port) = host_and_port(uri)?;
        (self.permit)(&host, port)?;
        let found = match self.settings.hosts.get(&host) {
            Some(addresses) => addresses.clone(),
            None => self.look_up(&host, port, Instant::now() + *timeout.after)?,
        };
        if found.is_empty() {
            return Err(not_found(&host));
        }
        let allowed: Vec<SocketAddr> = found
            .into_iter()
            .filter(|address| self.is_allowed(*address))
            .map(|address| SocketAddr::new(address, port))
            .collect();
        if allowed.is_empty() {
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!("{host} is not at a public address"),
            )
            .hint("the process's network settings can allow private addresses")
            .field("capability", format!("network:{host}")));
        }
        Ok(allowed)
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        is_public(address) || self.settings.allowed_addresses.contains(&address)
    }

    /// Asks DNS on a thread of its own, because nothing can interrupt that.
    fn look_up(&self, host: &str, port: u16, deadline: Instant) -> EngineResult<Vec<IpAddr>> {
        let (sender, receiver) = sync_channel(1);
        let question = (host.to_owned(), port);
        std::thread::Builder::new()
            .name("heliosdb-dns".to_owned())
            .spawn(move || {
                let found = question
                    .to_socket_addrs()
                    .map(|all| all.map(|address| address.ip()).collect());
                // Nobody waits any more when the request was cancelled.
                let _ = sender.send(found);
            })
            .map_err(|error| EngineError::internal(error.to_string()))?;
        loop {
            match receiver.recv_timeout(POLL) {
                Ok(Ok(addresses)) => return Ok(addresses),
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(not_found(host)),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(reason) = stopped(&self.cancellation) {
                return Err(reason);
            }
            if Instant::now() >= deadline {
                return Err(EngineError::new(
                    ErrorCode::IoError,
                    format!("looking up {host} took too long"),
                ));
            }
        }
    }
}

/// The host in lower case and the port of an HTTPS address.
pub fn host_and_port(uri: &Uri) -> EngineResult<(String, u16)> {
    let refuse = |reason: &str| {
        EngineError::new(
            ErrorCode::InvalidParameterValue,
            format!("the address cannot be asked: {reason}"),
        )
        .hint("https://host/path")
    };
    if uri.scheme_str() != Some("https") {
        return Err(EngineError::new(
            ErrorCode::InsufficientPrivilege,
            "only HTTPS addresses can be asked",
        ));
    }
    let authority = uri.authority().ok_or_else(|| refuse("it has no host"))?;
    if authority.as_str().contains('@') {
        return Err(refuse("it holds a user's name"));
    }
    let host = authority.host().to_ascii_lowercase();
    if host.is_empty() {
        return Err(refuse("it has no host"));
    }
    let rest = &authority.as_str()[authority.host().len()..];
    match (rest, authority.port_u16()) {
        ("", _) => Ok((host, 443)),
        (_, Some(port)) if port > 0 => Ok((host, port)),
        _ => Err(refuse("its port is no number from 1 to 65535")),
    }
}

fn not_found(host: &str) -> EngineError {
    EngineError::new(ErrorCode::IoError, format!("host {host} was not found"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> EngineResult<(String, u16)> {
        host_and_port(&text.parse::<Uri>().unwrap())
    }

    #[test]
    fn an_address_has_a_host_a_port_and_no_user() {
        assert_eq!(
            parsed("https://API.example/x").unwrap(),
            ("api.example".to_owned(), 443)
        );
        assert_eq!(
            parsed("https://a.example:8443").unwrap(),
            ("a.example".to_owned(), 8443)
        );
        for text in [
            "http://a.example/",
            "ftp://a.example/",
            "https://user@a.example/",
            "https://a.example:0/",
            "https://a.example:/",
            "https://a.example:99999/",
            "/path",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }
}
