import { connect, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** What the thread is asked to do. */
interface Wish {
  port: number;
  path: string;
  milliseconds: number;
  /** More headers, each with its line end. */
  headers: string;
}

const CONNECTIONS = 16;

/** Asks over a few kept connections, each as soon as it has its answer. All kept answers are of one length, which the second tells. */
async function ask({ port, path, milliseconds, headers }: Wish): Promise<number> {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: en\r\n${headers}\r\n`;
  await answerLength(port, request);
  const length = await answerLength(port, request);
  let pages = 0;
  const sockets: Socket[] = [];
  for (let n = 0; n < CONNECTIONS; n++) {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
      if (received < length) return;
      received -= length;
      pages += 1;
      socket.write(request);
    });
    sockets.push(socket);
  }
  await new Promise((done) => setTimeout(done, milliseconds));
  for (const socket of sockets) socket.destroy();
  return pages;
}

function answerLength(port: number, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    let text = "";
    socket.on("error", reject);
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      const head = text.indexOf("\r\n\r\n") + 4;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (head < 4 || text.length < head + length) return;
      socket.destroy();
      resolve(head + length);
    });
  });
}

parentPort?.postMessage(await ask(workerData as Wish));
