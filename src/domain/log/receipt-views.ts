import type { Ctx } from "../../platform/context.js";

/** The text that an organisation signed: of the pinned version, in the language it was read in. */
export interface SignedLetter {
  title: string;
  addressee: string;
  bodyMd: string;
  language: string;
  versionNumber: number;
  versionAt: Date;
}

/** The text whose hash a signature pins; undefined only for a signature that does not exist. */
export async function signedLetter(ctx: Ctx, signatureId: string): Promise<SignedLetter | undefined> {
  return (await ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .join("letter_versions as v", "v.id", "s.version_id")
    .join("letter_translations as t", "t.version_id", "s.version_id")
    .where("s.id", signatureId)
    .orderByRaw(
      "(t.content_hash = s.content_hash) desc, (t.language = s.language) desc, (t.language = l.default_language) desc",
    )
    .first(
      "t.title",
      "t.addressee",
      "t.body_md as bodyMd",
      "t.language",
      "v.number as versionNumber",
      "v.created_at as versionAt",
    )) as SignedLetter | undefined;
}
