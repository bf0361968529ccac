/** Requests over HTTPS; a procedure needs the right `network:<domain>`. */
import { first, read, receive, RESULT, room, Value, Values } from "./values";

@external("heliosdb", "heliosdb_fetch")
declare function hostFetch(request: usize, length: u32, answer: usize, answerLen: usize): i32;

/** What is asked: `new Request(url).post(body).header("accept", "text/plain")`. */
export class Request {
  private method: string = "GET";
  private body: Uint8Array | null = null;
  private headers: Values = new Values();
  private timeoutMs: i64 = 0;

  constructor(private url: string) {}

  /** Sends a text with POST. */
  post(body: string): Request {
    return this.send("POST", Uint8Array.wrap(String.UTF8.encode(body)));
  }

  /** Sends bytes with POST, PUT or PATCH. */
  send(method: string, body: Uint8Array): Request {
    this.method = method;
    this.body = body;
    return this;
  }

  /** Another method than GET, without a body. */
  by(method: string): Request {
    this.method = method;
    return this;
  }

  header(name: string, value: string): Request {
    this.headers.text(name).text(value);
    return this;
  }

  /** The longest the answer may take; the procedure's own limit holds besides. */
  within(milliseconds: i64): Request {
    this.timeoutMs = milliseconds;
    return this;
  }

  encode(): ArrayBuffer {
    const fields = new Values().text("url").text(this.url).text("method").text(this.method)
      .text("headers").encoded(this.headers.encodeMap());
    const body = this.body;
    if (body !== null) fields.text("body").blob(body);
    if (this.timeoutMs > 0) fields.text("timeout_ms").int(this.timeoutMs);
    return fields.encodeMap();
  }
}

/** Any status is an answer. */
export class Answer {
  constructor(private value: Value) {}

  get status(): i32 { return this.value.field("status").toI64() as i32; }
  /** Where redirects led. */
  get url(): string { return this.value.field("url").toText(); }
  get bytes(): Uint8Array { return this.value.field("body").toBytes(); }
  get text(): string { return String.UTF8.decode(this.bytes.buffer); }

  /** The first header of a name, whatever its case; null when there is none. */
  header(name: string): string | null {
    const pairs = this.value.field("headers").items;
    for (let index = 0; index < pairs.length; index++) {
      const pair = pairs[index];
      if (pair.item(0).toText().toLowerCase() == name.toLowerCase()) return pair.item(1).toText();
    }
    return null;
  }
}

/** Asks a host over HTTPS. That it cannot be reached is an error, any answer is none. */
export function fetch(request: Request): Answer {
  const bytes = request.encode();
  const status = hostFetch(changetype<usize>(bytes), bytes.byteLength, changetype<usize>(first), room());
  return new Answer(read(receive(status, RESULT, 0)));
}
