import { randomInt } from "node:crypto";
import { v7 } from "uuid";
import type { Clock } from "./clock.js";

const COUNTER_START = 2 ** 31;

let lastTime = 0;
let counter = 0;

/**
 * A new time-ordered identifier (UUID version 7, RFC 9562 §5.7), dated by the given clock. Those made within one
 * millisecond count upwards (§6.2, method 1), so that what one transaction writes stays in order.
 */
export function newId(clock: Clock): string {
  const msecs = clock.now().getTime();
  if (msecs === lastTime) counter += 1;
  else [lastTime, counter] = [msecs, randomInt(COUNTER_START)];
  return v7({ msecs, seq: counter });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID of any version in its usual spelling (RFC 9562 §4). */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
