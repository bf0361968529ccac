//! One request and its answer.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use ureq::http::{HeaderName, HeaderValue, Method, Request, Uri};
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::{Connector, RustlsConnector};
use ureq::{Agent, ResponseExt};

use super::resolver::{GuardedResolver, host_and_port};
use super::settings::settings;
use super::transport::{PatientConnector, stopped};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::wasm::Cancellation;

/// Connections that a procedure keeps for its next requests: as many as there are threads whose calls
/// wait at the same time.
const IDLE_CONNECTIONS_MAX: usize = 17;

/// Redirects followed for one request.
const REDIRECTS_MAX: u32 = 5;

/// Bytes of an address, of all headers of a request, and of all headers of an answer.
const URL_BYTES_MAX: usize = 8 << 10;
const HEADER_BYTES_MAX: usize = 16 << 10;
const RESPONSE_HEADER_BYTES_MAX: usize = 64 << 10;

/// Headers that are the connection's business.
const RESERVED_HEADERS: [&str; 13] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Whether a host may be asked at a port.
pub type Permit = Box<dyn Fn(&str, u16) -> EngineResult<()> + Send + Sync>;

/// What a guest asks.
pub struct FetchRequest {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    pub time_left: Duration,
    pub response_bytes_max: u64,
}

/// What it gets.
pub struct FetchResponse {
    pub status: u16,
    /// The address that answered in the end.
    pub url: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// Asks on behalf of one procedure; connections are kept between its requests.
pub struct Client {
    agent: Agent,
    cancellation: Arc<Cancellation>,
    refusal: Arc<Mutex<Option<EngineError>>>,
}

impl Client {
    pub fn new(permit: Permit, cancellation: Arc<Cancellation>) -> EngineResult<Self> {
        let settings = settings()?;
        let refusal: Arc<Mutex<Option<EngineError>>> = Arc::default();
        let tls = TlsConfig::builder()
            .root_certs(settings.root_certificates()?)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(true)
            .http_status_as_error(false)
            // Whatever the environment says: a proxy would resolve names out of our sight.
            .proxy(None)
            .max_redirects(REDIRECTS_MAX)
            .max_idle_connections(IDLE_CONNECTIONS_MAX)
            .max_idle_connections_per_host(IDLE_CONNECTIONS_MAX)
            .max_response_header_size(RESPONSE_HEADER_BYTES_MAX)
            .user_agent(concat!("heliosdb/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = GuardedResolver {
            permit,
            settings,
            cancellation: Arc::clone(&cancellation),
            refusal: Arc::clone(&refusal),
        };
        let connector =
            PatientConnector(Arc::clone(&cancellation)).chain(RustlsConnector::default());
        Ok(Self {
            agent: Agent::with_parts(config, connector, resolver),
            cancellation,
            refusal,
        })
    }

    /// Sends a request and reads its answer, redirects followed.
    pub fn fetch(&self, request: FetchRequest) -> EngineResult<FetchResponse> {
        let time_left = request.time_left;
        let bytes_max = request.response_bytes_max;
        let body = request.body.clone();
        let built = build(request)?;
        self.refusal.lock().take();
        let answered = match body {
            Some(body) => {
                let built = built.map(|()| body);
                let configured = self.agent.configure_request(built);
                self.agent
                    .run(configured.timeout_global(Some(time_left)).build())
            }
            None => {
                let configured = self.agent.configure_request(built);
                self.agent
                    .run(configured.timeout_global(Some(time_left)).build())
            }
        };
        let outcome = answered.and_then(|mut response| {
            let body = response
                .body_mut()
                .with_config()
                .limit(bytes_max)
                .read_to_vec()?;
            Ok(FetchResponse {
                status: response.status().as_u16(),
                url: response.get_uri().to_string(),
                headers: response
                    .headers()
                    .iter()
                    .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
                    .collect(),
                body,
            })
        });
        outcome.map_err(|error| self.explain(&error, time_left, bytes_max))
    }

    fn explain(&self, error: &ureq::Error, time_left: Duration, bytes_max: u64) -> EngineError {
        if let Some(reason) = stopped(&self.cancellation) {
            return reason;
        }
        if let Some(refusal) = self.refusal.lock().take() {
            return refusal;
        }
        match error {
            ureq::Error::Timeout(_) => EngineError::new(
                ErrorCode::ConfigurationLimitExceeded,
                "a request of the procedure took longer than it may",
            )
            .detail(format!("{} ms were left", time_left.as_millis())),
            ureq::Error::BodyExceedsLimit(_) => EngineError::new(
                ErrorCode::ConfigurationLimitExceeded,
                "an answer to the procedure is larger than it may be",
            )
            .detail(format!("limit {bytes_max} bytes"))
            .field("limit", bytes_max),
            ureq::Error::RequireHttpsOnly(_) => EngineError::new(
                ErrorCode::InsufficientPrivilege,
                "only HTTPS addresses can be asked",
            )
            .detail("the host redirected to another kind of address"),
            ureq::Error::TooManyRedirects => {
                EngineError::new(ErrorCode::IoError, "the host redirects without end")
                    .detail(format!("limit {REDIRECTS_MAX} redirects"))
            }
            other => {
                EngineError::new(ErrorCode::IoError, "the request failed").detail(other.to_string())
            }
        }
    }
}

/// Checks everything that a guest says before any of it is sent.
fn build(request: FetchRequest) -> EngineResult<Request<()>> {
    let method = match request.method.as_str() {
        "GET" => Method::GET,
        "HEAD" => Method::HEAD,
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        "OPTIONS" => Method::OPTIONS,
        _ => {
            return Err(invalid("the method of a request is not known")
                .hint("GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS"));
        }
    };
    let takes_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
    if request.body.is_some() != takes_body {
        return Err(invalid(if takes_body {
            "a request with POST, PUT or PATCH has a body, which may be empty"
        } else {
            "only a request with POST, PUT or PATCH has a body"
        }));
    }
    if request.url.len() > URL_BYTES_MAX {
        return Err(invalid("the address of a request is too long"));
    }
    let url = request.url.split('#').next().unwrap_or_default();
    let uri: Uri = url
        .parse()
        .map_err(|_| invalid("the address of a request is not one").hint("https://host/path"))?;
    host_and_port(&uri)?;
    let mut built = Request::builder().method(method).uri(uri);
    let total: usize = request
        .headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if total > HEADER_BYTES_MAX {
        return Err(invalid("the headers of a request are too long"));
    }
    for (name, value) in &request.headers {
        let (name, value) = header(name, value)?;
        built = built.header(name, value);
    }
    built
        .body(())
        .map_err(|_| invalid("the request is not well-formed"))
}

fn header(name: &str, value: &str) -> EngineResult<(HeaderName, HeaderValue)> {
    let known = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| invalid("the name of a header is not one"))?;
    if RESERVED_HEADERS.contains(&known.as_str()) {
        return Err(invalid(&format!(
            "the header {known} is set by the host alone"
        )));
    }
    let value = HeaderValue::from_str(value)
        .map_err(|_| invalid(&format!("the value of header {known} is not one")))?;
    Ok((known, value))
}

fn invalid(message: &str) -> EngineError {
    EngineError::new(ErrorCode::InvalidParameterValue, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> FetchRequest {
        FetchRequest {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: (method == "POST").then(Vec::new),
            time_left: Duration::from_secs(1),
            response_bytes_max: 1,
        }
    }

    #[test]
    fn headers_cannot_carry_a_second_request() {
        for (name, value) in [
            ("x-a", "b\r\nhost: other"),
            ("x-a", "b\nc"),
            ("x-a", "b\0c"),
            ("x-a\r\nx-b", "c"),
            ("x a", "b"),
            ("", "b"),
            ("Host", "other.example"),
            ("Content-Length", "5"),
            ("TRANSFER-ENCODING", "chunked"),
        ] {
            let asked = request("GET", "https://a.example/", &[(name, value)]);
            assert!(build(asked).is_err(), "{name:?}: {value:?}");
        }
        let fine = request("GET", "https://a.example/", &[("X-Key", "a b\tc")]);
        assert!(build(fine).is_ok());
    }

    #[test]
    fn methods_and_addresses_are_checked() {
        for method in ["get", "CONNECT", "TRACE", "GET / HTTP/1.1\r\n", ""] {
            assert!(
                build(request(method, "https://a.example/", &[])).is_err(),
                "{method:?}"
            );
        }
        for url in [
            "",
            "a.example",
            "http://a.example/",
            "file:///etc/passwd",
            "https://a.example/\r\nx: y",
            "https://a b/",
            "https://user:secret@a.example/",
        ] {
            assert!(build(request("GET", url, &[])).is_err(), "{url:?}");
        }
        assert!(build(request("POST", "https://a.example/x?y#z", &[])).is_ok());
        let long = format!("https://a.example/{}", "x".repeat(URL_BYTES_MAX));
        assert!(build(request("GET", &long, &[])).is_err());
    }
}
