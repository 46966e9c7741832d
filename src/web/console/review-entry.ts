import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { looksLike } from "../../domain/signatures/look-alike-views.js";
import { claimEntry, releaseEntry } from "../../domain/review/claim-service.js";
import {
  acceptEntry,
  moveEntry,
  rejectEntry,
  reopenEntry,
  takeEntryInstead,
} from "../../domain/review/deciding-service.js";
import { askForInformation, questionsAbout } from "../../domain/review/information-service.js";
import { isGrave } from "../../domain/review/hint.js";
import { noteOn, writeNote } from "../../domain/review/note-service.js";
import { nextEntry, queueEntry, type QueueEntry } from "../../domain/review/queue-views.js";
import { previewRejection } from "../../domain/review/rejection-preview-service.js";
import { readHints } from "../../domain/review/screening-service.js";
import { openRejectionReasons, reasonSentences } from "../../domain/signatures/reason-service.js";
import {
  organisationOf,
  staffMoves,
  stateTone,
  type SignatureState,
} from "../../domain/signatures/signature.js";
import {
  historyOf,
  liveSignatureOf,
  signatureDetail,
  type HistoryLine,
  type SignatureLine,
} from "../../domain/signatures/views.js";
import { renderMail } from "../../domain/mail/rendering-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission, staffId } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { DomainError, notFound } from "../../platform/errors.js";
import { countryName, languageName } from "../../platform/i18n.js";
import { isUuid } from "../../platform/ids.js";
import { asRecord, emptyForm, fieldText, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import {
  ACTORS,
  BAND_TONES,
  CAUSES,
  LANG,
  MOVES,
  claimWords,
  doneWords,
  kindWords,
  say,
} from "./review-words.js";

/** One entry: what it says, what was checked, who has it, and the decisions. */
export function reviewEntryRoutes(app: App): Router {
  const router = Router();
  router.get("/review/:id", async (req, res) => showEntry(app, req, res));
  decisionRoute(app, router, "accept", (res, id, body) => acceptEntry(ctxOf(res), id, body));
  decisionRoute(app, router, "move", (res, id, body) => moveEntry(ctxOf(res), id, body));
  router.post("/review/:id/reject", async (req, res) => {
    const body = asRecord(req.body);
    await tried(app, req, res, async () => {
      if (body["preview"] === undefined) {
        await rejectEntry(ctxOf(res), idOf(req), body);
        return goOn(res, idOf(req), "rejected");
      }
      await showRejection(app, req, res, body);
    });
  });
  stayRoute(app, router, "reopen", async (res, id, body) => (await reopenEntry(ctxOf(res), id, body)).state);
  stayRoute(
    app,
    router,
    "instead",
    async (res, id, body) => (await takeEntryInstead(ctxOf(res), id, body)).state,
  );
  stayRoute(app, router, "ask", async (res, id, body) => {
    await askForInformation(ctxOf(res), id, body);
    return "asked";
  });
  stayRoute(app, router, "claim", async (res, id, body) => {
    await claimEntry(ctxOf(res), id, body);
    return "taken";
  });
  stayRoute(app, router, "release", async (res, id) => {
    await releaseEntry(ctxOf(res), id);
    return "released";
  });
  stayRoute(app, router, "note", async (res, id, body) => {
    await writeNote(ctxOf(res), id, body);
    return "noted";
  });
  return router;
}

type Body = Record<string, unknown>;

/** A decision: afterwards the next entry that waits is shown, or the queue when none does. */
function decisionRoute(
  app: App,
  router: Router,
  name: string,
  decide: (res: Response, id: string, body: Body) => Promise<{ state: SignatureState }>,
): void {
  router.post(`/review/:id/${name}`, async (req, res) => {
    await tried(app, req, res, async () => {
      const { state } = await decide(res, idOf(req), asRecord(req.body));
      await goOn(res, idOf(req), state);
    });
  });
}

/** An act after which the same entry is shown again. */
function stayRoute(
  app: App,
  router: Router,
  name: string,
  work: (res: Response, id: string, body: Body) => Promise<string>,
): void {
  router.post(`/review/:id/${name}`, async (req, res) => {
    await tried(app, req, res, async () => {
      const done = await work(res, idOf(req), asRecord(req.body));
      res.redirect(303, `/console/review/${idOf(req)}?done=${done}`);
    });
  });
}

async function goOn(res: Response, id: string, state: string): Promise<void> {
  const ctx = ctxOf(res);
  const next = await nextEntry(ctx, staffId(ctx), {}, id);
  res.redirect(303, `/console/review${next ? `/${next}` : ""}?done=${state}&after=${id}`);
}

/** Shows the entry again when an act is refused: 422 for what was typed, 409 for what has happened meanwhile. */
async function tried(app: App, req: Request, res: Response, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DomainError) || !["invalid", "conflict"].includes(error.kind)) throw error;
    const fields = Object.keys(error.fields).length > 0 ? error.fields : { form: `errors.${error.code}` };
    const status = error.kind === "conflict" ? 409 : 422;
    await showEntry(app, req, res, { values: asRecord(req.body), errors: fields }, status);
  }
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

async function entryOf(res: Response, id: string): Promise<SignatureLine> {
  const line = isUuid(id) ? await signatureDetail(ctxOf(res), id) : undefined;
  if (!line) throw notFound("signatures.unknown");
  return line;
}

/** The mail as the signatory would get it, with the button that rejects. */
async function showRejection(app: App, req: Request, res: Response, body: Body): Promise<void> {
  const ctx = ctxOf(res);
  const line = await entryOf(res, idOf(req));
  const { view, sentence } = await previewRejection(ctx, line.id, body);
  const mail = renderMail(app, view);
  consolePage(app, req, res, "console/review-rejection", {
    title: `Reject: ${line.display_name}`,
    line: { id: line.id, name: line.display_name },
    to: `${line.signatory_name} <${line.signatory_email}>`,
    subject: mail.subject,
    text: mail.text,
    sentence,
    given: {
      reason: fieldText(body, "reason_code"),
      note: fieldText(body, "note"),
      rowVersion: fieldText(body, "row_version"),
      despite: body["despite_claim"] === undefined ? "" : "on",
    },
  });
}

async function showEntry(
  app: App,
  req: Request,
  res: Response,
  form?: FormState,
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  const line = await entryOf(res, idOf(req));
  const history = await historyOf(ctx, line.id);
  const waiting = await queueEntry(ctx, line.id);
  const hints = (await readHints(ctx, [line.id])).get(line.id) ?? [];
  const note = await noteOn(ctx, line.id);
  const questions = await questionsAbout(ctx, line.id);
  const sentences = await reasonSentences(ctx, LANG);
  const mayReview = mayDo(ctx.actor, "signatures:review");
  const inReview = line.state === "in_review";
  consolePage(
    app,
    req,
    res,
    "console/review-signature",
    {
      title: line.display_name,
      notice: doneWords(req.query["done"]),
      line: lineView(app, line),
      ...claimView(waiting, staffId(ctx), ctx.clock.now()),
      due: dueView(app, waiting),
      changed: changedSince(app, form, line, history),
      checks: line.evidence.checks.map((check) => say(app, `signatures.check_done.${check}`)),
      caveats: line.evidence.caveats.map((caveat) => say(app, `signatures.caveat.${caveat}`)),
      hints: hints.map((hint) => ({
        words: say(app, `review.hint.${hint}`),
        tone: isGrave([hint]) ? "bad" : "wait",
      })),
      alike: (await looksLike(ctx, [line])).get(line.id) ?? [],
      otherName: line.organisationName === line.display_name ? "" : line.organisationName,
      facts: facts(app, line),
      quote: line.quote ?? "",
      help: line.help_offered ?? "",
      reason: line.rejection_code ? (sentences.get(line.rejection_code) ?? line.rejection_code) : "",
      rejectionNote: line.rejection_note ?? "",
      rowVersion: line.row_version,
      mayReview,
      mayDecide: inReview && mayReview,
      mayReject: mayReview && REJECTABLE.has(line.state),
      mayReopen: mayReview && line.state === "rejected",
      inReview,
      beside: line.state === "parked" ? await standingBeside(ctx, line) : undefined,
      parked: line.state === "parked" && mayReview,
      moves: mayReview
        ? staffMoves(line.state)
            .filter((to) => to in MOVES)
            .map((to) => ({ to, ...MOVES[to] }))
        : [],
      reasons: (await openRejectionReasons(ctx)).map(({ code }) => ({
        value: code,
        label: sentences.get(code) ?? code,
      })),
      questions: questions.map((each) => ({
        at: each.asked_at,
        question: each.question,
        answer: each.answer ?? "",
        answeredAt: each.answered_at,
      })),
      noteText: note?.note ?? "",
      noteTags: note?.tags.join(", ") ?? "",
      noteVersion: note?.row_version ?? 0,
      history: history.map((step) => stepView(app, step)),
      ...(form ?? emptyForm()),
    },
    { status },
  );
}

/** The entry of the same organisation that stands while this one is parked. */
async function standingBeside(ctx: Ctx, line: SignatureLine) {
  const standing = await liveSignatureOf(ctx, line.letter_id, organisationOf(line));
  return standing && standing.id !== line.id
    ? { id: standing.id, name: standing.display_name, by: standing.signatory_name }
    : undefined;
}

/** States in which an entry that is not in review may be rejected all the same. */
const REJECTABLE: ReadonlySet<SignatureState> = new Set<SignatureState>([
  "email_confirmed",
  "awaiting_authority",
  "attested",
  "in_review",
  "needs_information",
  "parked",
]);

function claimView(entry: QueueEntry | undefined, holder: string | null, at: Date) {
  const claim = entry?.claim;
  return {
    claim: claimWords(claim, holder, at),
    claimOwn: claim !== undefined && claim.holderId === holder,
    claimOther: claim !== undefined && claim.holderId !== holder,
    mayClaim: entry?.state === "in_review",
  };
}

function dueView(app: App, entry: QueueEntry | undefined) {
  if (!entry) return undefined;
  return {
    at: entry.band === "stopped" ? undefined : entry.dueAt,
    words: say(app, `review.band.${entry.band}`),
    tone: BAND_TONES[entry.band],
  };
}

/** What has happened to an entry since the page that sent this form was opened. */
function changedSince(
  app: App,
  form: FormState | undefined,
  line: SignatureLine,
  history: readonly HistoryLine[],
) {
  const seen = Number(form?.values["row_version"] ?? line.row_version);
  const steps = Number.isInteger(seen) ? Math.max(0, line.row_version - seen) : 0;
  return history.slice(0, steps).map((step) => stepView(app, step));
}

function stepView(app: App, step: HistoryLine) {
  return {
    at: step.at,
    title: say(app, `signatures.state.${step.to}`),
    text: CAUSES[step.cause] ?? "",
    sub: step.actorName ?? ACTORS[step.actorKind] ?? "",
  };
}

function lineView(app: App, line: SignatureLine) {
  return {
    id: line.id,
    name: line.display_name,
    kind: kindOf(line),
    tone: stateTone(line.state),
    words: say(app, `signatures.state.${line.state}`),
  };
}

function kindOf(line: SignatureLine): string {
  return kindWords({
    ...line,
    conditionCount: line.condition_count,
    conditionClass: line.condition_class,
  });
}

function search(words: string): string {
  return `/console/signatures?${new URLSearchParams({ q: words }).toString()}`;
}

function facts(app: App, line: SignatureLine) {
  const contact = [line.contact_name, line.contact_email].filter(Boolean).join(", ");
  const submitter = [line.submitter_name, line.submitter_email].filter(Boolean).join(", ");
  return [
    { name: "Letter", value: line.letterSlug, href: `/console/letters/${line.letterSlug}` },
    {
      name: "Organisation",
      value: line.organisationName,
      href: `/console/organisations/${line.organisation_id}`,
    },
    { name: "Country", value: countryName(LANG, line.country) },
    { name: "Sector", value: say(app, `sector.${line.sector}`) },
    { name: "Binds", value: say(app, `signatures.scope.${line.scope}`) },
    {
      name: "Signed by",
      value: `${line.signatory_name}, ${line.signatory_title}`,
      href: search(line.signatory_name),
    },
    { name: "E-mail", value: line.signatory_email, href: search(line.signatory_email) },
    ...(submitter ? [{ name: "Filled in by", value: submitter }] : []),
    ...(contact ? [{ name: "Working contact", value: contact }] : []),
    {
      name: "Came by",
      value: line.invitation_id ? `Invitation to ${line.invitedName ?? "a contact"}` : "Public page",
    },
    { name: "Language", value: languageName(line.language) },
    { name: "Known domain", value: line.organisationDomain ?? "none" },
    { name: "Kind", value: kindOf(line) },
    ...(line.kind === "pledge"
      ? [{ name: "Until", value: String(line.condition_deadline ?? "the letter closes") }]
      : []),
  ];
}
