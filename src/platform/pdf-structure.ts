/**
 * The tags of a printed page: what each piece of it is to a reader that hears it read out (ISO 32000-1 §14.8). Blocks
 * stand below the document one after the other; items that follow each other make one list with its marks and bodies.
 */

/** What a piece of a page is. */
export type Tag = "H1" | "H2" | "P" | "BlockQuote" | "Lbl" | "LBody";

/** Writes the structure beside the content; what is drawn between `begin` and `end` belongs to the element begun. */
export class PdfStructure {
  readonly #doc: PDFKit.PDFDocument;
  readonly #root: PDFKit.PDFStructureElement;
  #list: { element: PDFKit.PDFStructureElement; numbered: boolean } | undefined;
  #item: PDFKit.PDFStructureElement | undefined;
  /** The element that is being written; its content is marked anew on each page. */
  #open: { element: PDFKit.PDFStructureElement; tag: Tag } | undefined;

  constructor(doc: PDFKit.PDFDocument) {
    this.#doc = doc;
    this.#root = doc.struct("Document");
    doc.addStructure(this.#root);
  }

  /** Begins an element below the document, which ends a list. */
  begin(tag: Tag, language?: string): void {
    this.#endList();
    this.#enter(tag, this.#root, language);
  }

  /**
   * Begins the body of a list's item and draws its mark, if it has one; without a mark it goes on with the item before
   * it. A number after dots, or dots after numbers, begin another list.
   */
  beginItem(mark: string | undefined, drawMark: (mark: string) => void, language?: string): void {
    const numbered = mark === undefined ? (this.#list?.numbered ?? false) : /\p{N}/u.test(mark);
    if (this.#list?.numbered !== numbered) this.#endList();
    this.#list ??= this.#newList(numbered);
    if (mark !== undefined || !this.#item) {
      this.#item = this.#doc.struct("LI", language ? { lang: language } : {});
      this.#list.element.add(this.#item);
    }
    if (mark !== undefined) {
      this.#enter("Lbl", this.#item);
      drawMark(mark);
      this.end();
    }
    this.#enter("LBody", this.#item);
  }

  /** Ends the element begun last. */
  end(): void {
    this.pause();
    this.#open?.element.end();
    this.#open = undefined;
  }

  /** Closes what is marked on this page; `resume` marks what follows on the next as the same element. */
  pause(): void {
    if (this.#open) this.#doc.endMarkedContent();
  }

  resume(): void {
    if (this.#open) this.#open.element.add(this.#doc.markStructureContent(this.#open.tag));
  }

  /** Ends the document's structure; nothing can be begun after it. */
  close(): void {
    this.#endList();
    this.#root.end();
  }

  #enter(tag: Tag, parent: PDFKit.PDFStructureElement, language?: string): void {
    const element = this.#doc.struct(tag, language ? { lang: language } : {});
    parent.add(element);
    this.#open = { element, tag };
    this.resume();
  }

  /** How it is numbered has to be said of a list whose items bear marks (ISO 14289-1 §7.6). */
  #newList(numbered: boolean): { element: PDFKit.PDFStructureElement; numbered: boolean } {
    const element = this.#doc.struct("L");
    // The package writes it but its types leave it out.
    const { dictionary } = element as typeof element & { dictionary: { data: Record<string, unknown> } };
    dictionary.data["A"] = { O: "List", ListNumbering: numbered ? "Decimal" : "Disc" };
    this.#root.add(element);
    return { element, numbered };
  }

  #endList(): void {
    this.#list?.element.end();
    this.#list = undefined;
    this.#item = undefined;
  }
}
