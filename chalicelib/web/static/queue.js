// The queue of uploads: a few in parallel, each signed just before it starts, with retries.
import { api, BUSY, pause, Problem, Unauthorized } from "./api.js";
import { session } from "./session.js";
import { text } from "./text.js";
import { transfer, TransferError } from "./transfer.js";

const AT_ONCE = 4;
const ATTEMPTS = 6;
const RETRY_DELAYS = [1, 2, 4, 8, 15]; // seconds before each retry

// The final states of an upload; in `asking` it waits for the user.
const ENDED = new Set(["uploaded", "cancelled", "skipped", "failed", "refused"]);

export class Upload extends EventTarget {
  state = "queued";
  reason = ""; // why it is waiting or failed
  sent = 0; // bytes
  overwrite = false;
  #abort = new AbortController();

  constructor(key, file, options) {
    super();
    Object.assign(this, { key, file, options });
  }

  get hasEnded() {
    return ENDED.has(this.state);
  }

  get signal() {
    return this.#abort.signal;
  }

  set(state, reason = "") {
    Object.assign(this, { state, reason });
    this.dispatchEvent(new Event("change"));
  }

  progress(sent) {
    this.sent = sent;
    this.dispatchEvent(new Event("progress"));
  }

  stop(state) {
    this.#abort.abort(new DOMException("stopped", "AbortError"));
    if (!this.hasEnded) this.set(state);
  }

  renew() {
    this.#abort = new AbortController();
    this.sent = 0;
    this.set("queued");
  }
}

const waiting = [];
let active = 0;

export function enqueue(upload) {
  waiting.push(upload);
  startNext();
}

function startNext() {
  while (active < AT_ONCE && waiting.length) {
    const upload = waiting.shift();
    if (upload.state !== "queued") continue;
    active += 1;
    run(upload).finally(() => {
      active -= 1;
      startNext();
    });
  }
}

async function run(upload) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await attemptOnce(upload);
      return;
    } catch (error) {
      if (upload.signal.aborted) return;
      const isOver = attempt + 1 >= ATTEMPTS;
      const goesOn = await judge(upload, error, attempt, isOver).catch(() => false);
      if (!goesOn) return;
    }
  }
}

async function attemptOnce(upload) {
  upload.set("signing");
  const { key, file, options, overwrite, signal } = upload;
  const form = await api.form({ key, size: file.size, options, overwrite }, signal);
  upload.sent = 0;
  upload.set("uploading");
  await transfer(form, file, (sent) => upload.progress(sent), signal);
  upload.set("uploaded");
}

// Waits until a retry is possible; returns whether to retry.
async function judge(upload, error, attempt, isOver) {
  const { signal } = upload;
  if (error instanceof Unauthorized) {
    upload.set("paused", text.signInFirst);
    await session.opened();
    return !signal.aborted;
  }
  if (error instanceof Problem) {
    if (error.status === 0) return judgeLine(upload, error.message, attempt, isOver);
    if (error.is("already-exists")) upload.set("asking", text.asking);
    else upload.set(BUSY.has(error.status) ? "failed" : "refused", error.message);
    return false;
  }
  if (!(error instanceof TransferError)) throw error;
  switch (error.kind) {
    case "changed":
      upload.set("failed", text.changed);
      return false;
    case "refused":
      upload.set("failed", text.refused(error.message));
      return false;
    case "expired":
      if (isOver) upload.set("failed", text.gaveUp(text.expired));
      return !isOver; // sign again immediately
    default:
      return judgeLine(upload, text[error.kind], attempt, isOver);
  }
}

async function judgeLine(upload, reason, attempt, isOver) {
  if (isOver) {
    upload.set("failed", text.gaveUp(reason));
    return false;
  }
  await waitForLine(upload, reason, RETRY_DELAYS[attempt]);
  return true;
}

async function waitForLine(upload, reason, seconds) {
  if (!navigator.onLine) {
    upload.set("offline", text.offline);
    await new Promise((resolve) => {
      addEventListener("online", resolve, { once: true });
      upload.signal.addEventListener("abort", resolve, { once: true });
    });
    upload.signal.throwIfAborted();
    return;
  }
  upload.set("retrying", text.retrying(reason, seconds));
  await pause(seconds * 1000, upload.signal);
}
