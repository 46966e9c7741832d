import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  browseOrganisations,
  showContact,
  showDossier,
  showOrganisation,
} from "../../domain/organisations/browse-service.js";
import { CONTACT_STATUSES, LAWFUL_BASES } from "../../domain/organisations/contact.js";
import { SECTORS } from "../../domain/organisations/sector.js";
import {
  createContact,
  createOrganisation,
  updateContact,
  updateOrganisation,
} from "../../domain/organisations/service.js";
import { basisOf, basisVerdict } from "../../domain/consent/lawful-basis.js";
import { stopsOfAddress } from "../../domain/consent/service.js";
import { inboundOf } from "../../domain/inbound/views.js";
import { mayDo } from "../../domain/team/permission.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { dossierView } from "./dossier.js";
import { outreachOf } from "./outreach-of.js";
import { basisWords, stopReasonWords } from "./consent-words.js";
import { consolePage, onlyFor } from "./layout.js";
import { lifeView } from "./organisation-life.js";
import { domainsView } from "./organisation-domains.js";

const PAGE = 50;
const DONE: Record<string, string> = {
  added: "Added.",
  changed: "Changed.",
  contact: "The contact has been added.",
  contact_changed: "The contact has been changed.",
  declined: "The decline has been recorded.",
  basis_holds: "Checked today: the basis holds.",
  basis_ended: "Noted: the basis does not hold any more. The contact is not written to.",
  erased: "The person has been erased.",
};

/** What the fields of an empty form hold. */
const NO_ORGANISATION = {
  name: "",
  legal_name: "",
  country: "",
  sector: "other",
  website: "",
  domain: "",
  active_satellites: "",
  metrics_as_of: "",
};
const NO_CONTACT = {
  name: "",
  title: "",
  email: "",
  phone: "",
  language: "",
  time_zone: "",
  lawful_basis: "published_address",
  notes: "",
};

/** Whom we write to: the list, one organisation with all that happened, and the forms for it and its contacts. */
export function organisationRoutes(app: App): Router {
  const router = Router();
  router.get("/organisations", (req, res) => showList(app, req, res));
  router.get("/organisations/new", onlyFor("organisations:write"), (req, res) =>
    showForm(app, req, res, emptyForm()),
  );
  router.post("/organisations", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const { id } = await createOrganisation(ctxOf(res), asRecord(req.body) as never);
        res.redirect(303, `/console/organisations/${id}?done=added`);
      },
      (form) => showForm(app, req, res, form, 422),
    );
  });
  router.get("/organisations/:id", async (req, res) => {
    const ctx = ctxOf(res);
    const dossier = await showDossier(ctx, idOf(req));
    const inbound = mayDo(ctx.actor, "messages:read") ? await inboundOf(ctx, idOf(req)) : [];
    consolePage(app, req, res, "console/organisation", {
      ...dossierView(app, ctx.actor, dossier, inbound),
      outreach: await outreachOf(ctx, {
        organisationId: dossier.organisation.id,
        contactIds: dossier.contacts.map((contact) => contact.id),
      }),
      life: await lifeView(ctx, dossier.organisation),
      domains: await domainsView(ctx, req, idOf(req)),
      notice: Object.hasOwn(DONE, asked(req, "done")) ? DONE[asked(req, "done")] : "",
    });
  });
  router.get("/organisations/:id/edit", onlyFor("organisations:write"), (req, res) =>
    showEdit(app, req, res, emptyForm()),
  );
  router.post("/organisations/:id/edit", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await updateOrganisation(ctxOf(res), idOf(req), asRecord(req.body) as never);
        res.redirect(303, `/console/organisations/${idOf(req)}?done=changed`);
      },
      (form) => showEdit(app, req, res, form, 422),
    );
  });
  router.use(contactRoutes(app));
  return router;
}

function contactRoutes(app: App): Router {
  const router = Router();
  router.get("/organisations/:id/contacts/new", onlyFor("organisations:write"), (req, res) => {
    // What a mail said of a successor, as its page hands it on; nothing is added before the form is sent.
    const known = (field: string) => asked(req, field).slice(0, 300);
    const values = { name: known("name"), email: known("email"), source: known("source") };
    return showContactForm(app, req, res, emptyForm(values));
  });
  router.post("/organisations/:id/contacts", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await createContact(ctxOf(res), { ...asRecord(req.body), organisation_id: idOf(req) } as never);
        res.redirect(303, `/console/organisations/${idOf(req)}?done=contact`);
      },
      (form) => showContactForm(app, req, res, form, 422),
    );
  });
  router.get("/contacts/:id", onlyFor("organisations:write"), (req, res) =>
    showContactEdit(app, req, res, emptyForm()),
  );
  router.post("/contacts/:id", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await updateContact(ctxOf(res), idOf(req), asRecord(req.body) as never);
        const { organisation_id: organisation } = await showContact(ctxOf(res), idOf(req));
        res.redirect(303, `/console/organisations/${organisation}?done=contact_changed`);
      },
      (form) => showContactEdit(app, req, res, form, 422),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

/** A value of the address line as text; one that came twice is none. */
function asked(req: Request, name: string): string {
  const value = req.query[name];
  return typeof value === "string" ? value : "";
}

function options(app: App, prefix: string, values: readonly string[]) {
  return values.map((value) => ({ value, label: app.messages.t("en", `${prefix}.${value}`) }));
}

async function showList(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  const [q, sector, country, cursor] = ["q", "sector", "country", "cursor"].map((name) => asked(req, name));
  const filter = {
    q,
    sector: (SECTORS as readonly string[]).includes(sector ?? "") ? (sector as (typeof SECTORS)[number]) : "",
    country: /^[A-Z]{2}$/.test(country ?? "") ? country : "",
  };
  const found = await browseOrganisations(ctx, { ...filter, q: q?.slice(0, 200), cursor, limit: PAGE });
  consolePage(app, req, res, "console/organisations", {
    title: "Organisations",
    lines: found.items,
    total: found.total,
    filter,
    filtered: Boolean(q || filter.sector || filter.country),
    sectors: options(app, "sector", SECTORS),
    next: found.next ?? "",
    isFirst: !cursor,
    mayWrite: mayDo(ctx.actor, "organisations:write"),
    mayImport: mayDo(ctx.actor, "imports:write"),
    search: { action: "/console/organisations", q },
  });
}

function showForm(app: App, req: Request, res: Response, form: FormState, status = 200): void {
  const list = "/console/organisations";
  const view = {
    title: "Add an organisation",
    action: list,
    back: list,
    editing: false,
    given: NO_ORGANISATION,
  };
  consolePage(
    app,
    req,
    res,
    "console/organisation-form",
    { ...view, sectors: options(app, "sector", SECTORS), ...form },
    { status },
  );
}

async function showEdit(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const organisation = await showOrganisation(ctxOf(res), idOf(req));
  const address = `/console/organisations/${organisation.id}`;
  const view = {
    title: `Edit ${organisation.name}`,
    action: `${address}/edit`,
    back: address,
    editing: true,
    given: organisation,
  };
  consolePage(
    app,
    req,
    res,
    "console/organisation-form",
    { ...view, sectors: options(app, "sector", SECTORS), ...form },
    { status },
  );
}

async function showContactForm(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const organisation = await showOrganisation(ctxOf(res), idOf(req));
  const address = `/console/organisations/${organisation.id}`;
  const view = {
    title: "Add a contact",
    action: `${address}/contacts`,
    back: address,
    organisationName: organisation.name,
    editing: false,
    given: NO_CONTACT,
  };
  const choices = { bases: options(app, "contact.lawful_basis", LAWFUL_BASES) };
  consolePage(app, req, res, "console/contact-form", { ...view, ...choices, ...form }, { status });
}

async function showContactEdit(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const contact = await showContact(ctxOf(res), idOf(req));
  const view = {
    title: `Edit ${contact.name ?? contact.email ?? "a contact"}`,
    action: `/console/contacts/${contact.id}`,
    back: `/console/organisations/${contact.organisation_id}`,
    organisationName: contact.organisation_name,
    editing: true,
    given: contact,
    outreach: await outreachOf(ctxOf(res), {
      organisationId: contact.organisation_id,
      contactIds: [contact.id],
      contactId: contact.id,
    }),
    basisState: basisWords(basisVerdict(basisOf(contact), app.clock.now())),
    basisName: app.messages.t("en", `contact.lawful_basis.${contact.lawful_basis}`),
    checkedAt: contact.basis_checked_at ?? contact.source_at,
    stops: (await stopsOfAddress(ctxOf(res), contact.address_hash)).map((stop) => ({
      ...stop,
      words: stopReasonWords(stop.reason),
    })),
    mayErase: mayDo(ctxOf(res).actor, "privacy:manage"),
    bases: options(app, "contact.lawful_basis", LAWFUL_BASES),
    statuses: options(app, "contact.status", CONTACT_STATUSES),
  };
  consolePage(app, req, res, "console/contact-form", { ...view, ...form }, { status });
}
