/** The rule of each country for a first mail: what comes with the program, and what staff set instead. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { countryOf } from "../organisations/country.js";
import { requirePermission, staffId } from "../team/service.js";
import { setCountryPolicyCommand } from "./commands.js";
import { DEFAULT_POLICIES, UNKNOWN_COUNTRY, type CountryPolicy } from "./first-contact.js";
import { deletePolicy, putPolicy } from "./store.js";
import { setPolicies } from "./views.js";

/** A country's rule as it holds now. */
export interface ShownPolicy extends CountryPolicy {
  /** Who set it and when; undefined: it came with the program. */
  set: { by: string | null; at: Date } | undefined;
}

/** Every country that has a rule, by its code. */
export async function listCountryPolicies(ctx: Ctx): Promise<ShownPolicy[]> {
  requirePermission(ctx, "organisations:read");
  const set = new Map((await setPolicies(ctx)).map((line) => [line.country, line]));
  const countries = [...new Set([...DEFAULT_POLICIES.keys(), ...set.keys()])].sort();
  return countries.flatMap((country): ShownPolicy[] => {
    const line = set.get(country);
    if (line) {
      const { role, person, why, source, changed_by: by, changed_at: at } = line;
      return [{ country, role, person, why, source, set: { by, at } }];
    }
    const given = DEFAULT_POLICIES.get(country);
    return given ? [{ ...given, set: undefined }] : [];
  });
}

/** One country's rule; a country without one allows a first mail. Throws not_found for what is no country. */
export async function showCountryPolicy(ctx: Ctx, country: string): Promise<ShownPolicy> {
  requirePermission(ctx, "organisations:read");
  checkCountry(country);
  const found = (await listCountryPolicies(ctx)).find((policy) => policy.country === country);
  return found ?? { country, role: "allowed", person: "allowed", why: "", source: "", set: undefined };
}

/** Sets a country's rule, with the reason and the law it is read from. Holds for mails that are queued already, too. */
export async function setCountryPolicy(
  ctx: Ctx,
  country: string,
  input: z.input<typeof setCountryPolicyCommand>,
): Promise<void> {
  requirePermission(ctx, "privacy:manage");
  checkCountry(country);
  const command = parse(setCountryPolicyCommand, input);
  await transaction(ctx, async (tx) => {
    await putPolicy(tx.db, { country, ...command, changed_by: staffId(tx), changed_at: tx.clock.now() });
    const { first_contact, first_contact_person } = command;
    await record(tx, {
      action: "country_policy.set",
      detail: { country, role: first_contact, person: first_contact_person },
    });
  });
}

/** Goes back to the rule that came with the program. */
export async function resetCountryPolicy(ctx: Ctx, country: string): Promise<void> {
  requirePermission(ctx, "privacy:manage");
  checkCountry(country);
  await transaction(ctx, async (tx) => {
    if (await deletePolicy(tx.db, country)) {
      await record(tx, { action: "country_policy.reset", detail: { country } });
    }
  });
}

function checkCountry(country: string): void {
  if (country !== UNKNOWN_COUNTRY && !countryOf(country)) throw notFound("consent.unknown_country");
}
