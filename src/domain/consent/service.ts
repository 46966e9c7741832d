import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse, type Page } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { openLink, useLink } from "../links/service.js";
import { requirePermission } from "../team/service.js";
import { liftSuppressionCommand, listSuppressionsQuery, suppressCommand } from "./commands.js";
import {
  deleteSuppressions,
  findSuppression,
  insertSuppression,
  listSuppressions,
  listSuppressionsOf,
  lockSuppression,
  type SuppressionRow,
} from "./store.js";
import { covers, isOwnStop, type SuppressionReason } from "./suppression.js";
import { organisationsAt, recipientOf, slugsOf, type MailRecipient } from "./views.js";

/** An address that is not to be written to again, and since when it shall hold. */
export type Suppression = SuppressionDetails & ({ addressHash: Buffer } | { email: string });

/** The rest of a suppression. */
export interface SuppressionDetails {
  /** Null: for every letter. */
  letterId?: string | null;
  reason: SuppressionReason;
  /** Where we know it from, without personal data: `unsubscribe link`, `decline`. */
  source: string;
  organisationId?: string | null;
  contactId?: string | null;
}

/**
 * Ends all outreach to an address, for one letter or for all; doing it again changes nothing. Holds the locks of the
 * commit point, so that no mail commits to go out after this has committed. Returns whether it is new.
 */
export async function suppress(ctx: Ctx, suppression: Suppression): Promise<boolean> {
  const addressHash =
    "email" in suppression ? ctx.keys.addressHash(suppression.email) : suppression.addressHash;
  return transaction(ctx, async (tx) => {
    const known = suppression.organisationId
      ? [suppression.organisationId]
      : await organisationsAt(tx, addressHash);
    await holdLocks(tx.db, { organisation: known, address: [addressHash.toString("hex")] });
    const id = newId(tx.clock);
    const isNew = await insertSuppression(tx.db, {
      id,
      address_hash: addressHash,
      letter_id: suppression.letterId ?? null,
      reason: suppression.reason,
      source: suppression.source,
      created_at: tx.clock.now(),
    });
    if (isNew) {
      await record(tx, {
        action: "address.suppressed",
        letterId: suppression.letterId,
        organisationId: known[0],
        contactId: suppression.contactId,
        subjectId: id,
        detail: { reason: suppression.reason, source: suppression.source },
      });
    }
    return isNew;
  });
}

/** Staff or a script says that an address is not to be written to again. Throws invalid for what is no address. */
export async function suppressAddress(
  ctx: Ctx,
  input: z.input<typeof suppressCommand>,
): Promise<{ isNew: boolean }> {
  requirePermission(ctx, "suppressions:write");
  const command = parse(suppressCommand, input);
  const isNew = await suppress(ctx, {
    email: command.email,
    letterId: command.letter_id ?? null,
    reason: command.reason,
    source: command.source,
  });
  return { isNew };
}

/**
 * Takes back a stop that was ours (a decline, a wrong person, staff's own), with the reason why. A stop that the
 * person said themselves is theirs alone: throws conflict. Throws not_found.
 */
export async function liftSuppression(
  ctx: Ctx,
  id: string,
  input: z.input<typeof liftSuppressionCommand>,
): Promise<void> {
  requirePermission(ctx, "privacy:manage");
  const { why } = parse(liftSuppressionCommand, input);
  await transaction(ctx, async (tx) => {
    const row = isUuid(id) ? await lockSuppression(tx.db, id) : undefined;
    if (!row) throw notFound("consent.unknown_suppression");
    if (isOwnStop(row.reason)) throw conflict("consent.own_stop");
    await deleteSuppressions(tx.db, [id]);
    const [organisationId] = await organisationsAt(tx, row.address_hash);
    await record(tx, {
      action: "address.allowed_again",
      letterId: row.letter_id,
      organisationId,
      subjectId: id,
      detail: { reason: row.reason, why },
    });
  });
}

/** One suppression as shown. Throws not_found. */
export async function showSuppression(ctx: Ctx, id: string): Promise<ShownSuppression> {
  requirePermission(ctx, "suppressions:write");
  const row = isUuid(id) ? await findSuppression(ctx.db, id) : undefined;
  if (!row) throw notFound("consent.unknown_suppression");
  const [shown] = await shownWithLetters(ctx, [row]);
  if (!shown) throw notFound("consent.unknown_suppression");
  return shown;
}

/** The stops of a contact's address, of every scope. */
export async function stopsOfAddress(ctx: Ctx, addressHash: Buffer | null): Promise<ShownSuppression[]> {
  requirePermission(ctx, "organisations:read");
  return addressHash ? shownWithLetters(ctx, await listSuppressionsOf(ctx.db, [addressHash])) : [];
}

/** Whether an address is not to be written to about a letter. */
export async function isSuppressed(ctx: Ctx, addressHash: Buffer, letterId: string | null): Promise<boolean> {
  const judge = await suppressionJudge(ctx, [addressHash]);
  return judge(addressHash, letterId);
}

/** The same for many addresses with one query: reads now, answers as often as asked. */
export async function suppressionJudge(
  ctx: Ctx,
  addressHashes: readonly Buffer[],
): Promise<(addressHash: Buffer, letterId: string | null) => boolean> {
  const scopes = new Map<string, { letterId: string | null }[]>();
  for (const row of await listSuppressionsOf(ctx.db, addressHashes)) {
    const key = row.address_hash.toString("hex");
    scopes.set(key, [...(scopes.get(key) ?? []), { letterId: row.letter_id }]);
  }
  return (hash, letterId) => covers(scopes.get(hash.toString("hex")) ?? [], letterId);
}

/** A suppression as shown: a short prefix of the hash, enough to tell two apart. */
export interface ShownSuppression {
  id: string;
  hashPrefix: string;
  letterId: string | null;
  /** Null: for every letter. */
  letterSlug: string | null;
  reason: SuppressionReason;
  source: string;
  createdAt: Date;
  /** Said by the person, who alone can take it back. */
  isOwn: boolean;
}

/** Suppressions, newest first, a page at a time. */
export async function pageSuppressions(
  ctx: Ctx,
  query: z.input<typeof listSuppressionsQuery>,
): Promise<Page<ShownSuppression>> {
  requirePermission(ctx, "suppressions:write");
  const { cursor, limit } = parse(listSuppressionsQuery, query);
  const [time, id] = cursor?.split("_") ?? [];
  const createdAt = new Date(time ?? "");
  const after = id && !Number.isNaN(createdAt.getTime()) ? { createdAt, id } : undefined;
  const rows = await listSuppressions(ctx.db, after, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: await shownWithLetters(ctx, items),
    next: rows.length > limit && last ? `${last.created_at.toISOString()}_${last.id}` : null,
  };
}

async function shownWithLetters(ctx: Ctx, rows: readonly SuppressionRow[]): Promise<ShownSuppression[]> {
  const slugs = await slugsOf(ctx, [...new Set(rows.flatMap((row) => row.letter_id ?? []))]);
  return rows.map((row) => show(row, slugs.get(row.letter_id ?? "") ?? null));
}

function show(row: SuppressionRow, letterSlug: string | null): ShownSuppression {
  return {
    letterSlug,
    id: row.id,
    hashPrefix: row.address_hash.toString("hex").slice(0, 12),
    letterId: row.letter_id,
    reason: row.reason,
    source: row.source,
    createdAt: row.created_at,
    isOwn: isOwnStop(row.reason),
  };
}

/** What an unsubscribe link shows: on whose behalf we wrote, and whether it has been used. */
export interface UnsubscribeView {
  recipient: MailRecipient;
  stopped: boolean;
}

/** Opens an unsubscribe link to look at; changes nothing. Throws not_found for a link we never sent. */
export async function openUnsubscribe(ctx: Ctx, token: string): Promise<UnsubscribeView> {
  const { link } = await openLink(ctx, "unsubscribe", token);
  const recipient = await recipientOf(ctx, link.subjectId);
  if (!recipient) throw notFound("link.unknown");
  return { recipient, stopped: await isSuppressed(ctx, recipient.addressHash, scopeOf(recipient)) };
}

/** What a stop reaches: one letter for those who signed it, everything for those we wrote to unasked. */
function scopeOf(recipient: UnsubscribeView["recipient"]): string | null {
  return recipient.letterOnly ? recipient.letterId : null;
}

/**
 * Stops all mail to the address that a mail went to, or all about one letter where the mail told its signatories how
 * it goes (RFC 8058 §3.1 and the button). The link never expires and may be used any number of times with the same
 * result. Throws not_found for a link we never sent.
 */
export async function unsubscribe(ctx: Ctx, token: string): Promise<UnsubscribeView> {
  return transaction(ctx, async (tx) => {
    const { link } = await openLink(tx, "unsubscribe", token);
    const recipient = await recipientOf(tx, link.subjectId);
    if (!recipient) throw notFound("link.unknown");
    await suppress(tx, {
      addressHash: recipient.addressHash,
      letterId: scopeOf(recipient),
      reason: "unsubscribed",
      source: "unsubscribe link",
      organisationId: recipient.organisationId,
      contactId: recipient.contactId,
    });
    if (!link.actedAt) await useLink(tx, link);
    return { recipient, stopped: true };
  });
}
