/** The letter as a PDF to print, to hand over and to keep: its text, and who has signed it and how that was checked. */
import type { Ctx } from "../../platform/context.js";
import { countryName, dir, mark, type Messages } from "../../platform/i18n.js";
import { markdownBlocks } from "../../platform/markdown.js";
import { printPdf, type Block } from "../../platform/pdf.js";
import { currentText, type CurrentText } from "../letters/views.js";
import type { PublicLetter } from "./service.js";
import { EVERYBODY, type Signatory } from "./signatory.js";
import { signatoryList } from "./views.js";

/** What a PDF of a letter is made from. */
export interface LetterPdfOptions {
  /** BCP 47; the letter's own where it has no text in this one. */
  language?: string | undefined;
  /** With the signatories, or with what signing means, to take along before signing. */
  holds: "signatories" | "meaning";
  /** The newest checkpoint of the letter's public log, a signed note. */
  checkpoint?: string | undefined;
}

/**
 * A letter as PDF; equal content is equal bytes, since the file bears the time of its latest change and not that of its
 * making. Memory grows with the number of signatories, about 1 kB for each.
 */
export async function letterPdf(
  ctx: Ctx,
  messages: Messages,
  letter: PublicLetter,
  options: LetterPdfOptions,
): Promise<Buffer> {
  const text = await currentText(ctx, letter.id, options.language);
  if (!text) throw new Error(`the letter ${letter.id} has no text`);
  const order = { ...EVERYBODY, letterId: letter.id };
  const items = options.holds === "signatories" ? (await signatoryList(ctx, order)).items : [];
  const words = messages.match(text.language) ?? "en";
  const t = messages.t.bind(undefined, words);
  const page = { t, words, messages, letter, text, items, options, publicUrl: ctx.settings.publicUrl };
  return printPdf({
    title: text.title,
    author: letter.sponsor_name,
    language: text.language,
    direction: dir(text.language),
    madeAt: latestChange(text, items),
    footer: text.title,
    blocks: blocksOf(page),
  });
}

interface Page {
  t: (key: string, args?: Record<string, unknown>) => string;
  words: string;
  messages: Messages;
  letter: PublicLetter;
  text: CurrentText;
  items: readonly Signatory[];
  options: LetterPdfOptions;
  publicUrl: string;
}

function latestChange(text: CurrentText, items: readonly Signatory[]): Date {
  const times = items.map((item) => (item.withdrawnAt ?? item.signedAt).getTime());
  return new Date(times.reduce((latest, time) => Math.max(latest, time), text.versionAt.getTime()));
}

function* blocksOf(page: Page): Generator<Block> {
  const { t, words, text, letter } = page;
  yield { kind: "small", text: text.addressee };
  yield { kind: "title", text: text.title };
  if (!text.reviewed) yield { kind: "small", text: t("pdf.unreviewed"), language: words };
  yield* markdownBlocks(text.bodyMd);
  yield { kind: "rule", text: "" };
  yield* page.options.holds === "signatories" ? signatoryBlocks(page) : meaningBlocks(page);
  yield { kind: "rule", text: "" };
  const hash = text.contentHash.toString("hex");
  const version = t("pdf.version", { number: text.versionNumber, date: text.versionAt });
  yield { kind: "small", text: `${version} ${t("pdf.hash", { hash })}`, language: words };
  const address = letter.sponsor_address.split("\n").join(", ");
  const from = t("pdf.from", { sponsor: letter.sponsor_name, address, funding: letter.funding_note });
  yield { kind: "small", text: from.trim(), language: words };
  const url = `${page.publicUrl}/letters/${letter.slug}`;
  yield { kind: "small", text: t("pdf.address", { url }), language: words };
  const { checkpoint } = page.options;
  if (!checkpoint) return;
  yield { kind: "small", text: t("receipt.letter_checkpoint", { url: `${url}/log` }), language: words };
  yield { kind: "small", text: checkpoint.trim() };
}

function* signatoryBlocks(page: Page): Generator<Block> {
  const { t, words, items } = page;
  const standing = items.filter((item) => item.withdrawnAt === null);
  const withdrawn = items.filter((item) => item.withdrawnAt !== null);
  yield { kind: "heading", text: t("pdf.signatories", { count: standing.length }), language: words };
  const reserved = standing.filter(({ reservations }) => reservations.length > 0).length;
  const counted = reserved > 0 ? t("statements.public.counted", { count: reserved }) : "";
  const asOf = t("pdf.as_of", { date: latestChange(page.text, items) });
  yield { kind: "small", text: [counted, asOf].filter(Boolean).join(" "), language: words };
  for (const item of standing) yield entry(page, item);
  if (withdrawn.length > 0) yield { kind: "heading", text: t("pdf.withdrawn_heading"), language: words };
  for (const item of withdrawn) yield entry(page, item);
}

function entry({ t, words, messages }: Page, item: Signatory): Block {
  const sector = messages.has(words, `sector.${item.sector}`) ? t(`sector.${item.sector}`) : item.sector;
  const who = [countryName(words, item.country), sector, item.signatoryName, item.signatoryTitle];
  const when = item.withdrawnAt
    ? t("pdf.withdrew", { signed: item.signedAt, withdrew: item.withdrawnAt })
    : t("pdf.signed", { date: item.signedAt });
  const checked = item.checked.map((check) =>
    t(`${messages.has("en", `pdf.check.${check}`) ? "pdf" : "public"}.check.${check}`),
  );
  const reserved = item.reservations.map(({ clause, text }) =>
    t("statements.public.reservation_text", { clause, text }),
  );
  return {
    kind: "entry",
    text: item.organisation,
    details: [
      who.filter(Boolean).join(" · "),
      [when, item.withdrawnAt ? "" : checked.join(mark(words, ", "))].filter(Boolean).join(" · "),
      ...reserved,
    ],
    language: words,
  };
}

const MEANING = ["organisation", "public", "withdraw", "version", "conditional"] as const;

function* meaningBlocks({ t, words }: Page): Generator<Block> {
  yield { kind: "heading", text: t("pdf.meaning.heading"), language: words };
  for (const point of MEANING)
    yield { kind: "item", mark: "•", text: t(`pdf.meaning.${point}`), language: words };
}
