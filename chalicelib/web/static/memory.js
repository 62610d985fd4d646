// Session storage of this tab. If the browser blocks storage, nothing is remembered.
const PREFIX = "text-to-pdf.";

export function recall(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is optional.
  }
}

export function forget(...names) {
  try {
    for (const name of names) sessionStorage.removeItem(PREFIX + name);
  } catch {
    // There is nothing to remove.
  }
}
