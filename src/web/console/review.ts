import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { DUE_BANDS, type DueBand } from "../../domain/review/due.js";
import { setReviewTime } from "../../domain/review/note-service.js";
import { queueOf, queueTotals, type QueueEntry, type QueueFilter } from "../../domain/review/queue-views.js";
import { HINTS, isGrave, type Hint } from "../../domain/review/hint.js";
import { readHints } from "../../domain/review/screening-service.js";
import { looksLike } from "../../domain/signatures/look-alike-views.js";
import { stateTone } from "../../domain/signatures/signature.js";
import { reasonSentences } from "../../domain/signatures/reason-service.js";
import { linesOf, recentDecisions, reviewCounts, type SignatureLine } from "../../domain/signatures/views.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission, staffId } from "../../domain/team/service.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { BAND_TONES, LANG, claimWords, doneWords, kindWords, say } from "./review-words.js";

/** How many entries one page of the queue shows. */
const SHOWN = 100;

/** The queue: what waits for a person, how long it may, who has it, and what to look at twice. */
export function reviewRoutes(app: App): Router {
  const router = Router();
  router.get("/review", async (req, res) => showQueue(app, req, res));
  router.post("/review-times/:slug", async (req, res) => {
    await setReviewTime(ctxOf(res), req.params.slug, req.body);
    res.redirect(303, "/console/review?done=time#letters");
  });
  return router;
}

function oneOf<T extends string>(value: unknown, among: readonly T[]): T | undefined {
  return among.find((each) => each === value);
}

interface Asked extends QueueFilter {
  hint?: Hint | "any" | undefined;
}

function filterOf(req: Request): Asked {
  const { letter, claim, band, kind, hint } = req.query;
  return {
    letter: typeof letter === "string" && letter !== "" ? letter : undefined,
    claim: oneOf(claim, ["free", "mine", "taken"] as const),
    band: oneOf<DueBand>(band, DUE_BANDS),
    kind: oneOf(kind, ["signature", "pledge", "confidential"] as const),
    hint: oneOf(hint, ["any", ...HINTS] as const),
  };
}

async function showQueue(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "signatures:read");
  const filter = filterOf(req);
  const holder = staffId(ctx);
  const found = await queueOf(ctx, holder, filter);
  const hints = await readHints(
    ctx,
    found.slice(0, filter.hint ? 500 : SHOWN).map(({ id }) => id),
  );
  const asked = found.filter((entry) => fitsHint(hints.get(entry.id) ?? [], filter.hint));
  const shown = asked.slice(0, SHOWN);
  const lines = new Map(
    (
      await linesOf(
        ctx,
        shown.map(({ id }) => id),
      )
    ).map((line) => [line.id, line]),
  );
  const [totals, counts, decided, sentences] = [
    await queueTotals(ctx),
    await reviewCounts(ctx),
    await recentDecisions(ctx),
    await reasonSentences(ctx, LANG),
  ];
  const at = ctx.clock.now();
  const alike = await looksLike(ctx, [...lines.values()]);
  const first = asked.find(
    (entry) => entry.state === "in_review" && (!entry.claim || entry.claim.holderId === holder),
  );
  consolePage(app, req, res, "console/review", {
    title: "Review",
    notice: doneWords(req.query["done"]),
    counts: { waiting: counts.waiting, unconfirmed: counts.unconfirmed },
    totals: totals.map((total) => totalView(total)),
    overdue: totals.reduce((sum, each) => sum + each.overdue, 0),
    nearly: totals.reduce((sum, each) => sum + each.nearly, 0),
    mayReview: mayDo(ctx.actor, "signatures:review"),
    filter: Object.fromEntries(
      ["letter", "claim", "band", "kind", "hint"].map((name) => [name, filter[name as keyof Asked] ?? ""]),
    ),
    filtered: Object.values(filter).some(Boolean),
    letters: totals.map(({ letter }) => ({ value: letter, label: letter })),
    bands: DUE_BANDS.map((band) => ({ value: band, label: say(app, `review.band.${band}`) })),
    claims: [
      { value: "free", label: "Taken by nobody" },
      { value: "mine", label: "Taken by me" },
      { value: "taken", label: "Taken by anybody" },
    ],
    kinds: [
      { value: "signature", label: "Public signatures" },
      { value: "confidential", label: "In confidence" },
      { value: "pledge", label: "Pledges" },
    ],
    hintChoices: [
      { value: "any", label: "With any hint" },
      ...HINTS.map((hint) => ({ value: hint, label: say(app, `review.hint.${hint}`) })),
    ],
    queue: shown.map((entry) =>
      queueRow(
        app,
        entry,
        lines.get(entry.id),
        hints.get(entry.id) ?? [],
        alike.get(entry.id) ?? [],
        holder,
        at,
      ),
    ),
    more: asked.length - shown.length,
    total: asked.length,
    decided: decided.map((line) => decidedRow(app, line, sentences)),
    first: first?.id ?? "",
  });
}

function fitsHint(hints: readonly Hint[], asked: Asked["hint"]): boolean {
  if (!asked) return true;
  return asked === "any" ? hints.length > 0 : hints.includes(asked);
}

function totalView(total: Awaited<ReturnType<typeof queueTotals>>[number]) {
  const cell = (band: DueBand) => ({
    n: total[band],
    href: `/console/review?${new URLSearchParams({ letter: total.letter, band }).toString()}`,
  });
  return {
    letter: total.letter,
    workingDays: total.workingDays,
    overdue: cell("overdue"),
    nearly: cell("nearly"),
    inTime: cell("in_time"),
    stopped: cell("stopped"),
  };
}

function queueRow(
  app: App,
  entry: QueueEntry,
  line: SignatureLine | undefined,
  hints: readonly Hint[],
  alike: readonly string[],
  holder: string | null,
  at: Date,
) {
  const { checks, caveats } = line?.evidence ?? { checks: [], caveats: [] };
  return {
    id: entry.id,
    name: entry.displayName,
    letter: entry.letterSlug,
    by: `${entry.signatoryName}, ${entry.signatoryTitle}`,
    kind: kindWords(entry),
    checks: checks.map((check) => say(app, `signatures.check_done.${check}`)).join(". "),
    caveats: caveats.map((caveat) => say(app, `signatures.caveat.${caveat}`)).join(". "),
    hints: [
      ...hints
        .filter((hint) => hint !== "look_alike_name" || alike.length === 0)
        .map((hint) => say(app, `review.hint.${hint}`)),
      ...alike.map((name) => `Looks like ${name}`),
    ].join(". "),
    grave: isGrave(hints),
    tags: entry.tags.join(", "),
    claim: claimWords(entry.claim, holder, at),
    dueAt: entry.dueAt,
    band: say(app, `review.band.${entry.band}`),
    bandTone: BAND_TONES[entry.band],
  };
}

function decidedRow(app: App, line: SignatureLine, sentences: ReadonlyMap<string, string>) {
  return {
    id: line.id,
    name: line.display_name,
    by: `${line.signatory_name}, ${line.signatory_title}`,
    kind: kindWords({
      ...line,
      conditionCount: line.condition_count,
      conditionClass: line.condition_class,
    }),
    tone: stateTone(line.state),
    words: say(app, `signatures.state.${line.state}`),
    at: line.accepted_at ?? line.confirmed_at ?? line.submitted_at,
    reason: line.rejection_code ? (sentences.get(line.rejection_code) ?? line.rejection_code) : "",
  };
}
