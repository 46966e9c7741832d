import { newId } from "../../src/platform/ids.js";
import type { TestApp } from "./app.js";
import type { SignatureState } from "../../src/domain/signatures/signature.js";
import { pathTo } from "./signature-path.js";

/** Rows of a campaign, inserted as they are named; what a test does not name gets a plain value. */
export interface Campaign {
  letter(slug: string, values?: Values): Promise<string>;
  organisation(name: string, values?: Values): Promise<string>;
  contact(organisationId: string, values?: Values): Promise<string>;
  signature(letterId: string, organisationId: string, values?: Values): Promise<string>;
  decline(letterId: string, organisationId: string, values?: Values): Promise<string>;
  message(letterId: string, organisationId: string, values?: Values): Promise<string>;
  task(values?: Values): Promise<string>;
}

type Values = Record<string, unknown>;

/** Factories on a test's database. */
export function campaign(app: TestApp): Campaign {
  const insert = async (table: string, values: Values): Promise<string> => {
    const id = newId(app.clock);
    await app.database.adminDb(table).insert({ id, ...values });
    return (values["id"] as string | undefined) ?? id;
  };
  const at = (): Date => app.clock.now();
  const factories: Campaign = {
    letter: async (slug, values) => {
      const id = await insert("letters", {
        slug,
        state: "open",
        default_language: "en",
        sponsor_name: "Low Orbit Stewardship Forum",
        sponsor_address: "1 Quay Street, Lisbon",
        sponsor_email: "letters@forum.example",
        created_at: at(),
        ...values,
      });
      const version = await insert("letter_versions", { letter_id: id, number: 1, created_at: at() });
      await app.database.adminDb("letter_translations").insert({
        version_id: version,
        language: "en",
        title: `Title of ${slug}`,
        addressee: "To the member states",
        body_md: "Keep orbit usable.",
        content_hash: Buffer.alloc(32),
      });
      return id;
    },
    organisation: (name, values) =>
      insert("organisations", {
        name,
        name_key: name.toLowerCase(),
        country: "PT",
        created_at: at(),
        updated_at: at(),
        ...values,
      }),
    contact: (organisationId, values) => {
      const email = (values?.["email"] as string | undefined) ?? `${newId(app.clock)}@partner.example`;
      return insert("contacts", {
        organisation_id: organisationId,
        name: "Beatriz Lacerda",
        email,
        address_hash: app.keys.addressHash(email),
        lawful_basis: "published_address",
        source: "their website",
        source_at: at(),
        created_at: at(),
        updated_at: at(),
        ...values,
      });
    },
    signature: async (letterId, organisationId, values) => {
      const version = (await app.database
        .adminDb("letter_versions")
        .where("letter_id", letterId)
        .first("id")) as { id: string } | undefined;
      const { state = "published", rejection_code = null, ...rest } = values ?? {};
      const id = await insert("signatures", {
        letter_id: letterId,
        version_id: version?.id,
        content_hash: Buffer.alloc(32),
        organisation_id: organisationId,
        kind: "signature",
        visibility: "public",
        state: "submitted",
        scope: "entity",
        display_name: "Ribeira Alta Telemetria Ltda",
        country: "PT",
        sector: "ground_segment",
        signatory_name: "Beatriz Lacerda",
        signatory_title: "Diretora-Presidente",
        signatory_email: "b.lacerda@ribeira-alta.example",
        language: "en",
        submitted_at: at(),
        confirmed_at: at(),
        published_at: at(),
        ...rest,
      });
      for (const next of pathTo(state as SignatureState)) {
        const change = next === "rejected" ? { state: next, rejection_code } : { state: next };
        await app.database.adminDb("signatures").where({ id }).update(change);
      }
      return id;
    },
    decline: (letterId, organisationId, values) =>
      insert("declines", {
        letter_id: letterId,
        organisation_id: organisationId,
        reason_code: "first_mover",
        source: "oral",
        decided_at: at(),
        created_at: at(),
        ...values,
      }),
    message: async (letterId, organisationId, values) => {
      const contact = await factories.contact(organisationId);
      const sequence = await insert("sequences", { letter_id: letterId, name: "First", created_at: at() });
      await app.database
        .adminDb("sequence_versions")
        .insert({ sequence_id: sequence, number: 1, created_at: at() });
      const template = await insert("templates", { name: "First", library: false, created_at: at() });
      const words = await insert("template_versions", {
        template_id: template,
        number: 1,
        created_at: at(),
      });
      await app.database
        .adminDb("template_texts")
        .insert({ version_id: words, language: "en", subject: "An invitation", body_md: "Please read." });
      const step = await insert("steps", {
        sequence_id: sequence,
        version: 1,
        position: 1,
        step_key: "first",
        template_version_id: words,
      });
      const enrolment = await insert("enrolments", {
        sequence_id: sequence,
        contact_id: contact,
        created_at: at(),
      });
      const id = newId(app.clock);
      return insert("messages", {
        id,
        purpose: "outreach",
        send_key: id,
        template: "outreach",
        language: "en",
        letter_id: letterId,
        organisation_id: organisationId,
        contact_id: contact,
        enrolment_id: enrolment,
        step_id: step,
        to_email: "b.lacerda@ribeira-alta.example",
        address_hash: Buffer.alloc(32),
        message_id: `<${id}@forum.example>`,
        state: "sent",
        subject: "An invitation",
        body_hash: Buffer.alloc(32),
        due_at: at(),
        expires_at: at(),
        created_at: at(),
        ...values,
      });
    },
    task: (values) => insert("tasks", { kind: "find_contact", due_at: at(), created_at: at(), ...values }),
  };
  return factories;
}
