import type { Ctx } from "../../platform/context.js";
import { suppressionJudge } from "../consent/service.js";
import { findKnownParties } from "../organisations/bulk-service.js";
import { nameKey, nameSkeleton } from "../organisations/name-key.js";
import type { Known } from "./decide-row.js";
import type { JudgedRow } from "./row.js";

/** Looks up, in a handful of statements, what a batch of rows may mean among what we have. */
export async function knownFor(ctx: Ctx, rows: readonly JudgedRow[]): Promise<Known> {
  const names = [...new Set(rows.map(({ organisation }) => organisation?.name ?? ""))].filter(
    (name) => name !== "",
  );
  const emails = rows.flatMap(({ contacts }) => contacts.map(({ email }) => email ?? ""));
  const { organisations, contacts } = await findKnownParties(ctx, {
    keys: unique(names.map(nameKey)),
    skeletons: unique(names.map(nameSkeleton)),
    emails: unique(emails),
  });
  const isStopped = await suppressionJudge(
    ctx,
    unique(emails).map((email) => ctx.keys.addressHash(email)),
  );
  return {
    stopped: new Set(unique(emails).filter((email) => isStopped(ctx.keys.addressHash(email), null))),
    organisationsByKey: group(organisations, (each) => each.name_key),
    organisationsBySkeleton: group(organisations, (each) => each.name_skeleton ?? ""),
    organisationsById: new Map(organisations.map((each) => [each.id, each])),
    contactsByEmail: new Map(
      contacts.flatMap((each) => (each.email === null ? [] : [[each.email, each] as const])),
    ),
    peopleByOrganisation: group(
      contacts.filter(({ email }) => email === null),
      (each) => each.organisation_id,
    ),
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== "");
}

function group<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const list = groups.get(key);
    if (list) list.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
