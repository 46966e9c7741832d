import { z } from "zod";
import { setCountryPolicyCommand } from "../../domain/consent/commands.js";
import { FIRST_CONTACTS } from "../../domain/consent/first-contact.js";
import {
  listCountryPolicies,
  resetCountryPolicy,
  setCountryPolicy,
} from "../../domain/consent/policy-service.js";
import { LAWFUL_BASES } from "../../domain/organisations/contact.js";
import { checkBasis, listEndingBases } from "../../domain/privacy/basis-service.js";
import { checkBasisCommand, eraseContactCommand } from "../../domain/privacy/commands.js";
import { eraseContact } from "../../domain/privacy/erasure-service.js";
import { apiRoute, time, type ApiRoute } from "./frame.js";

const params = z.object({ id: z.uuid() });
const country = z.object({ country: z.string().regex(/^[A-Z]{2}$/) });

const endingBasis = z
  .object({
    contact_id: z.uuid(),
    organisation_id: z.uuid(),
    organisation: z.string(),
    name: z.string().nullable(),
    email: z.string(),
    lawful_basis: z.enum(LAWFUL_BASES),
    source: z.string(),
    ends_at: time(),
    expired: z.boolean(),
  })
  .meta({ id: "EndingBasis" });

const policy = z
  .object({
    country: z.string(),
    first_contact: z.enum(FIRST_CONTACTS),
    first_contact_person: z.enum(FIRST_CONTACTS),
    why: z.string(),
    source: z.string(),
    changed_by: z.string().nullable(),
    changed_at: time().nullable(),
  })
  .meta({
    id: "CountryPolicy",
    description:
      "What may be done with a first mail: to a role address, to a person. Our reading, not legal advice.",
  });

/** Why we may write to whom, and erasing a person. */
export const privacyApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/ending-bases",
    tag: "contacts",
    summary: "Contacts whose lawful basis ends within 60 days or has ended",
    permission: "organisations:read",
    answer: z.object({ items: z.array(endingBasis) }),
    handler: async (ctx) => ({
      items: (await listEndingBases(ctx)).flatMap((line) => {
        if (line.verdict.kind === "valid") return [];
        const expired = line.verdict.kind === "expired";
        return [
          {
            contact_id: line.id,
            organisation_id: line.organisation_id,
            organisation: line.organisation_name,
            name: line.name,
            email: line.email,
            lawful_basis: line.lawful_basis,
            source: line.source,
            ends_at: line.verdict.kind === "expired" ? line.verdict.since : line.verdict.on,
            expired,
          },
        ];
      }),
    }),
  }),
  apiRoute({
    method: "post",
    path: "/contacts/{id}/basis",
    tag: "contacts",
    summary: "Say that somebody looked today whether the lawful basis still holds",
    permission: "organisations:write",
    params,
    body: checkBasisCommand,
    handler: (ctx, input) => checkBasis(ctx, input.params.id, input.given),
  }),
  apiRoute({
    method: "post",
    path: "/contacts/{id}/erase",
    tag: "contacts",
    summary: "Erase a person",
    description:
      "Can't be undone. `stop` never writes to the address again, `confirm` has to be true. 409 while a mail to the person is on its way.",
    permission: "privacy:manage",
    params,
    body: eraseContactCommand,
    handler: (ctx, input) => eraseContact(ctx, input.params.id, input.given),
  }),
  apiRoute({
    method: "get",
    path: "/country-policies",
    tag: "country-policies",
    summary: "What may be done with a first mail, by country",
    permission: "organisations:read",
    answer: z.object({ items: z.array(policy) }),
    handler: async (ctx) => ({
      items: (await listCountryPolicies(ctx)).map((each) => ({
        country: each.country,
        first_contact: each.role,
        first_contact_person: each.person,
        why: each.why,
        source: each.source,
        changed_by: each.set?.by ?? null,
        changed_at: each.set?.at ?? null,
      })),
    }),
  }),
  apiRoute({
    method: "put",
    path: "/country-policies/{country}",
    tag: "country-policies",
    summary: "Set a country's rule",
    permission: "privacy:manage",
    params: country,
    body: setCountryPolicyCommand,
    handler: (ctx, input) => setCountryPolicy(ctx, input.params.country, input.given),
  }),
  apiRoute({
    method: "delete",
    path: "/country-policies/{country}",
    tag: "country-policies",
    summary: "Go back to the rule that came with the program",
    permission: "privacy:manage",
    params: country,
    handler: (ctx, input) => resetCountryPolicy(ctx, input.params.country),
  }),
];
