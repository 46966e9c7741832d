/** What is heard of a message after it went out: events beside its state, never states (send protocol). */
export const HEARD_EVENTS = [
  "bounced",
  "delayed",
  "delivered",
  "relayed",
  "replied",
  "auto_replied",
  "complained",
] as const;

/** One of them. */
export type HeardEvent = (typeof HEARD_EVENTS)[number];

/** Whether a kind of event was heard from outside. */
export function isHeardEvent(kind: string): kind is HeardEvent {
  return (HEARD_EVENTS as readonly string[]).includes(kind);
}
