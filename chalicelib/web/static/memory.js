// What this tab remembers until it is closed. A browser that forbids storage remembers nothing.
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
    // The page works without.
  }
}

export function forget(...names) {
  try {
    for (const name of names) sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}
