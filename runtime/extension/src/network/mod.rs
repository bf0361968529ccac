//! HTTPS for guests: listed hosts at public addresses, bounded in size and time.
//!
//! ```text
//! client (one request, its redirects) ─► resolver (may this host be asked? at which addresses?)
//!                                     └► transport (those addresses only, until told to stop) ─► TLS
//! ```

mod address;
mod client;
mod resolver;
mod settings;
mod transport;

pub use client::{Client, FetchRequest, FetchResponse, Permit};
