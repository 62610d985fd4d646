// The PDF viewer beside the list, which is the browser's own.
import { api } from "./api.js";
import { byId, element, plainKey, shownKey } from "./dom.js";
import { announce } from "./live.js";
import { facts } from "./row.js";
import { text } from "./text.js";

const VIEW = "#view=FitH&navpanes=0"; // parameters of the viewers of Chromium and Firefox
const pane = byId("reader");

export class Reader {
  #file = null;
  #row = null;
  #opener = null;
  #asked = 0;

  constructor() {
    byId("reader-close").addEventListener("click", () => this.close());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !pane.hidden) this.close();
    });
    byId("reader-download").addEventListener("click", () => this.#follow("download"));
    byId("reader-open").addEventListener("click", () => this.#follow("view"));
    byId("reader-copy").addEventListener("click", () => this.#copy());
  }

  async open(file, row) {
    this.#row?.select(false);
    this.#file = file;
    this.#row = row;
    this.#opener = document.activeElement;
    row.select(true);
    const name = plainKey(file.input_key);
    byId("reader-title").replaceChildren(shownKey(file.input_key));
    byId("reader-facts").textContent = facts(file);
    this.#say("", "");
    byId("reader-sheet").replaceChildren(element("p", { class: "hint" }, text.loading));
    pane.hidden = false;
    document.body.classList.add("reading");
    byId("reader-title").focus({ preventScroll: false });
    const link = await this.#link();
    if (!link || this.#file !== file) return;
    byId("reader-sheet").replaceChildren(navigator.pdfViewerEnabled
      ? element("iframe", { title: text.readerFrame(name), src: `${link.view}${VIEW}`, referrerpolicy: "no-referrer" })
      : element("p", { class: "hint" }, text.noViewer));
  }

  close() {
    pane.hidden = true;
    document.body.classList.remove("reading");
    byId("reader-sheet").replaceChildren();
    this.#row?.select(false);
    const opener = this.#opener?.isConnected ? this.#opener : byId("files-title");
    this.#file = this.#row = this.#opener = null;
    opener.focus();
  }

  get isOpen() {
    return !pane.hidden;
  }

  // Request new links each time, since they are valid for five minutes only.
  async #link() {
    const asked = (this.#asked += 1);
    try {
      return await api.link(this.#file.input_key);
    } catch (error) {
      if (asked === this.#asked) {
        byId("reader-sheet").replaceChildren();
        this.#say("", error.message);
      }
      return null;
    }
  }

  async #follow(kind) {
    // Open the tab before the link is known, or browsers would block it as a pop-up.
    const tab = kind === "view" ? open("about:blank") : null;
    if (tab) tab.opener = null;
    const link = await this.#link();
    if (!link) return tab?.close();
    if (kind === "view" && tab) tab.location = link.view;
    else element("a", { href: link[kind], rel: "noreferrer", download: "" }).click();
  }

  async #copy() {
    // Pass a promise to the clipboard, so that the write still counts as caused by the click.
    const address = this.#link().then((link) => link?.view ?? Promise.reject(new Error("no link")));
    try {
      if (globalThis.ClipboardItem) {
        const blob = address.then((url) => new Blob([url], { type: "text/plain" }));
        await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
      } else {
        await navigator.clipboard.writeText(await address);
      }
      this.#say(text.copied, "");
    } catch {
      if (!byId("reader-error").textContent) this.#say("", text.notCopied);
    }
  }

  #say(note, error) {
    byId("reader-note").textContent = note;
    byId("reader-error").textContent = error;
    if (note) announce(note);
  }
}
