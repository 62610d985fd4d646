// Uploads one file to S3 with a signed form, and reports progress.
const STALL_TIMEOUT = 60_000; // milliseconds without progress after which the upload is aborted
const BUSY = new Set([500, 502, 503, 504]);

export class TransferError extends Error {
  // `kind` is network, busy, expired, changed or refused; the message of the last is S3's.
  constructor(kind, message = "") {
    super(message);
    this.kind = kind;
  }
}

export function transfer(form, file, progress, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const boundary = `----${crypto.randomUUID()}`;
    let watchdog = 0;
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => fail(new TransferError("network")), STALL_TIMEOUT);
    };
    const stop = () => fail(signal.reason);
    const done = () => {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", stop);
    };
    const fail = (error) => {
      done();
      request.abort();
      reject(error);
    };
    signal.addEventListener("abort", stop);
    request.upload.onprogress = ({ loaded, total }) => {
      watch();
      progress(Math.min(file.size, Math.max(0, loaded - (total - file.size))));
    };
    request.onload = () => {
      done();
      const error = failure(request);
      if (error) reject(error);
      else resolve();
    };
    request.onerror = async () => {
      done();
      // A file that changed on disk fails like a lost connection; reading its first byte tells which.
      const isReadable = await file.slice(0, 1).arrayBuffer().then(() => true, () => false);
      reject(new TransferError(isReadable ? "network" : "changed"));
    };
    request.open("POST", form.url);
    request.setRequestHeader("Content-Type", `multipart/form-data; boundary=${boundary}`);
    watch();
    request.send(body(form.fields, file, boundary));
  });
}

// Built by hand, since FormData normalizes newlines in a key, which would invalidate the signature.
function body(fields, file, boundary) {
  const parts = Object.entries(fields).map(([name, value]) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n`
    + `Content-Type: ${fields["Content-Type"]}\r\n\r\n`;
  return new Blob([...parts, head, file, `\r\n--${boundary}--\r\n`]);
}

// Errors of S3 are XML with a Code and a Message (S3 API Reference, 'Error responses').
function failure({ status, responseText }) {
  if (status >= 200 && status < 300) return null;
  const [code, message] = ["Code", "Message"].map((tag) =>
    responseText.match(new RegExp(`<${tag}>([^<]*)</${tag}>`))?.[1] ?? "");
  if (/expired/i.test(code + message)) return new TransferError("expired");
  if (BUSY.has(status) || code === "SlowDown" || code === "RequestTimeout") return new TransferError("busy");
  return new TransferError("refused", message || `HTTP ${status}`);
}
