//! What a guest needs beside tables: cryptography, hosts of the network, folders.

use super::right::{RightSet, Rights};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// Something that a capability allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need<'a> {
    Crypto,
    /// HTTPS requests to a host, folded to lower case.
    Network {
        host: &'a str,
        port: u16,
    },
    /// Files below a folder that a capability names.
    Folder {
        path: &'a str,
        writes: bool,
    },
}

/// The port that `network:<domain>` means.
pub const HTTPS_PORT: u16 = 443;

impl Need<'_> {
    /// The capability that would allow it.
    pub fn capability(&self) -> String {
        match self {
            Self::Crypto => "crypto".to_owned(),
            Self::Network { host, port } if *port == HTTPS_PORT => format!("network:{host}"),
            Self::Network { host, port } => format!("network:{host}:{port}"),
            Self::Folder { path, writes: true } => format!("filesystem:{path}"),
            Self::Folder { path, .. } => format!("filesystem:read:{path}"),
        }
    }

    pub(super) fn is_met_by(&self, set: &RightSet) -> bool {
        match self {
            Self::Crypto => set.has_crypto,
            Self::Network { host, port } => set
                .network
                .iter()
                .any(|right| right.host == *host && right.port == *port),
            Self::Folder { path, writes } => {
                set.folders.iter().any(|held| held.covers(path, *writes))
            }
        }
    }

    /// As a sentence needs it: *may not …*.
    fn action(&self) -> String {
        match self {
            Self::Crypto => "use cryptographic functions".to_owned(),
            Self::Network { host, port } if *port == HTTPS_PORT => format!("ask {host}"),
            Self::Network { host, port } => format!("ask {host}:{port}"),
            Self::Folder { path, writes: true } => format!("change files in {path}"),
            Self::Folder { path, .. } => format!("read files in {path}"),
        }
    }
}

/// Whether a procedure, and every procedure above it, may do what it needs.
pub fn check_need(rights: &Rights, need: &Need<'_>, procedure: &str) -> EngineResult<()> {
    if rights.sets().all(|set| need.is_met_by(set)) {
        return Ok(());
    }
    let capability = need.capability();
    Err(EngineError::new(
        ErrorCode::InsufficientPrivilege,
        format!("procedure {procedure} may not {}", need.action()),
    )
    .detail(format!(
        "it, or a procedure that calls it, does not hold {capability}"
    ))
    .hint(format!(
        "grant it when the procedure is created: CAPABILITIES ('{}')",
        capability.replace('\'', "''")
    ))
    .field("procedure", procedure)
    .field("capability", capability))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn rights(capabilities: &[&str]) -> Arc<RightSet> {
        let texts: Vec<String> = capabilities.iter().map(|text| (*text).to_owned()).collect();
        Arc::new(RightSet::parse(Some(&texts), "shop").unwrap())
    }

    fn may(rights: &Rights, need: Need<'_>) -> bool {
        check_need(rights, &need, "p").is_ok()
    }

    #[test]
    fn a_host_is_one_name_and_one_port() {
        let held = Rights::of(
            rights(&["network:API.example.com", "network:b.example:8443"]),
            None,
        );
        let asks = |host, port| may(&held, Need::Network { host, port });
        assert!(asks("api.example.com", 443) && asks("b.example", 8443));
        assert!(!asks("api.example.com", 8443) && !asks("b.example", 443));
        assert!(!asks("example.com", 443) && !asks("x.api.example.com", 443));
        assert!(!asks("api.example.com.", 443) && !asks("", 443));
    }

    #[test]
    fn a_folder_covers_what_lies_below_it_and_no_neighbour() {
        let held = Rights::of(
            rights(&["filesystem:/srv//data/", "filesystem:read:/srv/in"]),
            None,
        );
        let opens = |path, writes| may(&held, Need::Folder { path, writes });
        assert!(
            opens("/srv/data", true) && opens("/srv/data/in", true) && opens("/srv/data", false)
        );
        assert!(opens("/srv/in/x", false) && !opens("/srv/in/x", true));
        assert!(!opens("/srv/database", false) && !opens("/srv", false) && !opens("/", false));
        let everything = Rights::of(rights(&["filesystem:/"]), None);
        let whole = Need::Folder {
            path: "/srv",
            writes: true,
        };
        assert!(may(&everything, whole));
    }

    #[test]
    fn all_procedures_above_must_hold_it() {
        let outer = Rights::of(rights(&["read:a"]), None);
        let inner = Rights::of(rights(&["crypto"]), Some(&outer));
        assert!(!may(&inner, Need::Crypto) && !may(&outer, Need::Crypto));
        let outer = Rights::of(rights(&["crypto"]), None);
        let inner = Rights::of(rights(&["crypto"]), Some(&outer));
        assert!(may(&inner, Need::Crypto));
        let error = check_need(&Rights::of(rights(&[]), None), &Need::Crypto, "p").unwrap_err();
        assert_eq!(error.code, ErrorCode::InsufficientPrivilege);
    }

    #[test]
    fn what_is_no_host_and_no_folder_is_refused() {
        for text in [
            "network:https://a.example",
            "network:a.example/path",
            "network:a b",
            "network:a.example:0",
            "network:a.example:99999",
            "network:127.0.0.1",
            "network:[::1]",
            "network:.example",
            "network:a..example",
            "network:user@a.example",
            "filesystem:data",
            "filesystem:./data",
            "filesystem:/srv/../etc",
            "filesystem:/srv/./data",
            "filesystem:/srv\0/data",
            "filesystem:read:data",
            "filesystem:write:/srv/data",
            "filesystem:/proc/self",
            "filesystem:read:/sys",
            "filesystem://dev/shm",
        ] {
            assert!(
                RightSet::parse(Some(&[text.to_owned()]), "shop").is_err(),
                "{text}"
            );
        }
    }
}
