/** What every page hands to its layout beside its own fields; `lang` and `dir` are added when it is rendered. */
export interface LayoutView {
  /** Text of `<title>`; the layout puts "Error:" before it when `errors` has entries. */
  readonly title: string;
  readonly description?: string;
  readonly noindex?: boolean;
  /** Absolute address of the page's own URL, for public pages. */
  readonly canonical?: string;
  /** Field name → message key (or a sentence); fills the error summary and the fields. */
  readonly errors?: Readonly<Record<string, string>>;
  /** Field name → what was typed; fills the fields. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** A sentence shown at the top of the main part after something was done. */
  readonly notice?: string;
}

export interface Link {
  readonly href: string;
  readonly label: string;
}

export interface LanguageLink {
  readonly lang: string;
  readonly href: string;
  readonly current: boolean;
}

/** Layouts `public`, `personal` and `error`. */
export interface PublicLayoutView extends LayoutView {
  /** Whose letter this is; stands beside the mark. Without it the product's own name does. */
  readonly sponsor?: { readonly name: string; readonly href?: string; readonly lang?: string };
  /** Languages the page can be read in; shown only with two or more, never by `personal`. */
  readonly languages?: readonly LanguageLink[];
  readonly footer?: {
    /** Who runs and pays for the letter, in one sentence or two. */
    readonly funding?: string;
    readonly links?: readonly Link[];
  };
  /** Addresses of twins for `<link rel="alternate">`. */
  readonly alternates?: readonly { readonly href: string; readonly type: string; readonly title: string }[];
}

export interface ConsoleNavItem extends Link {
  readonly current?: boolean;
  /** Things waiting there; 0 and absent are not shown. */
  readonly count?: number;
}

/** Layout `console`. */
export interface ConsoleLayoutView extends LayoutView {
  readonly nav: readonly ConsoleNavItem[];
  /** The pages of the part that is open, where it has several. */
  readonly rooms?: { readonly label: string; readonly items: readonly ConsoleNavItem[] };
  readonly staff: { readonly name: string; readonly role?: string; readonly href?: string };
  readonly search?: { readonly action: string; readonly q?: string };
  /** While all outreach is stopped: since when, by whom, why, and where to read more. */
  readonly sendingStop?: {
    readonly since: Date;
    readonly by: string;
    readonly reason: string;
    readonly href: string;
  };
  /** Where the sign-out form posts to. */
  readonly signOut?: string;
}

/** Layout `email`, both twins. */
export interface MailLayoutView {
  readonly sponsor: { readonly name: string };
  readonly postalAddress: string;
  /** Shown only where the mail may be stopped (outreach). */
  readonly unsubscribeUrl?: string;
  /** Where the reader changes what they get; only beside `unsubscribeUrl`. */
  readonly preferencesUrl?: string;
  /** Why this address gets this mail, one sentence. */
  readonly why?: string;
}

/** The paging partial: absent addresses are not linked. */
export interface PagerView {
  readonly page: number;
  readonly pages: number;
  readonly previous?: string;
  readonly next?: string;
}
