package io.heliosdb.wasm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came back, whatever the status.
 *
 * @param url the address that answered, after redirects
 * @param headers in their order
 */
public record FetchResponse(int status, String url, List<Header> headers, byte[] body) {
  /** A header; its name is in lower case. */
  public record Header(String name, String value) {}

  static FetchResponse of(Map<?, ?> fields) {
    List<Header> headers = new ArrayList<>();
    for (Object pair : (List<?>) fields.get("headers")) {
      List<?> both = (List<?>) pair;
      headers.add(new Header((String) both.get(0), (String) both.get(1)));
    }
    int status = Values.intOf(fields.get("status"));
    return new FetchResponse(
        status, (String) fields.get("url"), headers, (byte[]) fields.get("body"));
  }

  /** Whether the status is 200 to 299. */
  public boolean isOk() {
    return status >= 200 && status < 300;
  }

  /** The first header of a name, whatever its case; null where there is none. */
  public String header(String name) {
    for (Header each : headers) {
      if (each.name().equalsIgnoreCase(name)) return each.value();
    }
    return null;
  }

  /** The body as UTF-8 text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
