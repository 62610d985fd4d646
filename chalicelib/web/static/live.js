// Announcements for screen readers: one polite live region, with a queue of messages.
import { byId } from "./dom.js";

const PAUSE = 1500;
const waiting = [];
let timer = 0;

// A message replaces a queued one with the same `topic`.
export function announce(message, topic = message) {
  const earlier = waiting.findIndex((one) => one.topic === topic);
  if (earlier >= 0) waiting.splice(earlier, 1);
  waiting.push({ message, topic });
  if (!timer) speak();
}

function speak() {
  const next = waiting.shift();
  if (next) byId("live").textContent = next.message;
  timer = next ? setTimeout(speak, PAUSE) : 0;
}
