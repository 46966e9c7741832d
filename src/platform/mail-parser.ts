import { Worker } from "node:worker_threads";
import type { ParsedMail } from "./mail-parse.js";
import type { ParseRequest } from "./mail-parser-thread.js";

/**
 * Strangers' mails are parsed in a thread of their own, with limits of size, time and memory: a mail that was built to
 * hang or to fill a parser costs its thread, never the process. One mail at a time; others wait in line.
 */
export type ParseResult = { ok: true; mail: ParsedMail } | { ok: false; why: string };

export interface MailParserLimits {
  /** Milliseconds one mail may take before its thread is ended. */
  milliseconds?: number;
  /** Megabytes of heap of the thread. */
  megabytes?: number;
}

interface Job {
  id: number;
  raw: Uint8Array;
  resolve: (result: ParseResult) => void;
}

const DEFAULTS = { milliseconds: 5000, megabytes: 256 };
/** No mail is kept that is bigger; one that is parsed by its head only is still copied to the thread. */
const LARGEST_TAKEN = 64 * 1024 * 1024;

/** Parses mails one after the other; never throws, never hangs. `close` when done. */
export class MailParser {
  private worker: Worker | undefined;
  private readonly waiting: Job[] = [];
  private current: { job: Job; timer: NodeJS.Timeout } | undefined;
  private next = 1;
  private closed = false;
  private readonly limits: typeof DEFAULTS;

  constructor(limits: MailParserLimits = {}) {
    this.limits = { ...DEFAULTS, ...limits };
  }

  /** Parses one raw mail; a mail that can't be read answers `ok: false` with the reason. */
  parse(raw: Uint8Array): Promise<ParseResult> {
    if (this.closed) return Promise.resolve({ ok: false, why: "the parser is closed" });
    if (raw.length > LARGEST_TAKEN) return Promise.resolve({ ok: false, why: "the mail is too big" });
    return new Promise((resolve) => {
      this.waiting.push({ id: this.next++, raw, resolve });
      this.work();
    });
  }

  /** Ends the thread; mails that still wait are answered with a reason. */
  async close(): Promise<void> {
    this.closed = true;
    const { worker } = this;
    this.worker = undefined;
    this.finish({ ok: false, why: "the parser is closed" });
    for (const job of this.waiting.splice(0)) job.resolve({ ok: false, why: "the parser is closed" });
    await worker?.terminate();
  }

  private work(): void {
    if (this.current || this.closed) return;
    const job = this.waiting.shift();
    if (!job) return;
    const worker = this.thread();
    const timer = setTimeout(() => this.replace("the mail took too long to parse"), this.limits.milliseconds);
    this.current = { job, timer };
    worker.ref();
    const bytes = new Uint8Array(job.raw);
    const request: ParseRequest = { id: job.id, bytes };
    worker.postMessage(request, [bytes.buffer]);
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL("./mail-parser-thread.js", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: this.limits.megabytes, maxYoungGenerationSizeMb: 32 },
    });
    worker.on("message", ({ id, result }: { id: number; result: ParseResult }) => {
      if (this.worker === worker && this.current?.job.id === id) this.finish(result);
    });
    const lost = (): void => {
      if (this.worker === worker) this.replace("the mail broke its parser");
    };
    worker.on("error", lost);
    worker.on("exit", lost);
    this.worker = worker;
    return worker;
  }

  /** Ends the thread with the mail it is at; the next mail gets a new one. */
  private replace(why: string): void {
    const { worker } = this;
    this.worker = undefined;
    worker?.terminate().catch(() => undefined);
    this.finish({ ok: false, why });
  }

  private finish(result: ParseResult): void {
    const { current } = this;
    if (!current) return;
    clearTimeout(current.timer);
    this.current = undefined;
    this.worker?.unref();
    current.job.resolve(result);
    this.work();
  }
}
