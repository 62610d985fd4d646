// The uploads of this session, from added files to their PDFs.
import { byId, element, plainKey } from "./dom.js";
import { announce } from "./live.js";
import { recall, remember } from "./memory.js";
import { chosenOptions } from "./options.js";
import { enqueue, Upload } from "./queue.js";
import { Row, viewOf } from "./row.js";
import { text } from "./text.js";
import { isSettled, unwatch, watch } from "./watch.js";

const MAX_REMEMBERED = 200; // uploads that are shown again after a reload
const NAMES_SHOWN = 100;

const ACTIONS = {
  queued: ["cancel"], signing: ["cancel"], uploading: ["cancel"], retrying: ["cancel"],
  offline: ["cancel"], paused: ["cancel"], asking: ["replace", "skip"], cancelled: ["retry", "remove"],
  skipped: ["remove"], failed: ["retry", "remove"], refused: ["remove"],
};

const rows = byId("session-rows");
const progress = byId("session-progress");

export class Uploads {
  #entries = new Map(); // key → { key, upload, file, row }, oldest first
  #limits = null;
  #wasRunning = false;
  #read;
  #changed;

  // `read` opens the PDF of a file; `changed` is called when the keys or the results change.
  constructor(read, changed) {
    this.#read = read;
    this.#changed = changed;
    byId("clear").addEventListener("click", () => this.#clear());
    byId("cancel-all").addEventListener("click", () => this.#each(this.#isUploading, (e) => e.upload.stop("cancelled")));
    byId("replace-all").addEventListener("click", () => this.#each(this.#isAsking, (e) => this.#act("replace", e)));
    byId("skip-all").addEventListener("click", () => this.#each(this.#isAsking, (e) => this.#act("skip", e)));
    addEventListener("beforeunload", (event) => {
      if ([...this.#entries.values()].some(this.#isUploading)) event.preventDefault();
    });
  }

  has = (key) => this.#entries.has(key);

  // The limits of uploads, as /settings returns them; null if uploads are off.
  limit(limits) {
    this.#limits = limits;
    byId("upload").hidden = limits === null;
    if (limits) byId("limits").textContent = text.limits(limits.suffixes, limits.max_bytes);
  }

  // Shows the uploads from before the page was reloaded.
  restore() {
    if (this.#entries.size) return;
    for (const { key, isSent } of recall("uploads", [])) {
      const entry = this.#entry(key, null);
      if (isSent) this.#watch(entry);
      else entry.row.show({ key, state: "refused", line: text.interrupted, actions: ["remove"] });
    }
    this.#update();
  }

  forgetAll() {
    for (const entry of this.#entries.values()) {
      entry.upload?.stop("cancelled");
      unwatch(entry.key);
    }
    this.#entries.clear();
    rows.replaceChildren();
    this.#update();
  }

  add(found) {
    if (!this.#limits) return;
    if (!found.length) return this.#notice(text.nothingDropped);
    const options = chosenOptions();
    if (!options) return this.#notice(text.invalidOptions);
    const { suffixes, max_bytes: max } = this.#limits;
    const otherKinds = [];
    const underWay = [];
    let added = 0;
    for (const { file, path } of found) {
      const key = this.#destination() + path;
      const name = path.toLowerCase().replace(/\.gz$/, "");
      if (!suffixes.some((suffix) => name.endsWith(suffix))) otherKinds.push(path);
      else if (this.#isUploading(this.#entries.get(key))) underWay.push(path);
      else if (!file) this.#notice(text.unreadable(plainKey(path)));
      else {
        this.#start(key, file, options, file.size > max ? text.tooLarge(file.size, max) : "");
        added += 1;
      }
    }
    if (otherKinds.length) this.#notice(text.refusedKinds(otherKinds.length, suffixes), otherKinds);
    if (underWay.length) this.#notice(text.alreadyQueued(underWay.length), underWay);
    if (added) announce(text.added(added));
    this.#update();
  }

  #start(key, file, options, refusal) {
    const upload = new Upload(key, file, options);
    const entry = this.#entry(key, upload);
    upload.addEventListener("change", () => this.#follow(entry));
    upload.addEventListener("progress", () => entry.row.progress(upload.sent, file.size));
    if (refusal) upload.set("refused", refusal);
    else {
      this.#follow(entry);
      enqueue(upload);
    }
  }

  #destination() {
    const typed = byId("destination").value.replace(/^\/+/, "");
    const folder = typed && !typed.endsWith("/") ? `${typed}/` : typed;
    return this.#limits.input_prefix + folder;
  }

  #entry(key, upload) {
    const before = this.#entries.get(key);
    before?.row.item.remove();
    unwatch(key);
    this.#entries.delete(key);
    const entry = { key, upload, file: null, row: new Row((action) => this.#act(action, entry)) };
    this.#entries.set(key, entry);
    rows.prepend(entry.row.item);
    return entry;
  }

  #follow(entry) {
    const { upload } = entry;
    if (this.#entries.get(entry.key) !== entry) return;
    if (upload.state === "uploaded") this.#watch(entry);
    else {
      const line = upload.reason || text[upload.state];
      entry.row.show({
        key: entry.key, state: upload.state, sent: upload.sent, size: upload.file.size,
        line: typeof line === "function" ? "" : line, actions: ACTIONS[upload.state],
      });
    }
    this.#update();
  }

  #watch(entry) {
    entry.row.show({ key: entry.key, state: "waiting", line: text.waiting, actions: [] });
    watch(entry.key, (file) => {
      entry.file = file;
      entry.row.show(file ? viewOf(file) : { key: entry.key, state: "failed", line: text.gone, actions: ["remove"] });
      this.#update();
      if (!file || isSettled(file)) this.#changed();
    });
  }

  #act(action, entry) {
    const { upload } = entry;
    switch (action) {
      case "read":
        return this.#read(entry.file, entry.row);
      case "cancel":
        return upload.stop("cancelled");
      case "skip":
        return upload.stop("skipped");
      case "remove":
        return this.#remove(entry);
      case "replace":
        upload.overwrite = true;
    }
    upload.renew();
    enqueue(upload);
  }

  #remove(entry) {
    const next = entry.row.item.nextElementSibling ?? entry.row.item.previousElementSibling;
    this.#entries.delete(entry.key);
    unwatch(entry.key);
    entry.row.item.remove();
    (next?.querySelector("button") ?? byId("files-title")).focus();
    this.#update();
  }

  #each(applies, work) {
    for (const entry of [...this.#entries.values()]) if (applies(entry)) work(entry);
    byId("session-title").focus();
  }

  #clear() {
    for (const entry of [...this.#entries.values()]) {
      if (!this.#isFinished(entry)) continue;
      this.#entries.delete(entry.key);
      unwatch(entry.key);
      entry.row.item.remove();
    }
    this.#update();
    this.#changed();
    byId("files-title").focus();
  }

  #isUploading = (entry) => Boolean(entry?.upload && !entry.upload.hasEnded && entry.upload.state !== "asking");

  #isAsking = (entry) => entry.upload?.state === "asking";

  #isFinished = ({ upload, file, row }) =>
    file ? isSettled(file) : ["refused", "failed", "cancelled", "skipped"].includes(upload?.state ?? row.view.state);

  #update() {
    const entries = [...this.#entries.values()];
    const counted = (applies) => entries.filter(applies).length;
    const done = counted(({ file }) => file?.status === "SUCCESS");
    const finished = counted(this.#isFinished);
    const uploading = counted(this.#isUploading);
    const asking = counted(this.#isAsking);
    const total = entries.length;
    const skipped = counted(({ upload }) => ["skipped", "cancelled"].includes(upload?.state));
    const tally = { total, done, skipped, failed: finished - done - skipped, uploaded: total - uploading - asking };
    byId("session").hidden = total === 0;
    byId("session-summary").textContent = text.sessionSummary(tally);
    byId("clear").hidden = finished === 0;
    byId("cancel-all").hidden = uploading < 2;
    byId("replace-all").hidden = byId("skip-all").hidden = asking < 2;
    const isRunning = finished + asking < total;
    progress.hidden = total < 2 || !isRunning;
    progress.max = Math.max(1, total);
    progress.value = finished;
    progress.setAttribute("aria-label", text.sessionSummary(tally));
    document.title = isRunning ? text.titleProgress(finished, total) : text.titleIdle;
    if (asking) announce(text.existQuestion(asking), "asking");
    if (isRunning) announce(text.sessionSummary(tally), "summary");
    else if (this.#wasRunning && !asking) announce(text.allSettled(tally), "summary");
    this.#wasRunning = isRunning;
    const kept = entries.slice(-MAX_REMEMBERED).filter(({ upload }) => !upload || this.#isUploading({ upload }) || upload.state === "uploaded");
    remember("uploads", kept.map(({ key, upload, row }) =>
      ({ key, isSent: upload ? upload.state === "uploaded" : row.view.state !== "refused" })));
    this.onKeys?.();
  }

  #notice(message, names = []) {
    const notice = element("div", { class: "notice" },
      element("div", {}, element("p", {}, message),
        names.length ? element("details", {}, element("summary", {}, text.refusedNames),
          element("ul", {}, ...names.slice(0, NAMES_SHOWN).map((name) => element("li", {}, plainKey(name))))) : null),
      element("button", { type: "button", class: "quiet", onclick: () => notice.remove() }, text.dismiss));
    byId("notices").append(notice);
    announce(message);
  }
}
