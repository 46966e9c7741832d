import { acceptSignature, transitionSignature } from "../../src/domain/signatures/review-service.js";
import type { TestApp } from "./app.js";
import { campaign } from "./campaign.js";
import { settle } from "./settle.js";

/** An open letter of this name. */
export async function openLetter(app: TestApp, slug = "keep-orbit-usable"): Promise<string> {
  return campaign(app).letter(slug, { opened_at: app.clock.now() });
}

/** An organisation whose signature staff accept, which puts it onto the page and into the log. */
export async function publish(
  app: TestApp,
  letterId: string,
  name: string,
  values: Record<string, unknown> = {},
): Promise<string> {
  const rows = campaign(app);
  const organisation = await rows.organisation(name);
  const id = await rows.signature(letterId, organisation, {
    state: "in_review",
    published_at: null,
    display_name: name,
    ...values,
  });
  await acceptSignature(app.system, id);
  return id;
}

/** Three organisations on the page, and one that has withdrawn since. Answers their signatures. */
export async function smallLog(app: TestApp, letterId: string): Promise<string[]> {
  const ids: string[] = [];
  for (const name of ["Rimfrost Thermal Oy", "Gannet Marine Syndicate", "Tidewater Optics Inc."]) {
    ids.push(await publish(app, letterId, name));
    app.clock.advance(60_000);
  }
  await settle(app);
  await transitionSignature(app.system, ids[1] ?? "", { to: "withdrawn" });
  app.clock.advance(60_000);
  await settle(app);
  return ids;
}

/** Changes rows as somebody who owns the server does: no trigger, no right, no constraint on other tables is asked. */
export async function bySuperuser(app: TestApp, sql: string, values: unknown[] = []): Promise<void> {
  await app.database.adminDb.transaction(async (tx) => {
    await tx.raw("set local session_replication_role = replica");
    await tx.raw(sql, values as never);
  });
}
