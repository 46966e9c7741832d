import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { linkPlaceholder } from "../../../src/domain/links/link.js";
import { makeLink } from "../../../src/domain/links/service.js";
import { queueMail, readMessage } from "../../../src/domain/mail/service.js";
import { newId } from "../../../src/platform/ids.js";
import { testApp, type TestApp } from "../../support/app.js";
import { settle } from "../../support/settle.js";
import { smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

let sink: SmtpSink;
let app: TestApp;

beforeAll(async () => {
  sink = await smtpSink();
  app = await testApp({ config: { smtpUrl: sink.url } });
});
afterAll(async () => {
  await app.close();
  await sink.close();
});

test("a mail gets the secrets of its own links only, whatever somebody typed into it", async () => {
  const others = await makeLink(app.system, "confirm", newId(app.clock));
  const own = await makeLink(app.system, "sign_in", newId(app.clock));
  await queueMail(app.system, {
    purpose: "transactional",
    sendKey: "own links",
    template: "sign-in",
    data: { name: linkPlaceholder(others.id), href: linkPlaceholder(own.id) },
    language: "en",
    to: { email: "mallory@vesta.example", name: "Mallory" },
  });
  await settle(app);
  const raw = sink.mails[0]?.raw.replaceAll("=\r\n", "").replaceAll("=3D", "=") ?? "";
  expect(raw).toMatch(/\/console\/sign-in\/[\w-]{43}/);
  expect(raw).not.toMatch(/\/confirm\/[\w-]{43}/);
});

test("nor does its captured copy show them, to an admin either", async () => {
  const captured = await testApp();
  try {
    const others = await makeLink(captured.system, "confirm", newId(captured.clock));
    const own = await makeLink(captured.system, "sign_in", newId(captured.clock));
    const id = await queueMail(captured.system, {
      purpose: "transactional",
      sendKey: "own links",
      template: "sign-in",
      data: { name: linkPlaceholder(others.id), href: linkPlaceholder(own.id) },
      language: "en",
      to: { email: "mallory@vesta.example", name: "Mallory" },
    });
    await settle(captured);
    const read = await readMessage(captured.system, id ?? "");
    expect(read.bodyText).toContain(linkPlaceholder(others.id));
    expect([...read.links.keys()]).toEqual([own.id]);
  } finally {
    await captured.close();
  }
});
