import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import supertest from "supertest";
import {
  PERMISSIONS,
  ROLES,
  ROLE_PERMISSIONS,
  mayDo,
  type Permission,
  type Role,
} from "../../src/domain/team/permission.js";
import type { ApiMethod } from "../../src/web/api/frame.js";
import { apiRouteTable } from "../../src/web/api/routes.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { registeredRoutes, type Registered } from "../support/routes.js";

const UNKNOWN_ID = "01890a5d-ac96-774b-bcce-b302099a8057";

/** What each act of the console needs. A route that is not here fails the test: nobody forgets to think about it. */
const CONSOLE: Record<string, Permission | "anybody" | "staff"> = {
  "GET /console/sign-in": "anybody",
  "POST /console/sign-in": "anybody",
  "GET /console/sign-in/:token": "anybody",
  "POST /console/sign-in/:token": "anybody",
  "POST /console/sign-out": "anybody",
  "GET /console": "reports:read",
  "GET /console/reports/funnel.json": "reports:read",
  "GET /console/reports/funnel.csv": "reports:read",
  "GET /console/reports/declines.json": "reports:read",
  "GET /console/reports/declines.csv": "reports:read",
  "GET /console/sending/limits": "outreach:write",
  "POST /console/sending/limits": "outreach:write",
  "GET /console/staff": "staff:manage",
  "POST /console/staff": "staff:manage",
  "GET /console/staff/:id": "staff:manage",
  "POST /console/staff/:id": "staff:manage",
  "POST /console/staff/:id/link": "staff:manage",
  "GET /console/tokens": "tokens:manage",
  "POST /console/tokens": "tokens:manage",
  "POST /console/tokens/:id/revoke": "tokens:manage",
  "GET /console/audit": "audit:read",
  "GET /console/review": "signatures:read",
  "GET /console/review/:id": "signatures:read",
  "POST /console/review/:id/accept": "signatures:review",
  "POST /console/review/:id/reject": "signatures:review",
  "POST /console/review/:id/move": "signatures:review",
  "POST /console/review/:id/reopen": "signatures:review",
  "POST /console/review/:id/instead": "signatures:review",
  "POST /console/review/:id/ask": "signatures:review",
  "POST /console/review/:id/claim": "signatures:review",
  "POST /console/review/:id/release": "signatures:review",
  "POST /console/review/:id/note": "signatures:review",
  "POST /console/review-times/:slug": "signatures:review",
  "GET /console/bulk": "signatures:read",
  "GET /console/bulk/new": "signatures:review",
  "POST /console/bulk": "signatures:review",
  "GET /console/bulk/:id": "signatures:read",
  "POST /console/bulk/:id/start": "signatures:review",
  "POST /console/bulk/:id/approve": "signatures:review",
  "POST /console/bulk/:id/cancel": "signatures:review",
  "POST /console/bulk/:id/undo": "signatures:review",
  "POST /console/bulk/:id/delete": "signatures:review",
  "GET /console/reasons": "signatures:read",
  "POST /console/reasons": "signatures:review",
  "POST /console/reasons/:code": "signatures:review",
  "GET /console/screening": "signatures:review",
  "POST /console/screening": "signatures:review",
  "POST /console/screening/:id/delete": "signatures:review",
  "GET /console/signatures": "signatures:read",
  "POST /console/signatures/export": "signatures:read",
  "GET /console/letters/:slug/mails": "signatures:read",
  "GET /console/letters/:slug/mails/new": "signatures:review",
  "POST /console/letters/:slug/mails": "signatures:review",
  "GET /console/signer-mails/:id": "signatures:read",
  "POST /console/signer-mails/:id": "signatures:review",
  "POST /console/signer-mails/:id/test": "signatures:review",
  "POST /console/signer-mails/:id/send": "signatures:review",
  "POST /console/signer-mails/:id/approve": "signatures:review",
  "POST /console/signer-mails/:id/delete": "signatures:review",
  "GET /console/letters/:slug/anonymise": "privacy:manage",
  "POST /console/letters/:slug/anonymise": "privacy:manage",
  "GET /console/statements": "signatures:read",
  "GET /console/review/:id/statements": "signatures:read",
  "GET /console/statements/:id/logo": "signatures:read",
  "POST /console/statements/:id": "signatures:review",
  "POST /console/review/:id/link": "signatures:review",
  "POST /console/review/:id/settle": "signatures:review",
  "GET /console/review/:id/evidence": "signatures:read",
  "POST /console/review/:id/check": "signatures:review",
  "POST /console/review/:id/files": "signatures:review",
  "GET /console/evidence/:id": "signatures:review",
  "POST /console/officers/:id": "signatures:review",
  "POST /console/organisations/:id/domains": "organisations:write",
  "POST /console/domains/:id/retire": "organisations:write",
  "GET /console/site": "site:manage",
  "POST /console/site": "site:manage",
  "GET /console/letters/:slug/course": "letters:read",
  "POST /console/letters/:slug/answers": "letters:publish",
  "POST /console/letters/:slug/milestones": "letters:write",
  "POST /console/letters/:slug/dates": "letters:write",
  "POST /console/letters/:slug/dates/:id": "letters:write",
  "GET /console/letters/:slug/evidence": "letters:read",
  "GET /console/letters/:slug/total": "letters:read",
  "POST /console/letters/:slug/total": "letters:publish",
  "POST /console/letters/:slug/total/off": "letters:publish",
  "GET /console/reports/coverage": "reports:read",
  "GET /console/reports/coverage.json": "reports:read",
  "GET /console/reports/coverage.csv": "reports:read",
  "GET /console/organisations/:id/names": "organisations:write",
  "POST /console/organisations/:id/names": "organisations:write",
  "POST /console/organisations/:id/aliases": "organisations:write",
  "POST /console/organisations/:id/aliases/remove": "organisations:write",
  "GET /console/organisations/:id/parent": "organisations:write",
  "POST /console/organisations/:id/parent": "organisations:write",
  "GET /console/organisations/:id/figures": "organisations:read",
  "POST /console/organisations/:id/figures": "organisations:write",
  "POST /console/figures/:id/withdraw": "organisations:write",
  "GET /console/organisations/:id/merge": "organisations:write",
  "POST /console/organisations/:id/merge": "organisations:write",
  "POST /console/merges/:id/undo": "organisations:write",
  "POST /console/letters/:slug/evidence": "letters:publish",
  "GET /console/letters/:slug/delivery": "letters:read",
  "POST /console/letters/:slug/delivery": "letters:publish",
  "GET /console/letters": "letters:read",
  "GET /console/letters/new": "letters:write",
  "POST /console/letters": "letters:write",
  "GET /console/letters/:slug": "letters:read",
  "GET /console/letters/:slug/preview": "letters:read",
  "POST /console/letters/:slug/state": "letters:publish",
  "GET /console/letters/:slug/details": "letters:write",
  "POST /console/letters/:slug/details": "letters:write",
  "GET /console/letters/:slug/texts/:language": "letters:write",
  "POST /console/letters/:slug/texts/:language": "letters:write",
  "GET /console/letters/:slug/versions/new": "letters:publish",
  "POST /console/letters/:slug/versions": "letters:publish",
  "GET /console/letters/:slug/pledges": "signatures:read",
  "POST /console/letters/:slug/pledges": "letters:write",
  "GET /console/organisations": "organisations:read",
  "GET /console/organisations/new": "organisations:write",
  "POST /console/organisations": "organisations:write",
  "GET /console/organisations/:id": "organisations:read",
  "GET /console/organisations/:id/edit": "organisations:write",
  "POST /console/organisations/:id/edit": "organisations:write",
  "GET /console/organisations/:id/contacts/new": "organisations:write",
  "POST /console/organisations/:id/contacts": "organisations:write",
  "GET /console/contacts/:id": "organisations:write",
  "POST /console/contacts/:id": "organisations:write",
  "POST /console/contacts/:id/basis": "organisations:write",
  "GET /console/contacts/:id/erase": "privacy:manage",
  "POST /console/contacts/:id/erase": "privacy:manage",
  "GET /console/consent": "organisations:read",
  "GET /console/countries": "organisations:read",
  "GET /console/countries/:id": "privacy:manage",
  "POST /console/countries/:id": "privacy:manage",
  "POST /console/countries/:id/reset": "privacy:manage",
  "GET /console/suppressions": "suppressions:write",
  "GET /console/suppressions/:id": "privacy:manage",
  "POST /console/suppressions/:id/lift": "privacy:manage",
  "GET /console/sending": "messages:read",
  "POST /console/sending/stop": "sending:stop",
  "POST /console/sending/resume": "sending:resume",
  "GET /console/imports": "imports:write",
  "POST /console/imports": "imports:write",
  "GET /console/imports/:id": "imports:write",
  "POST /console/imports/:id/apply": "imports:write",
  "GET /console/tasks": "organisations:read",
  "POST /console/tasks/:id/done": "tasks:write",
  "GET /console/inbox": "messages:read",
  "GET /console/inbox/explain": "messages:read",
  "POST /console/inbox/explain": "messages:read",
  "GET /console/inbox/:id": "messages:read",
  "GET /console/inbox/:id/source": "invitations:write",
  "POST /console/inbox/:id/handled": "outreach:write",
  "POST /console/inbox/:id/assign": "outreach:write",
  "POST /console/inbox/:id/class": "outreach:write",
  "POST /console/inbox/:id/answer": "outreach:write",
  "POST /console/inbox/readers/:id/retry": "outreach:write",
  "GET /console/outreach": "messages:read",
  "GET /console/outreach/new": "outreach:write",
  "POST /console/outreach": "outreach:write",
  "GET /console/outreach/:id": "messages:read",
  "GET /console/outreach/:id/edit": "outreach:write",
  "GET /console/outreach/:id/preview": "messages:read",
  "POST /console/outreach/:id/queue": "outreach:write",
  "POST /console/outreach/:id/approve": "outreach:write",
  "POST /console/outreach/:id/stop": "outreach:write",
  "GET /console/sequences": "messages:read",
  "GET /console/sequences/new": "outreach:write",
  "POST /console/sequences": "outreach:write",
  "GET /console/sequences/:id": "messages:read",
  "POST /console/sequences/:id/activate": "outreach:write",
  "POST /console/sequences/:id/stop": "outreach:write",
  "POST /console/sequences/:id/approve-batch": "outreach:write",
  "POST /console/sequences/:id/drop-batch": "outreach:write",
  "GET /console/sequences/:id/rules": "outreach:write",
  "POST /console/sequences/:id/rules": "outreach:write",
  "GET /console/sequences/:id/step": "outreach:write",
  "POST /console/sequences/:id/step": "outreach:write",
  "POST /console/sequences/:id/move": "outreach:write",
  "GET /console/sequences/:id/enrol": "outreach:write",
  "POST /console/sequences/:id/enrol": "outreach:write",
  "POST /console/sequences/:id/filter": "outreach:write",
  "GET /console/sequences/:id/look": "messages:read",
  "GET /console/sequences/:id/preview": "messages:read",
  "POST /console/sequences/:id/test": "templates:write",
  "GET /console/approvals": "messages:read",
  "POST /console/approvals": "outreach:write",
  "GET /console/approvals/:id": "messages:read",
  "GET /console/approvals/:id/preview": "messages:read",
  "POST /console/approvals/:id": "outreach:write",
  "POST /console/approvals/:id/reject": "outreach:write",
  "POST /console/approvals/:id/skip": "outreach:write",
  "GET /console/templates": "messages:read",
  "GET /console/templates/new": "templates:write",
  "POST /console/templates": "templates:write",
  "GET /console/templates/:id": "messages:read",
  "GET /console/templates/:id/edit": "templates:write",
  "POST /console/templates/:id/edit": "templates:write",
  "POST /console/templates/:id/archive": "templates:write",
  "GET /console/templates/:id/look": "messages:read",
  "GET /console/templates/:id/preview": "messages:read",
  "POST /console/templates/:id/test": "templates:write",
  "GET /console/segments": "messages:read",
  "POST /console/segments/:id/delete": "outreach:write",
  "GET /console/holds": "messages:read",
  "GET /console/holds/new": "outreach:write",
  "POST /console/holds": "outreach:write",
  "POST /console/holds/end": "outreach:write",
  "POST /console/holds/stop": "outreach:write",
  "POST /console/enrolments/:id/end": "outreach:write",
  "GET /console/mailboxes": "messages:read",
  "GET /console/mailboxes/new": "mailboxes:manage",
  "POST /console/mailboxes": "mailboxes:manage",
  "GET /console/mailboxes/:id": "messages:read",
  "GET /console/mailboxes/:id/edit": "mailboxes:manage",
  "POST /console/mailboxes/:id/edit": "mailboxes:manage",
  "POST /console/mailboxes/:id/test": "mailboxes:manage",
  "POST /console/mailboxes/:id/test-mail": "mailboxes:manage",
  "POST /console/mailboxes/:id/pause": "mailboxes:manage",
  "POST /console/mailboxes/:id/resume": "mailboxes:manage",
  "POST /console/mailboxes/:id/archive": "mailboxes:manage",
  "GET /console/messages": "messages:read",
  "GET /console/messages/:id": "messages:read",
  "GET /console/messages/:id/html": "messages:read",
  "POST /console/messages/:id/approve": "outreach:write",
  "POST /console/messages/:id/cancel": "outreach:write",
  "POST /console/messages/:id/skip": "outreach:write",
  "POST /console/messages/:id/resolution": "outreach:write",
  "GET /console/sending-safety": "messages:read",
  "POST /console/sending-safety/arm": "sending:arm",
  "POST /console/sending-safety/time": "sending:arm",
  "GET /console/mail": "messages:read",
  "GET /console/mail/:id": "messages:read",
  "GET /console/mail/:id/html": "messages:read",
  "GET /console/organisations/:id/decline": "declines:write",
  "POST /console/organisations/:id/decline": "declines:write",
  "GET /console/style-guide": "staff",
};

/** What has to be sent before it is clear what is asked for. */
const BODIES: Record<string, string> = { "POST /console/letters/:slug/state": "to=open&row_version=1" };

let app: TestApp;
let routes: Registered[];

beforeAll(async () => {
  app = await testApp();
  routes = registeredRoutes(app.web).filter(
    ({ path }) => path === "/console" || path.startsWith("/console/"),
  );
});
afterAll(() => app.close());

jest.setTimeout(120_000);

function address(path: string): string {
  const named = path.replaceAll(/:(slug|letter)/g, "unknown-letter").replaceAll(":language", "en");
  return named.replaceAll(/:\w+/g, UNKNOWN_ID);
}

function name({ method, path }: Registered): string {
  return `${method} ${path}`;
}

async function knock(visitor: ReturnType<typeof supertest.agent>, route: Registered): Promise<number> {
  const { method, path } = route;
  const answer =
    method === "GET"
      ? await visitor.get(address(path))
      : await visitor
          .post(address(path))
          .type("form")
          .send(BODIES[name(route)] ?? "");
  return answer.status;
}

describe("each route of the console", () => {
  it("is written down with what it needs", () => {
    expect(routes.map(name).filter((each) => !(each in CONSOLE))).toEqual([]);
    expect(routes.every(({ method }) => method === "GET" || method === "POST")).toBe(true);
    expect(Object.keys(CONSOLE).filter((each) => !routes.map(name).includes(each))).toEqual([]);
  });

  it.each(ROLES)(
    "lets a colleague of the role %s do what the table says and nothing else",
    async (role: Role) => {
      const visitor = await signedIn(app, role);
      const wrong: string[] = [];
      for (const route of routes) {
        const needed = CONSOLE[name(route)];
        if (needed === undefined || needed === "anybody") continue;
        const allowed = needed === "staff" || ROLE_PERMISSIONS[role].includes(needed);
        const status = await knock(visitor, route);
        if ((status === 403) === allowed || status >= 500) wrong.push(`${name(route)}: ${status}`);
      }
      expect(wrong).toEqual([]);
    },
  );

  it("sends strangers to sign in, however the address is spelled", async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      if (CONSOLE[name(route)] === "anybody") continue;
      const path = address(route.path);
      const spellings = [
        path,
        `${path}/`,
        path.toUpperCase(),
        path.replace("console", "c%6fnsole"),
        `/${path}`,
      ];
      for (const spelling of spellings) {
        const request = route.method === "GET" ? browser(app).get(spelling) : browser(app).post(spelling);
        const { status, headers } = await request;
        const sentAway = status === 303 && String(headers["location"]).startsWith("/console/sign-in");
        if (!sentAway && status !== 404) wrong.push(`${route.method} ${spelling}: ${status}`);
      }
      const overridden = await browser(app)
        .get(path)
        .set("X-HTTP-Method-Override", "POST")
        .query({ _method: "POST" });
      if (overridden.status !== 303 && overridden.status !== 404) wrong.push(`override ${path}`);
    }
    expect(wrong).toEqual([]);
  });

  it("is never kept or indexed", async () => {
    const visitor = await signedIn(app);
    for (const route of routes.filter(({ method }) => method === "GET")) {
      const { headers } = await visitor.get(address(route.path));
      expect([route.path, headers["cache-control"], headers["x-robots-tag"]]).toEqual([
        route.path,
        "no-store",
        "noindex, nofollow",
      ]);
    }
  });
});

function apiAddress(path: string): string {
  const named = path.replaceAll(/\{(slug|letter)\}/g, "unknown-letter").replaceAll("{language}", "en");
  return `/api/v1${named.replaceAll(/\{\w+\}/g, UNKNOWN_ID)}`;
}

function call(method: ApiMethod, path: string, authorization: string): supertest.Test {
  const request = supertest(app.web)[method](path);
  return authorization === "" ? request : request.set("Authorization", authorization);
}

describe("each act of the API", () => {
  it("is refused without its scope, and never for want of a scope with it", async () => {
    const wrong: string[] = [];
    for (const route of apiRouteTable(app)) {
      const path = apiAddress(route.path);
      const others = PERMISSIONS.filter((each) => each !== route.permission);
      const without = await call(route.method, path, await bearer(app, others));
      const withIt = await call(route.method, path, await bearer(app, [route.permission]));
      const stranger = await call(route.method, path, "");
      const statuses = [without.status, withIt.status, stranger.status];
      const right = statuses[0] === 403 && ![401, 403, 500].includes(withIt.status) && statuses[2] === 401;
      if (!right) wrong.push(`${route.method} ${path}: ${statuses.join(" ")}`);
    }
    expect(wrong).toEqual([]);
  });

  it("asks for a token before it says whether an address exists", async () => {
    for (const path of [
      "/api/v1",
      "/api/v1/",
      "/api/v1/unknown",
      "/api/v1/letters/",
      "/API/v1/letters",
      "/api/V1/letters",
    ]) {
      const { status } = await supertest(app.web).get(path);
      expect([path, status === 401 || status === 404]).toEqual([path, true]);
    }
  });
});

describe("the permission table", () => {
  it("gives the administrator everything and the viewer nothing that changes anything", () => {
    expect(ROLE_PERMISSIONS.admin).toEqual(PERMISSIONS);
    for (const permission of ROLE_PERMISSIONS.viewer) expect(permission).toMatch(/:read$/);
  });

  it("gives companies, the public and roles that do not exist nothing", () => {
    for (const permission of PERMISSIONS) {
      expect(mayDo({ kind: "public" }, permission)).toBe(false);
      expect(mayDo({ kind: "company", id: UNKNOWN_ID }, permission)).toBe(false);
      for (const role of ["", "Admin", "__proto__", "constructor", "admin "]) {
        expect(mayDo({ kind: "staff", id: UNKNOWN_ID, name: "x", role }, permission)).toBe(false);
      }
    }
  });
});
