import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { SECTORS } from "../../domain/organisations/sector.js";
import { listOwners } from "../../domain/outreach/desk-views.js";
import { enrolContacts } from "../../domain/outreach/enrolment-service.js";
import {
  planEnrolment,
  type EnrolmentPlan,
  type PlannedEnrolment,
} from "../../domain/outreach/plan-service.js";
import { browseSegments, createSegment } from "../../domain/outreach/segment-service.js";
import { showSequence } from "../../domain/outreach/sequence-service.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { DomainError } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { notEnrolledWords } from "./mail-words.js";
import { languageLabel, sectorLabel } from "./mail-writing.js";
import { localWords } from "./sequence-words.js";

/** So many get a line of their own with a box to untick; those beyond are counted. */
const SHOWN = 200;
/** As many as one act enrols, and as fit in one form. */
const AT_ONCE = 5000;
/** The regions of the UN statistics division (M49). */
const REGIONS = ["Africa", "Americas", "Asia", "Europe", "Oceania"];
const FILTER = ["q", "sector", "country", "region", "owner_id", "contact_language"] as const;

/** Enrolling: whom to choose, the dry run, and the act itself. */
export function sequenceEnrolRoutes(app: App): Router {
  const router = Router();
  router.get("/sequences/:id/enrol", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    await showEnrol(app, req, res, askedWhom(req.query));
  });
  router.post("/sequences/:id/enrol", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const ids = [asRecord(req.body)["contact"], fieldText(req.body, "rest").split(" ")].flat(2);
        const { batchId } = await enrolContacts(ctxOf(res), idOf(req), {
          contact_ids: ids.filter((id) => typeof id === "string" && id !== "") as string[],
        });
        const base = `/console/sequences/${idOf(req)}`;
        res.redirect(303, batchId ? `${base}?batch=${batchId}` : `${base}/enrol?nobody=1`);
      },
      ({ errors }) =>
        showEnrol(app, req, res, askedWhom(req.body), { values: {}, errors: enrolErrors(errors) }, 422),
    );
  });
  router.post("/sequences/:id/filter", async (req, res) => {
    const whom = askedWhom(req.body);
    await withForm(
      req.body,
      async () => {
        const name = fieldText(req.body, "name");
        const { id } = await createSegment(ctxOf(res), { name, filter: whom.filter });
        res.redirect(303, `/console/sequences/${idOf(req)}/enrol?segment_id=${id}`);
      },
      ({ values, errors }) =>
        showEnrol(app, req, res, whom, { values: { name: values["name"] }, errors }, 422),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

function enrolErrors(errors: Record<string, string>): Record<string, string> {
  return errors["contact_ids"] ? { form: "errors.enrolment.choose_some" } : errors;
}

interface Whom {
  /** Nothing was asked yet. */
  isBlank: boolean;
  segmentId: string;
  contactIds: string[];
  filter: Partial<Record<(typeof FILTER)[number], string>>;
}

/** Whom the address line, or a form with the same fields, asks for. */
function askedWhom(given: unknown): Whom {
  const { contact, show } = asRecord(given);
  const contactIds = [contact].flat().filter((id): id is string => typeof id === "string" && isUuid(id));
  const segment = fieldText(given, "segment_id");
  const filter = Object.fromEntries(
    FILTER.map((name) => [name, fieldText(given, name)]).filter(([, value]) => value !== ""),
  ) as Whom["filter"];
  return {
    segmentId: isUuid(segment) ? segment : "",
    contactIds,
    filter,
    isBlank:
      show === undefined && !isUuid(segment) && contactIds.length === 0 && Object.keys(filter).length === 0,
  };
}

/** The dry run of what was asked for, or what is wrong with the question. */
async function dryRun(
  ctx: Ctx,
  sequenceId: string,
  { isBlank, contactIds, segmentId, filter }: Whom,
): Promise<{ plan?: EnrolmentPlan; faults: Record<string, string> }> {
  if (isBlank) return { faults: {} };
  const segment = segmentId ? { segment_id: segmentId } : { filter };
  const asked = contactIds.length > 0 ? { contact_ids: contactIds } : segment;
  try {
    return { plan: await planEnrolment(ctx, sequenceId, asked), faults: {} };
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "invalid") throw error;
    return { faults: { form: Object.values(error.fields)[0] ?? `errors.${error.code}` } };
  }
}

async function showEnrol(
  app: App,
  req: Request,
  res: Response,
  whom: Whom,
  form: FormState = emptyForm(),
  status = 200,
): Promise<void> {
  const ctx = ctxOf(res);
  const sequence = await showSequence(ctx, idOf(req));
  const { plan, faults } = await dryRun(ctx, sequence.id, whom);
  const errors = { ...faults, ...form.errors };
  const segments = await browseSegments(ctx);
  const isWrong = Object.keys(errors).length > 0;
  consolePage(
    app,
    req,
    res,
    "console/sequence-enrol",
    {
      title: "Enrol contacts",
      values: form.values,
      errors,
      notice: req.query["nobody"] ? "Nobody was enrolled: everybody was left out." : "",
      base: `/console/sequences/${sequence.id}`,
      sequence,
      isRunning: sequence.state === "active",
      isFiltered: !whom.isBlank && !whom.segmentId && whom.contactIds.length === 0,
      whom: { ...whom, ...emptyFilter(), ...whom.filter },
      segments: segments.map((segment) => ({ value: segment.id, label: segment.name })),
      sectors: SECTORS.map((sector) => ({ value: sector, label: sectorLabel(sector) })),
      regions: REGIONS.map((region) => ({ value: region, label: region })),
      owners: (await listOwners(ctx)).map(({ id, name }) => ({ value: id, label: name })),
      languages: app.messages.languages.map((code) => ({ value: code, label: languageLabel(code) })),
      plan: plan && planView(plan),
    },
    { status: isWrong && status === 200 ? 422 : status },
  );
}

function emptyFilter(): Record<(typeof FILTER)[number], string> {
  return { q: "", sector: "", country: "", region: "", owner_id: "", contact_language: "" };
}

function planView({ planned, leftOut, needsSecondPerson }: EnrolmentPlan): Record<string, unknown> {
  const shown = planned.slice(0, SHOWN);
  const rest = planned.slice(SHOWN);
  const incomplete = planned.filter((each) => each.mails.some((mail) => mail.missing.length > 0));
  return {
    count: planned.length,
    tooMany: planned.length > AT_ONCE,
    needsSecondPerson,
    rows: shown.map(plannedRow),
    steps: (planned[0]?.mails ?? []).map((mail) => ({ position: mail.position })),
    rest: rest.map((each) => each.recipient.contactId).join(" "),
    restCount: rest.length,
    incomplete: incomplete.length,
    ahead: planned[0]?.ahead ?? 0,
    leftOutCount: leftOut.length,
    leftOut: groupLeftOut(leftOut),
  };
}

function plannedRow({ recipient, mails }: PlannedEnrolment) {
  return {
    id: recipient.contactId,
    organisationId: recipient.organisationId,
    organisation: recipient.organisationName,
    who: recipient.contactName ?? recipient.email ?? "Role address",
    languages: [...new Set(mails.map((mail) => languageLabel(mail.language)))].join(", "),
    missing: [...new Set(mails.flatMap((mail) => mail.missing))].join(", "),
    mails: mails.map((mail, at) => ({
      ...localWords(recipient, mail.dueAt),
      isFirst: at === 0,
      toApprove: mail.approval === "each",
    })),
  };
}

/** Those left out under each of their reasons, the most frequent first. */
function groupLeftOut(leftOut: EnrolmentPlan["leftOut"]) {
  const groups = new Map<string, string[]>();
  for (const { candidate, reasons } of leftOut) {
    const name = candidate.contactName ?? candidate.email ?? "no name";
    for (const reason of reasons) {
      const words = notEnrolledWords(reason);
      groups.set(words, [...(groups.get(words) ?? []), `${candidate.organisationName} (${name})`]);
    }
  }
  return [...groups]
    .map(([words, names]) => ({
      words,
      count: names.length,
      names: names.slice(0, 30),
      more: Math.max(0, names.length - 30),
    }))
    .sort((a, b) => b.count - a.count);
}
