// The API token: sign-in, storage and expiry.
import { forget, recall, remember } from "./memory.js";

export const session = new (class extends EventTarget {
  #token = recall("token", "");

  get token() {
    return this.#token;
  }

  get isOpen() {
    return this.#token !== "";
  }

  open(token) {
    this.#token = token;
    remember("token", token);
    this.dispatchEvent(new Event("open"));
  }

  // Called when the API rejects the token; requests wait until the user signs in again.
  expire() {
    if (!this.isOpen) return;
    this.#end();
    this.dispatchEvent(new Event("expire"));
  }

  close() {
    this.#end();
    this.dispatchEvent(new Event("close"));
  }

  // Resolves as soon as there is a token.
  async opened() {
    while (!this.isOpen) {
      await new Promise((resolve) => this.addEventListener("open", resolve, { once: true }));
    }
  }

  #end() {
    this.#token = "";
    forget("token");
  }
})();

// The token of a `#token=…` link, which is removed from the URL immediately.
export function tokenFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) history.replaceState(null, "", location.pathname + location.search);
  return given;
}
