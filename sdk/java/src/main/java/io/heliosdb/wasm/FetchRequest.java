package io.heliosdb.wasm;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is asked of a host over HTTPS; a GET unless it says otherwise. */
public final class FetchRequest {
  private final Map<String, Object> fields = new LinkedHashMap<>();
  private final Map<String, String> headers = new LinkedHashMap<>();

  public FetchRequest(String url) {
    fields.put("url", url);
  }

  public FetchRequest method(String method) {
    fields.put("method", method);
    return this;
  }

  public FetchRequest header(String name, String value) {
    headers.put(name, value);
    fields.put("headers", headers);
    return this;
  }

  /** For POST, PUT and PATCH. */
  public FetchRequest body(byte[] body) {
    fields.put("body", body);
    return this;
  }

  public FetchRequest body(String body) {
    return body(body.getBytes(StandardCharsets.UTF_8));
  }

  /** When to give up, where the procedure's own limit is too long. */
  public FetchRequest timeoutMs(int milliseconds) {
    fields.put("timeout_ms", (long) milliseconds);
    return this;
  }

  Map<String, Object> fields() {
    return fields;
  }
}
