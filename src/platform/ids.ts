import { v7 } from "uuid";
import type { Clock } from "./clock.js";

/** A new time-ordered identifier (UUID version 7, RFC 9562 §5.7), dated by the given clock. */
export function newId(clock: Clock): string {
  return v7({ msecs: clock.now().getTime() });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID of any version in its usual spelling (RFC 9562 §4). */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
