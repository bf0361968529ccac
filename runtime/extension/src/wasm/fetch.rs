//! HTTPS requests of guests that hold `network:<domain>`.
//!
//! The request and its answer travel as values in the module's format. Waiting happens on the
//! thread's own stack; it is wall-clock time, not the guest's CPU.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::Linker;

use super::call::PendingResult;
use super::failure::fault;
use super::guest_access::{Guest, call, deliver, encode, read_bytes, refuse};
use super::host_functions::QueryMode;
use super::host_state::HostState;
use super::off_fiber::{at_once, off_fiber};
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::status;
use crate::generated::errors::ErrorCode;
use crate::network::{FetchRequest, FetchResponse};
use crate::value::{Format, Value, json, msgpack};

pub fn define(
    linker: &mut Linker<HostState>,
    module: &str,
    mode: QueryMode,
) -> wasmtime::Result<()> {
    const NAME: &str = "heliosdb_fetch";
    match mode {
        QueryMode::Direct => linker.func_wrap(
            module,
            NAME,
            |mut guest: Guest<'_>, request: u32, request_len: u32, answer: u32, answer_len: u32| {
                at_once(fetch(
                    &mut guest,
                    (request, request_len),
                    (answer, answer_len),
                ))
            },
        )?,
        QueryMode::Parking => linker.func_wrap_async(
            module,
            NAME,
            |mut guest: Guest<'_>,
             (request, request_len, answer, answer_len): (u32, u32, u32, u32)| {
                Box::new(async move {
                    fetch(&mut guest, (request, request_len), (answer, answer_len)).await
                })
            },
        )?,
    };
    Ok(())
}

async fn fetch(
    guest: &mut Guest<'_>,
    (request, request_len): (u32, u32),
    (answer, answer_len): (u32, u32),
) -> wasmtime::Result<i32> {
    let bytes = read_bytes(guest, request, request_len)?;
    let format = guest.data().format;
    let limits = &guest.data().limits;
    let time_max = Duration::from_millis(limits.fetch_time_ms_max);
    let (fetches_max, bytes_max) = (limits.fetches_max, limits.fetch_bytes_max);
    let current = call(guest)?;
    current.fetch_count += 1;
    if current.fetch_count > fetches_max {
        return fault(
            EngineError::new(
                ErrorCode::ConfigurationLimitExceeded,
                "the procedure made more requests in one call than it may",
            )
            .detail(format!("limit {fetches_max}"))
            .field("limit", fetches_max)
            .field("requested", fetches_max + 1),
        );
    }
    let time_left = time_max.saturating_sub(current.fetch_time);
    let parsed = match u64::from(request_len) > bytes_max {
        true => Err(EngineError::new(
            ErrorCode::ConfigurationLimitExceeded,
            "a request of the procedure is larger than it may be",
        )
        .detail(format!("limit {bytes_max} bytes"))
        .field("limit", bytes_max)
        .field("requested", request_len)),
        false => decode(&bytes, format),
    };
    let request = match parsed {
        Ok(request) => FetchRequest {
            time_left: request.time_left.min(time_left),
            response_bytes_max: bytes_max,
            ..request
        },
        Err(error) => return refuse(guest, error),
    };
    let guest_call = Arc::clone(&call(guest)?.guest_call);
    guest.data_mut().traffic.bytes_out += u64::from(request_len);
    let (answered, elapsed) = off_fiber(guest, move || guest_call.fetch(request)).await?;
    call(guest)?.fetch_time += elapsed;
    let encoded = answered.and_then(|response| encode(&answer_value(response), format));
    match encoded {
        Ok(bytes) => {
            let delivered = deliver(guest, &bytes, answer, answer_len)?;
            if delivered == status::BUFFER_TOO_SMALL {
                call(guest)?.pending = Some(PendingResult {
                    query: None,
                    bytes: bytes.into(),
                });
            }
            Ok(delivered)
        }
        Err(error) if error.code == ErrorCode::QueryCanceled => fault(error),
        Err(error) => refuse(guest, error),
    }
}

/// `{"method", "url", "headers", "body", "timeout_ms"}`, of which only the address is needed.
fn decode(bytes: &[u8], format: Format) -> EngineResult<FetchRequest> {
    let decoded = match format {
        Format::Json => json::decode(bytes),
        Format::MessagePack => msgpack::decode(bytes),
    }?;
    let Value::Struct(fields) = decoded else {
        return Err(invalid("a request must be an object"));
    };
    let mut request = FetchRequest {
        method: "GET".to_owned(),
        url: String::new(),
        headers: Vec::new(),
        body: None,
        time_left: Duration::MAX,
        response_bytes_max: 0,
    };
    for (name, value) in fields {
        match (name.as_str(), value) {
            (_, Value::Null) => {}
            ("method", Value::Varchar(method)) => request.method = method,
            ("url", Value::Varchar(url)) => request.url = url,
            ("headers", Value::Struct(headers)) => {
                for (name, value) in headers {
                    let Value::Varchar(value) = value else {
                        return Err(invalid("the value of a header must be a text"));
                    };
                    request.headers.push((name, value));
                }
            }
            ("body", Value::Varchar(body)) => request.body = Some(body.into_bytes()),
            ("body", Value::Blob(body)) => request.body = Some(body),
            ("timeout_ms", value) => {
                request.time_left = Duration::from_millis(milliseconds(&value)?);
            }
            (other, _) => {
                return Err(invalid(&format!(
                    "field {other:?} of a request is not known or has another type"
                ))
                .hint("method, url, headers, body and timeout_ms"));
            }
        }
    }
    let needs_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    if needs_body {
        request.body.get_or_insert_default();
    }
    Ok(request)
}

fn milliseconds(value: &Value) -> EngineResult<u64> {
    let text = match value {
        Value::TinyInt(number) => i64::from(*number),
        Value::SmallInt(number) => i64::from(*number),
        Value::Integer(number) => i64::from(*number),
        Value::BigInt(number) => *number,
        Value::UTinyInt(number) => i64::from(*number),
        Value::USmallInt(number) => i64::from(*number),
        Value::UInteger(number) => i64::from(*number),
        _ => -1,
    };
    match u64::try_from(text) {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(invalid("timeout_ms must be a whole number above 0")),
    }
}

fn answer_value(response: FetchResponse) -> Value {
    let text = |bytes: Vec<u8>| {
        Value::Varchar(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        })
    };
    let headers = response
        .headers
        .into_iter()
        .map(|(name, value)| Value::List(vec![Value::Varchar(name), text(value)]))
        .collect();
    Value::Struct(vec![
        (
            "status".to_owned(),
            Value::Integer(i32::from(response.status)),
        ),
        ("url".to_owned(), Value::Varchar(response.url)),
        ("headers".to_owned(), Value::List(headers)),
        ("body".to_owned(), Value::Blob(response.body)),
    ])
}

fn invalid(message: &str) -> EngineError {
    EngineError::new(ErrorCode::InvalidParameterValue, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_an_object_of_known_fields() {
        let asked = br#"{"url": "https://a.example", "method": "POST", "headers": {"x-a": "b"},
            "body": "text", "timeout_ms": 5, "unset": null}"#;
        let request = decode(asked, Format::Json).unwrap();
        assert_eq!(
            (request.method.as_str(), request.body.as_deref()),
            ("POST", Some(&b"text"[..]))
        );
        assert_eq!(request.headers, [("x-a".to_owned(), "b".to_owned())]);
        assert_eq!(request.time_left, Duration::from_millis(5));
        for wrong in [
            &br#"[]"#[..],
            br#""https://a.example""#,
            br#"{"url": 5}"#,
            br#"{"uri": "https://a.example"}"#,
            br#"{"headers": {"a": 1}}"#,
            br#"{"timeout_ms": 0}"#,
            br#"{"timeout_ms": -5}"#,
            br#"{"timeout_ms": "5"}"#,
            b"",
        ] {
            assert!(decode(wrong, Format::Json).is_err());
        }
    }
}
