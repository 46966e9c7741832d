import { browser, signedIn, type TestApp } from "./app.js";
import { addressesOf } from "./addresses.js";
import { LETTER } from "./letters.js";
import { registeredRoutes } from "./routes.js";
import { scene, type Scene } from "./scene.js";

/** A page as it was answered. */
export interface AnsweredPage {
  /** Method and address, as a finding names it: `GET /letters/x`. */
  name: string;
  /** HTTP status. */
  status: number;
  html: string;
  /** Its Content-Security-Policy. */
  policy: string;
}

/** A filled form of signing, as far as a page needs it that shows all answers. */
const ANSWERS = {
  display_name: "Halyard Orbital BV",
  country: "NL",
  sector: "operator",
  scope: "organisation",
  signatory_name: "Aino Lehto",
  signatory_title: "Director",
  signatory_email: "aino@halyard.example",
  filled_by: "officer",
  appearance: "named",
  authority: "on",
};

/**
 * Every HTML page that the router knows, with one of everything to show: found ones, missing ones and those that answer
 * a form of signing. Pages that read the same are there once.
 */
export async function everyPage(app: TestApp): Promise<AnsweredPage[]> {
  const place = await scene(app);
  const addresses = addressesOf(app, place);
  const admin = await signedIn(app);
  const pages: AnsweredPage[] = [];
  const seen = new Set<string>();
  const keep = (name: string, answer: Answer): void => {
    if (!String(answer.headers["content-type"]).startsWith("text/html")) return;
    const { text: html, status } = answer;
    if (status >= 300 && status < 400) return;
    const words = html.replaceAll(/[\w-]{30,}|%27%00/g, "…");
    if (seen.has(words)) return;
    seen.add(words);
    pages.push({ name, status, html, policy: String(answer.headers["content-security-policy"]) });
  };
  for (const path of htmlRoutes(app)) {
    const { real, unknown } = addresses(path);
    for (const address of [...real, ...unknown]) {
      const visitor = address.startsWith("/console") ? admin : browser(app);
      keep(`GET ${address}`, await visitor.get(address));
    }
  }
  for (const [name, answer] of await answered(app, place)) keep(name, answer);
  return pages;
}

type Answer = { text: string; status: number; headers: Record<string, unknown> };

/** The routes that are opened; what the API and files answer is never a page. */
function htmlRoutes(app: TestApp): string[] {
  const gets = registeredRoutes(app.web).filter(({ method }) => method === "GET");
  return [...new Set(gets.map(({ path }) => path))].filter(
    (path) => !path.startsWith("/api/") && !path.startsWith("/static/"),
  );
}

async function answered(app: TestApp, place: Scene): Promise<[string, Answer][]> {
  const sign = `/letters/${place.letter}/sign`;
  const send = async (path: string, answers: object): Promise<Answer> =>
    browser(app).post(path).type("form").send(answers);
  return [
    [`POST ${sign} with nothing`, await send(sign, {})],
    [`POST ${sign} with all answers`, await send(sign, { ...ANSWERS, quote: LETTER.title })],
  ];
}
