import { createApiToken, addStaff, signInLinkFor } from "../../src/domain/team/service.js";
import { PERMISSIONS } from "../../src/domain/team/permission.js";
import { linkAddress } from "../../src/domain/links/service.js";
import { browser, type TestApp } from "./app.js";
import { confirmLink, invitedCompany, signingForm, type InvitedCompany } from "./company.js";
import { makeLetter } from "./letters.js";
import { rawMail, takeIn } from "./inbound.js";
import { aMailing, unsubscribeToken, type TestContact, type TestLetter } from "./mailing.js";
import { settle } from "./settle.js";

/** What a campaign leaves behind when everybody has answered: every secret that was in use, and where to look. */
export interface WholeJourney {
  letter: { id: string; slug: string };
  signer: InvitedCompany;
  decliner: InvitedCompany;
  wrongPerson: InvitedCompany;
  /** The signed-in staff member. */
  staff: ReturnType<typeof browser>;
  secrets: {
    signIn: string;
    session: string;
    api: string;
    invitations: string[];
    confirm: string;
    unsubscribe: string;
  };
  emails: string[];
}

const STAFF = "ines.falk@forum.example";

/**
 * A campaign through the doors: staff signs in, three organisations are written to; one signs, confirms and is accepted,
 * one declines, one is the wrong person and stops all mail; a script reads along. Everything goes over HTTP as people would do it.
 */
export async function wholeJourney(app: TestApp): Promise<WholeJourney> {
  const letter = await makeLetter(app.system);
  const { staff, signIn, session } = await staffSignsIn(app);
  const signer = await invitedCompany(app, letter.slug, { name: "Ribeira Alta Telemetria" });
  const decliner = await invitedCompany(app, letter.slug, { name: "Baltmark Underwriting" });
  const wrongPerson = await invitedCompany(app, letter.slug, { name: "Anwar Geomatics" });
  await mailGoesOut(app, letter, [signer, decliner, wrongPerson]);
  const confirm = await companySigns(app, signer);
  await staffAccepts(app, staff, signer);
  await companyDeclines(app, decliner);
  await companyReplies(app, decliner);
  await personIsWrong(app, wrongPerson);
  const unsubscribe = await companyStopsMails(app, wrongPerson);
  const { token: api } = await createApiToken(app.system, { name: "reader", scopes: [...PERMISSIONS] });
  for (const path of ["letters", "signatures", "declines", "audit"]) {
    await browser(app).get(`/api/v1/${path}`).set("Authorization", `Bearer ${api}`).expect(200);
  }
  const companies = [signer, decliner, wrongPerson];
  return {
    letter,
    signer,
    decliner,
    wrongPerson,
    staff,
    secrets: { signIn, session, api, confirm, unsubscribe, invitations: companies.map(({ token }) => token) },
    emails: [STAFF, "successor@anwar.example", ...companies.map(({ email }) => email)],
  };
}

async function companyReplies(app: TestApp, company: InvitedCompany): Promise<void> {
  await takeIn(app, rawMail({ From: `Amina Odhiambo <${company.email}>` }, "We talk about it on Monday."));
}

async function staffSignsIn(app: TestApp) {
  await addStaff(app.system, { email: STAFF, name: "Ines Falk", role: "admin" });
  const staff = browser(app);
  await staff.post("/console/sign-in").type("form").send({ email: STAFF }).expect(303);
  const invited = await signInLinkFor(app.system, { email: STAFF });
  if (!invited) throw new Error("the staff member is not known");
  const { pathname } = new URL(linkAddress(app.system, invited.link));
  await staff.get(pathname).expect(200);
  const answer = await staff.post(pathname).expect(303);
  const cookie = String(answer.headers["set-cookie"]);
  return {
    staff,
    signIn: pathname.split("/").at(-1) ?? "",
    session: /countersign=([^;]+)/.exec(cookie)?.[1] ?? "",
  };
}

async function companySigns(app: TestApp, company: InvitedCompany): Promise<string> {
  const visitor = browser(app);
  await visitor.get(company.link).expect(200);
  const form = signingForm(company, { display_name: "Ribeira Alta Telemetria", country: "KE" });
  await visitor.post(`${company.link}/sign`).type("form").send(form).expect(200);
  await visitor
    .post(`${company.link}/sign`)
    .type("form")
    .send({ ...form, step: "submit" })
    .expect(303);
  const confirm = await confirmLink(app, company.email);
  await visitor.get(confirm).expect(200);
  await visitor.post(confirm).expect(303);
  return confirm.split("/").at(-1) ?? "";
}

async function staffAccepts(
  app: TestApp,
  staff: ReturnType<typeof browser>,
  company: InvitedCompany,
): Promise<void> {
  const row = (await app
    .db("signatures")
    .where({ organisation_id: company.organisationId })
    .first("id", "row_version")) as {
    id: string;
    row_version: number;
  };
  await staff.get(`/console/review/${row.id}`).expect(200);
  await staff
    .post(`/console/review/${row.id}/accept`)
    .type("form")
    .send({ row_version: row.row_version })
    .expect(303);
}

async function companyDeclines(app: TestApp, company: InvitedCompany): Promise<void> {
  const form = { reason_code: "first_mover", comment: "We wait for our peers.", said_by: "Jaan Tamm" };
  await browser(app).get(`${company.link}/decline`).expect(200);
  await browser(app).post(`${company.link}/decline`).type("form").send(form).expect(303);
}

async function personIsWrong(app: TestApp, company: InvitedCompany): Promise<void> {
  const form = {
    code: "wrong_contact",
    suggested_name: "Rania Haddad",
    suggested_email: "successor@anwar.example",
  };
  await browser(app).post(`${company.link}/wrong-person`).type("form").send(form).expect(303);
}

async function mailGoesOut(
  app: TestApp,
  letter: TestLetter,
  companies: readonly InvitedCompany[],
): Promise<void> {
  await aMailing(app.system, letter, companies.map(asContact(app)));
  await settle(app);
}

function asContact(app: TestApp) {
  return ({ contactId: id, organisationId, email }: InvitedCompany): TestContact => ({
    id,
    organisationId,
    email,
    hash: app.keys.addressHash(email),
  });
}

async function companyStopsMails(app: TestApp, company: InvitedCompany): Promise<string> {
  const token = await unsubscribeToken(app, asContact(app)(company));
  await browser(app).get(`/unsubscribe/${token}`).expect(200);
  await browser(app).post(`/unsubscribe/${token}`).type("form").send("List-Unsubscribe=One-Click");
  return token;
}
