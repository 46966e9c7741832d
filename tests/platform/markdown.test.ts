import { describe, expect, test } from "@jest/globals";
import { letterClauses, markdown, markdownLetter, markdownToText } from "../../src/platform/markdown.js";

describe("Markdown", () => {
  test("raw HTML is shown as typed, never run", () => {
    expect(markdown("<script>alert(1)</script>")).not.toContain("<script");
    expect(markdown('<img src=x onerror="x">')).not.toContain("<img");
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
  ])("a link to %s stays words", (address) => {
    expect(markdown(`[press](${address})`)).not.toContain("href");
  });

  test("web, mail and telephone links become links, and foreign ones are marked", () => {
    expect(markdown("[a](https://a.example)")).toContain('href="https://a.example" rel="noopener nofollow"');
    expect(markdown("write to ines@forum.example")).toContain('href="mailto:ines@forum.example"');
    expect(markdown("see https://forum.example/x.")).toContain('<a href="https://forum.example/x"');
    expect(markdown("Halden.no signs")).not.toContain("<a");
  });

  test("images are not loaded from anywhere", () => {
    expect(markdown("![logo](https://a.example/x.png)")).not.toContain("<img");
  });

  test("headings start below the page's own title", () => {
    expect(markdown("# Why")).toBe("<h2>Why</h2>\n");
    expect(markdown("###### Deep")).toBe("<h6>Deep</h6>\n");
  });

  const letter =
    "We write.\n\n1. First *thing*.\n2. Second,\n   on two lines.\n\nBetween.\n\n3. Third\n   - inner\n\n- no clause";

  test("each numbered paragraph of a letter is a clause that can be linked to", () => {
    const html = markdownLetter(letter);
    expect(html).toContain('<li id="c1">');
    expect(html).toContain('<ol start="3">\n<li id="c3">');
    expect(html.match(/id="c/g)).toHaveLength(3);
  });

  test("clauses can be listed with their words", () => {
    expect(letterClauses(letter)).toEqual([
      { number: 1, text: "First thing." },
      { number: 2, text: "Second,\non two lines." },
      { number: 3, text: "Third\n- inner" },
    ]);
  });

  test("the plain-text twin keeps lists, quotes and addresses", () => {
    const source =
      "# Hello\n\nRead [the letter](https://a.example/l) or https://b.example.\n\n- one\n- two\n\n1. a\n2. b\n\n> said\n> so\n\nEnd &amp; out.";
    expect(markdownToText(source)).toBe(
      "Hello\n\nRead the letter (https://a.example/l) or https://b.example.\n\n- one\n- two\n\n1. a\n2. b\n\n> said\n> so\n\nEnd & out.",
    );
  });

  test("a link whose words are its address is not written twice", () => {
    expect(markdownToText("[https://a.example](https://a.example)")).toBe("https://a.example");
  });
});
