// The list of all files with a prefix: pages of records, counts by status, and a filter.
import { api, Problem, Unauthorized } from "./api.js";
import { byId } from "./dom.js";
import { count } from "./format.js";
import { announce } from "./live.js";
import { recall, remember } from "./memory.js";
import { Row, viewOf } from "./row.js";
import { text } from "./text.js";
import { isSettled, watch } from "./watch.js";

const PAGE = 50;
const MAX_PAGE = 1000; // the most files that the API lists in one answer
const TYPING_DELAY = 300; // milliseconds after the last keystroke before a search starts
const STALE_AFTER = 15_000; // milliseconds after which returning to the tab refreshes the list
const RETRY_DELAY = 5_000; // milliseconds after which a failed page of the list is requested again
const MAX_COUNT_STEPS = 5; // requests for one count, of up to 15 s each

const list = byId("files-rows");
const more = byId("more");
const prefix = byId("prefix");

export class Files {
  #rows = new Map();
  #next = null;
  #abort = new AbortController();
  #loadedAt = 0;
  #isLoading = false; // meanwhile no page of the old list is requested
  #shown = {}; // the question that the list answers
  #act;
  #isShownAbove;
  #nearEnd;
  isUploadingOffered = true;

  // `isShownAbove` returns whether the list of this session has a key.
  constructor(act, isShownAbove) {
    this.#act = act;
    this.#isShownAbove = isShownAbove;
    let typing = 0;
    prefix.value = recall("prefix", "");
    prefix.placeholder = text.placeholderPrefix;
    prefix.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.load(), TYPING_DELAY);
    });
    for (const radio of this.#radios) {
      radio.checked = radio.value === recall("status", "");
      radio.addEventListener("change", () => this.load());
    }
    more.addEventListener("click", () => this.#loadMore(true));
    this.#nearEnd = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) this.#loadMore(false);
    }, { rootMargin: "400px" });
    this.#nearEnd.observe(more);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#loadedAt && Date.now() - this.#loadedAt > STALE_AFTER) this.load();
    });
  }

  get #radios() {
    return document.querySelectorAll("input[name=status]");
  }

  get #question() {
    const status = [...this.#radios].find((radio) => radio.checked)?.value;
    return { prefix: prefix.value, status: status || undefined };
  }

  async load() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const question = this.#question;
    remember("prefix", question.prefix);
    remember("status", question.status ?? "");
    list.setAttribute("aria-busy", "true");
    this.#isLoading = true;
    this.#count(question.prefix, signal);
    // Without a token the old list is kept: the question is asked again after signing in.
    const failed = () => this.#isShown(question) || this.#empty();
    const page = await this.#ask({ ...question, limit: this.#limit(question) }, signal, failed);
    if (signal.aborted) return;
    this.#isLoading = false;
    if (!page) {
      this.#observeEndLater();
      return;
    }
    this.#loadedAt = Date.now();
    this.#shown = question;
    const before = this.#rows;
    this.#rows = new Map();
    this.#add(page, before);
    list.replaceChildren(...[...this.#rows.values()].map((row) => row.item));
    list.removeAttribute("aria-busy");
    this.#tell();
    // With a filter, the first pages may have no matches.
    if (!this.#rows.size && this.#next) this.#loadMore(false);
  }

  rowOf(key) {
    return this.#rows.get(key);
  }

  clear() {
    this.#abort.abort();
    this.#isLoading = false;
    this.#empty();
  }

  #empty() {
    this.#rows.clear();
    this.#next = null;
    this.#shown = {};
    list.replaceChildren();
    more.hidden = true;
    for (const counter of document.querySelectorAll("[id^=count-]")) counter.textContent = "";
  }

  // Called when keys were added to or removed from the list of this session.
  refreshHidden() {
    for (const [key, row] of this.#rows) row.item.hidden = this.#isShownAbove(key);
    this.#tellNothing();
  }

  async #loadMore(isAsked) {
    if (!this.#next || this.#isLoading || more.disabled) return;
    more.disabled = true;
    const { signal } = this.#abort;
    const page = await this.#ask({ ...this.#shown, limit: PAGE, next: this.#next }, signal);
    more.disabled = false;
    if (signal.aborted) {
      this.#observeEnd(); // that of the new list may have come into view meanwhile
      return;
    }
    if (!page) {
      this.#observeEndLater();
      return;
    }
    const known = this.#rows.size;
    this.#add(page, new Map());
    const added = [...this.#rows.values()].slice(known);
    list.append(...added.map((row) => row.item));
    if (isAsked) {
      announce(text.listed(this.#rows.size, this.#next !== null), "listed");
      added[0]?.item.querySelector("button")?.focus();
    }
    this.#tell();
  }

  // `failed` is called if an error is shown.
  async #ask(query, signal, failed = () => {}) {
    try {
      const page = await api.files(query, signal);
      byId("files-error").textContent = "";
      return page;
    } catch (error) {
      if (!signal.aborted && error instanceof Problem && !(error instanceof Unauthorized)) {
        byId("files-error").textContent = error.message;
        failed();
      }
      if (!signal.aborted) list.removeAttribute("aria-busy");
      return null;
    }
  }

  #add(page, before) {
    this.#next = page.next;
    more.hidden = page.next === null;
    this.#observeEnd();
    for (const file of page.files) {
      const row = before.get(file.input_key) ?? new Row(this.#act);
      row.show(viewOf(file));
      row.item.hidden = this.#isShownAbove(file.input_key);
      this.#rows.set(file.input_key, row);
      if (!isSettled(file) && !this.#isShownAbove(file.input_key)) this.#watch(file.input_key, row);
    }
  }

  // Observes again, or the observer would not report that the end is still visible.
  #observeEnd() {
    this.#nearEnd.unobserve(more);
    this.#nearEnd.observe(more);
  }

  #observeEndLater() {
    setTimeout(() => this.#observeEnd(), RETRY_DELAY);
  }

  // A list that is only refreshed keeps its length, so that readers keep their place.
  #limit(question) {
    return this.#isShown(question) ? Math.min(Math.max(PAGE, this.#rows.size), MAX_PAGE) : PAGE;
  }

  #isShown({ prefix: typed, status }) {
    return typed === this.#shown.prefix && status === this.#shown.status;
  }

  #watch(key, row) {
    watch(key, (file) => {
      if (file) row.show(viewOf(file));
      if (file && isSettled(file)) this.#count(this.#question.prefix, this.#abort.signal);
    });
  }

  #tell() {
    this.#tellNothing();
    announce(text.listed(this.#rows.size, this.#next !== null), "listed");
  }

  // Shows why the list is empty, if it is.
  #tellNothing() {
    const { prefix: typed, status } = this.#question;
    const rows = [...this.#rows.values()];
    let reason = "";
    if (this.#loadedAt && this.#next === null && !rows.some((row) => !row.item.hidden)) {
      if (rows.length) reason = text.above;
      else if (typed || status) reason = text.noMatch;
      else reason = this.isUploadingOffered ? text.empty : text.emptyNoUploads;
    }
    byId("files-empty").textContent = reason;
  }

  async #count(prefixAsked, signal) {
    const total = { SUCCESS: 0, PROCESSING: 0, FAILED: 0 };
    let next;
    try {
      for (let step = 0; step < MAX_COUNT_STEPS; step += 1) {
        const part = await api.counts({ prefix: prefixAsked, next }, signal);
        for (const status of Object.keys(total)) total[status] += part.counts[status];
        next = part.next;
        if (next === null) break;
      }
    } catch {
      return; // the request for the list shows the error
    }
    const mark = next === null ? "" : "+";
    for (const [status, n] of Object.entries(total)) byId(`count-${status}`).textContent = count(n) + mark;
    byId("count-all").textContent = count(total.SUCCESS + total.PROCESSING + total.FAILED) + mark;
  }
}
