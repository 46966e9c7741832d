import { Agent, request } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import type { SignWish, SignAnswers } from "./sign-wish.js";

/** Posts one signing form of an organisation nobody knew; answers the status and whether it says when to come back. */
function post(wish: SignWish, agent: Agent, n: number): Promise<{ status: number; again: boolean }> {
  const body = wish.body.replaceAll("PLACE", `${wish.mark}x${n}`);
  return new Promise((resolve) => {
    const sent = request(
      {
        agent,
        host: "127.0.0.1",
        port: wish.port,
        path: wish.path,
        method: "POST",
        headers: {
          origin: wish.origin,
          "content-type": "application/x-www-form-urlencoded",
          "content-length": Buffer.byteLength(body),
        },
      },
      (answer) => {
        answer.resume();
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, again: answer.headers["retry-after"] !== undefined }),
        );
      },
    );
    sent.on("error", () => resolve({ status: 0, again: false }));
    sent.end(body);
  });
}

async function load(wish: SignWish): Promise<SignAnswers> {
  const agent = new Agent({ keepAlive: true, maxSockets: wish.connections });
  const answers: SignAnswers = { offered: 0, stored: 0, comeBack: 0, other: {}, seconds: 0 };
  const one = async (): Promise<void> => {
    answers.offered += 1;
    const { status, again } = await post(wish, agent, answers.offered);
    if (status === 303) answers.stored += 1;
    else if (status === 503 && again) answers.comeBack += 1;
    else answers.other[status] = (answers.other[status] ?? 0) + 1;
  };
  const start = performance.now();
  const past = (): number => (performance.now() - start) / 1000;
  if (wish.rate === undefined) {
    const keepOn = async (): Promise<void> => {
      while (past() < wish.seconds) await one();
    };
    await Promise.all(Array.from({ length: wish.connections }, keepOn));
  } else {
    const under: Promise<void>[] = [];
    while (past() < wish.seconds) {
      while (answers.offered < past() * wish.rate) under.push(one());
      await new Promise((done) => setTimeout(done, 5));
    }
    await Promise.all(under);
  }
  answers.seconds = past();
  agent.destroy();
  return answers;
}

parentPort?.postMessage(await load(workerData as SignWish));
