import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { readKey, WITNESS_SIGNATURE, type VerifierKey } from "../domain/log/note.js";
import { verifyLetterLog } from "../domain/log/verification-service.js";
import {
  MAY_WAIT_FOR_LEAF,
  verifyLog,
  type ListedEntry,
  type LogCopy,
  type Verdict,
} from "../domain/log/verify.js";
import { SECOND } from "../platform/clock.js";
import { CommandError, answer, note, textOption, type Command } from "./command.js";
import { withApp } from "./session.js";

/** A list that is kept somewhere may be ten seconds old (ruling 17); then it is asked for once more. */
const LIST_AGE = 12 * SECOND;
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  "list_has",
  "list_lacks",
  "not_opened",
  "leaves_missing",
]);

/** `verify-log <letter>`: works out the log anew, from the database or from a public address, and says what does not fit. */
export const verifyLogCommand: Command = {
  name: "verify-log",
  usage: "<letter> [--against <checkpoint file>] [--from <address>] [--witnesses <key file>] [--json]",
  summary: "Check a letter's public log: every leaf, root and signature, and that the list is what it says",
  options: {
    against: { type: "string" },
    from: { type: "string" },
    witnesses: { type: "string" },
    json: { type: "boolean" },
  },
  takes: [1, 1],
  run: async (line) => {
    const [letter = ""] = line.positionals;
    const file = textOption(line, "against");
    const against = file === undefined ? undefined : readFile(file);
    const from = textOption(line, "from");
    const witnesses = readWitnesses(textOption(line, "witnesses"));
    const verdict =
      from === undefined
        ? await withApp((_app, ctx) => verifyLetterLog(ctx, letter, { against, witnesses }))
        : await verifyPublished(from, letter, { against, witnesses });
    if (line.options["json"]) await answer(`${JSON.stringify(verdict)}\n`);
    else await answer(`${sentences(verdict, against !== undefined)}\n`);
    if (verdict.discrepancies.length > 0) return 1;
    return verdict.waiting.length > 0 ? 3 : 0;
  },
};

function sentences(verdict: Verdict, compared: boolean): string {
  const { origin, size, root, listed, witnessed, waiting, discrepancies } = verdict;
  const seen = witnessed.map(
    (one) => `\nWitnessed by ${one.witness}: the head of ${one.size} leaves, on ${one.at}.`,
  );
  const head = `${origin}: ${size} leaves, root ${root}${seen.join("")}`;
  const late = waiting.map(({ row, sentence }) => `NOT IN THE LOG YET  ${row}: ${sentence}`);
  if (late.length > 0 && discrepancies.length === 0) {
    const said =
      "The log is said to lack these for less than ten minutes. Ask again then: what is still named does not fit.";
    return [head, ...late, said].join("\n");
  }
  if (discrepancies.length === 0) {
    const continued = compared ? " It continues the checkpoint you gave." : "";
    return `${head}\nAll of it fits: leaves, root, signature, and the ${listed} entries of the list.${continued}`;
  }
  const wrong = discrepancies.map(({ row, sentence }) => `DOES NOT FIT  ${row}: ${sentence}`);
  return [head, ...wrong, ...late].join("\n");
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new CommandError(`${file} can't be read.`);
  }
}

interface Given {
  against: string | undefined;
  witnesses: readonly VerifierKey[] | undefined;
}

/** Keys of witnesses, one a line. Throws for a line that is none. */
function readWitnesses(file: string | undefined): VerifierKey[] | undefined {
  if (file === undefined) return undefined;
  const words = readFile(file).split(/\s+/).filter(Boolean);
  return words.map((word) => {
    const key = readKey(word);
    if (key?.type !== WITNESS_SIGNATURE) throw new CommandError(`${word} is not the key of a witness.`);
    return key;
  });
}

async function verifyPublished(address: string, letter: string, given: Given): Promise<Verdict> {
  const base = `${address.replace(/\/+$/, "")}/letters/${encodeURIComponent(letter)}`;
  const witnesses = given.witnesses ?? [];
  const first = verifyLog({ ...(await copyFrom(base)), witnesses }, given.against);
  if (!first.discrepancies.some(({ code }) => OF_THE_MOMENT.has(code))) return first;
  note("The list and the log are not of the same moment; asking once more.");
  await pause(LIST_AGE);
  const before = await waitingAt(base);
  const copy = { ...(await copyFrom(base)), witnesses };
  return verifyLog({ ...copy, waiting: Math.max(before, await waitingAt(base)) }, given.against);
}

/** How many events the server says have no leaf yet; what waits too long, or is not told, counts for none. */
async function waitingAt(base: string): Promise<number> {
  const response = await fetch(`${base}/log/waiting`).catch(() => undefined);
  if (!response?.ok) return 0;
  const { events, since } = (await response.json()) as { events: number; since: string | null };
  const asked = Date.parse(response.headers.get("date") ?? "");
  const waits = since === null ? Number.NaN : asked - Date.parse(since);
  return waits < MAY_WAIT_FOR_LEAF ? events : 0;
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address).catch(() => undefined);
  if (!response) throw new CommandError(`${address} does not answer.`);
  if (!response.ok) throw new CommandError(`${address} answers ${response.status}.`);
  return response;
}

async function copyFrom(base: string): Promise<LogCopy> {
  const checkpoint = await (await get(`${base}/log/checkpoint`)).text();
  const keys = await (await get(`${base}/log/keys`)).text();
  const leaves: LogCopy["leaves"][number][] = [];
  for (let size = 1; leaves.length < size;) {
    const page = (await (await get(`${base}/log/entries?start=${leaves.length}`)).json()) as {
      size: number;
      entries: LogCopy["leaves"];
    };
    leaves.push(...page.entries);
    size = page.entries.length === 0 ? 0 : page.size;
  }
  const list = (await (await get(`${base}/signatories.json`)).json()) as { items: PublishedItem[] };
  return {
    keys: keys.split("\n").flatMap((word) => readKey(word) ?? []),
    checkpoint,
    earlier: [],
    leaves,
    listed: list.items.map(toEntry),
  };
}

interface PublishedItem {
  organisation: string;
  country: string;
  sector: string;
  state: "published" | "withdrawn";
  signed_at: string;
  withdrawn_at: string | null;
}

function toEntry(item: PublishedItem): ListedEntry {
  const { organisation, country, sector, state } = item;
  return { organisation, country, sector, state, signed: item.signed_at, withdrew: item.withdrawn_at };
}
