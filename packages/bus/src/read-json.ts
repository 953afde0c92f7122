import type { JsMsg } from '@nats-io/jetstream';

/** The body of a message; `undefined` when it is not JSON. */
export function readJson(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
