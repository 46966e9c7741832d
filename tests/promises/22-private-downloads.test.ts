import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { registeredRoutes } from "../support/routes.js";
import { scene, type Scene } from "../support/scene.js";

/**
 * Addresses behind which a file of ours lies that is not for everybody, found by their names in the router itself; a
 * new one is found by itself as long as it says what it gives.
 */
const DOWNLOAD =
  /\.(json|csv|pdf|zip|eml|xlsx)$|\/(logo|raw|file|errors|export|receipt|download|picture)(\.\w+)?$/;

let app: TestApp;
let place: Scene;

beforeAll(async () => {
  app = await testApp();
  place = await scene(app);
});
afterAll(() => app.close());

function filled(path: string): string {
  return path.replace(/:(\w+)/g, (_whole, name: string) => {
    if (name === "slug") return place.letter;
    const section =
      path
        .slice(0, path.indexOf(`/:${name}`))
        .split("/")
        .at(-1) ?? "";
    return place.ids[section] ?? "01890a5d-ac96-774b-bcce-b302099a8057";
  });
}

function privateDownloads(): string[] {
  return registeredRoutes(app.web)
    .filter(({ method, path }) => method === "GET" && DOWNLOAD.test(path))
    .map(({ path }) => path)
    .filter((path) => path.startsWith("/console"));
}

describe("promise 22: a private download needs the session, not only its address", () => {
  test("there are private downloads, and a picture of a statement is among them", () => {
    expect(privateDownloads()).toContain("/console/statements/:id/logo");
    expect(privateDownloads().length).toBeGreaterThan(3);
  });

  test("each of them is given to staff, and to nobody with a clean browser", async () => {
    const staff = await signedIn(app);
    for (const path of privateDownloads()) {
      const query = path.includes("/reports/") ? `?letter=${place.letter}` : "";
      const address = filled(path) + query;
      const stranger = await browser(app).get(address);
      expect([path, stranger.status === 401 || stranger.status === 404 || stranger.status === 303]).toEqual([
        path,
        true,
      ]);
      expect(stranger.headers["content-disposition"]).toBeUndefined();
      const given = await staff.get(address);
      if (given.status !== 200) continue;
      expect([path, stranger.text.includes(given.text) && given.text !== ""]).toEqual([path, false]);
    }
  });

  test("the picture behind a signatory's link is given to that link only", async () => {
    const [token = ""] = place.tokens["/manage"] ?? [];
    const of = place.ids["statements"] ?? "";
    const own = await browser(app).get(`/manage/${token}/logo?of=${of}`).expect(200);
    expect(own.headers).toMatchObject({ "cache-control": "no-store", "content-type": "image/png" });
    await browser(app)
      .get(`/manage/${"A".repeat(43)}/logo?of=${of}`)
      .expect(404);
    const [other = ""] = place.tokens["/confirm"] ?? [];
    await browser(app).get(`/manage/${other}/logo?of=${of}`).expect(404);
  });
});
