/**
 * A mail as it came is kept sealed: it may quote a mail of ours, links and all, in encodings that nobody can look through,
 * and a copy of the database has to hold no usable secret.
 */
import type { Ctx } from "../../platform/context.js";

/** The bytes of a mail as they are kept; only the row they belong to can have them opened. */
export function sealRaw(ctx: Ctx, id: string, raw: Buffer): Buffer {
  return ctx.keys.encrypt(raw.toString("latin1"), boundTo(id));
}

/** The mail as it came. Throws when it was sealed with another key. */
export function openRaw(ctx: Ctx, id: string, sealed: Buffer): Buffer {
  return Buffer.from(ctx.keys.decrypt(sealed, boundTo(id)), "latin1");
}

function boundTo(id: string): string {
  return `inbound_mails.raw:${id}`;
}
