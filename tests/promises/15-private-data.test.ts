import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLog } from "../../src/platform/log.js";
import { bearer, browser, testApp, type TestApp } from "../support/app.js";
import { addressesIn } from "../support/html.js";
import { pdfText } from "../support/pdf-text.js";
import { settle } from "../support/settle.js";
import { wholeJourney, type WholeJourney } from "../support/whole-journey.js";

/**
 * The columns that the public may see; what they hold is public by being there. Every other column that holds text is
 * private, so a column that is added has to be named here before the public may see it.
 */
const PUBLIC: Record<string, readonly string[]> = {
  letters: [
    "slug",
    "state",
    "default_language",
    "sponsor_name",
    "sponsor_address",
    "sponsor_email",
    "funding_note",
    "official_note",
  ],
  letter_history: ["reason"],
  site_switch: ["banner", "pause_message"],
  deliveries: ["addressee", "delivered_by", "language"],
  delivery_files: ["name"],
  // What became of a letter: written to be read by everybody. Who recorded it is an id.
  addressee_answers: ["language", "summary", "body_md", "source_url"],
  letter_dates: ["title", "outcome"],
  letter_milestone_events: ["kind"],
  letter_versions: ["reason"],
  letter_translations: ["language", "title", "addressee", "body_md", "summary"],
  signatures: [
    "kind",
    "visibility",
    "state",
    "scope",
    "display_name",
    "country",
    "sector",
    "signatory_name",
    "signatory_title",
    "quote",
    "reservation",
    "language",
  ],
  // A commitment is public; what opens one (log_salts) is bytes, and shown for what stands on the list only.
  log_origins: ["origin"],
  log_leaves: ["leaf"],
  log_checkpoints: ["note"],
  log_cosignatures: ["witness", "line"],
  logo_terms: ["body"],
  // Public once approved; what waits is looked at in 09 and in the tests of statements.
  signature_statements: ["body", "language", "logo_type", "terms_language"],
  decline_reasons: ["code", "reason_group", "next_ask"],
};

/** Words of a closed list: no canary fits, and none of them says anything about anybody. */
const CLOSED_LISTS =
  /(^|_)(state|kind|role|purpose|status|reason|reason_code|code|basis|class|country|sector|language|time_zone|answer|verdict|transport|template|action|cause|next_ask|may_ask_again|step_key|rejection_code|from_state|to_state|scopes|contributing|codes|approval|smtp_security|imap_security)$/;

interface Column {
  table_name: string;
  column_name: string;
  data_type: string;
}

let app: TestApp;
let journey: WholeJourney;
let said = "";
/** Canary → the column that it sings in. */
const canaries = new Map<string, string>();

const log = createLog(
  "debug",
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said += chunk.toString();
      done();
    },
  }),
);

async function columns(): Promise<Column[]> {
  const { rows } = await app.database.adminDb.raw<{ rows: Column[] }>(
    `select table_name, column_name, data_type from information_schema.columns
     where table_schema = 'public' and table_name not like 'knex%' and table_name not like 'schema%'
       and data_type in ('text', 'jsonb', 'character', 'character varying', 'bytea', 'ARRAY')
     order by table_name, column_name`,
  );
  return rows;
}

function isPublic({ table_name: table, column_name: column }: Column): boolean {
  return PUBLIC[table]?.includes(column) ?? false;
}

/** Puts a canary into every row of a private column, as far as the column's own rules let it in. */
async function seed(column: Column): Promise<boolean> {
  const { table_name: table, column_name: name, data_type: type } = column;
  const canary = `canary${canaries.size}x7f3a`;
  const value: Record<string, string> = {
    text: `lower(?) || '.' || substr(md5(random()::text), 1, 8) || '@private.example'`,
    jsonb: `jsonb_build_object(?::text, ?::text)`,
  };
  const sql = value[type];
  if (!sql) return false;
  const bindings = type === "jsonb" ? [canary, canary] : [canary];
  const set = `update "${table}" set "${name}" = ${sql}`;
  const done = await app.database.adminDb
    .transaction(async (tx) => {
      await tx.raw("set local session_replication_role = replica");
      await tx.raw(set, bindings);
    })
    .then(
      () => true,
      () => false,
    );
  if (done) canaries.set(canary, `${table}.${name}`);
  return done;
}

beforeAll(async () => {
  app = await testApp({ log });
  journey = await wholeJourney(app);
  await browser(app)
    .post(`/letters/${journey.letter.slug}/report`)
    .type("form")
    .send({
      entry: "Ribeira Alta Telemetria",
      reporter_name: "Aino Virtanen",
      reporter_role: "Counsel",
      reporter_email: "aino@elsewhere.example",
      said: "We never signed.",
    })
    .expect(303);
  await settle(app);
  // Columns that stand or fall together take a canary once each of them holds something.
  await app.database.adminDb("signatures").update({
    submitter_name: "a",
    submitter_email: "a@private.example",
    second_name: "b",
    second_title: "b",
    second_email: "b@private.example",
  });
  for (const column of await columns()) {
    if (!isPublic(column) && !CLOSED_LISTS.test(column.column_name)) await seed(column);
  }
}, 60_000);
afterAll(() => app.close());

/** Which private columns a text shows. */
function sung(text: string): string[] {
  const found = [...canaries].filter(([canary]) => text.includes(canary));
  return found.map(([, column]) => column);
}

/** Where a crawl begins: what people know, and addresses that lead nowhere. */
function starts(slug: string): string[] {
  const list = `/letters/${slug}/signatories`;
  return [
    "/",
    `/letters/${slug}`,
    list,
    ...["json", "csv", "txt", "atom"].map((twin) => `${list}.${twin}`),
    ...[
      "embed",
      "badge.svg",
      "letter.pdf",
      "letter.pdf?text=only",
      "card.png",
      "press",
      "corrections",
      "versions",
    ].map((part) => `/letters/${slug}/${part}`),
    `/oembed?url=${encodeURIComponent(`${app.config.publicUrl}/letters/${slug}`)}`,
    `${list}?q=ribeira`,
    `${list}?q=canary`,
    `${list}?sector=ground_segment&country=KE&sort=date`,
    `/letters/${slug}/sign`,
    ...["", "/check?leaf=1", "/checkpoint", "/keys", "/entries", "/proof?leaf=1", "/consistency?from=1"].map(
      (part) => `/letters/${slug}/log${part}`,
    ),
    `/letters/${slug}/log/tile/0/000.p/2`,
    `/letters/${slug}/log/tile/entries/000.p/2`,
    "/robots.txt",
    "/sitemap.xml",
    "/.well-known/security.txt",
    "/healthz",
    "/readyz",
    "/nowhere",
    "/letters/nowhere",
    "/r/nowhere",
    "/confirm/nowhere",
    "/unsubscribe/nowhere",
    "/console",
    "/console/sign-in",
    "/console/organisations",
    "/api/docs",
    "/api/v1/openapi.json",
    "/api/v1/letters",
    "/api/v1/contacts",
    "/static/nowhere.css",
    "/%00",
    "/letters/%ff",
  ];
}

/** Follows every link within our own pages, in both languages, and gives each answer with its headers. */
async function crawl(from: readonly string[]): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  const waiting = [...from, ...from.map((path) => `${path}${path.includes("?") ? "&" : "?"}lang=fr`)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (answers.has(path) || answers.size > 2000) continue;
    const answer = await browser(app).get(path).buffer(true);
    const isPdf = answer.headers["content-type"] === "application/pdf";
    const body = isPdf ? pdfText(answer.body as Buffer) : (answer.text ?? String(answer.body));
    answers.set(path, `${answer.status} ${JSON.stringify(answer.headers)}\n${body}`);
    const links = [...addressesIn(body), ...(answer.headers["location"] ? [answer.headers["location"]] : [])];
    for (const link of links) {
      const url = new URL(link, `${app.config.publicUrl}${path}`);
      if (url.origin === app.config.publicUrl) waiting.push(url.pathname + url.search);
    }
  }
  return answers;
}

describe("promise 15: nothing private in anything public", () => {
  test("every private column that holds free text has a canary", async () => {
    expect(canaries.size).toBeGreaterThan(30);
    const singing = new Set(canaries.values());
    for (const column of [
      "contacts.email",
      "contacts.name",
      "contacts.notes",
      "contacts.phone",
      "contacts.source",
      "signatures.signatory_email",
      "signatures.contact_name",
      "signatures.contact_email",
      "signatures.help_offered",
      "declines.comment",
      "declines.said_by",
      "messages.to_email",
      "messages.body_text",
      "messages.body_html",
      "messages.data",
      "contact_reports.suggested_email",
      "staff.name",
      "tasks.detail",
      "organisations.name",
      "organisations.source",
      "activity.detail",
      "inbound_mails.from_email",
      "inbound_mails.from_name",
      "inbound_mails.subject",
      "inbound_mails.body_text",
      "inbound_mails.reply_text",
      "inbound_mails.headers",
      "inbound_mails.understood",
    ]) {
      expect([column, singing.has(column)]).toEqual([column, true]);
    }
  });

  test("and what could not take one is named here, so that a new column has to be looked at", async () => {
    const singing = new Set(canaries.values());
    const silent = (await columns())
      .filter((column) => !isPublic(column) && !CLOSED_LISTS.test(column.column_name))
      .filter((column) => column.data_type !== "bytea")
      .map((column) => `${column.table_name}.${column.column_name}`)
      .filter((name) => !singing.has(name));
    // A domain is made of the address by the database itself and a search key of the name, the ids of earlier mails, tags and hints are arrays, the
    // others are words of a closed list.
    expect(silent).toEqual([
      "declines.source",
      "letters.required_checks",
      "log_salts.field",
      "mailboxes.dkim_domain",
      "mailboxes.dkim_selector",
      "messages.recipient_domain",
      "messages.thread_references",
      "organisation_domains.source",
      "review_notes.tags",
      "screened_entries.hints",
      "signature_evidence.source",
      "signature_transitions.moved_by",
      "signatures.search_key",
    ]);
  });

  test("no page, twin, feed, error, header or redirect sings", async () => {
    const answers = await crawl(starts(journey.letter.slug));
    expect(answers.size).toBeGreaterThan(60);
    const leaks = [...answers].flatMap(([path, answer]) =>
      sung(answer).map((column) => `${path}: ${column}`),
    );
    expect(leaks).toEqual([]);
    const bodies = [...answers.values()].join("\n");
    for (const text of [...journey.emails, ...Object.values(journey.secrets).flat()]) {
      expect([text, bodies.includes(text)]).toEqual([text, false]);
    }
    expect(bodies).toContain("Ribeira Alta Telemetria");
  }, 120_000);

  test("nor does a refused form, or an API answer without a token", async () => {
    const slug = journey.letter.slug;
    const answers = [
      await browser(app)
        .post(`/letters/${slug}/sign`)
        .type("form")
        .send({ display_name: "Ribeira Alta Telemetria", country: "KE" }),
      await browser(app)
        .post(`/r/${"x".repeat(43)}/decline`)
        .type("form")
        .send({}),
      await browser(app).post("/console/sign-in").type("form").send({ email: journey.emails[0] }),
      await browser(app).post("/api/v1/organisations").send({ name: "x" }),
    ];
    expect(answers.flatMap((answer) => sung(JSON.stringify(answer.headers) + answer.text))).toEqual([]);
  });

  test("nor the log", () => {
    expect(said.length).toBeGreaterThan(1000);
    expect(sung(said)).toEqual([]);
  });

  test("the oracle bites: a page for staff, and the API with a token, sing loudly", async () => {
    const dossier = await browser(app)
      .get(`/api/v1/contacts`)
      .set("Authorization", await bearer(app))
      .expect(200);
    expect(sung(dossier.text)).toContain("contacts.email");
  });
});
