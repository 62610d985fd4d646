// Polls the API for the status of uploaded files until each is settled.
import { api, Problem, Unauthorized } from "./api.js";
import { session } from "./session.js";

const FIRST_DELAY = 600; // milliseconds between two rounds; it grows while nothing changes
const LONGEST_WAIT = 10_000;
const FILES_PER_ROUND = 12; // the files that were uploaded first are polled first
const RETRY_TIME = 5 * 60_000; // milliseconds for which a retryable failure is polled

const watched = new Map(); // key → { heard, seen, failedSince }
let wait = FIRST_DELAY;
let timer = 0;
let isAsking = false;

export const isSettled = ({ status }) => status === "SUCCESS" || status === "FAILED";

// Calls `heard` with the file each time its status changes, or with null if it does not exist.
export function watch(key, heard) {
  watched.set(key, { heard, seen: "", failedSince: 0 });
  hurry();
}

export function unwatch(key) {
  watched.delete(key);
}

export const watchedCount = () => watched.size;

function hurry() {
  wait = FIRST_DELAY;
  schedule(0);
}

function schedule(delay) {
  clearTimeout(timer);
  timer = 0;
  if (isAsking || !watched.size || document.hidden || !session.isOpen) return;
  timer = setTimeout(ask, delay);
}

async function ask() {
  isAsking = true;
  let isChanged = false;
  const round = [...watched].slice(0, FILES_PER_ROUND);
  const answers = await Promise.allSettled(round.map(([key]) => api.file(key)));
  answers.forEach((answer, i) => {
    const [key, entry] = round[i];
    if (watched.get(key) !== entry) return;
    isChanged = hear(key, entry, answer) || isChanged;
  });
  isAsking = false;
  wait = isChanged ? FIRST_DELAY : Math.min(LONGEST_WAIT, wait * 1.5);
  const isRoundSettled = round.every(([key]) => !watched.has(key));
  schedule(isRoundSettled ? 0 : wait); // the next files have probably been settled meanwhile, too
}

// Returns whether the status of the file changed.
function hear(key, entry, { status, value: file, reason }) {
  if (status === "rejected") {
    if (!(reason instanceof Problem) || reason instanceof Unauthorized || reason.status !== 404) return turn(key, entry);
    watched.delete(key);
    entry.heard(null);
    return true;
  }
  const seen = JSON.stringify([file.status, file.attempts, file.processed_at]);
  const isNew = seen !== entry.seen;
  entry.seen = seen;
  if (isSettled(file) && !mayChange(file, entry)) watched.delete(key);
  else turn(key, entry);
  if (isNew) entry.heard(file);
  return isNew;
}

function mayChange(file, entry) {
  if (file.status !== "FAILED" || !file.retryable) return false;
  entry.failedSince ||= Date.now();
  return Date.now() - entry.failedSince < RETRY_TIME;
}

// Moves the file to the end, so that all files are polled in turn.
function turn(key, entry) {
  watched.delete(key);
  watched.set(key, entry);
  return false;
}

document.addEventListener("visibilitychange", hurry);
addEventListener("online", hurry);
session.addEventListener("open", hurry);
