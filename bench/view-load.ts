import { connect, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { ViewAnswers, ViewWish } from "./view-wish.js";

/** A connection that asks for one page at a time. */
class Asker {
  private socket: Socket;
  private text = "";
  private wanted: number | undefined;

  constructor(
    private readonly wish: ViewWish,
    private readonly answers: ViewAnswers,
    private readonly free: (asker: Asker) => void,
  ) {
    this.socket = this.open();
  }

  private open(): Socket {
    const socket = connect(this.wish.port, "127.0.0.1");
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (chunk: string) => this.take(chunk));
    socket.on("error", () => this.fail());
    socket.on("close", () => this.fail());
    return socket;
  }

  ask(wanted: number): void {
    this.wanted = wanted;
    this.socket.write(
      `GET ${this.wish.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: en\r\nAccept-Encoding: br\r\n\r\n`,
    );
  }

  private take(chunk: string): void {
    this.text += chunk;
    const head = this.text.indexOf("\r\n\r\n") + 4;
    const length = Number(/content-length: (\d+)/i.exec(this.text)?.[1] ?? 0);
    if (head < 4 || this.text.length < head + length || this.wanted === undefined) return;
    if (this.text.startsWith("HTTP/1.1 200")) this.answers.times.push(performance.now() - this.wanted);
    else this.answers.errors += 1;
    this.text = "";
    this.wanted = undefined;
    this.free(this);
  }

  /** A connection that breaks while it waits is an error; another one takes its place. */
  private fail(): void {
    if (this.answers.over) return;
    if (this.wanted !== undefined) this.answers.errors += 1;
    this.wanted = undefined;
    this.text = "";
    this.socket.removeAllListeners().on("error", () => undefined);
    this.socket = this.open();
    this.free(this);
  }

  end(): void {
    this.socket.destroy();
  }
}

/** Asks for a page so many times a second, whether or not the ones before are answered; times run from when each was due. */
async function load(wish: ViewWish): Promise<ViewAnswers> {
  const answers: ViewAnswers = { times: [], errors: 0, over: false };
  const idle: Asker[] = [];
  const waiting: number[] = [];
  const free = (asker: Asker): void => {
    const due = waiting.shift();
    if (due === undefined) idle.push(asker);
    else asker.ask(due);
  };
  const all = Array.from({ length: wish.connections }, () => new Asker(wish, answers, free));
  idle.push(...all);
  const start = performance.now();
  let offered = 0;
  while (performance.now() - start < wish.seconds * 1000) {
    while (offered < ((performance.now() - start) / 1000) * wish.rate) {
      const due = start + (offered / wish.rate) * 1000;
      const asker = idle.pop();
      if (asker) asker.ask(due);
      else waiting.push(due);
      offered += 1;
    }
    await new Promise((done) => setTimeout(done, 2));
  }
  while (
    answers.times.length + answers.errors < offered &&
    performance.now() - start < wish.seconds * 1000 + 10_000
  )
    await new Promise((done) => setTimeout(done, 20));
  answers.errors += offered - answers.times.length - answers.errors;
  answers.over = true;
  for (const asker of all) asker.end();
  return answers;
}

parentPort?.postMessage(await load(workerData as ViewWish));
