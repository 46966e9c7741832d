import { z } from "zod";
import { parseDomain } from "../../platform/email-address.js";
import {
  clearable,
  email,
  country,
  day,
  id,
  language,
  line,
  optional,
  pageQuery,
  text,
  whole,
} from "../../platform/schema.js";
import { cleanName } from "./clean-name.js";
import { CONTACT_STATUSES, LAWFUL_BASES } from "./contact.js";
import { countryOf } from "./country.js";
import { SECTORS } from "./sector.js";
import { parseTimeZone } from "./time-zone.js";
import { parseWebsite } from "./website.js";

/** The name of an organisation: shown everywhere as it stands here, so nothing may hide in it. */
export function organisationName() {
  return z
    .string({ error: "errors.field.required" })
    .max(1000, "errors.organisation.name.NAME_TOO_LONG")
    .transform((raw, issues) => {
      const clean = cleanName(raw);
      if (clean.ok) return clean.name;
      issues.addIssue({ code: "custom", message: `errors.organisation.name.${clean.code}` });
      return z.NEVER;
    });
}

function read(reader: (text: string) => string | undefined, message: string) {
  return z.string({ error: message }).transform((raw, issues) => {
    const value = reader(raw.trim());
    if (value !== undefined) return value;
    issues.addIssue({ code: "custom", message });
    return z.NEVER;
  });
}

function knownCountry() {
  return country().refine(
    (code) => code === "XK" || countryOf(code) !== undefined,
    "errors.field.choose_country",
  );
}

const sector = z.enum(SECTORS, { error: "errors.organisation.sector" });
const website = () => read(parseWebsite, "errors.organisation.website");
const domain = () => read(parseDomain, "errors.organisation.domain");
const timeZone = () => read(parseTimeZone, "errors.contact.time_zone");
const satellites = () => whole(0, 1_000_000);

/** Adding an organisation by hand. */
export const createOrganisationCommand = z.object({
  name: organisationName(),
  legal_name: optional(line(300)),
  country: optional(knownCountry()),
  sector: sector.default("other"),
  website: optional(website()),
  domain: optional(domain()),
  active_satellites: optional(satellites()),
  metrics_as_of: optional(day()),
  source: optional(line(300)),
});

/** Changing an organisation; fields that are left out stay, empty ones are taken away. */
export const updateOrganisationCommand = z.object({
  name: organisationName().optional(),
  legal_name: clearable(line(300)),
  country: clearable(knownCountry()),
  sector: sector.optional(),
  website: clearable(website()),
  domain: clearable(domain()),
  row_version: whole(1, 2_000_000_000),
});

/** Adding a person or a role address at an organisation, with the reason why we may write there. */
export const createContactCommand = z
  .object({
    organisation_id: id(),
    name: optional(line(200)),
    title: optional(line(200)),
    email: optional(email()),
    phone: optional(line(60)),
    language: optional(language()),
    time_zone: optional(timeZone()),
    lawful_basis: z.enum(LAWFUL_BASES, { error: "errors.contact.lawful_basis" }),
    source: line(300),
    notes: optional(text(5000)),
  })
  .refine((contact) => contact.name !== undefined || contact.email !== undefined, {
    path: ["email"],
    error: "errors.contact.name_or_email",
  });

/** Changing a contact; fields that are left out stay, empty ones are taken away. */
export const updateContactCommand = z.object({
  name: clearable(line(200)),
  title: clearable(line(200)),
  email: clearable(email()),
  phone: clearable(line(60)),
  language: clearable(language()),
  time_zone: clearable(timeZone()),
  lawful_basis: z.enum(LAWFUL_BASES, { error: "errors.contact.lawful_basis" }).optional(),
  status: z.enum(CONTACT_STATUSES, { error: "errors.contact.status" }).optional(),
  notes: clearable(text(5000)),
  row_version: whole(1, 2_000_000_000),
});

const search = optional(z.string().trim().max(200, "errors.field.too_long"));

/** Which organisations to list: by a piece of the name or domain, sector, country. */
export const listOrganisationsQuery = pageQuery.extend({
  q: search,
  sector: optional(sector),
  country: optional(country()),
});

/** Which contacts to list. */
export const listContactsQuery = pageQuery.extend({
  q: search,
  organisation_id: optional(id()),
  sector: optional(sector),
  country: optional(country()),
  status: optional(z.enum(CONTACT_STATUSES, { error: "errors.contact.status" })),
});

/** Putting an organisation under a parent; nothing takes it out of its group. */
export const setParentCommand = z.object({
  parent_id: clearable(id()),
  row_version: whole(1, 2_000_000_000),
});

/** Joining an organisation that is known twice: the one named here goes into the one of the address. */
export const mergeOrganisationCommand = z.object({
  organisation_id: id(),
  row_version: whole(1, 2_000_000_000).optional(),
});
