import { afterAll, beforeAll, it } from "@jest/globals";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { openLetter, smallLog } from "../../support/log.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ config: { rateLimits: true } });
});
afterAll(() => app.close());

it("answers one network six hundred proofs a minute, and goes on answering checkpoints", async () => {
  const letter = await openLetter(app);
  await smallLog(app, letter);
  const base = "/letters/keep-orbit-usable/log";
  const visitor = browser(app);
  for (let each = 0; each < 600; each += 1) await visitor.get(`${base}/tile/0/999`).expect(404);
  await visitor.get(`${base}/proof?leaf=0&size=1`).expect(429);
  await visitor.get(`${base}/checkpoint`).expect(200);
}, 60_000);
