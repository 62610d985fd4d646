// The sign-in form. Signing in again keeps the list of uploads.
import { api, Unauthorized } from "./api.js";
import { byId } from "./dom.js";
import { announce } from "./live.js";
import { session } from "./session.js";
import { text } from "./text.js";

const panel = byId("sign-in");
const error = byId("sign-in-error");
const input = byId("token");

// Calls `ready` with the stage's settings each time a token is accepted.
export function startSigningIn(ready) {
  byId("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    tryToken(input.value.trim(), ready);
  });
  byId("sign-out").addEventListener("click", () => {
    session.close();
    announce(text.signedOut);
  });
  session.addEventListener("close", () => show(""));
  session.addEventListener("expire", () => show(text.expiredToken));
}

export async function tryToken(token, ready) {
  error.textContent = "";
  if (!token) return show("");
  panel.inert = true;
  session.open(token);
  try {
    const settings = await api.settings();
    input.value = "";
    panel.hidden = true;
    byId("sign-out").hidden = false;
    announce(text.signedIn);
    ready(settings);
  } catch (problem) {
    if (problem instanceof Unauthorized) show(text.wrongToken);
    else show(problem.message, token);
  } finally {
    panel.inert = false;
  }
}

function show(message, token = "") {
  const wasHidden = panel.hidden;
  panel.hidden = false;
  byId("sign-out").hidden = true;
  error.textContent = message;
  input.value = token;
  input.toggleAttribute("aria-invalid", message !== "");
  if (wasHidden || message) input.focus();
}
