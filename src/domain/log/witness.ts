/**
 * Witnesses: others who saw the head of a log and say so with their own key (C2SP tlog-cosignature). Whoever trusts one
 * of them needs no checkpoint of their own to find out that two people were shown two logs.
 */
import { cosignedAt, keyId, writeLine, type Checkpoint, type VerifierKey } from "./note.js";

/** Somebody saw a head. */
export interface Witnessed {
  witness: string;
  size: number;
  /** When they signed, ISO 8601 in UTC. */
  at: string;
  line: string;
}

/** A clock of a witness may be ahead of ours by so many seconds. */
const AHEAD = 300;
/** The last second that a date can hold. */
const LAST_SECOND = 8_640_000_000_000;

/**
 * The lines below a checkpoint that are of these witnesses: those that are good, and the names of those whose line is
 * not of this head. Lines of others are not looked at (C2SP signed-note). `now` in seconds: later lines are wrong.
 */
export function linesOf(
  checkpoint: Checkpoint,
  witnesses: readonly VerifierKey[],
  now = Number.POSITIVE_INFINITY,
): { good: Witnessed[]; wrong: string[] } {
  const good: Witnessed[] = [];
  const wrong: string[] = [];
  for (const line of checkpoint.signatures) {
    const key = witnesses.find((each) => each.name === line.name && keyId(each).equals(line.keyId));
    if (!key) continue;
    const seconds = cosignedAt(checkpoint.text, line, key);
    if (seconds === undefined || seconds > Math.min(now + AHEAD, LAST_SECOND)) wrong.push(line.name);
    else {
      const at = new Date(seconds * 1000).toISOString();
      good.push({ witness: key.name, size: checkpoint.size, at, line: writeLine(line) });
    }
  }
  return { good, wrong };
}
