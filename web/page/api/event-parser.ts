export interface ServerEvent {
  /** What to send as `Last-Event-ID` to go on after this event; the empty text when there is none. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/**
 * Reads the text of an event stream as it comes, in pieces cut anywhere.
 * `EventSource` is not used because it cannot send a token.
 */
export class EventParser {
  #rest = '';
  #id = '';
  #type = '';
  #data: string[] = [];

  /** Takes the next piece and gives the events that it completes. */
  push(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const text = this.#rest + piece;
    // A carriage return at the end may be the first half of a line break.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + text.slice(end);
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerEvent | null {
    if (line === '') return this.#finish();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#type = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #finish(): ServerEvent | null {
    const [type, data] = [this.#type, this.#data];
    this.#type = '';
    this.#data = [];
    if (data.length === 0) return null;
    return { id: this.#id, type: type === '' ? 'message' : type, data: data.join('\n') };
  }
}
