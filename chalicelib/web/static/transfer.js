// One file to S3 with a signed form, with progress.
const STALLED = 60_000; // milliseconds without any progress after which the line counts as cut
const BUSY = new Set([500, 502, 503, 504]);

export class TransferError extends Error {
  // `kind`: network, busy, expired, changed, or refused with S3's reason as the message.
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
      watchdog = setTimeout(() => fail(new TransferError("network")), STALLED);
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
      // A file that changed on disk looks like a cut line; its first byte tells them apart.
      const isReadable = await file.slice(0, 1).arrayBuffer().then(() => true, () => false);
      reject(new TransferError(isReadable ? "network" : "changed"));
    };
    request.open("POST", form.url);
    request.setRequestHeader("Content-Type", `multipart/form-data; boundary=${boundary}`);
    watch();
    request.send(body(form.fields, file, boundary));
  });
}

// By hand, because FormData turns a newline within a key into another one, which is not signed.
function body(fields, file, boundary) {
  const parts = Object.entries(fields).map(([name, value]) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n`
    + `Content-Type: ${fields["Content-Type"]}\r\n\r\n`;
  return new Blob([...parts, head, file, `\r\n--${boundary}--\r\n`]);
}

// S3 API Reference, 'Error responses': XML with a Code and a Message.
function failure({ status, responseText }) {
  if (status >= 200 && status < 300) return null;
  const [code, message] = ["Code", "Message"].map((tag) =>
    responseText.match(new RegExp(`<${tag}>([^<]*)</${tag}>`))?.[1] ?? "");
  if (/expired/i.test(code + message)) return new TransferError("expired");
  if (BUSY.has(status) || code === "SlowDown" || code === "RequestTimeout") return new TransferError("busy");
  return new TransferError("refused", message || `HTTP ${status}`);
}
