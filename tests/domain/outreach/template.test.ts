import { describe, expect, test } from "@jest/globals";
import {
  VARIABLES,
  fillBody,
  fillSubject,
  firstName,
  missingValues,
  readSubject,
  readTemplate,
  type Values,
} from "../../../src/domain/outreach/template.js";
import { markdown, markdownToText } from "../../../src/platform/markdown.js";

const VALUES: Values = {
  "organisation.name": "Vesta",
  "organisation.country": "Norway",
  "contact.name": "Ada Park",
  "contact.first_name": "Ada",
  "letter.title": "Keep low orbit usable",
  "letter.addressee": "Heads of state",
  "letter.closes_on": "14 June 2027",
  "signatures.count": "1,204",
  "invitation.link": "https://link.invalid/0192f000-0000-7000-8000-000000000000",
  "sender.name": "Ines",
};

describe("a mail can name what is on the list and nothing else (promise 33)", () => {
  test.each([
    "{{7*7}}",
    "{{constructor}}",
    "{{__proto__}}",
    "{{toString}}",
    "{{#with organisation}}{{name}}{{/with}}",
    "{{#each this}}x{{/each}}",
    "{{lookup this 'constructor'}}",
    "{{organisation}}",
    "{{organisation.constructor}}",
    "{{contact.email}}",
    "{{contact.name.length}}",
    "{{> partial}}",
    "{{! a comment}}",
    "{{}}",
    "{{{organisation.name}}}",
    "{{&organisation.name}}",
    "{{ organisation . name }}",
    "{{ORGANISATION.NAME}}",
    "{{organisation.name",
    "organisation.name}}",
    "{{contact.name}} {{contact.nmae}}",
    "{{{{raw}}}}{{/raw}}",
    "[[link:0192f000-0000-7000-8000-000000000000]]",
    "https://link.invalid/0192f000-0000-7000-8000-000000000000",
  ])("refused: %s", (text) => {
    expect(readTemplate(text).faults).not.toEqual([]);
    expect(fillBody(text, VALUES)).toBe("");
  });

  test("the fault names what was typed", () => {
    expect(readTemplate("Dear {{contact.nmae}},").faults).toEqual([
      { code: "unknown_variable", found: "{{contact.nmae}}" },
    ]);
    expect(readSubject("{{invitation.link}}").faults).toEqual([
      { code: "link_in_subject", found: "{{invitation.link}}" },
    ]);
  });

  test("every name on the list works, with or without spaces", () => {
    for (const name of VARIABLES) expect(fillBody(`{{ ${name} }}`, VALUES)).not.toBe("");
    expect(fillSubject("{{organisation.name}}: {{letter.title}}", VALUES)).toBe(
      "Vesta: Keep low orbit usable",
    );
  });

  test("single braces and other signs stay as typed", () => {
    expect(fillBody("a { b } ${x} <%= y %> #{z}", VALUES)).toBe("a { b } ${x} <%= y %> #{z}");
  });
});

test("what is missing is named once, and only if it is used", () => {
  const values = { ...VALUES, "contact.name": null, "contact.first_name": " ", "sender.name": null };
  const texts = ["{{contact.first_name}}", "{{contact.name}} {{contact.name}} {{letter.title}}"];
  expect(missingValues(texts, values)).toEqual(["contact.first_name", "contact.name"]);
});

describe("a name is shown as it is, whatever it looks like", () => {
  const hostile = [
    "*Bold* & _Sons_",
    "[click](https://evil.example)",
    "https://evil.example/path",
    "evil@example.net",
    "<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "# Heading",
    "1. First",
    "- item",
    "> quote",
    "`code` ~~gone~~ | table |",
    "&lt;b&gt; &amp; &copy;",
    "{{organisation.name}}",
    "[[link:0192f000-0000-7000-8000-000000000000]]",
    "a\\*b",
    "***",
    "www.evil.example",
    "<https://evil.example>",
    "A_b_c__d",
  ];
  test.each(hostile)("%j", (name) => {
    const body = fillBody("{{organisation.name}}", { ...VALUES, "organisation.name": name });
    const html = markdown(body);
    expect(html).toMatch(/^<p>[^<]*<\/p>\n$/);
    const shown = html
      .replace(/<\/?p>|\n/g, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&amp;", "&");
    expect(shown).toBe(name);
    expect(markdownToText(body)).toBe(name);
  });

  test("a name of several lines makes no new line, header or paragraph", () => {
    const values = { ...VALUES, "organisation.name": "Vesta\r\nBcc: x@y.example\n\n# Big" };
    expect(fillSubject("{{organisation.name}}", values)).toBe("Vesta Bcc: x@y.example # Big");
    expect(markdownToText(fillBody("{{organisation.name}}", values))).toBe("Vesta Bcc: x@y.example # Big");
  });
});

test("the personal link works bare and inside a link", () => {
  const html = markdown(fillBody("[Answer]({{invitation.link}}) or {{invitation.link}}", VALUES));
  expect(html.match(/href="https:\/\/link\.invalid\/0192f000-0000-7000-8000-000000000000"/g)).toHaveLength(2);
});

test("people are called by their first name, without titles", () => {
  expect(firstName("Dr. Ada Park")).toBe("Ada");
  expect(firstName("Prof. Dr. J. Kofi Mensah")).toBe("Kofi");
  expect(firstName("Ada")).toBe("Ada");
  expect(firstName("  ")).toBeNull();
  expect(firstName(null)).toBeNull();
});
