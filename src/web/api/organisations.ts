import { z } from "zod";
import { CONTACT_STATUSES, LAWFUL_BASES } from "../../domain/organisations/contact.js";
import {
  browseContacts,
  browseOrganisations,
  showContact,
  showOrganisation,
} from "../../domain/organisations/browse-service.js";
import {
  createContactCommand,
  createOrganisationCommand,
  listContactsQuery,
  listOrganisationsQuery,
  updateContactCommand,
  updateOrganisationCommand,
} from "../../domain/organisations/commands.js";
import { SECTORS } from "../../domain/organisations/sector.js";
import {
  createContact,
  createOrganisation,
  updateContact,
  updateOrganisation,
} from "../../domain/organisations/service.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";

const organisation = z
  .object({
    id: z.uuid(),
    name: z.string(),
    legal_name: z.string().nullable(),
    country: z.string().nullable(),
    sector: z.enum(SECTORS),
    website: z.string().nullable(),
    domain: z.string().nullable(),
    active_satellites: z.int().nullable(),
    metrics_as_of: z.string().nullable(),
    source: z.string(),
    external_id: z.string().nullable(),
    created_at: time(),
    updated_at: time(),
    row_version: z.int(),
  })
  .meta({ id: "Organisation" });

const contact = z
  .object({
    id: z.uuid(),
    organisation_id: z.uuid(),
    organisation_name: z.string(),
    name: z.string().nullable(),
    title: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    language: z.string().nullable(),
    time_zone: z.string().nullable(),
    lawful_basis: z.enum(LAWFUL_BASES),
    source: z.string(),
    source_at: time(),
    basis_checked_at: time().nullable(),
    basis_ended_at: time().nullable(),
    basis_note: z.string().nullable(),
    status: z.enum(CONTACT_STATUSES),
    suppressed: z.boolean(),
    notes: z.string().nullable(),
    created_at: time(),
    updated_at: time(),
    row_version: z.int(),
  })
  .meta({ id: "Contact" });

const params = z.object({ id: z.uuid() });

const organisationRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/organisations",
    tag: "organisations",
    summary: "List organisations by name",
    description: "`q` finds a piece of the name, the legal name or the domain.",
    permission: "organisations:read",
    query: listOrganisationsQuery,
    answer: listOf(organisation),
    csv: ({ items }) => ({
      columns: [
        "id",
        "name",
        "legal_name",
        "country",
        "sector",
        "website",
        "domain",
        "active_satellites",
        "metrics_as_of",
        "source",
      ],
      rows: items.map((each) => [
        each.id,
        each.name,
        each.legal_name,
        each.country,
        each.sector,
        each.website,
        each.domain,
        each.active_satellites,
        each.metrics_as_of,
        each.source,
      ]),
    }),
    handler: (ctx, { query }) => browseOrganisations(ctx, query),
  }),
  apiRoute({
    method: "post",
    path: "/organisations",
    tag: "organisations",
    summary: "Add an organisation",
    description:
      "409 when one of the same name (case, accents, punctuation and legal form folded) and country is there.",
    permission: "organisations:write",
    body: createOrganisationCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => createOrganisation(ctx, given),
  }),
  apiRoute({
    method: "get",
    path: "/organisations/{id}",
    tag: "organisations",
    summary: "Read an organisation",
    permission: "organisations:read",
    params,
    answer: organisation,
    handler: (ctx, { params: { id } }) => showOrganisation(ctx, id),
  }),
  apiRoute({
    method: "patch",
    path: "/organisations/{id}",
    tag: "organisations",
    summary: "Change an organisation",
    description: "Fields that are left out stay; null takes a value away. 409 on a stale row_version.",
    permission: "organisations:write",
    params,
    body: updateOrganisationCommand,
    handler: (ctx, { params: { id }, given }) => updateOrganisation(ctx, id, given),
  }),
];

const contactRoutes: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/contacts",
    tag: "contacts",
    summary: "List contacts in the order they came",
    permission: "organisations:read",
    query: listContactsQuery,
    answer: listOf(contact),
    csv: ({ items }) => ({
      columns: [
        "id",
        "organisation",
        "name",
        "title",
        "email",
        "phone",
        "language",
        "time_zone",
        "lawful_basis",
        "source",
        "status",
      ],
      rows: items.map((each) => [
        each.id,
        each.organisation_name,
        each.name,
        each.title,
        each.email,
        each.phone,
        each.language,
        each.time_zone,
        each.lawful_basis,
        each.source,
        each.status,
      ]),
    }),
    handler: (ctx, { query }) => browseContacts(ctx, query),
  }),
  apiRoute({
    method: "post",
    path: "/contacts",
    tag: "contacts",
    summary: "Add a contact with its lawful basis and source",
    description: "409 when the address belongs to a contact that is there.",
    permission: "organisations:write",
    body: createContactCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => createContact(ctx, given),
  }),
  apiRoute({
    method: "get",
    path: "/contacts/{id}",
    tag: "contacts",
    summary: "Read a contact",
    permission: "organisations:read",
    params,
    answer: contact,
    handler: (ctx, { params: { id } }) => showContact(ctx, id),
  }),
  apiRoute({
    method: "patch",
    path: "/contacts/{id}",
    tag: "contacts",
    summary: "Change a contact",
    description: "Fields that are left out stay; null takes a value away. 409 on a stale row_version.",
    permission: "organisations:write",
    params,
    body: updateContactCommand,
    handler: (ctx, { params: { id }, given }) => updateContact(ctx, id, given),
  }),
];

/** Organisations and contacts. */
export const organisationApi: readonly ApiRoute[] = [...organisationRoutes, ...contactRoutes];
