/** Whether a database may send from here: it has to be the one that was armed for this environment, and not an older copy. */
import type { FoundMark } from "../../platform/send-mark.js";

/** What keeps a database from sending until a person arms it. */
export const REFUSALS = [
  "never_armed",
  "other_environment",
  "other_server",
  "other_timeline",
  "other_arming",
  "behind_mark",
  "copied_folder",
] as const;

/** One of them. */
export type Refusal = (typeof REFUSALS)[number];

/** For whom a database was armed, and on which server. */
export interface Arming {
  environment: string;
  epoch: number;
  armingId: string;
  systemIdentifier: string | null;
  timeline: number | null;
}

/** What a database says of itself now. */
export interface Standing {
  arming: Arming | undefined;
  /** Null where the server does not tell. */
  systemIdentifier: string | null;
  timeline: number | null;
  /** The highest commit number its rows and its sequence agree on. */
  number: number;
  /** Whether a mail has ever been handed to a mail server from here. */
  hasSent: boolean;
}

/** What the machine that wants to send knows. */
export interface Here {
  /** Undefined on a machine that has never sent and was given no name. */
  environment: string | undefined;
  mark: FoundMark | undefined;
}

/** `fresh`: nothing has been sent from here and nobody remembers anything else, so it may arm itself. */
export function judgeStanding(standing: Standing, here: Here): "armed" | "fresh" | Refusal {
  const { arming } = standing;
  const { mark } = here;
  if (!arming) return mark || standing.hasSent ? "never_armed" : "fresh";
  if (arming.environment !== here.environment) return "other_environment";
  if (arming.systemIdentifier !== standing.systemIdentifier) return "other_server";
  if (arming.timeline !== standing.timeline) return "other_timeline";
  if (!mark || mark.epoch < arming.epoch) return "armed";
  if (mark.epoch > arming.epoch) return "behind_mark";
  if (mark.isCopy) return "copied_folder";
  if (mark.armingId !== arming.armingId) return "other_arming";
  return standing.number < mark.number ? "behind_mark" : "armed";
}

/** Why nothing is sent at present. */
export type Halt = { kind: "not_armed"; refusal: Refusal } | { kind: "time_stepped"; seconds: number };
