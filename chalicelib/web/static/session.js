// The token: where it comes from, where it is kept, and when it ends.
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

  // The API refused the token: work waits until there is another.
  expire() {
    if (!this.isOpen) return;
    this.#end();
    this.dispatchEvent(new Event("expire"));
  }

  close() {
    this.#end();
    this.dispatchEvent(new Event("close"));
  }

  // Resolves when there is a token.
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

// The token of a link, `#token=…`, which is removed from the address at once.
export function tokenFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) history.replaceState(null, "", location.pathname + location.search);
  return given;
}
