import type { LegalKind } from "../organisations/legal-form.js";
import { matchNames } from "../organisations/match-names.js";
import { nameKey, nameParts, nameSkeleton } from "../organisations/name-key.js";
import { compatibleCountries, type ListedOrganisation } from "../organisations/organisation.js";
import type { EarlierOrganisation, FileMemory } from "./file-memory.js";
import {
  diffContacts,
  diffRow,
  isEmptyDiff,
  type RowDiff,
  type StoredContact,
  type StoredOrganisation,
} from "./row-diff.js";
import { verdictOfCodes, type JudgedRow, type RowCode, type RowContact, type Verdict } from "./row.js";

/** What we had before the file, as far as the rows at hand may mean it. */
export interface Known {
  organisationsByKey: ReadonlyMap<string, readonly StoredOrganisation[]>;
  organisationsBySkeleton: ReadonlyMap<string, readonly StoredOrganisation[]>;
  organisationsById: ReadonlyMap<string, StoredOrganisation>;
  contactsByEmail: ReadonlyMap<string, StoredContact>;
  /** Contacts without an address, by organisation. */
  peopleByOrganisation: ReadonlyMap<string, readonly StoredContact[]>;
  /** Addresses that are never written to again, for any letter. */
  stopped: ReadonlySet<string>;
}

/** Which organisation a row means: one we have, or one that an earlier row brought. */
export interface RowMatch {
  organisation_id?: string;
  row?: number;
  score: number;
  why: string;
}

/** What is to become of a row, and why. */
export interface Decision {
  verdict: Verdict;
  codes: RowCode[];
  match: RowMatch | null;
  diff: RowDiff | null;
}

interface Candidate {
  name: string;
  kind: LegalKind | undefined;
  country: string | null;
  stored: StoredOrganisation | undefined;
  earlier: EarlierOrganisation | undefined;
}

/** Decides on a judged row in the light of what we had and of the rows before it, and keeps it in mind for the next. */
export function decideRow(row: JudgedRow, known: Known, memory: FileMemory): Decision {
  const isStopped = row.contacts.some(({ email }) => email !== undefined && known.stopped.has(email));
  const judged = isStopped ? { ...row, codes: withCode(row.codes, "SUPPRESSED_ADDRESS") } : row;
  const called = verdictOfCodes(judged.codes);
  const { organisation } = judged;
  if (called === "skip" || called === "reject" || !organisation) {
    return { verdict: called ?? "reject", codes: judged.codes, match: null, diff: null };
  }
  const candidates = candidatesFor(organisation, known, memory);
  const doubt = doubtAbout(judged, organisation, candidates, known, memory);
  if (doubt)
    return { verdict: "review", codes: withCode(judged.codes, doubt.code), match: doubt.match, diff: null };
  const [target] = candidates;
  const match = target ? matchOf(target, 1, "same_key") : null;
  if (called === "review") return { verdict: "review", codes: judged.codes, match, diff: null };
  const { verdict, diff } = target
    ? decideKnown(judged, organisation, target, known, memory)
    : { verdict: "create" as const, diff: null };
  remember(judged, target, memory);
  return { verdict, codes: judged.codes, match, diff };
}

/** Organisations with the same key and a compatible country, the best first: same country, then earlier in the file. */
function candidatesFor(organisation: ListedOrganisation, known: Known, memory: FileMemory): Candidate[] {
  const key = nameKey(organisation.name);
  const earlier = memory.withKey(key).map((each) => fromEarlier(each, known));
  const mentioned = new Set(earlier.map(({ stored }) => stored?.id));
  const stored = (known.organisationsByKey.get(key) ?? [])
    .filter(({ id }) => !mentioned.has(id))
    .map((each) => fromStored(each));
  const country = organisation.country ?? null;
  const all = [...earlier, ...stored].filter((each) => compatibleCountries(each.country, country));
  return all.sort((a, b) => Number(b.country === country) - Number(a.country === country));
}

function fromEarlier(earlier: EarlierOrganisation, known: Known): Candidate {
  const { name, kind, country, organisationId } = earlier;
  const stored = organisationId === undefined ? undefined : known.organisationsById.get(organisationId);
  return { name, kind, country: stored?.country ?? country, stored, earlier };
}

function fromStored(stored: StoredOrganisation): Candidate {
  const { name, country } = stored;
  return { name, kind: nameParts(name).kind, country, stored, earlier: undefined };
}

interface Doubt {
  code: RowCode;
  match: RowMatch;
}

/** What only a person can settle about a row. */
function doubtAbout(
  judged: JudgedRow,
  organisation: ListedOrganisation,
  candidates: readonly Candidate[],
  known: Known,
  memory: FileMemory,
): Doubt | undefined {
  const [target] = candidates;
  const stranger = addressOwner(judged.contacts, target, known, memory);
  if (stranger) {
    const { score } = matchNames(organisation.name, stranger.name);
    return { code: "EMAIL_BELONGS_TO_OTHER_ORG", match: matchOf(stranger, score, "email") };
  }
  if (target) return doubtAboutTarget(organisation, candidates, target);
  const alike = lookAlike(organisation, known, memory);
  return alike && { code: "CONFUSABLE_NAME", match: matchOf(alike, 0.97, "look_alike") };
}

function doubtAboutTarget(
  organisation: ListedOrganisation,
  candidates: readonly Candidate[],
  target: Candidate,
): Doubt | undefined {
  const { kind } = nameParts(organisation.name);
  if (kind !== undefined && target.kind !== undefined && kind !== target.kind) {
    return { code: "CONFUSABLE_NAME", match: matchOf(target, 0.95, "legal_form_differs") };
  }
  const country = organisation.country ?? null;
  const ambiguous = target.country !== country && candidates.length > 1;
  return ambiguous
    ? { code: "CONFUSABLE_NAME", match: matchOf(target, 0.9, "several_countries") }
    : undefined;
}

/** The organisation that one of the row's addresses belongs to, when it is not the one the row means. */
function addressOwner(
  contacts: readonly RowContact[],
  target: Candidate | undefined,
  known: Known,
  memory: FileMemory,
): Candidate | undefined {
  for (const { email } of contacts) {
    if (email === undefined) continue;
    const earlier = memory.withEmail(email);
    if (earlier && earlier.row !== target?.earlier?.row) return fromEarlier(earlier, known);
    const owner = known.contactsByEmail.get(email)?.organisation_id;
    const stored = owner === undefined ? undefined : known.organisationsById.get(owner);
    if (stored && stored.id !== target?.stored?.id) return fromStored(stored);
  }
  return undefined;
}

function lookAlike(
  organisation: ListedOrganisation,
  known: Known,
  memory: FileMemory,
): Candidate | undefined {
  const key = nameKey(organisation.name);
  const skeleton = nameSkeleton(organisation.name);
  const earlier = memory.withSkeleton(skeleton).find((each) => nameKey(each.name) !== key);
  if (earlier) return fromEarlier(earlier, known);
  const stored = known.organisationsBySkeleton.get(skeleton)?.find((each) => nameKey(each.name) !== key);
  return stored && fromStored(stored);
}

function decideKnown(
  judged: JudgedRow,
  organisation: ListedOrganisation,
  { stored, earlier }: Candidate,
  known: Known,
  memory: FileMemory,
): { verdict: Verdict; diff: RowDiff | null } {
  const had = stored ? storedContacts(judged.contacts, stored.id, known) : [];
  if (stored && !earlier) {
    const diff = diffRow(organisation, judged.contacts, stored, had);
    return isEmptyDiff(diff) ? { verdict: "unchanged", diff: null } : { verdict: "update", diff };
  }
  const fresh = earlier ? judged.contacts.filter((contact) => !memory.hasContact(earlier, contact)) : [];
  if (fresh.length === 0) return { verdict: "duplicate", diff: null };
  const contacts = diffContacts(fresh, stored?.id ?? "", had);
  return contacts.length === 0
    ? { verdict: "unchanged", diff: null }
    : { verdict: "update", diff: { organisation: {}, contacts } };
}

function storedContacts(
  contacts: readonly RowContact[],
  organisationId: string,
  known: Known,
): StoredContact[] {
  const byEmail = contacts.map(({ email }) =>
    email === undefined ? undefined : known.contactsByEmail.get(email),
  );
  const people = known.peopleByOrganisation.get(organisationId) ?? [];
  return [...byEmail.filter((each) => each !== undefined), ...people];
}

function remember(judged: JudgedRow, target: Candidate | undefined, memory: FileMemory): void {
  const entry = target?.earlier ?? memory.addOrganisation(judged, target?.stored?.id);
  if (entry) memory.addContacts(entry, judged.contacts);
}

function matchOf({ stored, earlier }: Candidate, score: number, why: string): RowMatch {
  return {
    ...(stored ? { organisation_id: stored.id } : {}),
    ...(earlier ? { row: earlier.row } : {}),
    score,
    why,
  };
}

function withCode(codes: readonly RowCode[], code: RowCode): RowCode[] {
  return codes.includes(code) ? [...codes] : [...codes, code];
}
