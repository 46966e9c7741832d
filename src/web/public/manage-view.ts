import type { App } from "../../app.js";
import { logoPath } from "../../domain/statements/statement.js";
import { currentTerms, signedText, statementsOf, type StatementLine } from "../../domain/statements/views.js";
import { inclusionOf } from "../../domain/log/service.js";
import type { ManagedEntry } from "../../domain/signatures/manage-service.js";
import { seenState } from "../../domain/signatures/manage.js";
import { stateTone } from "../../domain/signatures/signature.js";
import type { Ctx } from "../../platform/context.js";
import { clauseOptions } from "./sign-view.js";

/** What a signatory sees of one kind of statement: what is shown, what waits, and what we said about it. */
interface Told {
  shown: string;
  waiting: string;
  /** What we asked for or why it was refused, while it is the last word on it. */
  answer: string;
  answerKind: string;
}

/** The page of a signatory's own link: where the entry stands, and what they can change. */
export async function manageView(app: App, ctx: Ctx, lang: string, entry: ManagedEntry) {
  const { signature, acts } = entry;
  const said = await statementsOf(ctx, signature.id);
  const body = await signedText(ctx, signature.id);
  const open = said.filter(({ endedAt }) => endedAt === null);
  const quote = told(open, "quote");
  const logos = open.filter(({ kind }) => kind === "logo");
  const terms = await currentTerms(ctx, lang);
  const inclusion = await inclusionOf(ctx, signature.id);
  const say = (key: string, args = {}) => app.messages.t(lang, key, args);
  return {
    organisation: signature.display_name,
    stateTone: stateTone(seenState(signature)),
    stateWords: say(`signatures.state.${seenState(signature)}`),
    next: say(nextKey(entry, open)),
    signedAt: signature.confirmed_at ?? signature.submitted_at,
    withdrawnAt: signature.withdrawn_at,
    pledge: signature.kind === "pledge",
    logged: inclusion && {
      line: inclusion.position,
      href: `/letters/${entry.letter.slug}/log/check?leaf=${inclusion.position}`,
      proof: JSON.stringify(inclusion, null, 1),
    },
    person: `${signature.signatory_name}, ${signature.signatory_title}`,
    appearance: signature.kind === "pledge" ? "pledge" : signature.visibility,
    may: Object.fromEntries([...acts].map((act) => [act, true])),
    mayEdit: acts.has("edit"),
    mayGoPublic: acts.has("go_public"),
    mayWithdraw: acts.has("withdraw"),
    mayTakeBack: acts.has("take_back"),
    mayInform: acts.has("inform"),
    mayDispute: acts.has("dispute"),
    quote,
    name: told(open, "display_name"),
    legalName: told(open, "legal_name"),
    reservations: reservations(open),
    clauses: clauseOptions(app, lang, body),
    logos: logos.map((line) => ({
      id: line.id,
      state: line.state,
      tone: line.state === "approved" ? "ok" : line.state === "waiting" ? "wait" : "bad",
      words: say(`statements.state.${line.state}`),
      note: line.note ?? "",
      hasPicture: line.state === "approved" || line.state === "waiting",
      width: line.logoWidth ?? 0,
      height: line.logoHeight ?? 0,
      publicAddress: line.state === "approved" && line.logoHash ? logoPath(line.logoHash) : "",
      termsVersion: line.termsVersion ?? 0,
      agreedAt: line.termsAgreedAt,
    })),
    terms: terms ?? { version: 0, language: lang, body: "", validFrom: "" },
    quoteValue: quote.waiting || quote.shown,
  };
}

function told(open: readonly StatementLine[], kind: StatementLine["kind"]): Told {
  const of = open.filter((line) => line.kind === kind);
  const bodyOf = (state: StatementLine["state"]) => of.find((line) => line.state === state)?.body ?? "";
  const answered = of.find(({ state }) => state === "change_asked" || state === "refused");
  return {
    shown: bodyOf("approved"),
    waiting: bodyOf("waiting"),
    answer: answered?.note ?? "",
    answerKind: answered?.state ?? "",
  };
}

function reservations(open: readonly StatementLine[]) {
  const clauses = [
    ...new Set(open.filter(({ kind }) => kind === "reservation").map(({ clause }) => clause ?? 0)),
  ];
  return clauses
    .sort((a, b) => a - b)
    .map((clause) => ({
      clause,
      ...told(
        open.filter((line) => line.clause === clause),
        "reservation",
      ),
    }));
}

/** Which sentence says what comes next. */
function nextKey({ signature, letter }: ManagedEntry, open: readonly StatementLine[]): string {
  const state = seenState(signature);
  if (state !== "accepted") return `manage.next.${state}`;
  if (signature.visibility === "confidential") return "manage.next.confidential";
  if (open.some(({ kind, state }) => kind === "reservation" && state !== "approved"))
    return "manage.next.reservation";
  return letter.state === "gathering" ? "manage.next.held" : "manage.next.accepted";
}
