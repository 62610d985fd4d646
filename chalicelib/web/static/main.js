// The entry point of the page: connects its modules.
import { acceptFiles } from "./drop.js";
import { byId } from "./dom.js";
import { Files } from "./files.js";
import { forget } from "./memory.js";
import { offerOptions } from "./options.js";
import { Reader } from "./reader.js";
import { session, tokenFromAddress } from "./session.js";
import { startSigningIn, tryToken } from "./signin.js";
import { labels, language, text } from "./text.js";
import { Uploads } from "./uploads.js";

document.documentElement.lang = language;
for (const labelled of document.querySelectorAll("[data-text]")) {
  labelled.textContent = labels[labelled.dataset.text];
}
byId("bar").hidden = false;

const reader = new Reader();
const read = (file, row) => reader.open(file, row);
let refresh = 0;
const refreshSoon = () => {
  clearTimeout(refresh);
  refresh = setTimeout(() => files.load(), 1000);
};
const uploads = new Uploads(read, refreshSoon);
const files = new Files((_action, view) => read(view.file, files.rowOf(view.key)), uploads.has);
uploads.onKeys = () => files.refreshHidden();

function ready(settings) {
  byId("stage").textContent = text.stage(settings.stage);
  byId("workspace").hidden = false;
  uploads.limit(settings.uploads);
  files.isUploadingOffered = settings.uploads !== null;
  if (settings.uploads) offerOptions(settings.uploads.options);
  uploads.restore();
  files.load();
}

session.addEventListener("close", () => {
  if (reader.isOpen) reader.close();
  uploads.forgetAll();
  files.clear();
  byId("workspace").hidden = true;
  byId("stage").textContent = "";
  forget("uploads", "prefix", "status", "options");
});

acceptFiles((found) => uploads.add(found));
startSigningIn(ready);
addEventListener("hashchange", () => {
  const token = tokenFromAddress();
  if (token) tryToken(token, ready);
});
tryToken(tokenFromAddress() ?? session.token, ready);
