//! HTTPS requests, for procedures that hold `network:<domain>`.

use crate::encoder::Encoder;
use crate::error::{Error, Placed};
use crate::host::{fetch_result, host_functions, receive};
use crate::message_pack::Decoder;
use crate::value::Value;

host_functions! {
    pub fn heliosdb_fetch(
        request: *const u8,
        request_len: u32,
        response: *mut u8,
        response_len: *mut u32,
    ) -> i32;
}

/// A request; build it from [`FetchRequest::get`] or [`FetchRequest::post`].
#[derive(Clone, Debug, PartialEq)]
pub struct FetchRequest {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`.
    pub method: String,
    /// An address that begins with `https://`.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// For `POST`, `PUT` and `PATCH`.
    pub body: Option<Vec<u8>>,
    /// Milliseconds after which to give up, where the procedure's own limit is too long.
    pub timeout_ms: Option<u32>,
}

/// What came back, whatever the status.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchResponse {
    /// Such as 200 or 404.
    pub status: u16,
    /// The address that answered, after redirects.
    pub url: String,
    /// Names in lower case and values, in their order.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
}

impl FetchRequest {
    /// A `GET` of an address.
    pub fn get(url: impl Into<String>) -> FetchRequest {
        FetchRequest {
            method: "GET".into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            timeout_ms: None,
        }
    }

    /// A `POST` of a body to an address.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> FetchRequest {
        FetchRequest {
            method: "POST".into(),
            body: Some(body.into()),
            ..FetchRequest::get(url)
        }
    }

    /// The same request with a further header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> FetchRequest {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn encode(&self) -> Vec<u8> {
        let text = |text: &str| Value::Text(text.to_owned());
        let mut fields = vec![
            (text("method"), text(&self.method)),
            (text("url"), text(&self.url)),
        ];
        if !self.headers.is_empty() {
            let headers = self.headers.iter();
            let headers = headers.map(|(name, value)| (text(name), text(value)));
            fields.push((text("headers"), Value::Map(headers.collect())));
        }
        if let Some(body) = &self.body {
            fields.push((text("body"), Value::Blob(body.clone())));
        }
        if let Some(timeout_ms) = self.timeout_ms {
            fields.push((text("timeout_ms"), Value::Int(timeout_ms.into())));
        }
        let mut encoder = Encoder::default();
        encoder.value(&Value::Map(fields));
        encoder.bytes
    }
}

impl FetchResponse {
    /// The body as text.
    pub fn text(&self) -> Result<&str, Error> {
        core::str::from_utf8(&self.body).map_err(|_| Error::unplaced("the answer is not UTF-8"))
    }

    /// The first value of a header; the name's case does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn decode(bytes: &[u8]) -> Result<FetchResponse, Error> {
        let value = Decoder::new(bytes).decode_all()?;
        let fields = ["status", "url", "headers", "body"].map(|name| value.field(name));
        let [Some(Value::Int(status)), Some(Value::Text(url)), Some(Value::List(headers)), Some(Value::Blob(body))] =
            fields
        else {
            return Err(Error::unplaced(
                "the database sent an answer of another form",
            ));
        };
        let pair = |header: &Value| match header {
            Value::List(parts) => match parts.as_slice() {
                [Value::Text(name), Value::Text(value)] => Some((name.clone(), value.clone())),
                _ => None,
            },
            _ => None,
        };
        Ok(FetchResponse {
            status: u16::try_from(*status).unwrap_or(0),
            url: url.clone(),
            headers: headers.iter().filter_map(pair).collect(),
            body: body.clone(),
        })
    }
}

/// Asks a host that the procedure was granted. A status such as 404 is an answer, not an error.
#[track_caller]
pub fn heliosdb_fetch(request: &FetchRequest) -> Result<FetchResponse, Error> {
    let bytes = request.encode();
    let answer = receive(
        // SAFETY: `bytes` outlives the call; the buffer has the capacity that `length` states.
        |response, length| unsafe {
            import::heliosdb_fetch(bytes.as_ptr(), bytes.len() as u32, response, length)
        },
        fetch_result,
    )
    .placed()?;
    FetchResponse::decode(&answer).placed()
}
