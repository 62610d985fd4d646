// What screen readers hear: one polite region, whose messages do not overtake each other.
import { byId } from "./dom.js";

const PAUSE = 1500;
const waiting = [];
let timer = 0;

// `topic`: a newer message of the same topic replaces one that was not spoken yet.
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
