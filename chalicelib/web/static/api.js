// Requests to the API that serves the page. The token is sent nowhere else.
import { session } from "./session.js";
import { text } from "./text.js";

const BASE = new URL(".", location.href);
const ATTEMPTS = 5;
const RESPONSE_TIMEOUT = 35_000; // milliseconds; API Gateway's own timeout is 29 seconds
export const BUSY = new Set([429, 500, 502, 503, 504]);

export class Problem extends Error {
  constructor(status, detail, document = {}) {
    super(detail);
    this.status = status;
    this.document = document;
  }

  is(kind) {
    return this.document.type === `urn:text-to-pdf:problem:${kind}`;
  }
}

export class Unauthorized extends Problem {}

export const api = {
  settings: (signal) => ask("settings", {}, { signal }),
  file: (key, signal) => ask("status", { key }, { signal }),
  files: (query, signal) => ask("status", query, { signal }),
  counts: (query, signal) => ask("status/summary", query, { signal }),
  link: (key, signal) => ask("link", { key }, { signal }),
  form: (wanted, signal) => ask("uploads", {}, { signal, body: wanted }),
};

export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

async function ask(path, query, { body, signal } = {}) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  let last;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt) await pause(wait(attempt, last), signal);
    const limit = limited(signal);
    let response;
    try {
      response = await fetch(url, request(body, limit.signal));
      if (response.ok) return await response.json();
      last = await problem(response);
    } catch (error) {
      if (signal?.aborted) throw error;
      last = new Problem(0, text.unreachable);
      if (!navigator.onLine) break;
      continue;
    } finally {
      limit.end();
    }
    if (!BUSY.has(response.status)) break;
  }
  if (last instanceof Unauthorized) session.expire();
  throw last;
}

// Without a timeout, a connection that was lost silently would never end.
function limited(signal) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), RESPONSE_TIMEOUT);
  const signals = signal ? [signal, controller.signal] : [controller.signal];
  return { signal: AbortSignal.any(signals), end: () => clearTimeout(timer) };
}

function request(body, signal) {
  const headers = { Authorization: `Bearer ${session.token}` };
  if (body === undefined) return { headers, signal, cache: "no-store" };
  headers["Content-Type"] = "application/json";
  return { method: "POST", headers, signal, body: JSON.stringify(body) };
}

// Exponential backoff with jitter.
const wait = (attempt, last) =>
  Math.max((last.retryAfter ?? 0) * 1000, 300 * 2 ** attempt * (0.5 + Math.random()));

async function problem(response) {
  const document = await response.json().catch(() => ({}));
  const { status } = response;
  // API Gateway responds with 403, not 404, if there is no such route.
  const isMissing = document.message === "Missing Authentication Token";
  if (isMissing) return new Problem(status, text.uploadsOff);
  if (status === 401 || status === 403) return new Unauthorized(status, text.expiredToken);
  const detail = document.detail ?? (BUSY.has(status) ? text.apiBusy : text.apiError(status));
  const made = new Problem(status, detail, document);
  made.retryAfter = Number(response.headers.get("Retry-After")) || 0;
  return made;
}
