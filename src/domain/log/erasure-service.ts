/** Erasing a person from the log: the salts go, the leaves stay, and every proof stays valid. */
import type { Ctx } from "../../platform/context.js";
import type { Logbook } from "../../platform/logbook.js";
import { PERSONAL_FIELDS, PUBLIC_FIELDS } from "./leaf.js";
import { eraseAgain, eraseSalts, listErasures, type Erasure } from "./store.js";
import { signaturesOfPerson } from "./views.js";

/**
 * Takes away what opens the name and title of a person in the leaves of what they signed; nobody can then show or
 * guess that a leaf speaks of them. Returns how many salts went.
 */
export async function erasePersonFromLog(ctx: Ctx, person: { email: string | null }): Promise<number> {
  if (person.email === null) return 0;
  const signatures = await signaturesOfPerson(ctx, person.email);
  return eraseSalts(ctx.db, signatures, PERSONAL_FIELDS, ctx.clock.now());
}

/** Takes away what opens the persons in the leaves of some signatures; what opens their organisations stays. */
export async function erasePersonsFromLog(ctx: Ctx, signatureIds: readonly string[]): Promise<number> {
  return eraseSalts(ctx.db, signatureIds, PERSONAL_FIELDS, ctx.clock.now());
}

/** Takes away what opens a signature's leaves, the organisation included: for an entry that is anonymised. */
export async function eraseSignatureFromLog(ctx: Ctx, signatureId: string): Promise<number> {
  return eraseSalts(ctx.db, [signatureId], [...PUBLIC_FIELDS, ...PERSONAL_FIELDS], ctx.clock.now());
}

/**
 * Keeps the list of erasures outside the database and the database in step: what was erased is written to the list,
 * and what the list names but a restored copy brought back is erased again. Returns how many came back and went.
 */
export async function replayErasures(ctx: Ctx, logbook: Logbook): Promise<number> {
  const listed = new Set(await logbook.erasures());
  const known = (await listErasures(ctx.db)).map(lineOf);
  await logbook.keepErasures(known.filter((line) => !listed.has(line)));
  const inDatabase = new Set(known);
  const restored = [...listed].filter((line) => !inDatabase.has(line)).flatMap(readLine);
  return restored.length === 0 ? 0 : eraseAgain(ctx.db, restored, ctx.clock.now());
}

function lineOf({ origin, position, field }: Erasure): string {
  return `${origin} ${position} ${field}`;
}

function readLine(line: string): Erasure[] {
  const [, origin = "", position = "", field = ""] = /^(\S+) (\d{1,9}) (\w+)$/.exec(line) ?? [];
  return origin ? [{ origin, position: Number(position), field }] : [];
}
