import { Router } from "express";
import type { App } from "../../app.js";
import { consolePage } from "./layout.js";

/** A page that shows every part other pages are made of; `?errors=1` shows the form as it comes back. */
export function styleGuideRoutes(app: App): Router {
  const router = Router();
  router.get("/style-guide", (req, res) => {
    consolePage(
      app,
      req,
      res,
      "console/style-guide",
      styleGuideView({ errors: req.query["errors"] === "1" }),
    );
  });
  return router;
}

/** Invented content for the style guide, so that each part of the pages can be seen and tested in one place. */
export function styleGuideView(query: { readonly errors?: boolean } = {}) {
  return {
    title: "Style guide",
    options: sectors.map((label, index) => ({ value: `s${index}`, label })),
    visibility: [
      { value: "public", label: "By name, on the public list" },
      {
        value: "pledge",
        label: "By name, once others have signed",
        hint: "You set the number, the group and a deadline.",
      },
      { value: "confidential", label: "In confidence", hint: "Counted, never named, in no file we publish." },
    ],
    errors: query.errors ? formErrors : {},
    values: query.errors ? { email: "grace.wanjiru@freemail.example", visibility: "pledge" } : {},
    states: [
      { kind: "ok", words: "Accepted" },
      { kind: "wait", words: "Waiting for the officer" },
      { kind: "info", words: "Needs information" },
      { kind: "bad", words: "Uncertain, never resent" },
      { kind: "off", words: "Cancelled: they replied" },
    ],
    rows: [
      {
        name: "Rimfrost Thermal Oy",
        by: "Aino Laakso, CEO",
        kind: "wait",
        words: "In review",
        due: "yesterday",
        late: true,
      },
      {
        name: "Delta Nyota Telecoms SA",
        by: "Awa Diop, DG",
        kind: "info",
        words: "Needs information",
        due: "today",
      },
      { name: "Harrow & Vale Brokers LLP", by: "two officers", kind: "ok", words: "Accepted", due: "Wed" },
    ],
    pager: { page: 2, pages: 22, previous: "?page=1", next: "?page=3" },
    timeline: [
      {
        at: "2027-06-13T16:20:00Z",
        title: "Paulo Freitas replied.",
        text: "“Who else from Brazil is in? Our board will ask me first.”",
        href: "#timeline",
        hrefLabel: "Open",
        sub: "Read as: question. Sequence stopped for everyone at the organisation.",
      },
      {
        at: "2027-06-02T09:15:00Z",
        title: "Call, 20 minutes,",
        text: "Beatriz Lacerda with Ines Falk. Supportive; wants peers first.",
      },
      {
        at: "2027-03-20T11:40:00Z",
        title: "Declined",
        text: "by Beatriz Lacerda: first mover. Revisit date set to 1 June.",
      },
    ],
    facts: [
      { name: "Also known as", value: "Ribeira Alta, RA Telemetria" },
      { name: "Domain", value: "Confirmed", state: "ok" },
      { name: "Group", value: "3 organisations, this is the root", href: "#facts" },
      { name: "Source", value: "Import of 2 March, row 118" },
    ],
    bars: [
      { label: "Satellite operators", value: 58 },
      { label: "Ground segment and data", value: 47 },
      { label: "Launch and manufacturing", value: 36 },
      { label: "35 other countries", value: 104, rest: true },
    ],
    funnel: [
      { label: "Identified", value: 1204, note: "" },
      { label: "Approached", value: 861, note: "72%" },
      { label: "Answered", value: 498, note: "58%", main: true },
      { label: "Said yes, in some form", value: 263, note: "53%" },
      { label: "Signed in public", value: 214, note: "81%" },
    ],
    markdown:
      "Dear Ms Wanjiru,\n\nseven operators of your region have **signed**. Would yours? [The letter](https://forum.example/l) takes two minutes.\n\n- no cost\n- no legal duty\n\n> We model collisions for a living.",
  };
}

const sectors = [
  "Satellite operators",
  "Ground segment and data",
  "Launch and manufacturing",
  "Insurance and finance",
];

const formErrors = {
  email: "errors.field.email",
  country: "errors.field.choose_country",
  visibility: "errors.field.choose",
  why: "errors.field.too_long",
};
