/**
 * The receipt of a signatory: what was signed, by whom, what was checked, how the entry stands, and where the public log
 * holds it. It may be handed around: what opens the seal of a person's name in the log is not in it.
 */
import type { Ctx } from "../../platform/context.js";
import { countryName, dir, type Messages } from "../../platform/i18n.js";
import { markdownBlocks } from "../../platform/markdown.js";
import { printPdf, type Block } from "../../platform/pdf.js";
import { evidenceStanding } from "../signatures/evidence-service.js";
import { seenState } from "../signatures/manage.js";
import type { ManagedEntry } from "../signatures/manage-service.js";
import { statementsOf, type StatementLine } from "../statements/views.js";
import { leafHash } from "./merkle.js";
import { signedLetter, type SignedLetter } from "./receipt-views.js";
import { inclusionOf, type Inclusion } from "./service.js";

/** Checks whose words stand elsewhere than the rest's. */
const CHECKS: Record<string, string> = {
  address_confirmed: "pdf.check.email_confirmed",
  reviewed_by_staff: "pdf.check.reviewed_by_staff",
};

interface Paper {
  t: (key: string, args?: Record<string, unknown>) => string;
  words: string;
  now: Date;
  entry: ManagedEntry;
  text: SignedLetter;
  checks: readonly string[];
  said: readonly StatementLine[];
  inclusion: Inclusion | undefined;
  /** The public address of the letter. */
  url: string;
}

/** The receipt of an entry that its own link has opened, in a language we speak. */
export async function receiptPdf(
  ctx: Ctx,
  messages: Messages,
  entry: ManagedEntry,
  words: string,
): Promise<Buffer> {
  const { signature, letter } = entry;
  const text = await signedLetter(ctx, signature.id);
  if (!text) throw new Error(`the signature ${signature.id} pins no text`);
  const { met } = await evidenceStanding(ctx, signature);
  const inclusion = await inclusionOf(ctx, signature.id);
  const t = messages.t.bind(undefined, words);
  const checks = checksTold(entry, met);
  const said = (await statementsOf(ctx, signature.id)).filter(isStanding);
  const now = ctx.clock.now();
  const url = `${ctx.settings.publicUrl}/letters/${letter.slug}`;
  const paper = { t, words, now, entry, text, checks, said, inclusion, url };
  const title = t("receipt.title", { organisation: signature.display_name });
  return printPdf({
    title,
    author: letter.sponsorName,
    language: words,
    direction: dir(words),
    madeAt: now,
    footer: title,
    blocks: blocksOf(paper, title),
  });
}

function isStanding({ kind, state, endedAt, body }: StatementLine): boolean {
  const isSaid = kind === "quote" || kind === "reservation";
  return isSaid && endedAt === null && Boolean(body) && (state === "approved" || state === "waiting");
}

/** What was checked, as codes that have words. */
function checksTold({ signature }: ManagedEntry, met: readonly string[]): string[] {
  const address = signature.confirmed_at && !met.includes("address_confirmed") ? ["address_confirmed"] : [];
  return [...address, ...met, ...(signature.accepted_at ? ["reviewed_by_staff"] : [])];
}

function* blocksOf(paper: Paper, title: string): Generator<Block> {
  const { t, text, url } = paper;
  yield { kind: "title", text: title };
  yield { kind: "small", text: t("receipt.intro", { date: paper.now }) };
  yield* entryBlocks(paper);
  yield* wordBlocks(paper);
  yield { kind: "heading", text: t("receipt.signed.heading") };
  yield fact(t("receipt.signed.letter"), text.title);
  yield fact(
    t("receipt.signed.version"),
    t("pdf.version", { number: text.versionNumber, date: text.versionAt }),
  );
  yield { kind: "small", text: t("pdf.hash", { hash: paper.entry.signature.content_hash.toString("hex") }) };
  yield* paper.inclusion ? logBlocks(paper, paper.inclusion) : notLoggedBlocks(paper);
  yield { kind: "rule", text: "" };
  yield { kind: "heading", text: t("receipt.text.heading") };
  yield { kind: "small", text: text.addressee, language: text.language };
  yield { kind: "heading", text: text.title, language: text.language };
  for (const block of markdownBlocks(text.bodyMd)) yield { ...block, language: text.language };
  yield { kind: "rule", text: "" };
  yield { kind: "small", text: t("pdf.address", { url }) };
}

/** A line of facts: what it is, and under it what holds. */
function fact(name: string, ...values: readonly string[]): Block {
  return { kind: "entry", text: name, details: values.filter(Boolean) };
}

function* entryBlocks({ t, words, entry, checks }: Paper): Generator<Block> {
  const { signature: row } = entry;
  const appearance = row.kind === "pledge" ? "pledge" : row.visibility;
  const second = row.second_name ? `${row.second_name}, ${row.second_title ?? ""}` : "";
  const dates = (["submitted", "confirmed", "accepted", "published", "withdrawn"] as const).flatMap(
    (what) => {
      const date = row[`${what}_at`];
      return date ? [t(`receipt.date.${what}`, { date })] : [];
    },
  );
  yield fact(t("signatures.field.display_name"), `${row.display_name}, ${countryName(words, row.country)}`);
  yield fact(
    t("signatures.confirm.person"),
    row.signatory_name && `${row.signatory_name}, ${row.signatory_title}`,
    second,
  );
  yield fact(t("signatures.field.scope"), t(`signatures.scope.${row.scope}`));
  yield fact(t("signatures.field.appearance"), t(`signatures.appearance.${appearance}`));
  const told = checks.map((check) => t(CHECKS[check] ?? `public.check.${check}`));
  yield fact(t("public.list.checked"), ...(told.length > 0 ? told : [t("receipt.check.none")]));
  yield fact(t("receipt.dates"), ...dates);
  yield fact(t("receipt.state"), t(`signatures.state.${seenState(row)}`));
}

/** Quote and reservations, each with whether it is shown or waits. */
function* wordBlocks({ t, said }: Paper): Generator<Block> {
  for (const { kind, clause, body, state, language } of said) {
    const text =
      kind === "reservation"
        ? t("statements.public.reservation_text", { clause: clause ?? 0, text: body ?? "" })
        : `“${body ?? ""}”`;
    const stands = t(state === "approved" ? "manage.shown" : "manage.waits");
    const name = t(`signatures.field.${kind === "reservation" ? "reservation" : "quote"}`);
    yield fact(`${name} (${stands})`);
    yield { kind: "quote", text, language };
  }
}

function plain(text: string): Block {
  return { kind: "small", text };
}

function* logBlocks({ t, url }: Paper, inclusion: Inclusion): Generator<Block> {
  const { position, leaf, size, proof, checkpoint, keys } = inclusion;
  const slug = url.slice(url.lastIndexOf("/") + 1);
  const home = url.slice(0, url.lastIndexOf("/letters/"));
  yield { kind: "heading", text: t("log.title") };
  yield { kind: "text", text: t("receipt.log.line", { line: position, size }) };
  yield { kind: "text", text: t("receipt.log.how", { url: `${url}/log/check?leaf=${position}` }) };
  yield plain(`npx countersign verify-log ${slug} --from ${home}`);
  yield { kind: "text", text: t("log.check.against") };
  const lines: [string, string][] = [
    ["receipt.log.hash", leafHash(Buffer.from(leaf, "utf8")).toString("hex")],
    ["receipt.log.leaf", leaf],
    ["receipt.log.proof", proof.length > 0 ? proof.join("\n") : t("receipt.log.alone")],
    ["receipt.log.checkpoint", checkpoint.trim()],
    ["log.keys", keys.join("\n")],
  ];
  // Each beside its name, so that it runs from left to right in every language.
  for (const [name, text] of lines) yield* [fact(t(name)), plain(text)];
}

/** Why there is nothing of this entry in the log, in words. */
function* notLoggedBlocks({ t, entry }: Paper): Generator<Block> {
  const { kind, visibility, published_at, state } = entry.signature;
  let why = "not_yet";
  if (kind === "pledge") why = "pledge";
  else if (visibility === "confidential") why = "confidential";
  else if (published_at !== null) why = "soon";
  else if (["rejected", "expired", "rescinded", "superseded", "invalidated"].includes(state)) why = "never";
  yield { kind: "heading", text: t("log.title") };
  yield { kind: "text", text: t(`receipt.log.none.${why}`) };
}
