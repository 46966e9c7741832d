import { HOUR, MINUTE } from "../../platform/clock.js";

/** What a mail is for; only outreach obeys the stop rules. */
export type MessagePurpose = "outreach" | "transactional" | "test";

/** The template of an answer that a person wrote to a person: it is no machine's mail, and no outreach either. */
export const ANSWER_TEMPLATE = "answer";

/** The template of what staff write to everybody who signed a letter: a stop holds it up, as it holds up outreach. */
export const SIGNER_UPDATE_TEMPLATE = "signer-update";

/** The states of a message, as in the send protocol. */
export const MESSAGE_STATES = [
  "draft",
  "approved",
  "queued",
  "claimed",
  "sending",
  "sent",
  "failed",
  "uncertain",
  "cancelled",
  "suppressed",
  "expired",
  "blocked",
] as const;

/** One of the states. */
export type MessageState = (typeof MESSAGE_STATES)[number];

/** Every change of state there is. What is not here never happens. */
export const TRANSITIONS: Record<MessageState, readonly MessageState[]> = {
  draft: ["approved", "cancelled", "suppressed", "expired"],
  approved: ["queued", "cancelled", "suppressed", "expired"],
  queued: ["claimed", "cancelled", "suppressed", "expired", "blocked"],
  claimed: ["sending", "queued", "cancelled", "suppressed", "expired", "blocked"],
  sending: ["sent", "queued", "failed", "uncertain"],
  uncertain: ["sent", "queued", "failed"],
  blocked: ["queued", "cancelled", "expired"],
  sent: [],
  failed: [],
  cancelled: [],
  suppressed: [],
  expired: [],
};

/** Whether a message may go from one state to another. */
export function mayBecome(from: MessageState, to: MessageState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** The states from which a message may reach another, for the fence in SQL. */
export function statesBefore(to: MessageState): MessageState[] {
  return MESSAGE_STATES.filter((from) => mayBecome(from, to));
}

/** The states of a message of which nothing can have gone out. */
export const UNBEGUN: readonly MessageState[] = ["draft", "approved", "queued", "blocked"];

/** How a person settles an uncertain message, and the state it gets by that. */
export const RESOLUTIONS = { sent: "sent", requeue: "queued", failed: "failed" } as const;

/** One of the ways to settle. */
export type Resolution = keyof typeof RESOLUTIONS;

const BACK_OFF = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR];

/** How long a message waits after its nth attempt was provably not accepted, in milliseconds. */
export function backOff(attempts: number): number {
  return BACK_OFF[Math.min(Math.max(attempts, 1), BACK_OFF.length) - 1] ?? 4 * HOUR;
}

/** How a state is shown: one of the five shapes of the design. */
export function messageTone(state: MessageState): "ok" | "wait" | "info" | "bad" | "off" {
  switch (state) {
    case "sent":
      return "ok";
    case "draft":
    case "approved":
    case "queued":
    case "claimed":
    case "sending":
      return "wait";
    case "blocked":
    case "uncertain":
    case "failed":
      return "bad";
    case "cancelled":
    case "suppressed":
    case "expired":
      return "off";
  }
}
