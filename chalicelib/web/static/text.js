// All English texts of the page. To translate it, replace this file (and `lang` in index.html).
import { bytes, count, plural } from "./format.js";

export const language = "en";

// Texts of elements in index.html, by their `data-text` attribute.
export const labels = {
  title: "Text to PDF",
  signOut: "Sign out",
  signInTitle: "Sign in",
  signInWhy: "Enter the API token of this stage. It is kept for this tab only, until you sign out or close it.",
  token: "API token",
  signIn: "Sign in",
  dropTitle: "Drop text files or folders here",
  dropHere: "Drop to convert",
  chooseFiles: "Choose files",
  chooseFolder: "Choose a folder",
  destination: "Destination folder (optional)",
  options: "Page options",
  optionsApply: "They apply to the files that you add next.",
  session: "This session",
  replaceAll: "Replace all",
  skipAll: "Skip all",
  cancelAll: "Cancel all",
  clear: "Clear finished",
  files: "All files",
  prefix: "Find files whose keys begin with",
  filter: "Show files by status",
  filterAll: "All",
  filterSuccess: "Done",
  filterProcessing: "Converting",
  filterFailed: "Failed",
  more: "Show more",
  close: "Close",
  download: "Download",
  openTab: "Open in a new tab",
  copyLink: "Copy link",
};

const withoutPdf = (failed, skipped) =>
  [failed ? `${count(failed)} failed` : "", skipped ? `${count(skipped)} not uploaded` : ""];

const SUFFIXES_SHOWN = 12;

const someOf = (suffixes) => {
  const more = suffixes.length - SUFFIXES_SHOWN;
  return suffixes.slice(0, SUFFIXES_SHOWN).join(", ") + (more > 0 ? ` and ${count(more)} more kinds` : "");
};

export const text = {
  stage: (name) => `Stage ${name}`,
  placeholderPrefix: "Find by prefix of the key",
  limits: (suffixes, max) => `Text files (${someOf(suffixes)}; also compressed as .gz) up to ${bytes(max)} each. Folders keep their paths.`,

  wrongToken: "This token is not valid for this stage. Check it and try again.",
  expiredToken: "The token is no longer valid. Sign in again: your list and waiting uploads are kept.",
  signedIn: "You are signed in.",
  signedOut: "You are signed out. The token was removed from this tab.",

  // States of a file
  queued: "Waiting in the queue",
  signing: "Preparing",
  uploading: (sent, size) => `Uploading, ${bytes(sent)} of ${bytes(size)}`,
  uploadProgress: (name) => `Upload of ${name}`,
  retrying: (reason, seconds) => `${reason} Trying again in ${seconds} s.`,
  offline: "Your device is offline. The upload continues when the connection is back.",
  signInFirst: "Waiting for you to sign in again.",
  asking: "A file with this key already exists. Replace it?",
  cancelled: "Cancelled",
  dotFolder: "Browsers cannot open PDFs with . or .. as a folder: download it with query.py --download.",
  skipped: "Skipped. The existing file is unchanged.",
  waiting: "Uploaded. Waiting for conversion",
  converting: "Converting",
  convertingAgain: (attempt) => `Converting, attempt ${attempt}`,
  interrupted: "Not uploaded: the page was closed or reloaded before. Add the file again.",
  gone: "This file no longer exists.",
  badge: {
    queued: "Queued", signing: "Uploading", uploading: "Uploading", retrying: "Retrying",
    offline: "Offline", paused: "Paused", asking: "Exists", cancelled: "Cancelled", skipped: "Skipped",
    waiting: "Waiting", converting: "Converting", success: "Done", failed: "Failed", refused: "Not uploaded",
  },

  pages: (n) => plural(n, "page"),
  sizes: (input, output) => `${bytes(input)} text, ${bytes(output)} PDF`,
  replaced: (n) => `${plural(n, "character")} could not be shown and ${n === 1 ? "was" : "were"} replaced.`,
  repaired: (n) => `${plural(n, "byte")} of another encoding ${n === 1 ? "was" : "were"} repaired.`,
  deleted: "The text file was deleted. The PDF is still there.",

  cancel: "Cancel", retry: "Retry", replace: "Replace", skip: "Skip", remove: "Remove", read: "Read",
  labelled: (action, name) => `${action} ${name}`,

  // Files that are refused before the upload
  tooLarge: (size, max) => `This file has ${bytes(size)}, and the limit is ${bytes(max)}. Split it into smaller files.`,
  refusedKinds: (n, suffixes) => `${plural(n, "file")} left out: only text files (${someOf(suffixes)}) are converted.`,
  refusedNames: "Which files",
  alreadyQueued: (n) => `${plural(n, "file")} left out: an upload of the same key is still in progress.`,
  nothingDropped: "There are no files in what you dropped.",
  unreadable: (name) => `${name} could not be read. Check its permissions and add it again.`,
  standardOptions: "standard",
  invalidOptions: "A page option is not valid. Correct it, then add the files again.",
  dismiss: "Dismiss",

  // Failures of an upload
  network: "The connection to S3 was interrupted.",
  busy: "S3 is busy.",
  expired: "The upload took longer than its signature was valid.",
  changed: "The file changed or was removed while it was being read. Add it again.",
  refused: (reason) => `S3 refused the upload: ${reason}`,
  gaveUp: (reason) => `${reason} Check your connection, then retry.`,

  // Requests to the API
  unreachable: "The API cannot be reached.",
  apiBusy: "The API is busy. Try again in a few seconds.",
  apiError: (status) => `The API answered with an error (HTTP ${status}).`,
  uploadsOff: "Uploads from the page are switched off for this stage.",

  sessionSummary: ({ total, uploaded, done, failed, skipped }) =>
    [`${count(done + failed + skipped)} of ${count(total)} finished`,
      uploaded < total ? `${count(total - uploaded)} to upload` : "",
      ...withoutPdf(failed, skipped)].filter(Boolean).join(", "),
  titleIdle: "Text to PDF",
  titleProgress: (finished, total) => `(${finished}/${total}) Text to PDF`,
  added: (n) => `${plural(n, "file")} added.`,
  allSettled: ({ done, failed, skipped }) =>
    `Finished: ${[`${plural(done, "PDF")} ready`, ...withoutPdf(failed, skipped)].filter(Boolean).join(", ")}.`,
  existQuestion: (n) => `${plural(n, "file")} already ${n === 1 ? "exists" : "exist"}: replace or skip.`,

  empty: "No files yet. Drop a text file to make the first PDF.",
  emptyNoUploads: "No files yet.",
  above: "All of them are listed above.",
  noMatch: "No file matches. Keys are case-sensitive and are matched from their beginning.",
  listed: (n, more) => `${plural(n, "file")} shown${more ? ", more below" : ""}.`,

  readerFrame: (name) => `PDF of ${name}`,
  loading: "Opening the PDF …",
  noViewer: "This browser cannot show PDFs inside a page. Open it in a new tab or download it.",
  copied: "Link copied. It is valid for five minutes.",
  notCopied: "The browser did not allow copying. Use “Open in a new tab” and copy the address.",

  optionNames: {
    "pdf-page-size": "Paper", "pdf-orientation": "Orientation", "pdf-font-size": "Type size",
    "pdf-margin": "Margin", "pdf-charset": "Encoding of the text", "pdf-language": "Language of the text",
    "pdf-tagged": "Structure for screen readers", "pdf-fit": "Fit long lines",
    "pdf-line-numbers": "Line numbers", "pdf-columns": "Columns of text",
    "pdf-header": "Header", "pdf-footer": "Footer",
    "pdf-tab-size": "Tab size", "pdf-watermark": "Watermark",
    "pdf-carriage-control": "Carriage control",
  },
  optionValues: {
    a4: "A4", letter: "Letter", a3: "A3", a5: "A5", legal: "Legal", portrait: "Portrait",
    landscape: "Landscape", auto: "Automatic", none: "None", shrink: "Smaller type",
    asa: "ASA (1, 0, -, + in the first column)", on: "On", off: "Off",
  },
  optionHints: { "pdf-charset": "detected automatically" },
};
