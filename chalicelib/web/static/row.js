// The row of one file in a list, from the start of its upload to the finished PDF.
import { element, plainKey, shownKey } from "./dom.js";
import { ago } from "./format.js";
import { text } from "./text.js";

// Browsers resolve these in the addresses of PDFs, which their signatures do not allow.
const DOT_FOLDER = /(^|\/)\.{1,2}(\/|$)/;

export class Row {
  #signature = "";
  #progress = null;

  // `act` is called with the name of the chosen action and the current view.
  constructor(act) {
    this.act = act;
    this.item = element("li", { class: "row" });
  }

  // A view is { key, state, line, warnings, actions, size, sent, file }.
  show(view) {
    this.view = view;
    const signature = JSON.stringify([view.key, view.state, view.line, view.warnings, view.actions]);
    if (signature !== this.#signature) this.#draw(view, signature);
    if (this.#progress) this.progress(view.sent, view.size);
  }

  progress(sent, size) {
    if (!this.#progress) return;
    this.#progress.max = Math.max(1, size);
    this.#progress.value = size ? sent : 1;
    this.#line.textContent = text.uploading(sent, size);
  }

  select(isSelected) {
    this.item.classList.toggle("selected", isSelected);
    this.item.querySelector(".open")?.setAttribute("aria-expanded", String(isSelected));
  }

  #line;

  #draw(view, signature) {
    const isFirst = this.#signature === "";
    const hadFocus = this.item.contains(document.activeElement);
    this.#signature = signature;
    const name = plainKey(view.key);
    const isUploading = view.state === "uploading";
    this.#line = element("p", { class: "line" }, view.line);
    this.#progress = isUploading
      ? element("progress", { "aria-label": text.uploadProgress(name), max: 1, value: 0 }) : null;
    const actions = view.actions.filter((action) => action !== "read").map((action) =>
      element("button", {
        type: "button", class: "quiet", "aria-label": text.labelled(text[action], name),
        onclick: () => this.act(action, this.view),
      }, text[action]));
    this.item.dataset.state = view.state;
    this.item.replaceChildren(
      element("div", { class: "what" },
        this.#name(view, name),
        this.#line,
        ...(view.warnings ?? []).map((warning) => element("p", { class: "warning" }, warning)),
        this.#progress),
      element("span", { class: "badge" }, text.badge[view.state]),
      element("div", { class: "actions" }, ...actions));
    if (isFirst || !hadFocus) return;
    const next = this.item.querySelector("button");
    if (next) next.focus();
    else {
      this.item.tabIndex = -1;
      this.item.focus();
    }
  }

  #name(view, name) {
    if (!view.actions.includes("read")) return element("p", { class: "title", title: name }, shownKey(view.key));
    return element("button", {
      type: "button", class: "title open", title: name, "aria-controls": "reader", "aria-expanded": "false",
      onclick: () => this.act("read", this.view),
    }, shownKey(view.key));
  }
}

// Returns the view of a file as the API returns it.
export function viewOf(file) {
  const view = { key: file.input_key, file, actions: [], warnings: [] };
  switch (file.status) {
    case "SUCCESS": {
      const isOpenable = !DOT_FOLDER.test(file.output_key);
      return {
        ...view, state: "success", line: facts(file), actions: isOpenable ? ["read"] : [],
        warnings: [...warnings(file), isOpenable ? "" : text.dotFolder].filter(Boolean),
      };
    }
    case "FAILED":
      return { ...view, state: "failed", line: [file.error, file.detail].filter(Boolean).join(" ") };
    case "PROCESSING":
      return {
        ...view, state: "converting",
        line: file.attempts > 1 ? text.convertingAgain(file.attempts) : text.converting,
      };
    default:
      return { ...view, state: "waiting", line: text.waiting };
  }
}

export function facts(file) {
  return [
    file.pages == null ? "" : text.pages(file.pages),
    file.output_size == null ? "" : text.sizes(file.size ?? 0, file.output_size),
    file.processed_at ? ago(file.processed_at) : "",
  ].filter(Boolean).join(" · ");
}

// What to check in the PDF: the record's warnings, and counts in records of earlier versions.
function warnings(file) {
  const codes = new Set((file.warnings ?? []).map(({ code }) => code));
  return [
    ...(file.warnings ?? []).map(({ message }) => message),
    file.replaced && !codes.has("replaced") ? text.replaced(file.replaced) : "",
    file.repaired && !codes.has("repaired") ? text.repaired(file.repaired) : "",
    file.input_deleted_at ? text.deleted : "",
  ].filter(Boolean);
}
